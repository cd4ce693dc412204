"""Graders on metrics take right answers, written in more than one way, and tell typical wrong ones apart."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import average_precision_score, roc_auc_score

from qbi_utils import checks

# --------------------------------------------------------------------------- what a data set is for


def instance_counts(truth, predicted):
    truth, predicted = truth.astype(np.int64), predicted.astype(np.int64)
    shape = truth.max() + 1, predicted.max() + 1
    pairs = truth.ravel() * shape[1] + predicted.ravel()
    shared = np.bincount(pairs, minlength=shape[0] * shape[1]).reshape(shape)
    return shared, shared.sum(axis=1, keepdims=True), shared.sum(axis=0)


def instance_iou_by_counting(truth, predicted):
    shared, one, other = instance_counts(truth, predicted)
    return (shared / np.maximum(one + other - shared, 1))[1:, 1:]


def instance_iou_by_masks(truth, predicted):
    overlaps = np.zeros((truth.max(), predicted.max()))
    for i, j in np.ndindex(*overlaps.shape):
        a, b = truth == i + 1, predicted == j + 1
        overlaps[i, j] = (a & b).sum() / max((a | b).sum(), 1)
    return overlaps


def instance_ratio(ratio):
    return lambda truth, predicted: ratio(*instance_counts(truth, predicted))[1:, 1:]


def instance_iou_in_place(truth, predicted):
    overlaps = instance_iou_by_counting(truth, predicted)
    predicted[predicted > 0] = 1
    return overlaps


def instance_iou_of_the_best(truth, predicted):
    overlaps = instance_iou_by_counting(truth, predicted)
    return overlaps * (overlaps == overlaps.max(axis=1, keepdims=True))


def instance_iou_without_objects(truth, predicted):
    return instance_iou_by_counting(truth, predicted) if predicted.any() else np.zeros(0)


def instance_iou_in_uint8(truth, predicted):
    truth, predicted = truth.astype(np.uint8), predicted.astype(np.uint8)
    n_true, n_predicted = int(truth.max()) + 1, int(predicted.max()) + 1
    pairs = truth.ravel() * n_predicted + predicted.ravel()
    shared = np.bincount(pairs, minlength=n_true * n_predicted).reshape(n_true, n_predicted)
    either = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0) - shared
    return (shared / np.maximum(either, 1))[1:, 1:]


def instance_iou_in_given_type(truth, predicted):
    shape = truth.max() + 1, predicted.max() + 1
    pairs = truth.ravel() * shape[1] + predicted.ravel()
    shared = np.bincount(pairs, minlength=shape[0] * shape[1]).reshape(shape)
    either = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0) - shared
    return (shared / np.maximum(either, 1))[1:, 1:]


def test_instance_iou_accepts():
    assert checks.check_instance_iou(instance_iou_by_counting)
    assert checks.check_instance_iou(instance_iou_by_masks)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda a, b: np.zeros((3, 4)), "background is compared"),
        (lambda a, b: instance_iou_by_counting(b, a), "Rows and columns have changed places"),
        (lambda a, b: np.zeros((2, 2)), "should have shape (2, 3), got (2, 2)"),
        (instance_iou_in_place, "changes its input"),
        (instance_ratio(lambda shared, one, other: shared / (one + other)), "counts the shared pixels twice"),
        (instance_ratio(lambda shared, one, other: 2 * shared / (one + other)), "Dice"),
        (instance_ratio(lambda shared, one, other: shared / one), "divided by the true area"),
        (instance_ratio(lambda shared, one, other: shared / other), "divided by the predicted area"),
        (instance_ratio(lambda shared, one, other: shared), "numbers of shared pixels"),
        (instance_iou_of_the_best, "The first row should be [0.25, 0, 0]"),
        (instance_ratio(lambda shared, one, other: shared / (one + other - shared)), "get 0, not nan"),
        (instance_iou_without_objects, "should have shape (2, 0), got (0,)"),
        (instance_iou_in_uint8, "wrong for label images of uint8"),
        (instance_iou_in_given_type, "wrong for label images of uint8"),
    ],
)
def test_instance_iou_rejects(answer, message):
    assert message in checks.check_instance_iou(answer).message


def instance_iou_of(overlaps_of_many):
    """Right for a few objects, and something else for so many."""

    def answer(truth, predicted):
        return overlaps_of_many(truth) if truth.max() >= 10 else instance_iou_by_counting(truth, predicted)

    return answer


def lost_index(truth):
    return [][0]


def lost_key(truth):
    return {}[truth.max()] if truth.max() == 30 else np.eye(10)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (instance_iou_of(lambda truth: np.zeros((truth.max(), truth.max()))), "wrong for ten objects"),
        (instance_iou_of(lost_index), "answer stops with IndexError: list index out of range"),
        (instance_iou_of(lost_key), "answer stops with KeyError: "),
    ],
)
def test_instance_iou_blames_uint8_for_what_it_does_only(answer, message):
    assert message in checks.check_instance_iou(answer).message


CHOSEN = {
    "pollen": "accuracy",
    "age": "mean absolute error",
    "count": "mean absolute error",
    "lesion": "Dice coefficient",
    "spots": "precision and recall",
    "rare": "precision and recall",
    "exposure": "PSNR",
}


def test_chosen_metrics_accepts():
    assert checks.check_chosen_metrics(lambda: CHOSEN)
    assert checks.check_chosen_metrics(lambda: CHOSEN | {"lesion": "precision and recall"})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pollen": "mean absolute error"}, "mean absolute error does not fit the case 'pollen'."),
        ({"age": "accuracy"}, "one month off"),
        ({"count": "accuracy"}, "One cell too many"),
        ({"count": "Dice coefficient"}, "Two touching cells"),
        ({"lesion": "accuracy"}, "right for 99 of 100"),
        ({"spots": "Dice coefficient"}, "outvote"),
        ({"spots": "accuracy"}, "Of what?"),
        ({"rare": "accuracy"}, "199 of 200"),
        ({"exposure": "Dice coefficient"}, "does not fit the case 'exposure'."),
        ({"exposure": None}, "None for the case 'exposure' is none of the metrics."),
        ({"exposure": np.ones(2)}, "array([1., 1.]) for the case 'exposure' is none of the metrics."),
    ],
)
def test_chosen_metrics_rejects(changes, message):
    assert message in checks.check_chosen_metrics(lambda: CHOSEN | changes).message


def test_chosen_metrics_needs_all_cases_in_a_dict():
    assert "should return a dict" in checks.check_chosen_metrics(lambda: ["accuracy"]).message
    assert checks.check_chosen_metrics(dict).message == "The case 'pollen' is missing."
    assert checks.check_chosen_metrics(lambda: None).message == "The function returns nothing."


# --------------------------------------------------------------------------- what goes wrong


def average_precision(labels, scores):
    ranked = np.asarray(labels)[np.argsort(scores)[::-1]]
    precision = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    return precision[ranked == 1].mean()


def average_precision_in_place(labels, scores):
    result = average_precision(labels, scores)
    scores.sort()
    return result


def average_precision_relabels(labels, scores):
    result = average_precision(labels, scores)
    labels[:] = 1
    return result


def mean_over_all_ranks(labels, scores):
    ranked = labels[np.argsort(scores)[::-1]]
    return np.mean(np.cumsum(ranked) / np.arange(1, len(ranked) + 1))


def test_average_precision_accepts():
    assert checks.check_average_precision(average_precision)
    assert checks.check_average_precision(average_precision_score)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda labels, scores: labels.mean(), "share of the class"),
        (lambda labels, scores: average_precision(labels, -scores), "lowest score first"),
        (lambda labels, scores: average_precision(labels, -np.arange(len(labels))), "in which they came"),
        (roc_auc_score, "area under the ROC curve"),
        (mean_over_all_ranks, "mean over all ranks"),
        (lambda labels, scores: 5 / 6, "For labels 1 0 0 with scores 0 1 2 it is 1/3, not 0.83"),
        (lambda labels, scores: np.mean((scores > 0.5) == labels) - 0.1, "it is 5/6, not"),
        (lambda labels, scores: scores, "should be one number"),
        (average_precision_in_place, "changes its input"),
        (average_precision_relabels, "changes its input"),
    ],
)
def test_average_precision_rejects(answer, message):
    assert message in checks.check_average_precision(answer).message


def wilson(n_wrong, n):
    interval = stats.binomtest(int(n_wrong), n).proportion_ci(0.95, method="wilson")
    return n_wrong / n, interval.low, interval.high


def error_by_group(wrong, groups):
    return {name: wilson(wrong[groups == name].sum(), (groups == name).sum()) for name in np.unique(groups)}


def normal_interval(wrong, groups):
    report = {}
    for name in np.unique(groups):
        own = wrong[groups == name]
        half = 1.96 * np.sqrt(own.mean() * (1 - own.mean()) / len(own))
        report[name] = own.mean(), own.mean() - half, own.mean() + half
    return report


def interval_of_all(wrong, groups):
    report = {}
    for name in np.unique(groups):
        own = wrong[groups == name]
        report[name] = own.mean(), *wilson(own.sum(), len(wrong))[1:]
    return report


def exact_interval(wrong, groups):
    report = {}
    for name in np.unique(groups):
        own = wrong[groups == name]
        report[name] = own.mean(), *stats.binomtest(int(own.sum()), len(own)).proportion_ci(0.95)
    return report


def error_in_place(wrong, groups):
    report = error_by_group(wrong, groups)
    wrong[:] = False
    return report


def groups_in_place(wrong, groups):
    report = error_by_group(wrong, groups)
    groups[:] = "a"
    return report


def test_error_by_group_accepts():
    assert checks.check_error_by_group(error_by_group)
    assert checks.check_error_by_group(
        lambda wrong, groups: {name: list(row) for name, row in error_by_group(wrong, groups).items()}
    )


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda wrong, groups: {name: wilson(wrong.sum(), 60) for name in set(groups)}, "of all images"),
        (lambda wrong, groups: error_by_group(~wrong, groups), "accuracies"),
        (
            lambda wrong, groups: {name: (wrong[groups == name].sum(), 0, 1) for name in set(groups)},
            "of 5 of 20, 1 of 30 and 0 of 10",
        ),
        (lambda wrong, groups: {"a": wilson(5, 20)}, "one entry for each group"),
        (lambda wrong, groups: wrong.mean(), "one entry for each group"),
        (lambda wrong, groups: {name: wrong[groups == name].mean() for name in "abc"}, "three numbers"),
        (normal_interval, "interval of no width"),
        (interval_of_all, "counts all 60 images"),
        (exact_interval, "Wilson's 95 % interval for 5 of 20"),
        (error_in_place, "changes its input"),
        (groups_in_place, "changes its input"),
    ],
)
def test_error_by_group_rejects(answer, message):
    assert message in checks.check_error_by_group(answer).message


# --------------------------------------------------------------------------- confusion matrix


def precision_recall(matrix):
    correct = np.diag(matrix)
    return correct / np.maximum(matrix.sum(axis=0), 1), correct / np.maximum(matrix.sum(axis=1), 1)


def unprotected(matrix):
    correct = np.diag(matrix)
    return correct / matrix.sum(axis=0), correct / matrix.sum(axis=1)


def test_precision_recall_accepts():
    assert checks.check_precision_recall(precision_recall)
    assert checks.check_precision_recall(lambda matrix: list(precision_recall(matrix)))


def precision_recall_in_place(matrix):
    result = precision_recall(matrix)
    matrix[:] = 0
    return result


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda matrix: precision_recall(matrix)[::-1], "changed places"),
        (lambda matrix: [np.diag(matrix) / matrix.sum()] * 2, "shares of all images"),
        (lambda matrix: [precision_recall(matrix)[1]] * 2, "The precision of"),
        (lambda matrix: [precision_recall(matrix)[0], np.ones(3)], "The recall of"),
        (unprotected, "never predicted has precision 0, not nan"),
        (lambda matrix: precision_recall(matrix)[0], "should return two arrays"),
        (precision_recall_in_place, "changes its input"),
    ],
)
def test_precision_recall_rejects(answer, message):
    assert message in checks.check_precision_recall(answer).message


def test_balanced_accuracy_accepts():
    assert checks.check_balanced_accuracy(lambda matrix: precision_recall(matrix)[1].mean())


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda matrix: np.trace(matrix) / matrix.sum(), "That is the accuracy"),
        (lambda matrix: precision_recall(matrix)[0].mean(), "mean precision"),
        (lambda matrix: precision_recall(matrix)[1], "should be one number"),
        (lambda matrix: np.median(precision_recall(matrix)[1]) + 0.1, "it is 0.803"),
        (lambda matrix: (6 / 8 + 3 / 4 + 80 / 88) / 3, "For [[1, 0], [0, 9]] it is 1, not 0.803"),
    ],
)
def test_balanced_accuracy_rejects(answer, message):
    assert message in checks.check_balanced_accuracy(answer).message


def predictive_value(sensitivity, specificity, prevalence):
    found = sensitivity * prevalence
    return found / (found + (1 - specificity) * (1 - prevalence))


def test_positive_predictive_value_accepts():
    assert checks.check_positive_predictive_value(predictive_value)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda sensitivity, specificity, prevalence: sensitivity, "That is the sensitivity"),
        (
            lambda sensitivity, specificity, prevalence: predictive_value(sensitivity, specificity, 0.5),
            "left out",
        ),
        (
            lambda sensitivity, specificity, prevalence: predictive_value(
                sensitivity, 1 - specificity, prevalence
            ),
            "false alarms",
        ),
        (lambda sensitivity, specificity, prevalence: 1 / 3, "prevalence 0.3 it is 1, not 0.333"),
        (lambda sensitivity, specificity, prevalence: sensitivity * prevalence, "it is 1/3, not"),
    ],
)
def test_positive_predictive_value_rejects(answer, message):
    assert message in checks.check_positive_predictive_value(answer).message
