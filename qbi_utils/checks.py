"""Grade the answers to exercises: what is wrong, and a hint.

A grader takes what the reader wrote, tries it on small cases whose answers are known, and returns a
`Verdict`. To add one, write a function that calls `_expect` for one mistake after the other, the most
telling first, and decorate it with `_grader`; its test shows that it takes a right answer and tells each
typical wrong one apart.
"""

import functools
import textwrap
from dataclasses import dataclass

import numpy as np

__all__ = [
    "Verdict",
    "check_balanced_accuracy",
    "check_class_means",
    "check_held_out_accuracy",
    "check_number_of_images",
    "check_positive_predictive_value",
    "check_precision_recall",
    "check_squared_distances",
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
