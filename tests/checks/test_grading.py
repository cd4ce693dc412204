"""Whatever the reader's function does, a grader comes back with a verdict; only its own faults are raised."""

import functools
import pkgutil
import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest

from qbi_utils import checks
from qbi_utils.checks import _grading

from . import (
    test_augmentation,
    test_baselines,
    test_chunks,
    test_data_sets,
    test_labels,
    test_metrics,
    test_mixture,
    test_networks,
    test_simulation,
)

GRADERS = [getattr(checks, name) for name in checks.__all__ if name.startswith("check_")]
RIGHT = {
    checks.check_augmentation_ranges: test_augmentation.augmentation_ranges,
    checks.check_augmented_split: test_augmentation.augmented_split,
    checks.check_average_precision: test_metrics.average_precision,
    checks.check_balanced_accuracy: lambda matrix: test_metrics.precision_recall(matrix)[1].mean(),
    checks.check_beta_bernoulli: lambda on, n, a, b: (a + on) / (a + b + n),
    checks.check_bezier_point: test_simulation.de_casteljau,
    checks.check_calibration_error: test_networks.calibration_error,
    checks.check_character: test_simulation.write_a,
    checks.check_chinese_restaurant: test_mixture.seat_beside_someone,
    checks.check_chosen_metrics: lambda: test_metrics.CHOSEN,
    checks.check_chunk_seeds: test_chunks.noisy,
    checks.check_class_means: test_data_sets.means_by_sum,
    checks.check_cohen_kappa: test_labels.kappa_by_counting,
    checks.check_conditional: test_mixture.conditional,
    checks.check_error_by_group: test_metrics.error_by_group,
    checks.check_forward_model: test_simulation.forward_model(),
    checks.check_grouped_split: test_data_sets.split_groups,
    checks.check_held_out_accuracy: test_baselines.held_out,
    checks.check_instance_iou: test_metrics.instance_iou_by_counting,
    checks.check_label_suspects: test_labels.suspect_labels,
    checks.check_leak_free_normalization: test_networks.normalize_pair,
    checks.check_number_of_images: lambda height, width, levels: levels ** (height * width),
    checks.check_overlap_depth: test_chunks.count_depth,
    checks.check_parameter_count: lambda size, n_in, n_out: (size**2 * n_in + 1) * n_out,
    checks.check_positive_predictive_value: test_metrics.predictive_value,
    checks.check_precision_recall: test_metrics.precision_recall,
    checks.check_random_rotation: test_augmentation.rotate_by_scipy,
    checks.check_receptive_field: test_networks.see,
    checks.check_squared_distances: lambda images, query: ((images * 1.0 - query) ** 2).sum(axis=(1, 2)),
    checks.check_temperature: test_networks.fit_temperature,
    checks.check_validator: test_data_sets.find_faults,
}


def returns(result):
    return lambda *arguments: result


def raises(error):
    def broken(*arguments):
        raise error

    return broken


class Strange:
    """Breaks whatever looks at it."""

    def __array__(self, *arguments, **options):
        raise RuntimeError("no array")

    def __repr__(self):
        raise RuntimeError("no text")


ZOO = {
    "its input": lambda *arguments: arguments[0],
    "nothing": returns(None),
    "text": returns("text"),
    "empty list": returns([]),
    "ragged list": returns([[1], [2, 3]]),
    "object": returns(object()),
    "strange object": returns(Strange()),
    "two strange objects": returns((Strange(), Strange())),
    "NaN": returns(np.array(np.nan)),
    "number": returns(0.5),
    "negative number": returns(-1),
    "huge number": returns(10**5000),
    "complex number": returns(1j),
    "dict": returns({}),
    "dict of strange things": returns({"a": 1, 2: Strange(), None: [[1], [2, 3]]}),
    "set": returns({1, "text", None}),
    "truth value": returns(True),
    "no rows": returns(np.zeros((0, 3))),
    "huge array": returns(np.zeros((1000, 1000))),
    "texts": returns(np.array([["text"]])),
    "objects": returns(np.array([None, {}], object)),
    "pair": returns((None, "text")),
    "generator": lambda *arguments: (argument for argument in arguments),
    "no argument": lambda: 1,
    "keyword": lambda *, image: 1,
    "KeyError": raises(KeyError("oops")),
    "IndexError": raises(IndexError),
    "TypeError": raises(TypeError("no")),
    "RecursionError": lambda *arguments: ZOO["RecursionError"](*arguments),
    "SystemExit": raises(SystemExit(1)),
    "no function": 42,
    "type": int,
}


@pytest.mark.parametrize("check", GRADERS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("answer", ZOO.values(), ids=list(ZOO))
def test_strange_answers_get_a_verdict(check, answer):
    verdict = check(answer)
    assert isinstance(verdict, checks.Verdict)
    assert not verdict
    assert verdict.message
    assert len(repr(verdict)) < 1000


SPOILS = {
    "nothing": lambda value: None,
    "text": lambda value: "text",
    "texts": lambda value: np.full(np.shape(np.array(value, object)), "text"),
    "ragged": lambda value: [[1], [2, 3]],
    "strange": lambda value: Strange(),
    "empty": lambda value: [],
    "dict": lambda value: {0: value},
    "not a number": lambda value: np.full(np.shape(np.array(value, object)), np.nan),
    "infinite": lambda value: np.full(np.shape(np.array(value, object)), -np.inf),
    "out of range": lambda value: np.full(np.shape(np.array(value, object)), 12345),
    "one axis more": lambda value: [value],
    "one axis less": lambda value: value[0] if np.ndim(np.array(value, object)) else value,
    "flat": lambda value: np.ravel(np.array(value, object)),
}


def spoil_part(result, place, spoil):
    """Spoil one part of a tuple, list or dict, or all of the result."""
    if place == "all":
        return spoil(result)
    parts = dict(result) if isinstance(result, dict) else list(result)
    key = list(parts)[place] if isinstance(result, dict) else place
    parts[key] = spoil(parts[key])
    return parts if isinstance(result, dict) else type(result)(parts)


def parts_of(result):
    return list(result.values() if isinstance(result, dict) else result)


def spoiled_answer(right, spoil, place, from_call):
    n_calls = 0

    def answer(*arguments):
        nonlocal n_calls
        n_calls += 1
        result = right(*arguments)
        return spoil_part(result, place, spoil) if n_calls > from_call else result

    return answer


@pytest.mark.parametrize("check", RIGHT, ids=lambda check: check.__name__)
@pytest.mark.parametrize("spoil", SPOILS.values(), ids=list(SPOILS))
def test_right_answers_that_turn_strange_get_a_verdict(check, spoil):
    def first_result(*arguments):
        results.append(RIGHT[check](*arguments))
        raise NotImplementedError

    results = []
    check(first_result)
    n_parts = len(results[0]) if isinstance(results[0], tuple | list | dict) else 0
    for place in ("all", *range(n_parts)):
        part = results[0] if place == "all" else parts_of(results[0])[place]
        if spoil is SPOILS["one axis less"] and isinstance(part, int | float):
            continue  # a number has none to lose
        for from_call in range(4):
            verdict = check(spoiled_answer(RIGHT[check], spoil, place, from_call))
            assert isinstance(verdict, checks.Verdict)
            assert verdict.message


def test_every_grader_is_listed_and_has_a_right_answer():
    modules = [
        import_module(f"{checks.__name__}.{module.name}") for module in pkgutil.iter_modules(checks.__path__)
    ]
    defined = {name for module in modules for name in vars(module) if name.startswith("check_")}
    assert checks.__all__ == ["Verdict", *sorted(defined)]
    assert set(RIGHT) == set(GRADERS)


def test_import_brings_nothing_heavy():
    code = "import sys, qbi_utils.checks; print(*{'numpy', 'pandas', 'scipy', 'numba', 'keras'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_verdict_wraps_its_text_and_counts_as_a_truth_value():
    verdict = checks.Verdict(False, "word " * 30, "hint " * 30)
    assert max(len(line) for line in repr(verdict).splitlines()) <= 68
    assert not verdict
    assert checks.Verdict(True, "Right.")
    assert repr(checks.Verdict(True, "Right.")) == "✓ Right."


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (42, "Hand over your function itself, not 42."),
        (Strange(), "Hand over your function itself, not Strange."),
        ("x" * 1000, f"Hand over your function itself, not '{'x' * 199}...."),
        (raises(NotImplementedError), "broken is not written yet."),
        (raises(KeyError("oops")), "broken stops with KeyError: 'oops'"),
        (raises(RuntimeError), "broken stops with RuntimeError"),
        (raises(SystemExit(1)), "broken stops with SystemExit: 1"),
        (functools.partial(raises(KeyError("oops"))), "The function stops with KeyError: 'oops'"),
        (returns(None), "The function returns nothing."),
        (ZOO["generator"], "The function returns a generator, which holds no values yet."),
        (returns("text"), "The result should be made of numbers, got 'text'."),
        (returns([[1], [2, 3]]), "The result should be made of numbers, got [[1], [2, 3]]."),
        (returns([1]), "The result should be one number, got shape (1,)."),
    ],
)
def test_what_the_reader_is_told_when_nothing_can_be_graded(answer, message):
    assert checks.check_balanced_accuracy(answer).message == message


def test_a_fault_of_the_grader_is_raised():
    @_grading.grader
    def check_nothing(answer):
        return {}[answer(1)]

    with pytest.raises(KeyError, match="1"):
        check_nothing(lambda number: number)
    assert (
        check_nothing(lambda number: [][0]).message
        == "<lambda> stops with IndexError: list index out of range"
    )


def test_the_reader_can_stop_a_grader():
    with pytest.raises(KeyboardInterrupt):
        checks.check_balanced_accuracy(raises(KeyboardInterrupt))


def test_an_answer_cannot_change_what_the_grader_works_with():
    @_grading.grader
    def check_given(answer):
        assert answer(row, [1, 2]) == 5
        assert row.tolist() == [0, 0]

    def change(array, numbers):
        numbers.clear()
        array += 1
        return 5

    row = np.zeros(2)
    assert check_given(change).message == "The function changes its input."
    assert row.tolist() == [0, 0]
    assert check_given(lambda array, numbers: numbers.clear() or 5)


def test_known_mistakes_match_in_shape_and_within_the_tolerance():
    def message_of(result, **tolerance):
        with pytest.raises(_grading.WrongAnswer) as caught:
            _grading.refuse_known(result, mistakes, **tolerance)
        return caught.value.args[0]

    mistakes = {7: ("seven", ""), (1, 2): ("row", "")}
    assert message_of(np.array([1.0, 2.0])) == "row"
    assert message_of(np.array([[7, 7]])) == "seven"
    assert message_of(7.5, rtol=0.1) == "seven"
    for other in (7.5, np.nan, np.array([1, 2, 2]), np.array([7, 8])):
        _grading.refuse_known(other, mistakes)
