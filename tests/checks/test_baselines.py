"""Graders on baselines take right answers, written in more than one way, and tell typical wrong ones apart."""

import numpy as np
import pytest

from qbi_utils import checks

# --------------------------------------------------------------------------- baselines


def test_squared_distances_accepts():
    check = checks.check_squared_distances
    assert check(lambda images, query: ((images.astype(float) - query) ** 2).sum(axis=(1, 2)))
    assert check(
        lambda images, query: [np.sum((image.astype(int) - query.astype(int)) ** 2) for image in images]
    )


def distances_in_place(images, query):
    result = ((images.astype(float) - query) ** 2).sum(axis=(1, 2))
    images -= query
    images[:] = 0
    return result


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda images, query: ((images - query) ** 2).sum(axis=(1, 2)), "wrap around"),
        (lambda images, query: ((query - images) ** 2).sum(axis=(1, 2)), "wrap around"),
        (
            lambda images, query: ((images.astype(np.int8) - query.astype(np.int8)) ** 2).sum(axis=(1, 2)),
            "wrap",
        ),
        (
            lambda images, query: np.sqrt(((images.astype(float) - query) ** 2).sum(axis=(1, 2))),
            "distances, not squared distances",
        ),
        (lambda images, query: abs(images.astype(float) - query).sum(axis=(1, 2)), "absolute differences"),
        (
            lambda images, query: ((images.astype(float) - query) ** 2).mean(axis=(1, 2)),
            "not [0.0, 32512.5, 12.5]",
        ),
        (lambda images, query: ((images.astype(float) - query) ** 2).sum(), "shape (3,), got ()"),
        (distances_in_place, "changes its input"),
    ],
)
def test_squared_distances_rejects(answer, message):
    assert message in checks.check_squared_distances(answer).message


def split(images, n_train, rng):
    order = rng.permutation(len(images))
    return order[:n_train], order[n_train:]


def held_out(classifier, images, labels, n_train, rng):
    chosen, others = split(images, n_train, rng)
    return classifier.fit(images[chosen], labels[chosen]).score(images[others], labels[others])


def held_out_by_mask(classifier, images, labels, n_train, rng):
    chosen = np.isin(np.arange(len(images)), rng.choice(len(images), n_train, replace=False))
    classifier.fit(images[chosen], labels[chosen])
    return np.mean(classifier.predict(images[~chosen]) == labels[~chosen])


def test_held_out_accuracy_accepts():
    assert checks.check_held_out_accuracy(held_out)
    assert checks.check_held_out_accuracy(held_out_by_mask)


def on_everything(classifier, images, labels, n_train, rng):
    chosen, _ = split(images, n_train, rng)
    return classifier.fit(images[chosen], labels[chosen]).score(images, labels)


def always_the_first(classifier, images, labels, n_train, rng):
    classifier.fit(images[:n_train], labels[:n_train])
    return classifier.score(images[n_train:], labels[n_train:])


def own_generator(classifier, images, labels, n_train, rng):
    return held_out(classifier, images, labels, n_train, np.random.default_rng(0))


def with_replacement(classifier, images, labels, n_train, rng):
    chosen = rng.integers(0, len(images), n_train)
    others = np.setdiff1d(np.arange(len(images)), chosen)
    return classifier.fit(images[chosen], labels[chosen]).score(images[others], labels[others])


def shuffled_labels(classifier, images, labels, n_train, rng):
    chosen, others = split(images, n_train, rng)
    return classifier.fit(images[chosen], rng.permutation(labels[chosen])).score(
        images[others], labels[others]
    )


def half_of_the_others(classifier, images, labels, n_train, rng):
    chosen, others = split(images, n_train, rng)
    classifier.fit(images[chosen], labels[chosen])
    return classifier.score(images[others[:35]], labels[others[:35]])


def in_percent(*arguments):
    return 100 * held_out(*arguments)


def never_fitted(classifier, images, labels, n_train, rng):
    return 0.9


def copies_of_few_images(classifier, images, labels, n_train, rng):
    chosen, others = split(images, n_train // 5, rng)
    chosen = np.tile(chosen, 5)
    return classifier.fit(images[chosen], labels[chosen]).score(images[others], labels[others])


def in_place(classifier, images, labels, n_train, rng):
    accuracy = held_out(classifier, images, labels, n_train, rng)
    rng.shuffle(images)
    return accuracy


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (on_everything, "judged on images that it was trained on"),
        (always_the_first, "Every call trains on the same images"),
        (own_generator, "Every call trains on the same images"),
        (with_replacement, "should see 30 different images"),
        (copies_of_few_images, "should see 30 different images, it saw 6"),
        (shuffled_labels, "no longer belong together"),
        (half_of_the_others, "should count all 70 other images, it counts 35"),
        (in_percent, "the answer says"),
        (never_fitted, "never fitted"),
        (in_place, "changes its input"),
    ],
)
def test_held_out_accuracy_rejects(answer, message):
    assert message in checks.check_held_out_accuracy(answer).message
