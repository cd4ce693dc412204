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
    "check_augmentation_ranges",
    "check_augmented_split",
    "check_balanced_accuracy",
    "check_class_means",
    "check_held_out_accuracy",
    "check_number_of_images",
    "check_positive_predictive_value",
    "check_precision_recall",
    "check_random_rotation",
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
