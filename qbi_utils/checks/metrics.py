"""Graders of exercises on metrics: which one to choose, and how to compute it."""

import numpy as np

from ._grading import (
    WrongAnswer,
    as_array,
    as_floats,
    as_number,
    brief,
    expect,
    grader,
    refuse_known,
    to_numbers,
    unpack,
)

# --------------------------------------------------------------------------- what a data set is for


@grader
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
    overlaps = as_floats(answer(truth, predicted))
    expect(
        overlaps.shape != (3, 4),
        "The background is compared as if it were an object.",
        "Leave out row 0 and column 0.",
    )
    expect(
        overlaps.shape != (3, 2),
        "Rows and columns have changed places.",
        "Each true object has a row, each predicted one a column.",
    )
    overlaps = as_floats(overlaps, (2, 3))
    mistakes = {
        2 / 10: ("The union counts the shared pixels twice.", "Union = one area + the other - intersection."),
        4 / 10: ("That is the Dice coefficient.", "Divide the intersection by the union."),
        2 / 4: ("The intersection is divided by the true area.", "Divide by the union of both objects."),
        2 / 6: ("The intersection is divided by the predicted area.", "Divide by the union of both objects."),
        2: ("These are numbers of shared pixels.", "Divide each by the number of pixels in either object."),
    }
    refuse_known(overlaps[0, 0], mistakes)
    expect(
        np.allclose(overlaps, [[2 / 8, 0, 0], [2 / 10, 1 / 6, 2 / 6]]),
        f"The first row should be [0.25, 0, 0] for {truth[0].tolist()} and {predicted[1].tolist()} below "
        f"{predicted[0].tolist()}, it is {np.round(overlaps[0], 3).tolist()}; the second is "
        f"{np.round(overlaps[1], 3).tolist()}.",
        "Compare truth == 1 with predicted == 1 by hand.",
    )
    unused = as_array(answer(np.array([[0, 2]]), np.array([[0, 2]])), (2, 2))
    expect(
        np.array_equal(unused, [[0, 0], [0, 1]]),
        f"A number that no pixel has should get 0, not {unused[0, 0]}.",
        "Divide by at least 1 pixel: np.maximum(union, 1).",
    )
    as_array(answer(truth, np.zeros_like(truth)), (2, 0))
    few, many = (np.arange(1, n + 1, dtype=np.uint8)[None] for n in (10, 30))
    expect(
        np.array_equal(as_array(answer(few, few), (10, 10)), np.eye(10)),
        "The result is wrong for ten objects that are the same in both images.",
        "Each overlaps with itself only: ones on the diagonal, zeros elsewhere.",
    )
    try:  # 30 · 31 + 30 is too large for a byte, 10 · 11 + 10 was not
        right = np.array_equal(as_array(answer(many, many)), np.eye(30))
    except WrongAnswer as mistake:
        right = False
        if not isinstance(mistake.__cause__, ValueError | IndexError | OverflowError):
            raise
    expect(
        right,
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


@grader
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
    expect(isinstance(chosen, dict), f"The function should return a dict, not {brief(chosen)}.")
    for case, fitting in _CASES.items():
        expect(case in chosen, f"The case {case!r} is missing.", f"There are {len(_CASES)}.")
        metric = chosen[case]
        expect(
            isinstance(metric, str) and metric in _METRICS,
            f"{brief(metric)} for the case {case!r} is none of the metrics.",
            f"Choose among: {', '.join(_METRICS)}.",
        )
        expect(
            metric in fitting,
            f"{metric} does not fit the case {case!r}. {_TEMPTING.get((case, metric), '')}".rstrip(),
            "What is the label: a name, a number, a mask, boxes or an image?",
        )


# --------------------------------------------------------------------------- what goes wrong


@grader
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
    result = as_number(answer(labels, scores))
    # Ranked by score the labels read 1 0 1 0 0 0, the precisions so far 1, 1/2, 2/3, 1/2, 2/5, 1/3.
    mistakes = {
        2 / 6: (
            "That is the share of the class: the baseline, not the average precision.",
            "Sort by score first, then look at the precision at each example of class 1.",
        ),
        (1 / 4 + 2 / 6) / 2: (
            "The examples are sorted with the lowest score first.",
            "np.argsort sorts upwards; turn the order round with [::-1].",
        ),
        (1 / 2 + 2 / 5) / 2: (
            "The labels are taken in the order in which they came.",
            "Index the labels with the order of the scores.",
        ),
        7 / 8: (
            "That is the area under the ROC curve, which does not notice how rare the class is.",
            "Average the precision, and only at the examples of class 1.",
        ),
        np.mean([1, 1 / 2, 2 / 3, 1 / 2, 2 / 5, 1 / 3]): (
            "That is the mean over all ranks.",
            "Average the precision only at the examples of class 1.",
        ),
    }
    refuse_known(result, mistakes)
    expect(
        np.isclose(result, 5 / 6),
        f"For labels 0 1 0 0 1 0 with scores .1 .9 .8 .3 .6 .2 it is 5/6, not {result}.",
        "Ranked by score, class 1 comes first and third: precisions 1/1 and 2/3.",
    )
    result = as_number(answer(np.array([1, 0, 0]), np.arange(3.0)))
    expect(
        np.isclose(result, 1 / 3),
        f"For labels 1 0 0 with scores 0 1 2 it is 1/3, not {result}.",
        "Ranked by score, class 1 comes third: precision 1/3.",
    )


@grader
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
    result = answer(wrong, np.repeat(["a", "b", "c"], [20, 30, 10]))
    expect(
        isinstance(result, dict) and {brief(name, str) for name in result} == {"a", "b", "c"},
        "The function should return a dict with one entry for each group.",
        "np.unique(groups) lists their names.",
    )
    report = {str(name): to_numbers(entry) for name, entry in result.items()}
    expect(
        all(entry is not None and entry.shape == (3,) for entry in report.values()),
        "Each entry should hold three numbers: error, low, high.",
        "report[name] = error, low, high",
    )
    errors = np.array([report[name][0] for name in "abc"], float)
    mistakes = {
        6 / 60: (
            "Each group has the error of all images together.",
            "Select the images of one group first: wrong[groups == name].",
        ),
        (15 / 20, 29 / 30, 1): (
            "These are accuracies, not errors.",
            "The error is the share of the images that are wrong.",
        ),
    }
    refuse_known(errors, mistakes)
    expect(
        np.allclose(errors, [5 / 20, 1 / 30, 0]),
        f"The errors of 5 of 20, 1 of 30 and 0 of 10 are 0.25, 0.033 and 0, not {np.round(errors, 3)}.",
        "Divide by the number of images of the group.",
    )
    low, high = report["c"][1:]
    expect(
        low < high,
        "A group of ten images without an error gets an interval of no width.",
        "± 1.96 standard errors fails near 0; Wilson's interval does not.",
    )
    expect(
        abs(high - 0.0602) > 5e-4,
        "The interval counts all 60 images instead of those of the group.",
        "The number of trials is the size of the group.",
    )
    expect(
        np.allclose(report["a"], [0.25, 0.11186, 0.46870], atol=2e-4)
        and np.allclose(report["c"], [0, 0, 0.27753], atol=2e-4),
        f"Wilson's 95 % interval for 5 of 20 is 0.112 to 0.469, not {np.round(report['a'][1:], 3)}.",
        'stats.binomtest(k, n).proportion_ci(0.95, method="wilson")',
    )


# --------------------------------------------------------------------------- confusion matrix

_MATRIX = np.array([[6, 2, 0], [1, 3, 0], [3, 5, 80]])  # row = true class, column = predicted class


@grader
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
    parts = (
        2,
        "The function should return two arrays: precision, recall.",
        "End with `return precision, recall`.",
    )
    found = np.array([as_floats(part, (3,)) for part in unpack(answer(_MATRIX), *parts)])
    expected = np.array([[6 / 10, 3 / 10, 1], [6 / 8, 3 / 4, 80 / 88]])
    expect(
        not np.allclose(found, expected[::-1]),
        "Precision and recall have changed places.",
        "Recall asks: of the images that are a 3, how many were found? They are one row.",
    )
    expect(
        not np.allclose(found[1], np.diag(_MATRIX) / _MATRIX.sum()),
        "These are shares of all images.",
        "Divide each class by its own row or column, not by the total.",
    )
    for name, part, right in zip(("precision", "recall"), found, expected, strict=True):
        expect(
            np.allclose(part, right),
            f"The {name} of [[6, 2, 0], [1, 3, 0], [3, 5, 80]] is {np.round(right, 3)}, not {np.round(part, 3)}.",
            f"Which sum does the {name} divide by?",
        )
    precision = as_array(unpack(answer(np.array([[5, 0], [5, 0]])), *parts)[0], (2,))
    expect(
        np.array_equal(precision, [0.5, 0]),
        f"A class that is never predicted has precision 0, not {precision[1]}.",
        "Divide by the larger of 1 and the sum.",
    )


@grader
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
    result = as_number(answer(_MATRIX))
    mistakes = {
        89 / 100: (
            "That is the accuracy: the large class outvotes the others.",
            "First compute the recall of each class, then average.",
        ),
        (6 / 10 + 3 / 10 + 1) / 3: (
            "That is the mean precision.",
            "Divide by the sums of the rows, the true classes.",
        ),
    }
    refuse_known(result, mistakes)
    expected = (6 / 8 + 3 / 4 + 80 / 88) / 3
    expect(
        np.isclose(result, expected),
        f"For [[6, 2, 0], [1, 3, 0], [3, 5, 80]] it is {expected:.3f}, not {result}.",
        "Average the recalls 6/8, 3/4 and 80/88.",
    )
    result = as_number(answer(np.diag([1, 9])))
    expect(
        np.isclose(result, 1),
        f"For [[1, 0], [0, 9]] it is 1, not {result}.",
        "Average the recalls 1/1 and 9/9.",
    )


@grader
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
    result = as_number(answer(0.9, 0.8, 0.1))
    mistakes = {
        0.9: (
            "That is the sensitivity: the share found among the ill, not the share of ill among the found.",
            "Imagine 1000 people. How many of the healthy does the test call ill?",
        ),
        0.9 / (0.9 + 0.2): (
            "The prevalence is left out.",
            "Weight the found ill by the prevalence and the false alarms by the rest.",
        ),
        0.09 / (0.09 + 0.8 * 0.9): (
            "The healthy who test negative are counted as false alarms.",
            "The share of false alarms among the healthy is 1 - specificity.",
        ),
    }
    refuse_known(result, mistakes)
    expect(
        np.isclose(result, 0.09 / (0.09 + 0.18)),
        f"With sensitivity 0.9, specificity 0.8 and prevalence 0.1 it is 1/3, not {result}.",
        "Found ill: 0.9 · 0.1. False alarms: 0.2 · 0.9.",
    )
    result = as_number(answer(0.5, 1.0, 0.3))
    expect(
        np.isclose(result, 1),
        f"With sensitivity 0.5, specificity 1 and prevalence 0.3 it is 1, not {result}.",
        "A test with specificity 1 raises no false alarm.",
    )
