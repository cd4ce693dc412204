"""Graders of exercises on baselines: distances between images, and how good a classifier is."""

import numpy as np

from ._grading import as_floats, as_number, expect, grader, refuse_known

# --------------------------------------------------------------------------- baselines


@grader
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
    result = as_floats(answer(images, query), (3,))
    # Where the query is the brighter one, plain subtraction wraps even if the square would not.
    (reverse,) = as_floats(answer(query[None], images[1]), (1,))
    expect(
        result[1] != 1 and reverse != 1,
        "The differences wrap around: from grey level 255 to 0 the answer counts 1.",
        "Convert to a type that holds negative and large numbers before you subtract.",
    )
    mistakes = {
        5: ("These are distances, not squared distances.", "Leave out the root."),
        7: ("These are sums of absolute differences.", "Square each difference before you sum."),
    }
    refuse_known(result[2], mistakes)
    expect(
        np.array_equal(result, [0, 255**2, 25]) and reverse == 255**2,
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


@grader
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
    draws = set()
    for seed in (0, 1, 2):
        spy = _SpyClassifier()
        accuracy = as_number(answer(spy, images, labels, 30, np.random.default_rng(seed)))
        expect(
            spy.fitted is not None and spy.predicted,
            "The classifier is never fitted, or never asked.",
            "Call classifier.fit(...), then classifier.predict(...) or classifier.score(...).",
        )
        expect(
            not set(spy.fitted) & set(spy.predicted),
            "The classifier is judged on images that it was trained on.",
            "Predict only the images that were not drawn.",
        )
        expect(
            len(set(spy.fitted)) == len(spy.fitted) == 30,
            f"The classifier should see 30 different images, it saw {len(set(spy.fitted))}.",
            "Draw without replacement, for example the first n_train of rng.permutation(len(images)).",
        )
        expect(
            np.array_equal(spy.fitted_labels, spy.fitted % 10),
            "The images and their labels no longer belong together.",
            "Index both with the same permutation.",
        )
        expect(
            len(set(spy.predicted)) == 70,
            f"The accuracy should count all 70 other images, it counts {len(set(spy.predicted))}.",
            "What is left of the permutation after the first n_train?",
        )
        correct = np.mean([image % 4 != 0 for image in spy.predicted])
        expect(
            np.isclose(accuracy, correct),
            f"The accuracy on the held-out images is {correct:.3f}, the answer says {accuracy}.",
            "Accuracy is the share of right predictions, between 0 and 1.",
        )
        draws.add(frozenset(spy.fitted))
    expect(
        len(draws) > 1,
        "Every call trains on the same images.",
        "Let `rng` choose, and do not make a generator of your own inside the function.",
    )
