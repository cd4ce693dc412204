"""Graders on clusters without labels take right answers, written in more than one way, and tell typical wrong ones apart."""

import numpy as np
import pytest
from scipy import stats

from qbi_utils import checks

# --------------------------------------------------------------------------- clusters without labels


@pytest.mark.parametrize(
    "answer",
    [
        lambda on, n, a, b: (a + on) / (a + b + n),
        lambda on, n, a, b: 1 - (b + n - on) / (a + b + n),
        lambda on, n, a, b: stats.beta.mean(a + on, b + n - on),
    ],
)
def test_beta_bernoulli_accepts(answer):
    assert checks.check_beta_bernoulli(answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda on, n, a, b: on / n, "the prior has no influence"),
        (lambda on, n, a, b: (b + on) / (a + b + n), "changed places"),
        (lambda on, n, a, b: (b + n - on) / (a + b + n), "probability of off"),
        (lambda on, n, a, b: (a + on - 1) / (a + b + n - 2), "mode"),
        (lambda on, n, a, b: (a + on) / n, "above the fraction line only"),
        (lambda on, n, a, b: (a + on) / (a + n), "lacks b"),
        (lambda on, n, a, b: (0.5 + on) / (1 + n), "is 5/9, not 0.7"),
        (lambda on, n, a, b: 5 / 9, "Before any image"),
        (lambda on, n, a, b: (a + on) / (a + b + n) if n else 0, "Before any image"),
        (lambda on, n, a, b: round((a + np.sum(on)) / (a + b + np.sum(n)), 9), "shape (3,)"),
        (lambda on, n, a, b: (a + on) / (int(a + b) + n) if np.ndim(on) == 0 else on / n, "With arrays"),
    ],
)
def test_beta_bernoulli_rejects(answer, message):
    assert message in checks.check_beta_bernoulli(answer).message


def seat_guests(n, concentration, rng, weigh=lambda sizes: sizes, new=lambda c, i: c, dtype=int):
    seats, sizes = [], []
    for i in range(n):
        weights = np.array([*weigh(sizes), new(concentration, i)], float)
        table = rng.choice(len(weights), p=weights / weights.sum())
        if table == len(sizes):
            sizes.append(0)
        sizes[table] += 1
        seats.append(table)
    return np.array(seats, dtype)


def seat_beside_someone(n, concentration, rng):
    """Another way: sit with a guest drawn at random, or alone."""
    seats = []
    for i in range(n):
        place = rng.random() * (i + concentration)
        seats.append(seats[int(place)] if place < i else max(seats, default=-1) + 1)
    return seats


def with_own_generator(seed):
    return lambda n, c, rng: seat_guests(n, c, np.random.default_rng(seed))


@pytest.mark.parametrize("answer", [seat_guests, seat_beside_someone])
def test_chinese_restaurant_accepts(answer):
    assert checks.check_chinese_restaurant(answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda n, c, rng: np.zeros(n, int), "No guest opens a second table"),
        (lambda n, c, rng: np.arange(n), "Every night is the same"),
        (with_own_generator(1), "Every night is the same"),
        (with_own_generator(None), "The same generator seats the guests differently"),
        (lambda n, c, rng: seat_guests(n, c, rng, dtype=float), "should be integers, got float64"),
        (lambda n, c, rng: seat_guests(n, c, rng) + 1, "not numbered in the order"),
        (lambda n, c, rng: seat_guests(n, c, rng)[::-1], "not numbered in the order"),
        (lambda n, c, rng: rng.permutation(n), "not numbered in the order"),
        (lambda n, c, rng: seat_guests(n, c, rng)[1:], "should have shape (4,), got (3,)"),
        (lambda n, c, rng: seat_guests(n, c, rng, weigh=np.ones_like), "regardless of how many"),
        (lambda n, c, rng: seat_guests(n, 1, rng), "The concentration has no influence"),
        (
            lambda n, c, rng: seat_guests(
                n, c, rng, weigh=lambda sizes: np.array(sizes) / max(1, sum(sizes))
            ),
            "does not fall",
        ),
        (
            lambda n, c, rng: seat_guests(n, c, rng, new=lambda c, i: c * i / (i + 1) if i else 1),
            "counts among those who sit",
        ),
        (lambda n, c, rng: seat_guests(n, 3 * c, rng), "With concentration 0.5, four guests share one table"),
    ],
)
def test_chinese_restaurant_rejects(answer, message):
    assert message in checks.check_chinese_restaurant(answer).message


def conditional(index, images, labels, concentration, *, leave_out=True, weigh=True, new=True, empty=-np.inf):
    """Beta-binomial ratios, cluster by cluster, unlike the page."""
    scores = []
    for k in range(labels.max() + 1):
        members = images[(labels == k) & ((np.arange(len(labels)) != index) | (not leave_out))]
        size, on = len(members), members.sum(axis=0)
        if not size:
            scores.append(empty)
            continue
        p = np.where(images[index] == 1, 1 + on, 1 + size - on) / (2 + size)
        scores.append(np.log(p).sum() + weigh * np.log(size))
    return np.array([*scores, new * np.log(concentration) - images.shape[1] * np.log(2)])


def normalised(*arguments):
    scores = conditional(*arguments)
    return scores - np.logaddexp.reduce(scores)


def spoil_conditional(**faults):
    return lambda *arguments: conditional(*arguments, **faults)


def drop_empty(index, images, labels, concentration):
    scores = conditional(index, images, labels, concentration)
    if np.isfinite(scores).all():
        return scores
    return np.where(np.isfinite(scores), scores + np.eye(4)[0], scores)


def conditional_in_place(index, images, labels, concentration):
    scores = conditional(index, images, labels, concentration)
    labels[index] = -1
    return scores


@pytest.mark.parametrize("answer", [conditional, normalised])
def test_conditional_accepts(answer):
    assert checks.check_conditional(answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda *arguments: conditional(*arguments)[:-1], "The new cluster has no score"),
        (lambda *arguments: conditional(*arguments)[None], "should have shape (4,), got (1, 4)"),
        (lambda *arguments: np.exp(normalised(*arguments)), "These are not logarithms"),
        (spoil_conditional(leave_out=False), "Wrong: the image is still among those of its cluster."),
        (spoil_conditional(weigh=False), "Wrong: the sizes of the clusters have no influence."),
        (spoil_conditional(new=False), "Wrong: the concentration has no influence."),
        (
            spoil_conditional(leave_out=False, weigh=False),
            "Wrong: the image is still among those of its cluster; the sizes",
        ),
        (
            spoil_conditional(leave_out=False, weigh=False, new=False),
            "its cluster; the sizes of the clusters have no influence; the concentration has no influence.",
        ),
        (lambda *arguments: conditional(*arguments) * 2, "For image 0 and concentration 1.7 the scores"),
        (spoil_conditional(empty=-5.0), "still it scores -5.00 there"),
        (drop_empty, "the other scores are wrong"),
        (conditional_in_place, "changes its input"),
    ],
)
def test_conditional_rejects(answer, message):
    assert message in checks.check_conditional(answer).message
