"""Grade the answers to exercises: what is wrong, and a hint.

A grader takes what the reader wrote, tries it on small cases whose answers are known, and returns a
`Verdict`. To add one, write a function in the module of its subject that names one mistake after the other,
the most telling first, with `expect` and `refuse_known`, decorate it with `grader` and list it here; its test
shows that it takes a right answer and tells each typical wrong one apart.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "_grading": ["Verdict"],
        "augmentation": ["check_augmentation_ranges", "check_augmented_split", "check_random_rotation"],
        "baselines": ["check_held_out_accuracy", "check_squared_distances"],
        "chunks": ["check_chunk_seeds", "check_overlap_depth"],
        "data_sets": [
            "check_class_means",
            "check_grouped_split",
            "check_number_of_images",
            "check_validator",
        ],
        "labels": ["check_cohen_kappa", "check_label_suspects"],
        "metrics": [
            "check_average_precision",
            "check_balanced_accuracy",
            "check_chosen_metrics",
            "check_error_by_group",
            "check_instance_iou",
            "check_positive_predictive_value",
            "check_precision_recall",
        ],
        "mixture": ["check_beta_bernoulli", "check_chinese_restaurant", "check_conditional"],
        "networks": [
            "check_calibration_error",
            "check_leak_free_normalization",
            "check_parameter_count",
            "check_receptive_field",
            "check_temperature",
        ],
        "simulation": ["check_bezier_point", "check_character", "check_forward_model"],
    },
)
