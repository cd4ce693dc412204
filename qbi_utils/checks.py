"""Grade the answers to exercises: what is wrong, and a hint.

A grader takes what the reader wrote, tries it on small cases whose answers are known, and returns a
`Verdict`. To add one, write a function that calls `_expect` for one mistake after the other, the most
telling first, and decorate it with `_grader`; its test shows that it takes a right answer and tells each
typical wrong one apart.
"""

import contextlib
import functools
import itertools
import math
import textwrap
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import ndimage

__all__ = [
    "Verdict",
    "check_augmentation_ranges",
    "check_augmented_split",
    "check_average_precision",
    "check_balanced_accuracy",
    "check_beta_bernoulli",
    "check_bezier_point",
    "check_calibration_error",
    "check_character",
    "check_chinese_restaurant",
    "check_chosen_metrics",
    "check_chunk_seeds",
    "check_class_means",
    "check_cohen_kappa",
    "check_conditional",
    "check_error_by_group",
    "check_forward_model",
    "check_grouped_split",
    "check_held_out_accuracy",
    "check_instance_iou",
    "check_label_suspects",
    "check_leak_free_normalization",
    "check_number_of_images",
    "check_overlap_depth",
    "check_parameter_count",
    "check_positive_predictive_value",
    "check_precision_recall",
    "check_random_rotation",
    "check_receptive_field",
    "check_squared_distances",
    "check_temperature",
    "check_validator",
]


_WIDTH = 68  # characters that fit beside each other in the box of an exercise on the page


@dataclass(frozen=True)
class Verdict:
    """What a grader thinks of an answer.

    Parameters
    ----------
    passed : bool
        Whether the answer is right; also the truth value of the verdict.
    message : str
        What is wrong, or that nothing is.
    hint : str
        Where to look next.

    Examples
    --------
    >>> Verdict(False, "The sum is too small.", "Does the loop reach the last image?")
    ✗ The sum is too small.
      Hint: Does the loop reach the last image?
    """

    passed: bool
    message: str
    hint: str = ""

    def __bool__(self):
        return self.passed

    def __repr__(self):
        text = textwrap.fill(f"{'✓' if self.passed else '✗'} {self.message}", _WIDTH, subsequent_indent="  ")
        if self.hint:
            text += "\n" + textwrap.fill(f"  Hint: {self.hint}", _WIDTH, subsequent_indent="  ")
        return text


class _WrongAnswer(Exception):  # noqa: N818 - not an error: the normal way to stop grading
    pass


def _expect(condition, message, hint=""):
    if not condition:
        raise _WrongAnswer(message, hint)


def _grader(grade):
    """Turn a function that stops at the first mistake into one that returns a verdict on it."""

    @functools.wraps(grade)
    def check(answer):
        name = getattr(answer, "__name__", None)
        if not callable(answer):
            return Verdict(False, f"Hand over your function itself, not {answer!r}.", "Leave out the ().")
        try:
            grade(answer)
        except _WrongAnswer as mistake:
            return Verdict(False, *mistake.args)
        except NotImplementedError:
            return Verdict(False, f"{name} is not written yet.", "Replace the line that raises the error.")
        except Exception as error:
            return Verdict(
                False,
                f"{name} stops with {type(error).__name__}: {error}",
                "Call it by hand on a small input.",
            )
        return Verdict(True, "Right.")

    return check


def _expect_array(result, shape):
    _expect(result is not None, "The function returns nothing.", "Does it end with `return`?")
    result = np.asarray(result)
    _expect(
        result.shape == shape,
        f"The result should have shape {shape}, got {result.shape}.",
        "Which axis counts what?",
    )
    return result


def _expect_untouched(array, before):
    _expect(
        np.array_equal(array, before),
        "The function changes its input.",
        "Work on a copy: an operation such as `a -= b` writes into `a`.",
    )


def _expect_number(result):
    _expect(result is not None, "The function returns nothing.", "Does it end with `return`?")
    _expect(np.ndim(result) == 0, f"The result should be one number, got shape {np.shape(result)}.")
    return result


# --------------------------------------------------------------------------- lecture 01


@_grader
def check_number_of_images(answer):
    """Grade a function that counts the images that can exist.

    Parameters
    ----------
    answer : callable
        ``answer(height, width, levels)`` returns how many different grey images there are of
        `height` × `width` pixels with `levels` grey levels each, as an int.

    Returns
    -------
    Verdict
        Tells base and exponent mistaken for each other, a sum for a power, and overflow apart.

    Examples
    --------
    >>> check_number_of_images(lambda height, width, levels: (height * width) ** levels)
    ✗ Base and exponent have changed places.
      Hint: One pixel has `levels` choices. How many choices have two pixels?
    """
    result = _expect_number(answer(1, 2, 3))
    _expect(
        result != 2**3,
        "Base and exponent have changed places.",
        "One pixel has `levels` choices. How many choices have two pixels?",
    )
    _expect(
        result != 2 * 3,
        "That is the number of single choices, not of their combinations.",
        "Each choice of the first pixel goes with every choice of the second.",
    )
    _expect(
        result == 3**2,
        f"Of 1×2 pixels with 3 levels there are 9 images, not {result}.",
        "Write all nine down.",
    )
    result = answer(28, 28, 256)
    _expect(
        isinstance(result, int),
        f"For 28×28 pixels the result is {type(result).__name__} {result}, not an int.",
        "NumPy's integers and floats overflow; Python's own int does not.",
    )
    _expect(result == 256**784, "The count for 28×28 pixels with 256 levels is wrong.", "It has 1889 digits.")


@_grader
def check_class_means(answer):
    """Grade a function that averages the images of each class.

    Parameters
    ----------
    answer : callable
        ``answer(images, labels)`` returns the mean image of each class, shape (classes, height, width),
        class 0 first.

    Returns
    -------
    Verdict
        Tells one overall mean for every class, rounding, wrong order, and a changed input apart.

    Examples
    --------
    >>> def overall_mean(images, labels):
    ...     return np.repeat(images.mean(axis=0)[None], labels.max() + 1, axis=0)
    >>> check_class_means(overall_mean)
    ✗ Every class gets the same image.
      Hint: Select the images of one class first: images[labels == 0].
    """
    images = np.array([[[200, 0]], [[0, 7]], [[100, 0]], [[1, 8]], [[201, 0]]], np.uint8)
    labels = np.array([2, 0, 2, 0, 1])
    before = images.copy()
    means = _expect_array(answer(images, labels), (3, 1, 2)).astype(float)
    _expect_untouched(images, before)
    _expect(
        not np.allclose(means, means[0]),
        "Every class gets the same image.",
        "Select the images of one class first: images[labels == 0].",
    )
    expected = np.array([[[0.5, 7.5]], [[201, 0]], [[150, 0]]])
    _expect(
        not np.array_equal(means, np.floor(expected)),
        "The means are rounded down.",
        "A mean of grey levels is no grey level: keep it as float.",
    )
    _expect(
        not np.allclose(means, expected[[2, 0, 1]]),
        "The classes come in the order of their first image.",
        "Row 0 belongs to class 0.",
    )
    _expect(
        np.allclose(means, expected),
        f"For class 2, with grey levels 200 and 100 in its first pixel, the mean is {means[2, 0, 0]}, not 150.",
        "Sum the images of the class as float, then divide by their number.",
    )


# --------------------------------------------------------------------------- lecture 02


@_grader
def check_instance_iou(answer):
    """Grade a function that compares each object of one label image with each of another.

    Parameters
    ----------
    answer : callable
        ``answer(truth, predicted)`` returns the intersection over union of each true object with each
        predicted one, shape (n, m), from two label images of any integer type, shape (height, width), whose
        objects are numbered from 1 to n and to m; 0 is background. A number that no pixel has gets 0.

    Returns
    -------
    Verdict
        Tells background taken for an object, rows and columns mistaken for each other, a union that counts
        the intersection twice, other ratios, numbers without a pixel, images without an object, overflow
        in uint8 and a changed input apart.

    Examples
    --------
    >>> def dice(truth, predicted):
    ...     pairs = [[(truth == i, predicted == j) for j in range(1, predicted.max() + 1)]
    ...              for i in range(1, truth.max() + 1)]
    ...     return [[2 * (a & b).sum() / (a.sum() + b.sum()) for a, b in row] for row in pairs]
    >>> check_instance_iou(dice)
    ✗ That is the Dice coefficient.
      Hint: Divide the intersection by the union.
    """
    truth = np.repeat([[1, 1, 0, 2, 2, 2]], 2, axis=0)
    predicted = np.array([[0, 1, 1, 1, 0, 3], [0, 1, 1, 1, 2, 3]])
    before = truth.copy(), predicted.copy()
    overlaps = answer(truth, predicted)
    _expect(
        np.shape(overlaps) != (3, 4),
        "The background is compared as if it were an object.",
        "Leave out row 0 and column 0.",
    )
    _expect(
        np.shape(overlaps) != (3, 2),
        "Rows and columns have changed places.",
        "Each true object has a row, each predicted one a column.",
    )
    overlaps = _expect_array(overlaps, (2, 3)).astype(float)
    _expect_untouched(truth, before[0])
    _expect_untouched(predicted, before[1])
    for wrong, message, hint in (
        (2 / 10, "The union counts the shared pixels twice.", "Union = one area + the other - intersection."),
        (4 / 10, "That is the Dice coefficient.", "Divide the intersection by the union."),
        (2 / 4, "The intersection is divided by the true area.", "Divide by the union of both objects."),
        (2 / 6, "The intersection is divided by the predicted area.", "Divide by the union of both objects."),
        (2, "These are numbers of shared pixels.", "Divide each by the number of pixels in either object."),
    ):
        _expect(not np.isclose(overlaps[0, 0], wrong), message, hint)
    expected = [[2 / 8, 0, 0], [2 / 10, 1 / 6, 2 / 6]]
    _expect(
        np.allclose(overlaps, expected),
        f"The first row should be [0.25, 0, 0] for {truth[0].tolist()} and {predicted[1].tolist()} below "
        f"{predicted[0].tolist()}, it is {np.round(overlaps[0], 3).tolist()}; the second is "
        f"{np.round(overlaps[1], 3).tolist()}.",
        "Compare truth == 1 with predicted == 1 by hand.",
    )
    with np.errstate(all="ignore"):
        unused = _expect_array(answer(np.array([[0, 2]]), np.array([[0, 2]])), (2, 2))
    _expect(
        np.array_equal(unused, [[0, 0], [0, 1]]),
        f"A number that no pixel has should get 0, not {unused[0, 0]}.",
        "Divide by at least 1 pixel: np.maximum(union, 1).",
    )
    _expect_array(answer(truth, np.zeros_like(truth)), (2, 0))
    many = np.arange(1, 31, dtype=np.uint8)[None]
    with np.errstate(all="ignore"), contextlib.suppress(ValueError, IndexError):
        overlaps = answer(many, many)
    _expect(
        np.array_equal(overlaps, np.eye(30)),
        "The result is wrong for label images of uint8 with 30 objects.",
        "Numbers above 255 overflow in uint8: convert the images with astype(np.int64).",
    )


# What each case of the exercise asks for: the metrics that fit, and what is wrong with the tempting ones.
_METRICS = ("accuracy", "mean absolute error", "Dice coefficient", "precision and recall", "PSNR")
_CASES = {
    "pollen": {"accuracy", "precision and recall"},
    "age": {"mean absolute error"},
    "count": {"mean absolute error"},
    "lesion": {"Dice coefficient", "precision and recall"},
    "spots": {"precision and recall"},
    "rare": {"precision and recall"},
    "exposure": {"PSNR"},
}
_TEMPTING = {
    ("age", "accuracy"): "An answer that is one month off would count as wrong as one ten years off.",
    ("count", "accuracy"): "One cell too many would count as wrong as a hundred.",
    ("count", "Dice coefficient"): "Two touching cells that are counted as one leave the Dice unchanged.",
    ("lesion", "accuracy"): "Who calls every pixel background would be right for 99 of 100.",
    ("rare", "accuracy"): "Who calls everybody healthy would be right for 199 of 200.",
    ("spots", "Dice coefficient"): "A few large spots would outvote hundreds of small ones.",
    ("spots", "accuracy"): "Of what? The background is no list of objects that could be counted right.",
}


@_grader
def check_chosen_metrics(answer):
    """Grade a function that names the metric for each of seven cases.

    Parameters
    ----------
    answer : callable
        ``answer()`` returns a dict from case, ``"pollen"``, ``"age"``, ``"count"``, ``"lesion"``, ``"spots"``,
        ``"rare"`` and ``"exposure"``, to one of ``"accuracy"``, ``"mean absolute error"``, ``"Dice
        coefficient"``, ``"precision and recall"`` and ``"PSNR"``.

    Returns
    -------
    Verdict
        Says for the first case that is missing, unknown or badly measured what goes wrong.

    Examples
    --------
    >>> cases = ["pollen", "age", "count", "lesion", "spots", "rare", "exposure"]
    >>> check_chosen_metrics(lambda: dict.fromkeys(cases, "accuracy"))
    ✗ accuracy does not fit the case 'age'. An answer that is one month
      off would count as wrong as one ten years off.
      Hint: What is the label: a name, a number, a mask, boxes or an
      image?
    """
    chosen = answer()
    _expect(chosen is not None, "The function returns nothing.", "Does it end with `return`?")
    _expect(isinstance(chosen, dict), f"The function should return a dict, not {chosen!r}.")
    for case, fitting in _CASES.items():
        _expect(case in chosen, f"The case {case!r} is missing.", f"There are {len(_CASES)}.")
        metric = chosen[case]
        _expect(
            metric in _METRICS,
            f"{metric!r} for the case {case!r} is none of the metrics.",
            f"Choose among: {', '.join(_METRICS)}.",
        )
        _expect(
            metric in fitting,
            f"{metric} does not fit the case {case!r}. {_TEMPTING.get((case, metric), '')}".rstrip(),
            "What is the label: a name, a number, a mask, boxes or an image?",
        )


# --------------------------------------------------------------------------- lecture 03


@_grader
def check_cohen_kappa(answer):
    """Grade a function that computes Cohen's kappa of two annotators.

    Parameters
    ----------
    answer : callable
        ``answer(first, second)`` returns kappa for two arrays of labels, numbers or texts; NaN where both
        annotators gave one and the same label throughout.

    Returns
    -------
    Verdict
        Tells raw agreement, a chance term that ignores how often each label is used, one that takes both
        annotators for the same, a division by zero, and classes that are taken for indices apart.

    Examples
    --------
    >>> check_cohen_kappa(lambda first, second: np.mean(np.asarray(first) == np.asarray(second)))
    ✗ That is the raw agreement.
      Hint: Subtract the agreement that chance brings, and divide by what it leaves.
    """
    first = np.array([0, 0, 0, 0, 0, 0, 1, 1, 2, 2])
    second = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 2])
    before = first.copy(), second.copy()
    result = _expect_number(answer(first, second))
    _expect_untouched(first, before[0])
    _expect_untouched(second, before[1])
    observed, both = 0.7, np.bincount(np.r_[first, second]) / 20
    chance = 0.6 * 0.4 + 0.2 * 0.5 + 0.2 * 0.1
    _expect(
        not np.isclose(result, observed),
        "That is the raw agreement.",
        "Subtract the agreement that chance brings, and divide by what it leaves.",
    )
    _expect(
        not np.isclose(result, observed - chance),
        "The agreement beyond chance is not divided by what chance leaves.",
        "The largest value of kappa is 1.",
    )
    _expect(
        not np.isclose(result, (observed - 1 / 3) / (1 - 1 / 3)),
        "Chance is taken to use every class equally often.",
        "How often does each annotator use each class?",
    )
    squares = (both**2).sum()
    _expect(
        not np.isclose(result, (observed - squares) / (1 - squares)),
        "Chance takes the two annotators for one (this is Scott's pi).",
        "Multiply the share of a class at the first annotator by its share at the second.",
    )
    _expect(
        np.isclose(result, (observed - chance) / (1 - chance)),
        f"With an agreement of 0.7 and a chance agreement of 0.36 kappa is 0.53125, not {result}.",
        "Sum over the classes, then put the sum into the equation.",
    )
    words = _expect_number(answer(np.array(["ill", "well", "well"]), np.array(["well", "well", "ill"])))
    _expect(
        np.isclose(words, -0.5),
        f"For labels that are texts the result is {words}, not -0.5.",
        "Loop over the classes that occur, for example np.union1d(first, second).",
    )
    with np.errstate(all="raise"):
        try:
            alone = _expect_number(answer(np.ones(3, int), np.ones(3, int)))
        except ArithmeticError:
            raise _WrongAnswer(
                "Where both give one and the same answer throughout, the function divides by zero.",
                "Return np.nan if the chance agreement is 1.",
            ) from None
    _expect(
        np.isnan(alone),
        f"Where both give one and the same answer throughout, the result is {alone}, not NaN.",
        "Chance alone explains this agreement; there is nothing to be measured.",
    )


@_grader
def check_grouped_split(answer):
    """Grade a function that splits images into training and test, and keeps groups together.

    Parameters
    ----------
    answer : callable
        ``answer(groups, test_share, rng)`` returns the indices of the training and of the test images.
        ``round(test_share * number of groups)`` groups, drawn with `rng`, make the test set.

    Returns
    -------
    Verdict
        Tells groups on both sides, images lost or used twice, an empty side, a wrong number of groups,
        sides exchanged, and a fixed choice apart.

    Examples
    --------
    >>> def split_images(groups, test_share, rng):
    ...     order = rng.permutation(len(groups))
    ...     return np.split(order, [len(groups) - round(test_share * len(groups))])
    >>> check_grouped_split(split_images)
    ✗ Some patients have images on both sides.
      Hint: Draw patients, then take all images of each: np.isin(groups, drawn).
    """
    groups = np.repeat(["d", "a", "h", "c", "b", "g", "f", "e", "j", "i"], [1, 2, 3, 4, 5, 5, 4, 3, 2, 1])
    groups = groups[np.random.default_rng(0).permutation(len(groups))]
    before = groups.copy()
    chosen = []
    for seed in range(4):
        result = answer(groups, 0.3, np.random.default_rng(seed))
        _expect(
            isinstance(result, tuple | list) and len(result) == 2,
            "The function should return two arrays of indices: training, test.",
            "End with `return train_indices, test_indices`.",
        )
        _expect_untouched(groups, before)
        train, test = (np.asarray(part) for part in result)
        _expect(
            train.size and test.size,
            "One side of the split is empty.",
            "A test set without images tells nothing.",
        )
        _expect(
            all(part.ndim == 1 and np.issubdtype(part.dtype, np.integer) for part in (train, test)),
            "The two results should be rows of indices, integers.",
            "np.flatnonzero turns a mask into indices.",
        )
        _expect(
            not set(groups[train]) & set(groups[test]),
            "Some patients have images on both sides.",
            "Draw patients, then take all images of each: np.isin(groups, drawn).",
        )
        _expect(
            sorted([*train, *test]) == list(range(len(groups))),
            f"Of {len(groups)} images, {len(set(train) | set(test))} are in the split, "
            f"in {len(train) + len(test)} places.",
            "Each image belongs to exactly one side.",
        )
        n_tested = len(set(groups[test]))
        _expect(n_tested != 7, "Training and test set have changed places.", "The share is that of the test.")
        _expect(
            n_tested == 3,
            f"With a test share of 0.3, 3 of 10 patients should be in the test, not {n_tested}.",
            "round(test_share * number of patients), whatever the number of their images.",
        )
        chosen.append(tuple(sorted(set(groups[test]))))
    _expect(
        len(set(chosen)) > 1,
        "The test set is the same each time.",
        "Let `rng` choose, and make no generator inside the function.",
    )


@_grader
def check_validator(answer):
    """Grade a function that finds the faults in a table of images.

    Parameters
    ----------
    answer : callable
        ``answer(table, files, classes, size)`` returns a set of pairs (row, fault). `table` has the columns
        `file` and `label`; `files` maps names to (height, width, SHA-256); the faults are "missing",
        "double", "copy", "size" and "label".

    Returns
    -------
    Verdict
        Tells nothing found, only the first fault found, one fault a row, false alarms, the first of two
        equal entries accused, and each kind of fault that is overlooked apart.

    Examples
    --------
    >>> def check_labels_only(table, files, classes, size):
    ...     return {(row, "label") for row in table.index[~table["label"].isin(classes)]}
    >>> check_validator(check_labels_only)
    ✗ A fault of the kind "missing" is overlooked, in row 12.
      Hint: A name that is no key of `files` has no file.
    """
    files = {name: (8, 6, f"hash of {name}") for name in ("a", "b", "c", "d", "e", "f")}
    good = pd.DataFrame({"file": [*"abc"], "label": [0, 1, 1]}, index=[5, 3, 4])
    before = good.copy()
    found = _faults(answer(good, files, [0, 1], (8, 6)))
    _expect(good.equals(before), "The function changes the table.", "Work on a copy: table.copy().")
    _expect(
        not found,
        f"In a table without a fault the function finds {len(found)}.",
        "Test each row against what it should be.",
    )
    files |= {"copy of b": files["b"], "turned": (6, 8, "turned"), "large": (9, 6, "large")}
    rows = [
        ("a", 0, ""),
        ("b", 1, ""),
        ("lost", 1, "missing"),
        ("a", 0, "double"),
        ("copy of b", 1, "copy"),
        ("turned", 0, "size"),
        ("c", 2, "label"),
        ("large", 7, "size label"),
        ("gone", 0, "missing"),
        ("d", 1, ""),
        ("copy of b", 1, "double"),
    ]
    table = pd.DataFrame([row[:2] for row in rows], columns=["file", "label"], index=range(10, 21))
    truth = {(10 + place, fault) for place, row in enumerate(rows) for fault in row[2].split()}
    found = _faults(answer(table, files, [0, 1], (8, 6)))
    _expect(found, "The function finds nothing in a table with 9 faults.", "Return the set of faults.")
    _expect(
        len(found) > 1 or not found <= truth,
        "Only the first fault is reported.",
        "Collect the faults of all rows, then return them together.",
    )
    _expect(
        {row for row, _ in found} & set(range(11, 21)),
        "The rows are not those of the table's index.",
        "table.index holds their names, which need not start at 0.",
    )
    _expect(
        not {(10, "double"), (11, "copy")} & found,
        "The first of two equal entries is accused, too.",
        "Compare a row with the rows before it, as pandas' `duplicated` does.",
    )
    _expect(
        (13, "copy") not in found,
        'A file that is listed twice is called a "copy".',
        'A copy has another name; the same name is "double".',
    )
    _expect(
        (20, "copy") not in found,
        'A name that an earlier row has is called a "copy", too, in row 20.',
        'Only a new name can be a "copy": with the rows a, b, b of equal bytes the third is "double", no more.',
    )
    _expect(
        not found & {(12, "size"), (18, "size"), (12, "copy"), (18, "copy")},
        "A missing file is accused of more than being missing.",
        "What does not exist has neither size nor bytes.",
    )
    _expect(
        found - truth == set(),
        f"{len(found - truth)} of the reported faults are false alarms, such as {min(found - truth, default='')}.",
        "Only the five faults, and only where they are.",
    )
    hints = {
        "missing": "A name that is no key of `files` has no file.",
        "double": "Which names have been in a row before?",
        "copy": "Which SHA-256 was there before, under another name?",
        "size": "Compare height and width with `size`, in this order.",
        "label": "Is the label one of `classes`?",
    }
    _expect(
        truth - found != {(17, "label")} and truth - found != {(17, "size")},
        "Row 17 has two faults, one is reported.",
        "Use `if` for each fault, not `elif`.",
    )
    for fault, hint in hints.items():
        overlooked = sorted(row for row, name in truth - found if name == fault)
        _expect(
            not overlooked,
            f'A fault of the kind "{fault}" is overlooked, in row {min(overlooked, default="")}.',
            hint,
        )


def _faults(result):
    """Pairs (row, fault) of an answer, as a set."""
    _expect(result is not None, "The function returns nothing.", "Does it end with `return`?")
    _expect(
        isinstance(result, set | list | tuple)
        and all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in result),
        "The function should return a set of pairs (row, fault).",
        'For example {(3, "missing"), (7, "size")}.',
    )
    return {(int(row), str(fault)) for row, fault in result}


# --------------------------------------------------------------------------- lecture 04


def _close(value, expected):
    return abs(value / expected - 1) < 0.05


@_grader
def check_forward_model(answer):
    """Grade a function that simulates a radiograph without blur.

    Parameters
    ----------
    answer : callable
        ``answer(thickness, attenuation, neutrons, read_noise, rng)`` returns one image, float, whose mean is
        ``neutrons * exp(-attenuation * thickness)``, with Poisson noise of the counts and normal noise of
        standard deviation `read_noise`.

    Returns
    -------
    Verdict
        Tells a missing or wrong law of attenuation, missing noise of either kind, a variance taken for a
        standard deviation, an ignored generator and a changed input apart.

    Examples
    --------
    >>> def expected_image(thickness, attenuation, neutrons, read_noise, rng):
    ...     return neutrons * np.exp(-attenuation * thickness)
    >>> check_forward_model(expected_image)
    ✗ The image has no noise.
      Hint: Let `rng` draw the counts: rng.poisson(expected).
    """
    thickness = np.full((200, 200), 0.5)
    before = thickness.copy()

    def image(seed, read_noise=30.0):
        result = answer(thickness, 2.0, 1000.0, read_noise, np.random.default_rng(seed))
        return _expect_array(result, thickness.shape).astype(float)

    first = image(0)
    _expect_untouched(thickness, before)
    mean, variance = first.mean(), first.var()
    expected = 1000 * np.exp(-1)
    _expect(
        not _close(mean, 1000),
        "The sample absorbs nothing.",
        "Multiply by exp(-attenuation * thickness).",
    )
    _expect(
        not _close(mean, 100),
        "The thickness is an exponent of 10 instead of e.",
        "An attenuation in 1/cm belongs to np.exp.",
    )
    _expect(
        _close(mean, expected),
        f"1000 neutrons behind 0.5 cm of 2 per cm should be {expected:.0f} on average, not {mean:.0f}.",
        "The expected image is neutrons * np.exp(-attenuation * thickness).",
    )
    _expect(variance > 1e-6, "The image has no noise.", "Let `rng` draw the counts: rng.poisson(expected).")
    _expect(
        not _close(variance, 900),
        "The noise does not depend on the signal.",
        "Neutrons arrive at random: draw their number with rng.poisson.",
    )
    _expect(
        not _close(variance, expected),
        "The read-out adds no noise.",
        "Add rng.normal(0, read_noise, shape).",
    )
    _expect(
        not _close(variance, expected + 30),
        "read_noise is taken for a variance.",
        "rng.normal takes the standard deviation.",
    )
    _expect(
        _close(variance, expected + 900),
        f"The variance should be {expected + 900:.0f}, it is {variance:.0f}.",
        "The variance of the counts is their mean; the read-out adds the square of its noise.",
    )
    _expect(
        np.array_equal(first, image(0)) and not np.array_equal(first, image(1)),
        "The noise does not come from `rng`.",
        "Make no generator inside the function, and use no global one.",
    )


# --------------------------------------------------------------------------- lecture 05


@_grader
def check_average_precision(answer):
    """Grade a function that computes the average precision of scores.

    Parameters
    ----------
    answer : callable
        ``answer(labels, scores)`` returns the average precision, 0 to 1, of `scores` (no two equal) for
        the class 1 of `labels`, both of shape (n,).

    Returns
    -------
    Verdict
        Tells the wrong order, the AUC, the precision of all examples and a mean over all ranks apart.

    Examples
    --------
    >>> check_average_precision(lambda labels, scores: labels.mean())
    ✗ That is the share of the class: the baseline, not the average precision.
      Hint: Sort by score first, then look at the precision at each example of class 1.
    """
    labels, scores = np.array([0, 1, 0, 0, 1, 0]), np.array([0.1, 0.9, 0.8, 0.3, 0.6, 0.2])
    before = labels.copy(), scores.copy()
    result = _expect_number(answer(labels, scores))
    _expect_untouched(labels, before[0])
    _expect_untouched(scores, before[1])
    # Ranked by score the labels read 1 0 1 0 0 0, the precisions so far 1, 1/2, 2/3, 1/2, 2/5, 1/3.
    _expect(
        not np.isclose(result, 2 / 6),
        "That is the share of the class: the baseline, not the average precision.",
        "Sort by score first, then look at the precision at each example of class 1.",
    )
    _expect(
        not np.isclose(result, (1 / 4 + 2 / 6) / 2),
        "The examples are sorted with the lowest score first.",
        "np.argsort sorts upwards; turn the order round with [::-1].",
    )
    _expect(
        not np.isclose(result, (1 / 2 + 2 / 5) / 2),
        "The labels are taken in the order in which they came.",
        "Index the labels with the order of the scores.",
    )
    _expect(
        not np.isclose(result, 7 / 8),
        "That is the area under the ROC curve, which does not notice how rare the class is.",
        "Average the precision, and only at the examples of class 1.",
    )
    _expect(
        not np.isclose(result, np.mean([1, 1 / 2, 2 / 3, 1 / 2, 2 / 5, 1 / 3])),
        "That is the mean over all ranks.",
        "Average the precision only at the examples of class 1.",
    )
    _expect(
        np.isclose(result, 5 / 6) and np.isclose(answer(np.array([1, 0, 0]), np.arange(3.0)), 1 / 3),
        f"For labels 0 1 0 0 1 0 with scores .1 .9 .8 .3 .6 .2 it is 5/6, not {result}.",
        "Ranked by score, class 1 comes first and third: precisions 1/1 and 2/3.",
    )


@_grader
def check_label_suspects(answer):
    """Grade a function that ranks labels by how much a model doubts them.

    Parameters
    ----------
    answer : callable
        ``answer(probabilities, labels, n)`` returns the indices of the `n` images whose given label has
        the lowest probability, lowest first. `probabilities` are out of fold, shape (images, classes).

    Returns
    -------
    Verdict
        Tells uncertain images, trusted labels, all disagreements and the wrong number apart.

    Examples
    --------
    >>> check_label_suspects(lambda probabilities, labels, n: np.argsort(probabilities.max(axis=1))[:n])
    ✗ These are the images about which the model is uncertain.
      Hint: Rank by the probability of the label that was given, not by the largest one.
    """
    probabilities = np.array(
        [
            [0.35, 0.33, 0.32],  # uncertain, label right
            [0.90, 0.06, 0.04],  # sure, label wrong
            [0.10, 0.70, 0.20],  # label right
            [0.01, 0.01, 0.98],  # very sure, label wrong
            [0.40, 0.38, 0.22],  # uncertain, label wrong
            [0.95, 0.03, 0.02],  # label right
        ]
    )
    labels = np.array([0, 1, 1, 0, 1, 0])
    before = probabilities.copy(), labels.copy()
    result = answer(probabilities, labels, 2)
    _expect(result is not None, "The function returns nothing.", "Does it end with `return`?")
    _expect_untouched(probabilities, before[0])
    _expect_untouched(labels, before[1])
    chosen = np.asarray(result)
    _expect(
        set(np.ravel(chosen).tolist()) != {0, 4},
        "These are the images about which the model is uncertain.",
        "Rank by the probability of the label that was given, not by the largest one.",
    )
    _expect(
        set(np.ravel(chosen).tolist()) != {2, 5},
        "These are the labels that the model trusts most.",
        "np.argsort sorts upwards: the most doubtful come first.",
    )
    _expect(
        chosen.shape == (2,) and np.issubdtype(chosen.dtype, np.integer),
        f"For n = 2 the answer should be 2 indices, got {chosen.tolist()}.",
        "Keep the first n of the ranking.",
    )
    _expect(
        chosen.tolist() == [3, 1],
        f"The two most doubtful labels are those of images 3 and 1, in this order, not {chosen.tolist()}.",
        "probabilities[np.arange(len(labels)), labels] is the probability of each given label.",
    )
    everything = np.asarray(answer(probabilities, labels, 6)).tolist()
    _expect(
        everything == [3, 1, 0, 4, 2, 5],
        f"For all six images the ranking should be 3, 1, 0, 4, 2, 5, got {everything}.",
        "An image whose label the model shares has a place in the ranking, too.",
    )


@_grader
def check_error_by_group(answer):
    """Grade a function that reports the error of each group with its interval.

    Parameters
    ----------
    answer : callable
        ``answer(wrong, groups)`` takes a bool and a group name for each image, both of shape (n,), and
        returns a dict: group name → (error, low, high), the ends being those of Wilson's 95 % interval.

    Returns
    -------
    Verdict
        Tells one error for all, accuracies, missing groups, and intervals of another kind or for the
        wrong number of images apart.

    Examples
    --------
    >>> check_error_by_group(lambda wrong, groups: {name: (wrong.mean(), 0, 1) for name in set(groups)})
    ✗ Each group has the error of all images together.
      Hint: Select the images of one group first: wrong[groups == name].
    """
    wrong = np.zeros(60, bool)
    wrong[[0, 1, 2, 3, 4, 30]] = True
    groups = np.repeat(["a", "b", "c"], [20, 30, 10])
    before = wrong.copy(), groups.copy()
    result = answer(wrong, groups)
    _expect_untouched(wrong, before[0])
    _expect_untouched(groups, before[1])
    _expect(
        isinstance(result, dict) and {str(name) for name in result} == {"a", "b", "c"},
        "The function should return a dict with one entry for each group.",
        "np.unique(groups) lists their names.",
    )
    report = {str(name): np.asarray(entry, float) for name, entry in result.items()}
    _expect(
        all(entry.shape == (3,) for entry in report.values()),
        "Each entry should hold three numbers: error, low, high.",
        "report[name] = error, low, high",
    )
    errors = [report[name][0] for name in "abc"]
    _expect(
        not np.allclose(errors, 6 / 60),
        "Each group has the error of all images together.",
        "Select the images of one group first: wrong[groups == name].",
    )
    _expect(
        not np.allclose(errors, [15 / 20, 29 / 30, 1]),
        "These are accuracies, not errors.",
        "The error is the share of the images that are wrong.",
    )
    _expect(
        np.allclose(errors, [5 / 20, 1 / 30, 0]),
        f"The errors of 5 of 20, 1 of 30 and 0 of 10 are 0.25, 0.033 and 0, not {np.round(errors, 3)}.",
        "Divide by the number of images of the group.",
    )
    low, high = report["c"][1:]
    _expect(
        low < high,
        "A group of ten images without an error gets an interval of no width.",
        "± 1.96 standard errors fails near 0; Wilson's interval does not.",
    )
    _expect(
        abs(high - 0.0602) > 5e-4,
        "The interval counts all 60 images instead of those of the group.",
        "The number of trials is the size of the group.",
    )
    _expect(
        np.allclose(report["a"], [0.25, 0.11186, 0.46870], atol=2e-4)
        and np.allclose(report["c"], [0, 0, 0.27753], atol=2e-4),
        f"Wilson's 95 % interval for 5 of 20 is 0.112 to 0.469, not {np.round(report['a'][1:], 3)}.",
        'stats.binomtest(k, n).proportion_ci(0.95, method="wilson")',
    )


# --------------------------------------------------------------------------- lecture 06


def _direction(image):
    """Angle in degrees, counter-clockwise from the right, at which the ink lies as seen from the centre."""
    rows, columns = np.indices(image.shape) - (len(image) - 1) / 2
    return np.rad2deg(np.arctan2(-(rows * image).sum(), (columns * image).sum()))


def _same_angles(left, right):
    return np.abs((left - right + 180) % 360 - 180).max() < 1


@_grader
def check_random_rotation(answer):
    """Grade a function that rotates each image of a batch by an angle of its own.

    Parameters
    ----------
    answer : callable
        ``answer(images, max_angle, rng)`` returns the images, shape (n, height, width), float, each rotated
        counter-clockwise about its centre by an angle between -`max_angle` and `max_angle`, and the angles
        in degrees, shape (n,).

    Returns
    -------
    Verdict
        Tells the identity, one angle for the whole batch, the wrong sign, the wrong unit, angles of one
        sign, and a changed input apart.

    Examples
    --------
    >>> def rotate_nothing(images, max_angle, rng):
    ...     return images, rng.uniform(-max_angle, max_angle, len(images))
    >>> check_random_rotation(rotate_nothing)
    ✗ The images are not rotated.
      Hint: Where does the angle of an image enter its warp?
    """
    rows, columns = np.mgrid[:41, :41]
    images = np.tile(np.exp(-((rows - 20) ** 2 + (columns - 30) ** 2) / 8), (40, 1, 1))  # ink at the right
    before = images.copy()
    result = answer(images, 30, np.random.default_rng(0))
    _expect(
        isinstance(result, tuple) and len(result) == 2,
        "The function should return two arrays: images, angles.",
        "End with `return rotated, angles`.",
    )
    _expect_untouched(images, before)
    rotated, angles = _expect_array(result[0], images.shape), _expect_array(result[1], (40,))
    turned = np.array([_direction(image) for image in rotated])
    _expect(
        np.abs(turned).max() > 1,
        "The images are not rotated.",
        "Where does the angle of an image enter its warp?",
    )
    _expect(
        np.ptp(turned) > 1,
        "All images are rotated by the same angle.",
        "Draw as many angles as there are images: rng.uniform(low, high, len(images)).",
    )
    _expect(
        not _same_angles(turned, -angles),
        "The images are rotated clockwise.",
        "Rows point downwards, so that a positive angle easily turns the wrong way. Change the sign.",
    )
    _expect(
        not _same_angles(turned, np.rad2deg(angles)) and np.abs(angles - np.deg2rad(turned)).max() > 0.05,
        "Degrees and radians are mixed up.",
        "NumPy's sine and cosine take radians: np.deg2rad.",
    )
    _expect(
        _same_angles(turned, angles),
        f"The first image should be turned by {angles[0]:.1f} degrees, it is turned by {turned[0]:.1f}.",
        "Turn each image about its centre, ((height - 1) / 2, (width - 1) / 2), by its own angle.",
    )
    _expect(
        angles.min() < -15 and angles.max() > 15 and np.abs(angles).max() <= 30,
        f"With a largest angle of 30 the angles reach from {angles.min():.1f} to {angles.max():.1f}.",
        "Draw uniformly between -max_angle and max_angle.",
    )
    again = answer(images, 30, np.random.default_rng(1))[1]
    _expect(
        not np.allclose(again, angles),
        "Another generator gives the same angles.",
        "Let `rng` draw, and make no generator inside the function.",
    )


@_grader
def check_augmented_split(answer):
    """Grade a function that splits a set and augments what is trained on, without a leak.

    Parameters
    ----------
    answer : callable
        ``answer(images, labels, augment, n_copies, n_test, rng)`` returns ``train_images, train_labels,
        test_images, test_labels``: `n_test` untouched images drawn at random, and of each other image the
        original and `n_copies` variants made by ``augment(images, rng)``.

    Returns
    -------
    Verdict
        Tells a split after augmentation, augmented test images, plain copies, variants in the test set,
        lost originals, wrong labels and a fixed split apart.

    Examples
    --------
    >>> def copy_five_times(images, labels, augment, n_copies, n_test, rng):
    ...     chosen, rest = np.split(rng.permutation(len(images)), [n_test])
    ...     copies = np.repeat(rest, n_copies + 1)
    ...     return images[copies], labels[copies], images[chosen], labels[chosen]
    >>> check_augmented_split(copy_five_times)
    ✗ The variants are plain copies.
      Hint: Hand the repeated images to augment(images, rng).
    """
    # Image i has i as its first pixel; `augment` leaves it alone and changes the second.
    images = np.stack([np.arange(60.0), np.zeros(60)], axis=1)[:, None]
    labels = np.arange(60) % 7
    before = images.copy(), labels.copy()

    def augment(some, rng):
        some = np.array(some, float)
        some[:, 0, 1] = rng.random(len(some)) + 1
        return some

    splits = []
    for seed in (0, 1):
        result = answer(images, labels, augment, 3, 20, np.random.default_rng(seed))
        _expect(
            isinstance(result, tuple | list) and len(result) == 4,
            "The function should return four arrays.",
            "End with `return train_images, train_labels, test_images, test_labels`.",
        )
        _expect_untouched(images, before[0])
        _expect_untouched(labels, before[1])
        test_images = _expect_array(result[2], (20, 1, 2))
        train_images = np.asarray(result[0])
        train_ids, test_ids = train_images[:, 0, 0].astype(int), test_images[:, 0, 0].astype(int)
        _expect(
            not set(train_ids) & set(test_ids),
            "A test image, or a variant of one, is among the training images.",
            "Split first, then augment the training images only.",
        )
        _expect(
            (test_images[:, 0, 1] == 0).all(),
            "The test images are augmented.",
            "The test asks about images as they come from the instrument.",
        )
        _expect(
            len(set(test_ids)) == 20,
            f"The test set should hold 20 different images, it holds {len(set(test_ids))}.",
            "Draw without replacement, for example with rng.permutation.",
        )
        originals = train_images[:, 0, 1] == 0
        _expect(
            train_images.shape == (160, 1, 2),
            f"40 images with 3 variants each make 160, not {len(train_images)}.",
            "Keep the originals, and add n_copies variants of each.",
        )
        _expect(
            originals.sum() <= 40 and len(np.unique(train_images[~originals, 0, 1])) == (~originals).sum(),
            "The variants are plain copies.",
            "Hand the repeated images to augment(images, rng).",
        )
        _expect(
            sorted(train_ids[originals]) == sorted(set(range(60)) - set(test_ids)),
            "The originals of the training images are missing.",
            "Concatenate the originals with their variants.",
        )
        for ids, found in ((train_ids, result[1]), (test_ids, result[3])):
            _expect(
                np.array_equal(labels[ids], np.asarray(found)),
                "Images and labels no longer belong together.",
                "Repeat the labels in the order of the images.",
            )
        splits.append(tuple(sorted(test_ids)))
    _expect(
        splits[0] != splits[1],
        "The test set is the same each time.",
        "Let `rng` choose, and make no generator inside the function.",
    )


# --------------------------------------------------------------------------- lecture 08


@_grader
def check_augmentation_ranges(answer):
    """Grade a function that turns what is known of a scanner into ranges of augmentation.

    Parameters
    ----------
    answer : callable
        ``answer(pixel_size, max_tilt, max_offset, magnification_error)`` returns a dict of (low, high) for
        `rotation` in degrees, `vertical_shift` and `horizontal_shift` in pixels and `zoom`, given the size
        of a pixel in micrometres, the largest tilt of a sample in degrees, its largest offset in
        micrometres, and the relative error of the magnification.

    Returns
    -------
    Verdict
        Tells shifts that are not in pixels, ranges on one side, a zoom about 0 and missing or further
        operations apart.

    Examples
    --------
    >>> def in_micrometres(pixel_size, max_tilt, max_offset, magnification_error):
    ...     shift = (-max_offset, max_offset)
    ...     zoom = (1 - magnification_error, 1 + magnification_error)
    ...     tilt = (-max_tilt, max_tilt)
    ...     return dict(rotation=tilt, vertical_shift=shift, horizontal_shift=shift, zoom=zoom)
    >>> check_augmentation_ranges(in_micrometres)
    ✗ The shifts are in micrometres.
      Hint: How many pixels are 10 micrometres, if a pixel has 2?
    """
    names = {"rotation", "vertical_shift", "horizontal_shift", "zoom"}
    result = answer(2.0, 5.0, 10.0, 0.02)
    _expect(
        isinstance(result, dict),
        "The function should return a dict of ranges.",
        'For example {"rotation": (-3, 3), ...}.',
    )
    _expect(
        set(result) >= names,
        f"The ranges of {', '.join(sorted(names - set(result)))} are missing.",
        "What can differ from one scan to the next?",
    )
    _expect(
        set(result) == names,
        f"Nothing is known that would allow {', '.join(sorted(set(result) - names))}.",
        "Augment by what the scanner does, and by nothing else.",
    )
    ranges = {name: _expect_array(result[name], (2,)).astype(float) for name in names}
    _expect(
        not np.allclose(np.abs(ranges["vertical_shift"]), 10),
        "The shifts are in micrometres.",
        "How many pixels are 10 micrometres, if a pixel has 2?",
    )
    for name in sorted(names):
        _expect(
            ranges[name][0] < ranges[name][1] and (name == "zoom" or np.isclose(ranges[name].sum(), 0)),
            f"The range of {name} lies on one side: {tuple(ranges[name].tolist())}.",
            "A sample tilts and moves both ways.",
        )
    _expect(
        not np.allclose(ranges["zoom"], [-0.02, 0.02]),
        "A zoom about 0 makes the image vanish.",
        "Zoom is a factor: no change is 1.",
    )
    for name, expected in (
        ("rotation", [-5, 5]),
        ("vertical_shift", [-5, 5]),
        ("horizontal_shift", [-5, 5]),
        ("zoom", [0.98, 1.02]),
    ):
        _expect(
            np.allclose(ranges[name], expected, atol=1e-3),
            f"With pixels of 2 micrometres, a tilt of 5 degrees, an offset of 10 micrometres and an error of "
            f"0.02 the range of {name} is {tuple(expected)}, not {tuple(ranges[name].tolist())}.",
            "Compare the units of what is given with those of draw_geometry.",
        )


# --------------------------------------------------------------------------- lecture 09


@_grader
def check_squared_distances(answer):
    """Grade a function that computes squared Euclidean distances from one image to many.

    Parameters
    ----------
    answer : callable
        ``answer(images, query)`` returns the squared distance of `query`, shape (height, width), to each
        of `images`, shape (n, height, width), all uint8.

    Returns
    -------
    Verdict
        Tells wrap-around, a root, absolute differences, and a changed input apart.

    Examples
    --------
    >>> check_squared_distances(lambda images, query: ((images - query) ** 2).sum(axis=(1, 2)))
    ✗ The differences wrap around: from grey level 255 to 0 the answer counts 1.
      Hint: Convert to a type that holds negative and large numbers before you subtract.
    """
    images = np.array([[[0, 0]], [[255, 0]], [[3, 4]]], np.uint8)
    query = np.array([[0, 0]], np.uint8)
    before = images.copy(), query.copy()
    result = _expect_array(answer(images, query), (3,)).astype(float)
    _expect_untouched(images, before[0])
    _expect_untouched(query, before[1])
    # Where the query is the brighter one, plain subtraction wraps even if the square would not.
    reverse = np.asarray(answer(query[None] + 0, images[1])).astype(float)
    wraps = (result[1] == 1) or (reverse[0] == 1)
    _expect(
        not wraps,
        "The differences wrap around: from grey level 255 to 0 the answer counts 1.",
        "Convert to a type that holds negative and large numbers before you subtract.",
    )
    _expect(result[2] != 5, "These are distances, not squared distances.", "Leave out the root.")
    _expect(
        result[2] != 7, "These are sums of absolute differences.", "Square each difference before you sum."
    )
    _expect(
        np.array_equal(result, [0, 255**2, 25]) and reverse[0] == 255**2,
        f"From (0, 0) to (0, 0), (255, 0), (3, 4) it is 0, 65025, 25, not {result.tolist()}.",
        "Subtract, square, sum over the pixels of each image.",
    )


class _SpyClassifier:
    """Classifier that knows which images it saw: image i has i as its only pixel."""

    def __init__(self):
        self.fitted = self.fitted_labels = None
        self.predicted = []

    def fit(self, images, labels):
        self.fitted, self.fitted_labels = np.ravel(images).astype(int), np.ravel(labels)
        return self

    def predict(self, images):
        asked = np.ravel(images).astype(int)
        self.predicted.extend(asked.tolist())
        return np.where(asked % 4 == 0, -1, asked % 10)  # wrong on every fourth image

    def score(self, images, labels):
        return float((self.predict(images) == np.ravel(labels)).mean())


@_grader
def check_held_out_accuracy(answer):
    """Grade a function that trains on some images and evaluates on the others.

    Parameters
    ----------
    answer : callable
        ``answer(classifier, images, labels, n_train, rng)`` draws `n_train` images at random with `rng`,
        fits the classifier to them and returns its accuracy on all the others, 0 to 1. `images` has
        shape (n, n_pixels).

    Returns
    -------
    Verdict
        Tells evaluation on training images, a fixed choice of images, left-out images, shuffled labels
        and an accuracy that is not measured apart.

    Examples
    --------
    >>> def evaluate_on_training_images(classifier, images, labels, n_train, rng):
    ...     chosen = rng.permutation(len(images))[:n_train]
    ...     return classifier.fit(images[chosen], labels[chosen]).score(images[chosen], labels[chosen])
    >>> check_held_out_accuracy(evaluate_on_training_images)
    ✗ The classifier is judged on images that it was trained on.
      Hint: Predict only the images that were not drawn.
    """
    images = np.arange(100.0)[:, None]
    labels = np.arange(100) % 10
    before = images.copy(), labels.copy()
    draws = []
    for seed in (0, 1, 2):
        spy = _SpyClassifier()
        accuracy = _expect_number(answer(spy, images, labels, 30, np.random.default_rng(seed)))
        _expect_untouched(images, before[0])
        _expect_untouched(labels, before[1])
        _expect(
            spy.fitted is not None and spy.predicted,
            "The classifier is never fitted, or never asked.",
            "Call classifier.fit(...), then classifier.predict(...) or classifier.score(...).",
        )
        _expect(
            not set(spy.fitted) & set(spy.predicted),
            "The classifier is judged on images that it was trained on.",
            "Predict only the images that were not drawn.",
        )
        _expect(
            len(set(spy.fitted)) == len(spy.fitted) == 30,
            f"The classifier should see 30 different images, it saw {len(set(spy.fitted))}.",
            "Draw without replacement, for example the first n_train of rng.permutation(len(images)).",
        )
        _expect(
            np.array_equal(spy.fitted_labels, spy.fitted % 10),
            "The images and their labels no longer belong together.",
            "Index both with the same permutation.",
        )
        _expect(
            len(set(spy.predicted)) == 70,
            f"The accuracy should count all 70 other images, it counts {len(set(spy.predicted))}.",
            "What is left of the permutation after the first n_train?",
        )
        correct = np.mean([image % 4 != 0 for image in spy.predicted])
        _expect(
            np.isclose(accuracy, correct),
            f"The accuracy on the held-out images is {correct:.3f}, the answer says {accuracy}.",
            "Accuracy is the share of right predictions, between 0 and 1.",
        )
        draws.append(tuple(sorted(spy.fitted)))
    _expect(
        len(set(draws)) > 1,
        "Every call trains on the same images.",
        "Let `rng` choose, and do not make a generator of your own inside the function.",
    )


# --------------------------------------------------------------------------- lecture 10

_MATRIX = np.array([[6, 2, 0], [1, 3, 0], [3, 5, 80]])  # row = true class, column = predicted class


@_grader
def check_precision_recall(answer):
    """Grade a function that derives precision and recall from a confusion matrix.

    Parameters
    ----------
    answer : callable
        ``answer(matrix)`` returns two arrays, precision and recall of each class; the rows of `matrix`
        are the true classes. A class that is never predicted has precision 0.

    Returns
    -------
    Verdict
        Tells the two mistaken for each other, a division by zero, and shares of all images apart.

    Examples
    --------
    >>> def transposed(matrix):
    ...     correct = np.diag(matrix)
    ...     return correct / matrix.sum(axis=1), correct / matrix.sum(axis=0)
    >>> check_precision_recall(transposed)
    ✗ Precision and recall have changed places.
      Hint: Recall asks: of the images that are a 3, how many were found? They are one row.
    """
    matrix = _MATRIX.copy()
    result = answer(matrix)
    _expect_untouched(matrix, _MATRIX)
    _expect(
        isinstance(result, tuple | list) and len(result) == 2,
        "The function should return two arrays: precision, recall.",
        "End with `return precision, recall`.",
    )
    precision, recall = (_expect_array(part, (3,)) for part in result)
    expected_precision, expected_recall = [6 / 10, 3 / 10, 1], [6 / 8, 3 / 4, 80 / 88]
    _expect(
        not (np.allclose(precision, expected_recall) and np.allclose(recall, expected_precision)),
        "Precision and recall have changed places.",
        "Recall asks: of the images that are a 3, how many were found? They are one row.",
    )
    _expect(
        not np.allclose(recall, np.diag(_MATRIX) / _MATRIX.sum()),
        "These are shares of all images.",
        "Divide each class by its own row or column, not by the total.",
    )
    for name, part, right in (
        ("precision", precision, expected_precision),
        ("recall", recall, expected_recall),
    ):
        _expect(
            np.allclose(part, right),
            f"The {name} of [[6, 2, 0], [1, 3, 0], [3, 5, 80]] is {np.round(right, 3)}, "
            f"not {np.round(np.asarray(part, float), 3)}.",
            f"Which sum does the {name} divide by?",
        )
    with np.errstate(all="ignore"):
        precision, _ = answer(np.array([[5, 0], [5, 0]]))
    _expect(
        np.array_equal(precision, [0.5, 0]),
        f"A class that is never predicted has precision 0, not {np.asarray(precision)[1]}.",
        "Divide by the larger of 1 and the sum.",
    )


@_grader
def check_balanced_accuracy(answer):
    """Grade a function that computes the balanced accuracy from a confusion matrix.

    Parameters
    ----------
    answer : callable
        ``answer(matrix)`` returns the mean recall of the classes, 0 to 1; the rows of `matrix` are the
        true classes.

    Returns
    -------
    Verdict
        Tells plain accuracy, mean precision and a constant apart.

    Examples
    --------
    >>> check_balanced_accuracy(lambda matrix: np.trace(matrix) / matrix.sum())
    ✗ That is the accuracy: the large class outvotes the others.
      Hint: First compute the recall of each class, then average.
    """
    matrix = _MATRIX.copy()
    result = _expect_number(answer(matrix))
    _expect_untouched(matrix, _MATRIX)
    _expect(
        not np.isclose(result, 89 / 100),
        "That is the accuracy: the large class outvotes the others.",
        "First compute the recall of each class, then average.",
    )
    _expect(
        not np.isclose(result, (6 / 10 + 3 / 10 + 1) / 3),
        "That is the mean precision.",
        "Divide by the sums of the rows, the true classes.",
    )
    expected = (6 / 8 + 3 / 4 + 80 / 88) / 3
    _expect(
        np.isclose(result, expected) and np.isclose(answer(np.diag([1, 9])), 1),
        f"For [[6, 2, 0], [1, 3, 0], [3, 5, 80]] it is {expected:.3f}, not {result}.",
        "Average the recalls 6/8, 3/4 and 80/88.",
    )


@_grader
def check_positive_predictive_value(answer):
    """Grade a function that computes the positive predictive value of a test.

    Parameters
    ----------
    answer : callable
        ``answer(sensitivity, specificity, prevalence)`` returns the share of the ill among those whom
        the test calls ill; all shares lie in 0 to 1.

    Returns
    -------
    Verdict
        Tells the sensitivity, a forgotten prevalence and false alarms counted wrongly apart.

    Examples
    --------
    >>> check_positive_predictive_value(lambda sensitivity, specificity, prevalence: sensitivity)
    ✗ That is the sensitivity: the share found among the ill, not the share of ill among the found.
      Hint: Imagine 1000 people. How many of the healthy does the test call ill?
    """
    result = _expect_number(answer(0.9, 0.8, 0.1))
    _expect(
        not np.isclose(result, 0.9),
        "That is the sensitivity: the share found among the ill, not the share of ill among the found.",
        "Imagine 1000 people. How many of the healthy does the test call ill?",
    )
    _expect(
        not np.isclose(result, 0.9 / (0.9 + 0.2)),
        "The prevalence is left out.",
        "Weight the found ill by the prevalence and the false alarms by the rest.",
    )
    _expect(
        not np.isclose(result, 0.09 / (0.09 + 0.8 * 0.9)),
        "The healthy who test negative are counted as false alarms.",
        "The share of false alarms among the healthy is 1 - specificity.",
    )
    _expect(
        np.isclose(result, 0.09 / (0.09 + 0.18)) and np.isclose(answer(0.5, 1.0, 0.3), 1),
        f"With sensitivity 0.9, specificity 0.8 and prevalence 0.1 it is 1/3, not {result}.",
        "Found ill: 0.9 · 0.1. False alarms: 0.2 · 0.9.",
    )


# --------------------------------------------------------------------------- lecture 11


@_grader
def check_parameter_count(answer):
    """Grade a function that counts the parameters of a convolution.

    Parameters
    ----------
    answer : callable
        ``answer(kernel_size, n_in, n_out)`` returns the number of weights and biases of `n_out` square filters
        over `n_in` maps.

    Returns
    -------
    Verdict
        Tells forgotten biases, maps below, and a filter taken for a line apart.

    Examples
    --------
    >>> check_parameter_count(lambda kernel_size, n_in, n_out: kernel_size**2 * n_in * n_out)
    ✗ The biases are missing.
      Hint: Each filter adds one number of its own to its map.
    """
    size, n_in, n_out = 5, 3, 16
    result = _expect_number(answer(size, n_in, n_out))
    mistakes = {
        size**2 * n_in * n_out: (
            "The biases are missing.",
            "Each filter adds one number of its own to its map.",
        ),
        (size**2 + 1) * n_out: (
            "That is right for one map below only.",
            "A filter spans all maps below it: how many weights has it with three of them?",
        ),
        (size**2 + 1) * n_in * n_out: (
            "Each filter has one bias, not one for each map below.",
            "The sum over the maps comes first, then the bias is added once.",
        ),
        (size * n_in + 1) * n_out: (
            "The filter is taken for a line.",
            "It is a square: size 5 means 5 × 5 weights for each map below.",
        ),
        size**2 * n_in + 1: (
            "That is one filter.",
            "How many of them has the layer?",
        ),
    }
    _expect(int(result) not in mistakes, *mistakes.get(int(result), ("",)))
    for case in ((size, n_in, n_out), (3, 1, 32), (1, 128, 10)):
        expected, found = (case[0] ** 2 * case[1] + 1) * case[2], answer(*case)
        _expect(
            found == expected,
            f"For size {case[0]}, {case[1]} maps below and {case[2]} filters it is {expected}, not {found}.",
            "Count the weights of one filter, add its bias, then multiply.",
        )


@_grader
def check_receptive_field(answer):
    """Grade a function that computes how far a value of the last layer sees.

    Parameters
    ----------
    answer : callable
        ``answer(sizes_and_strides)`` takes pairs of size and stride, from the image upwards, and returns the side of
        the square of pixels that one value of the last layer depends on.

    Returns
    -------
    Verdict
        Tells ignored strides, a stride that acts too early, and a product or sum of sizes apart.

    Examples
    --------
    >>> check_receptive_field(lambda layers: 1 + sum(size - 1 for size, stride in layers))
    ✗ The strides make no difference.
      Hint: After a stride of 2, neighbours lie two pixels apart in the image.
    """
    layers = [(5, 2), (3, 3), (4, 1)]
    result = _expect_number(answer(list(layers)))
    mistakes = {
        10: (
            "The strides make no difference.",
            "After a stride of 2, neighbours lie two pixels apart in the image.",
        ),
        12: ("The sizes are added up.", "Two filters of size 3 on top of one another see 5 pixels, not 6."),
        39: (
            "A stride acts on its own layer.",
            "It moves the layers above apart: first widen the field, then the step.",
        ),
        26: ("One pixel is missing.", "A value of the image itself sees one pixel: begin with 1."),
        18: (
            "The steps are the strides of single layers.",
            "A step is the product of all strides below, not the last of them.",
        ),
    }
    _expect(result not in mistakes, *mistakes.get(result, ("",)))
    for case, expected in ((layers, 27), ([(3, 1)], 3), ([(3, 1), (3, 1), (2, 2), (3, 1)], 10), ([], 1)):
        found = answer(list(case))
        _expect(
            found == expected,
            f"For {case} it is {expected} pixels, not {found}.",
            "A layer of size k widens the field by k - 1 steps.",
        )


@_grader
def check_leak_free_normalization(answer):
    """Grade a function that normalises training and test images by what is known before the test.

    Parameters
    ----------
    answer : callable
        ``answer(training_images, test_images)`` returns both, each pixel less its mean over the training images,
        divided by its standard deviation there; a constant pixel is not divided.

    Returns
    -------
    Verdict
        Tells statistics of the test images, of both, of each image or of all pixels, and a division by zero apart.

    Examples
    --------
    >>> def leaking(training, test):
    ...     return tuple((images - images.mean(axis=0)) / (images.std(axis=0) + 1e-9) for images in (training, test))
    >>> check_leak_free_normalization(leaking)
    ✗ A test image comes out differently if other test images come with it.
      Hint: Take mean and standard deviation of the training images for both.
    """
    rng = np.random.default_rng(0)
    training, test = rng.random((7, 3, 2)), rng.random((5, 3, 2)) / 2 + 0.4
    training[:, 1, 1] = 0.25
    before = training.copy(), test.copy()

    def call(n_test):
        with np.errstate(all="ignore"):
            result = answer(training, test[:n_test])
        _expect_untouched(training, before[0])
        _expect_untouched(test, before[1])
        _expect(
            isinstance(result, tuple | list) and len(result) == 2,
            "The function should return two arrays: the training and the test images.",
            "End with `return training_images, test_images`, normalised.",
        )
        return _expect_array(result[0], (7, 3, 2)), _expect_array(result[1], (n_test, 3, 2))

    def matches(found, images, reference, axis):
        """Whether the pixels that vary are normalised by the statistics of a reference along an axis."""
        varying = np.delete(np.arange(6), 3)
        mean, deviation = (getattr(reference, name)(axis=axis, keepdims=True) for name in ("mean", "std"))
        with np.errstate(all="ignore"):
            expected = (images - mean) / deviation
        return np.allclose(found.reshape(-1, 6)[:, varying], expected.reshape(-1, 6)[:, varying], atol=1e-4)

    found_training, found_test = call(5)
    _expect(
        np.isfinite(found_training).all() and np.isfinite(found_test).all(),
        "A constant pixel is divided by its standard deviation, zero.",
        "Replace a standard deviation of 0 by 1: `np.where(deviation == 0, 1, deviation)`.",
    )
    _expect(
        not matches(found_training, training, training, (1, 2)),
        "Each image is normalised by itself.",
        "Take the statistics of one pixel over the images, axis 0.",
    )
    _expect(
        not matches(found_training, training, training, None),
        "All pixels share one mean and one standard deviation.",
        "Each pixel has its own: axis=0.",
    )
    few, found_few = call(2)
    _expect(
        np.allclose(found_few, found_test[:2]),
        "A test image comes out differently if other test images come with it.",
        "Take mean and standard deviation of the training images for both.",
    )
    _expect(
        np.allclose(few, found_training),
        "The training images come out differently if other test images come with them.",
        "Take mean and standard deviation before you join anything.",
    )
    scale = found_training.std(axis=0)
    _expect(
        np.allclose(found_training.mean(axis=0), 0, atol=1e-6),
        "The pixels of the training images do not have mean 0.",
        "Subtract `training_images.mean(axis=0)`.",
    )
    varying = before[0].std(axis=0) > 0
    _expect(
        np.allclose(scale[varying], 1, atol=1e-4) or np.allclose(scale[varying], np.sqrt(6 / 7), atol=1e-4),
        "The pixels of the training images do not have standard deviation 1.",
        "Divide by `training_images.std(axis=0)`.",
    )
    factor = np.sqrt(7 / 6) if np.allclose(scale[varying], np.sqrt(6 / 7), atol=1e-4) else 1
    _expect(
        matches(factor * found_test, test, training, 0),
        "The test images are not shifted and scaled as the training images are.",
        "Use the same mean and the same standard deviation for both.",
    )
    _expect(
        np.allclose(found_test[:, 1, 1], test[:, 1, 1] - 0.25),
        "A pixel that is constant in training is divided by something in the test.",
        "Only subtract its mean; a tiny number below the fraction makes it huge.",
    )


# --------------------------------------------------------------------------- lecture 12


def _top(probabilities, labels):
    return probabilities.max(axis=1), probabilities.argmax(axis=1) == labels


@_grader
def check_calibration_error(answer):
    """Grade a function that computes the expected calibration error over bins of equal width.

    Parameters
    ----------
    answer : callable
        ``answer(probabilities, labels, n_bins)`` cuts 0 to 1 into `n_bins` bins of equal width, takes the
        distance of mean confidence and accuracy in each, and returns their mean, each bin weighted by its
        share of the images. `probabilities` have shape (images, classes); the confidence is the largest.

    Returns
    -------
    Verdict
        Tells the confidence of the true class, bins that count the same, the largest distance, a missing
        absolute value, bins of equal mass, empty bins and a lost confidence of 1 apart.

    Examples
    --------
    >>> def one_bin(probabilities, labels, n_bins):
    ...     right = probabilities.argmax(axis=1) == labels
    ...     return abs(probabilities.max(axis=1).mean() - right.mean())
    >>> check_calibration_error(one_bin)
    ✗ Too high and too low confidence cancel each other.
      Hint: Take the absolute value in each bin, before you add up.
    """
    probabilities = np.array(
        [
            *([0.40, 0.35, 0.25], [0.30, 0.45, 0.25]),
            *([0.20, 0.60, 0.20], [0.10, 0.20, 0.70], [0.30, 0.60, 0.10]),
            *(
                [0.90, 0.06, 0.04],
                [0.04, 0.95, 0.01],
                [0.02, 0.08, 0.90],
                [0.80, 0.10, 0.10],
                [0.96, 0.02, 0.02],
            ),
        ]
    )
    labels = np.array([0, 0, 1, 0, 0, 0, 1, 2, 1, 0])
    before = probabilities.copy(), labels.copy()
    with np.errstate(all="ignore"):
        result = _expect_number(answer(probabilities, labels, 4))
    _expect_untouched(probabilities, before[0])
    _expect_untouched(labels, before[1])
    _expect(
        not np.isnan(result),
        "The result is not a number.",
        "No image has a confidence below 0.25: an empty bin has no mean. Leave it out.",
    )
    confidence, right = _top(probabilities, labels)
    bins = [range(2), range(2, 5), range(5, 10)]
    gaps = np.array([confidence[own].mean() - right[own].mean() for own in bins])
    of_truth = probabilities[np.arange(10), labels]
    truth_bins = np.floor(of_truth * 4)
    truth_gaps = [
        (truth_bins == own).sum() * abs(of_truth[truth_bins == own].mean() - right[truth_bins == own].mean())
        for own in np.unique(truth_bins)
    ]
    by_mass = [
        abs(confidence[own].mean() - right[own].mean()) * len(own) / 10
        for own in np.array_split(np.argsort(confidence, kind="stable"), 4)
    ]
    expected = np.abs(gaps) @ [2, 3, 5] / 10
    for value, message, hint in (
        (
            sum(truth_gaps) / 10,
            "That is the probability of the true class, which nobody knows when the answer is given.",
            "The confidence is the largest of the probabilities of an image.",
        ),
        (
            abs(gaps @ [2, 3, 5]) / 10,
            "Too high and too low confidence cancel each other.",
            "Take the absolute value in each bin, before you add up.",
        ),
        (np.abs(gaps).max(), "That is the largest distance of a bin.", "Average over the bins."),
        (
            np.abs(gaps).mean(),
            "Every bin counts the same, however few images it holds.",
            "Weight each bin by its share of the images.",
        ),
        (
            np.abs(gaps).sum() / 4,
            "Every bin counts the same, even the empty one.",
            "Weight each bin by its share of the images.",
        ),
        (
            sum(by_mass),
            "Your bins hold equally many images.",
            "Here they are equally wide: 0 to 0.25, 0.25 to 0.5, and so on.",
        ),
    ):
        _expect(not np.isclose(result, value), message, hint)
    _expect(
        np.isclose(result, expected),
        f"For the ten images and four bins it is {expected:.3f}, not {result}.",
        "Two images have a confidence of 0.25 to 0.5, three of 0.5 to 0.75, and five more.",
    )
    result = answer(np.array([[1, 0], [0, 1], [1, 0], [0.55, 0.45]]), np.array([0, 1, 1, 0]), 5)
    _expect(
        np.isclose(result, 0.75 / 3 + 0.45 / 4),
        f"With confidences 1, 1, 1 and 0.55, the third answer wrong, and five bins it is 0.3625, not {result}.",
        "A confidence of exactly 1 belongs to the last bin.",
    )


@_grader
def check_temperature(answer):
    """Grade a function that fits the temperature of probabilities.

    Parameters
    ----------
    answer : callable
        ``answer(probabilities, labels)`` returns the temperature T > 0 for which softmax(log p / T) has the
        lowest mean negative log-likelihood; `probabilities` have shape (images, classes).

    Returns
    -------
    Verdict
        Tells the inverse, a T that cannot fall below 1, the calibration error or the accuracy as the
        objective, and a constant apart.

    Examples
    --------
    >>> check_temperature(lambda probabilities, labels: np.log(7 / 3) / np.log(9))
    ✗ That is the inverse of the temperature.
      Hint: Divide the logarithms by T: above 1 it makes the answers less sure.
    """
    # Where all images have odds o and a share a is right, T = log o / log(a / (1 - a)).
    probabilities = np.tile([0.9, 0.1], (10, 1))
    labels = np.repeat([0, 1], [7, 3])
    before = probabilities.copy(), labels.copy()
    result = _expect_number(answer(probabilities, labels))
    _expect_untouched(probabilities, before[0])
    _expect_untouched(labels, before[1])
    expected = np.log(9) / np.log(7 / 3)
    _expect(
        not np.isclose(result, 1 / expected, rtol=0.02),
        "That is the inverse of the temperature.",
        "Divide the logarithms by T: above 1 it makes the answers less sure.",
    )
    _expect(
        np.isclose(result, expected, rtol=0.02),
        f"With probability 0.9 for ten answers, seven of them right, T is {expected:.2f}, not {result}.",
        "At this T the probability is 0.7. Do you minimise the mean of -log p of the true class?",
    )
    result = answer(np.tile([0.4, 0.6], (10, 1)), np.repeat([1, 0], [9, 1]))
    _expect(
        not np.isclose(result, 1, rtol=0.05),
        f"Answers that are not sure enough need a T below 1, not {result}.",
        "Let the search start near 0.",
    )
    expected = np.log(1.5) / np.log(9)
    _expect(
        np.isclose(result, expected, rtol=0.02),
        f"With probability 0.6 for ten answers, nine of them right, T is {expected:.2f}, not {result}.",
        "Does the search reach that far down?",
    )
    # At T = 2 the odds 9 and 81 become 3 and 9. The first kind is then too unsure, the second too sure, and the
    # slopes of the likelihood cancel; the calibration error is smaller elsewhere.
    probabilities = np.repeat([[0.9, 0.1], [81 / 82, 1 / 82]], 20, axis=0)
    result = answer(probabilities, np.repeat([0, 1, 0, 1], [19, 1, 16, 4]))
    _expect(
        np.isclose(result, 2, rtol=0.02),
        f"Where two kinds of answers need different temperatures the best common one is 2, not {result}.",
        "Minimise the mean of -log p of the true class. The calibration error depends on bins, and the accuracy "
        "does not depend on T at all.",
    )


# --------------------------------------------------------------------------- lecture 13


@_grader
def check_bezier_point(answer):
    """Grade a function that finds a point of a Bézier curve by repeated interpolation.

    Parameters
    ----------
    answer : callable
        ``answer(points, t)`` returns the point, shape (2,), at which the curve with the control points
        `points`, shape (n + 1, 2) with any n, is at time `t`, 0 to 1.

    Returns
    -------
    Verdict
        Tells a curve that runs backwards, a walk along the polygon, the mean of the control points, weights
        without binomial coefficients, a fixed degree and a changed input apart.

    Examples
    --------
    >>> check_bezier_point(lambda points, t: (1 - t) * points[0] + t * points[-1])
    ✗ The curve is a straight line from the first to the last control point.
      Hint: The points in between pull at the curve: interpolate between all neighbours.
    """
    before = np.array([(0.0, 0.0), (0.0, 8.0), (8.0, 8.0)])
    points = before.copy()
    middle = _expect_array(answer(points, 0.5), (2,))
    _expect_untouched(points, before)
    _expect(
        not np.allclose(middle, (4, 4)),
        "The curve is a straight line from the first to the last control point.",
        "The points in between pull at the curve: interpolate between all neighbours.",
    )
    _expect(
        not np.allclose(middle, before.mean(axis=0)),
        "That is the mean of the control points, whatever the time.",
        "At each round a point lies at the share t of the way to its neighbour.",
    )
    _expect(
        not np.allclose(middle, (0, 8)),
        "The point walks along the polygon of the control points.",
        "One round of interpolation gives a polygon with one point less. Go on until one point is left.",
    )
    _expect(
        not np.allclose(middle, (2, 4)),
        "The weights do not add up to 1: the binomial coefficients are missing.",
        "Interpolation between neighbours needs no binomial coefficients: they come out by themselves.",
    )
    _expect(
        not np.allclose(answer(points.copy(), 0.25), (4.5, 7.5)),
        "The curve runs backwards: at t = 0 it is at the last control point.",
        "Neighbours P and Q become (1 - t) P + t Q.",
    )
    generator = np.random.default_rng(0)
    for degree in (1, 2, 3, 5):
        points = generator.normal(size=(degree + 1, 2))
        for t in (0.0, 0.3, 1.0):
            binomial = [math.comb(degree, i) * t**i * (1 - t) ** (degree - i) for i in range(degree + 1)]
            result = _expect_array(answer(points.copy(), t), (2,))
            _expect(
                np.allclose(result, binomial @ points),
                f"With {degree + 1} control points the point at t = {t} is wrong.",
                "Repeat the interpolation as often as it takes, from k points to k - 1, until one is left.",
            )


_AREAS = ndimage.generate_binary_structure(2, 1)


def _expect_strokes(result):
    _expect(result is not None, "The function returns nothing.", "Does it end with `return`?")
    _expect(
        isinstance(result, (list, tuple, np.ndarray)) and len(result) > 0,
        f"The function should return a list of strokes, got {result!r}.",
        "A stroke is an array of control points, shape (2, 2), (3, 2) or (4, 2).",
    )
    strokes = [np.asarray(stroke, float) for stroke in result]
    for stroke in strokes:
        _expect(
            stroke.shape in ((2, 2), (3, 2), (4, 2)) and np.isfinite(stroke).all(),
            f"A stroke should have shape (2, 2), (3, 2) or (4, 2), got {stroke.shape}.",
            "Each stroke is two to four control points (row, column).",
        )
    return strokes


def _ink_of(letters):
    """Which pixels have ink, in a frame that is 14 pixels wider on each side."""
    moved = [[stroke + 14 for stroke in letter] for letter in letters]
    from . import simulate  # brings Numba, for which the other graders need not wait

    return simulate.draw_strokes(moved, (56, 56), pen_radius=1.3, softness=0.6) > 0.3


def _count_pieces(ink):
    return ndimage.label(ink, np.ones((3, 3)))[1]


@_grader
def check_character(answer):
    """Grade a function that writes the capital letter A as jittered strokes.

    Parameters
    ----------
    answer : callable
        ``answer(jitter, rng)`` returns a list of strokes, each of two to four control points (row, column)
        in a frame of 28 pixels; `jitter` is the standard deviation of the normal displacement of a control
        point along each axis.

    Returns
    -------
    Verdict
        Tells another shape, jitter of another size or along one axis, a letter that moves as a whole, strokes
        that fall apart, and a generator of its own apart.

    Examples
    --------
    >>> check_character(lambda jitter, rng: [[(4, 14), (24, 6)], [(4, 14), (24, 22)]])
    ✗ An A encloses one area, this letter encloses 0.
      Hint: The bar reaches from one leg to the other.
    """
    tidy = _expect_strokes(answer(0, np.random.default_rng(0)))
    again = _expect_strokes(answer(0, np.random.default_rng(1)))
    _expect(
        _alike(tidy, again),
        "With jitter 0 two letters differ.",
        "All randomness should be multiplied by the jitter.",
    )
    points = np.concatenate(tidy)
    _expect(
        points.min() >= 2 and points.max() <= 25,
        f"The control points lie between {points.min():g} and {points.max():g}.",
        "Leave two pixels for the pen: between 2 and 25.",
    )
    ink = _ink_of([tidy])[0]
    _expect(
        _count_pieces(ink) == 1,
        f"The letter falls into {_count_pieces(ink)} pieces.",
        "Where strokes meet they share a point.",
    )
    n_enclosed = ndimage.label(~ink, _AREAS)[1] - 1
    _expect(
        n_enclosed == 1,
        f"An A encloses one area, this letter encloses {n_enclosed}.",
        "The bar reaches from one leg to the other.",
    )
    lowest = ink[np.flatnonzero(ink.any(axis=1))[-3]]
    _expect(
        ndimage.label(lowest)[1] == 2,
        "An A stands on two feet.",
        "Rows point downwards: the feet have the larger row. And the bar lies above them.",
    )
    letters = [_expect_strokes(answer(2, np.random.default_rng(seed))) for seed in range(200)]
    _expect(
        not _alike(letters[0], letters[1]),
        "With jitter 2 two letters are the same.",
        "Add jitter * rng.standard_normal(...) to the control points; make no generator inside the function.",
    )
    _expect(
        _alike(letters[0], _expect_strokes(answer(2, np.random.default_rng(0)))),
        "The same generator writes different letters.",
        "Let `rng` draw, not np.random.",
    )
    written = np.array([np.concatenate(letter) for letter in letters])
    spread = written.std(axis=0).max(axis=0)
    _expect(
        spread.min() > 0.2,
        "The points move along one axis only.",
        "Draw as many numbers as there are coordinates: rng.standard_normal(points.shape).",
    )
    _expect(
        not (0.6 < spread.max() < 1.1),
        f"With jitter 2 the points have a standard deviation of {spread.max():.2f}.",
        "A radius and an angle drawn uniformly displace by less: use rng.standard_normal.",
    )
    _expect(
        spread.min() > 1.6 and spread.max() < 2.5,
        f"With jitter 2 the points have a standard deviation of {spread.max():.2f}.",
        "Multiply rng.standard_normal by the jitter, once.",
    )
    _expect(
        (written - written[:, :1]).std(axis=0).max() > 1,
        "All points move together: that shifts the letter, and leaves its shape.",
        "Each control point needs a displacement of its own.",
    )
    n_apart = sum(_count_pieces(image) > 1 for image in _ink_of(letters))
    _expect(
        n_apart <= 2,
        f"With jitter 2 {n_apart} of 200 letters fall apart.",
        "A point that two strokes share is displaced once; the bar ends on the legs that were moved.",
    )


def _alike(one, other):
    return len(one) == len(other) and all(
        a.shape == b.shape and np.allclose(a, b) for a, b in zip(one, other, strict=True)
    )


# --------------------------------------------------------------------------- lecture 14


@_grader
def check_beta_bernoulli(answer):
    """Grade a function that predicts the next toss of a coin under a Beta prior.

    Parameters
    ----------
    answer : callable
        ``answer(on, n, a, b)`` returns the probability that the next pixel is on, after `on` of `n` were,
        under a Beta(a, b) prior. `on` and `n` are numbers or arrays.

    Returns
    -------
    Verdict
        Tells a share without prior, a and b mistaken for each other, the probability of off, the mode of
        the posterior and incomplete denominators apart.

    Examples
    --------
    >>> check_beta_bernoulli(lambda on, n, a, b: on / n)
    ✗ That is the share of the images seen; the prior has no influence.
      Hint: a counts like images with the pixel on, b like images with it off.
    """
    result = _expect_number(answer(3, 4, 2, 3))
    for wrong, message, hint in (
        (
            3 / 4,
            "That is the share of the images seen; the prior has no influence.",
            "a counts like images with the pixel on, b like images with it off.",
        ),
        (6 / 9, "a and b have changed places.", "a counts like images with the pixel on."),
        (4 / 9, "That is the probability of off.", "On: a plus the number of images with the pixel on."),
        (4 / 7, "That is the mode of the posterior.", "The next toss asks for the mean."),
        (5 / 4, "The prior is counted above the fraction line only.", "a + b images were seen in advance."),
        (5 / 6, "The denominator lacks b.", "a + b images were seen in advance."),
    ):
        _expect(not np.isclose(result, wrong), message, hint)
    _expect(
        np.isclose(result, 5 / 9),
        f"For 3 on in 4 images, a = 2 and b = 3, the probability is 5/9, not {result}.",
        "Count the images seen in advance to those seen.",
    )
    with np.errstate(all="ignore"):
        result = _expect_number(answer(0, 0, 1, 3))
    _expect(
        np.isclose(result, 1 / 4),
        f"Before any image, a = 1 and b = 3 give 1/4, not {result}.",
        "Only the prior is left.",
    )
    result = _expect_array(answer(np.array([0, 5, 7]), np.array([5, 5, 8]), 0.5, 1.5), (3,))
    _expect(
        np.allclose(result, [0.5 / 7, 5.5 / 7, 7.5 / 10]),
        "With arrays for `on` and `n` the probabilities are wrong.",
        "Leave the arithmetic to NumPy: no loop, no rounding, no fixed numbers.",
    )


def _seating_law(n, weigh):
    """Probability of each seating of n guests, if `weigh(sizes)` weighs the tables and, last, a new one."""
    law = {(): 1.0}
    for _ in range(n):
        longer = {}
        for seats, probability in law.items():
            weights = np.array(
                weigh([seats.count(table) for table in range(max(seats, default=-1) + 1)]), float
            )
            for table, share in enumerate(weights / weights.sum()):
                longer[(*seats, table)] = probability * share
        law = longer
    return law


def _total_variation(law, other):
    return sum(abs(law.get(seats, 0) - other.get(seats, 0)) for seats in {*law, *other}) / 2


@_grader
def check_chinese_restaurant(answer):
    """Grade a function that seats guests in the Chinese restaurant.

    Parameters
    ----------
    answer : callable
        ``answer(n, concentration, rng)`` returns the table of each guest, shape (n,), as integers: 0 for the
        first, and the next unused number for each table that is opened.

    Returns
    -------
    Verdict
        Tells tables that are chosen regardless of their size, a concentration without influence, a chance of
        a new table that does not fall, a guest who counts himself, other numbers and a generator of its own
        apart.

    Examples
    --------
    >>> check_chinese_restaurant(lambda n, concentration, rng: np.zeros(n, int))
    ✗ No guest opens a second table.
      Hint: A new table has the weight `concentration`.
    """
    n_guests, n_nights = 4, 4000
    for concentration in (0.5, 3.0):
        rng = np.random.default_rng(0)
        nights = []
        for _ in range(n_nights):
            seats = _expect_array(answer(n_guests, concentration, rng), (n_guests,))
            _expect(
                np.issubdtype(seats.dtype, np.integer),
                f"The tables should be integers, got {seats.dtype}.",
                "A table is a number 0, 1, 2, ...",
            )
            opened = np.unique(seats, return_index=True)
            _expect(
                seats[0] == 0
                and np.array_equal(opened[0], np.arange(len(opened[0])))
                and (np.diff(opened[1]) > 0).all(),
                f"The tables {seats.tolist()} are not numbered in the order in which they are opened.",
                "The first guest sits at table 0; a new table gets the number of tables so far.",
            )
            nights.append(tuple(seats.tolist()))
        found = {seats: nights.count(seats) / n_nights for seats in set(nights)}
        _expect(
            len(found) > 1 or nights[0] != (0,) * n_guests,
            "No guest opens a second table.",
            "A new table has the weight `concentration`.",
        )
        _expect(
            len(found) > 1,
            "Every night is the same.",
            "Let `rng` draw, and make no generator inside the function.",
        )
        _expect(
            nights[0] == tuple(answer(n_guests, concentration, np.random.default_rng(0))),
            "The same generator seats the guests differently.",
            "Let `rng` draw, not np.random.",
        )
        for weigh, message, hint in (
            (
                lambda sizes: [1] * len(sizes) + [concentration],  # noqa: B023 - used at once
                "The tables are chosen regardless of how many sit there.",
                "An occupied table weighs as much as it has guests.",
            ),
            (
                lambda sizes: [*sizes, 1],
                "The concentration has no influence.",
                "A new table has the weight `concentration`, an occupied one its number of guests.",
            ),
            (
                lambda sizes: [*(size / sum(sizes) for size in sizes), concentration],  # noqa: B023
                "The chance of a new table does not fall with the number of guests.",
                "Divide all weights, those of the tables and the concentration, by the same sum.",
            ),
            (
                lambda sizes: [*(size * (1 + 1 / sum(sizes)) for size in sizes), concentration],  # noqa: B023
                "The chance of a new table is too small: the guest counts among those who sit.",
                "Guest i + 1 opens a table with probability c / (c + i): i sit there before.",
            ),
        ):
            _expect(_total_variation(found, _seating_law(n_guests, weigh)) > 0.035, message, hint)
        law = _seating_law(n_guests, lambda sizes: [*sizes, concentration])  # noqa: B023
        _expect(
            _total_variation(found, law) < 0.05,
            f"With concentration {concentration:g}, four guests share one table in "
            f"{found.get((0,) * n_guests, 0):.3f} of the nights, not {law[(0,) * n_guests]:.3f}; "
            f"all sit alone in {found.get(tuple(range(n_guests)), 0):.3f}, "
            f"not {law[tuple(range(n_guests))]:.3f}.",
            "Write down the weights for the third guest, once two sit together and once apart.",
        )


def _conditional(index, images, labels, concentration, *, leave_out=True, weigh=True, open_new=True):
    """Scores of one image under the mixture with a = b = 1, with or without what makes them right."""
    sizes = np.bincount(labels).astype(float)
    on = np.stack([images[labels == k].sum(axis=0) for k in range(len(sizes))]).astype(float)
    if leave_out:
        sizes[labels[index]] -= 1
        on[labels[index]] -= images[index]
    p = (1 + on) / (2 + sizes[:, None])
    scores = np.log(np.where(images[index] > 0, p, 1 - p)).sum(axis=1)
    with np.errstate(divide="ignore"):
        scores += np.log(sizes) if weigh else np.where(sizes > 0, 0, -np.inf)
    return np.append(scores, images.shape[1] * math.log(0.5) + (math.log(concentration) if open_new else 0))


_CONDITIONAL_FAULTS = {
    "leave_out": (
        "the image is still among those of its cluster",
        "Take the image out of size and counts before you score.",
    ),
    "weigh": ("the sizes of the clusters have no influence", "Add log of the size, without the image."),
    "open_new": ("the concentration has no influence", "The new cluster's score begins with log c."),
}


@_grader
def check_conditional(answer):
    """Grade a function that scores the clusters which an image may join, in collapsed Gibbs sampling.

    Parameters
    ----------
    answer : callable
        ``answer(index, images, labels, concentration)`` returns log probabilities, up to a constant, of the
        clusters 0 to K - 1 and, last, of a new one, shape (K + 1,), for ``images[index]``. `images` has shape
        (n, n_pixels) and is binary, the prior of the pixels is Beta(1, 1). A cluster that the image leaves
        empty has minus infinity.

    Returns
    -------
    Verdict
        Tells a missing leave-one-out, missing sizes, a missing concentration, all combinations of these, a
        missing new cluster, probabilities instead of logs and an empty cluster that is scored apart.

    Examples
    --------
    >>> def without_new(index, images, labels, concentration):
    ...     return np.zeros(labels.max() + 1)
    >>> check_conditional(without_new)
    ✗ The new cluster has no score.
      Hint: One score more than there are clusters: the new one comes last.
    """
    generator = np.random.default_rng(0)
    images = (generator.random((9, 6)) < 0.4).astype(int)
    labels = np.array([0, 0, 1, 1, 1, 2, 0, 0, 1])
    before = images.copy(), labels.copy()

    def ask(index, concentration):
        with np.errstate(all="ignore"):
            scores = answer(index, images, labels, concentration)
        _expect(
            np.shape(scores) != (3,),
            "The new cluster has no score.",
            "One score more than there are clusters: the new one comes last.",
        )
        scores = _expect_array(scores, (4,)).astype(float)
        _expect_untouched(images, before[0])
        _expect_untouched(labels, before[1])
        return scores

    def alike(scores, expected):
        finite = np.isfinite(expected)
        same = np.array_equal(np.isfinite(scores), finite)
        return same and np.allclose(np.ptp(scores[finite] - expected[finite]), 0, atol=1e-8)

    cases = [(index, concentration) for index in (0, 3, 8) for concentration in (1.7, 0.2)]
    found = [ask(*case) for case in cases]
    _expect(
        not all((scores >= 0).all() for scores in found),
        "These are not logarithms.",
        "Sum logs: the product of hundreds of probabilities is rounded to 0.",
    )
    names = list(_CONDITIONAL_FAULTS)
    for n_faults in range(1, len(names) + 1):
        for absent in itertools.combinations(names, n_faults):
            parts = dict.fromkeys(absent, False)
            expected = [
                _conditional(index, images, labels, concentration, **parts) for index, concentration in cases
            ]
            _expect(
                not all(map(alike, found, expected)),
                "Wrong: " + "; ".join(_CONDITIONAL_FAULTS[name][0] for name in absent) + ".",
                _CONDITIONAL_FAULTS[absent[0]][1],
            )
    for case, scores in zip(cases, found, strict=True):
        expected = _conditional(case[0], images, labels, case[1])
        _expect(
            alike(scores, expected),
            f"For image {case[0]} and concentration {case[1]:g} the scores, less the last, should be "
            f"{np.round(expected - expected[-1], 2)[:-1].tolist()}, they are "
            f"{np.round(scores - scores[-1], 2)[:-1].tolist()}.",
            "Score one cluster by hand: log size, and one log for each pixel.",
        )
    scores = ask(5, 1.7)
    _expect(
        scores[2] == -np.inf,
        f"Image 5 leaves its cluster empty, and still it scores {scores[2]:.2f} there.",
        "log 0 is minus infinity: an empty cluster cannot be joined, only a new one opened.",
    )
    _expect(
        alike(scores, _conditional(5, images, labels, 1.7)),
        "For an image that is alone in its cluster the other scores are wrong.",
        "Keep the number of clusters while the image is out.",
    )


# --------------------------------------------------------------------------- lecture 15


@_grader
def check_chunk_seeds(answer):
    """Grade a function that adds noise to a chunk of a stack, the same noise however the stack is chunked.

    Parameters
    ----------
    answer : callable
        ``answer(images, first, seed)`` returns `images`, shape (n, height, width), plus standard normal noise;
        `first` is the number of the first of them in the whole stack. The noise of an image depends on the seed
        and on its number in the stack only, and differs from that of every other image.

    Returns
    -------
    Verdict
        Tells a generator for each chunk, the same seed in each chunk or for each image, a seed that is ignored,
        noise that differs from call to call, that is not added or is not standard normal.

    Examples
    --------
    >>> def noisy(images, first, seed):
    ...     return images + np.random.default_rng([seed, first]).standard_normal(images.shape)
    >>> check_chunk_seeds(noisy)
    ✗ The noise of an image changes with the chunk size.
      Hint: Make a generator for each image, from the seed and its number in
      the stack.
    """
    images = np.arange(12 * 16 * 16, dtype=float).reshape(12, 16, 16) / 100
    before = images.copy()

    def noise_in_chunks(size, seed):
        noise = []
        for first in range(0, len(images), size):
            chunk = images[first : first + size]
            noise.append(_expect_array(answer(chunk, first, seed), chunk.shape) - chunk)
            _expect_untouched(images, before)
        return np.concatenate(noise)

    whole = noise_in_chunks(12, 1)
    _expect(whole.any(), "No noise is added.", "Add to `images` what a generator draws.")
    _expect(
        np.array_equal(whole, noise_in_chunks(12, 1)),
        "The same seed gives another noise in the next call.",
        "Make the generator from the seed: an unseeded one, or one kept between calls, goes on.",
    )
    in_chunks = [noise_in_chunks(size, 1) for size in (1, 3, 4)]
    _expect(
        not any(
            np.allclose(noise[:size], noise[-size:]) for noise, size in zip(in_chunks, (1, 3, 4), strict=True)
        ),
        "The same noise comes again and again.",
        "What does the noise depend on besides the seed? Each image needs its number in the stack.",
    )
    _expect(
        all(np.array_equal(whole, noise) for noise in in_chunks),
        "The noise of an image changes with the chunk size.",
        "Make a generator for each image, from the seed and its number in the stack.",
    )
    _expect(
        np.abs(np.corrcoef(whole.reshape(12, -1)) - np.eye(12)).max() < 0.4,
        "Some images have the same noise, or nearly.",
        "Each image needs a generator of its own, and only one.",
    )
    _expect(
        not np.allclose(whole, noise_in_chunks(12, 2)),
        "The seed has no influence.",
        "Make the generator from the seed and the number.",
    )
    _expect(
        abs(whole.mean()) < 0.1 and abs(whole.std() - 1) < 0.1,
        f"The noise has mean {whole.mean():.2f} and standard deviation {whole.std():.2f}, not 0 and 1.",
        "Draw it by `standard_normal`.",
    )


@_grader
def check_overlap_depth(answer):
    """Grade a function for the overlap that a Gaussian filter followed by a shift needs.

    Parameters
    ----------
    answer : callable
        ``answer(sigma, shift)`` returns the smallest sufficient depth as an integer: the radius ``int(4 * sigma +
        0.5)``, where `scipy.ndimage` cuts the Gaussian off, plus the shift, rounded away from 0.

    Returns
    -------
    Verdict
        Tells a missing filter or shift, the larger of both instead of the sum, `sigma` in place of the radius, a
        shift that is rounded down or to the nearest, a sign that is kept, and a number that is not an integer.

    Examples
    --------
    >>> check_overlap_depth(lambda sigma, shift: int(4 * sigma + 0.5))
    ✗ The shift has no influence.
      Hint: A pixel is smoothed where it comes from: the depths add up.
    """

    def radius(sigma):
        return int(4 * sigma + 0.5)

    cases = [(1, 0), (2, 3), (2, -3), (1.5, 2.3), (3, 0.7), (0.9, 5.5), (1.2, -7.2)]
    found = []
    for sigma, shift in cases:
        depth = _expect_array(answer(sigma, shift), ())
        _expect(
            depth.dtype.kind in "iu",
            f"The depth for sigma {sigma:g} and shift {shift:g} is {depth}, not an integer.",
            "Half a pixel cannot be borrowed: wrap it in int(...), after rounding up.",
        )
        found.append(int(depth))
    for rule, message, hint in (
        (
            lambda sigma, shift: radius(sigma),
            "The shift has no influence.",
            "A pixel is smoothed where it comes from: the depths add up.",
        ),
        (
            lambda sigma, shift: math.ceil(abs(shift)),
            "The filter has no influence.",
            "The Gaussian reaches as far as it is cut off.",
        ),
        (
            lambda sigma, shift: max(radius(sigma), math.ceil(abs(shift))),
            "This is the larger of the two depths.",
            "The farthest pixel of the shift is smoothed too: the depths add up.",
        ),
        (
            lambda sigma, shift: math.ceil(sigma) + math.ceil(abs(shift)),
            "The filter looks farther than one standard deviation.",
            "It is cut off at a radius of int(4 * sigma + 0.5) pixels.",
        ),
        (
            lambda sigma, shift: radius(sigma) + math.ceil(shift),
            "A shift to the other side makes the depth smaller.",
            "The direction does not matter for a margin: take abs.",
        ),
        (
            lambda sigma, shift: radius(sigma) + int(abs(shift)),
            "A shift that is not a whole number is rounded down.",
            "2.3 pixels, with bilinear interpolation, touch the pixels 2 and 3.",
        ),
        (
            lambda sigma, shift: radius(sigma) + round(abs(shift)),
            "A shift that is not a whole number is rounded to the nearest.",
            "2.3 pixels, with bilinear interpolation, touch the pixels 2 and 3.",
        ),
    ):
        _expect(found != [rule(*case) for case in cases], message, hint)
    for (sigma, shift), depth in zip(cases, found, strict=True):
        right = radius(sigma) + math.ceil(abs(shift))
        _expect(
            depth == right,
            f"For sigma {sigma:g} and shift {shift:g} the depth should be {right}, it is {depth}.",
            "Draw the pixels that one result needs, on paper, in one dimension.",
        )
