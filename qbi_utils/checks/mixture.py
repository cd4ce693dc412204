"""Graders of exercises on clusters without labels: prediction under a prior, seating and Gibbs sampling."""

import itertools
import math
from collections import Counter

import numpy as np

from ._grading import as_array, as_floats, as_number, expect, grader, refuse_known

# --------------------------------------------------------------------------- clusters without labels


@grader
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
    result = as_number(answer(3, 4, 2, 3))
    mistakes = {
        3 / 4: (
            "That is the share of the images seen; the prior has no influence.",
            "a counts like images with the pixel on, b like images with it off.",
        ),
        6 / 9: ("a and b have changed places.", "a counts like images with the pixel on."),
        4 / 9: ("That is the probability of off.", "On: a plus the number of images with the pixel on."),
        4 / 7: ("That is the mode of the posterior.", "The next toss asks for the mean."),
        5 / 4: ("The prior is counted above the fraction line only.", "a + b images were seen in advance."),
        5 / 6: ("The denominator lacks b.", "a + b images were seen in advance."),
    }
    refuse_known(result, mistakes)
    expect(
        np.isclose(result, 5 / 9),
        f"For 3 on in 4 images, a = 2 and b = 3, the probability is 5/9, not {result}.",
        "Count the images seen in advance to those seen.",
    )
    result = as_number(answer(0, 0, 1, 3))
    expect(
        np.isclose(result, 1 / 4),
        f"Before any image, a = 1 and b = 3 give 1/4, not {result}.",
        "Only the prior is left.",
    )
    result = as_floats(answer(np.array([0, 5, 7]), np.array([5, 5, 8]), 0.5, 1.5), (3,))
    expect(
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
            sizes = [seats.count(table) for table in range(max(seats, default=-1) + 1)]
            weights = np.array(weigh(sizes), float)
            for table, share in enumerate(weights / weights.sum()):
                longer[(*seats, table)] = probability * share
        law = longer
    return law


def _total_variation(law, other):
    return sum(abs(law.get(seats, 0) - other.get(seats, 0)) for seats in {*law, *other}) / 2


@grader
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
    n_nights, together, alone = 4000, (0, 0, 0, 0), (0, 1, 2, 3)

    def seat(concentration, rng):
        seats = as_array(answer(4, concentration, rng), (4,))
        expect(
            seats.dtype.kind in "iu",
            f"The tables should be integers, got {seats.dtype}.",
            "A table is a number 0, 1, 2, ...",
        )
        return tuple(seats.tolist())

    for concentration in (0.5, 3.0):
        rng = np.random.default_rng(0)
        nights = Counter()
        for _ in range(n_nights):
            seats = seat(concentration, rng)
            expect(
                seats in nights or list(dict.fromkeys(seats)) == list(range(len(set(seats)))),
                f"The tables {list(seats)} are not numbered in the order in which they are opened.",
                "The first guest sits at table 0; a new table gets the number of tables so far.",
            )
            nights[seats] += 1
        first = next(iter(nights))
        expect(
            set(nights) != {together},
            "No guest opens a second table.",
            "A new table has the weight `concentration`.",
        )
        expect(
            len(nights) > 1,
            "Every night is the same.",
            "Let `rng` draw, and make no generator inside the function.",
        )
        expect(
            first == seat(concentration, np.random.default_rng(0)),
            "The same generator seats the guests differently.",
            "Let `rng` draw, not np.random.",
        )
        found = {seats: n / n_nights for seats, n in nights.items()}
        for weigh, message, hint in (
            (
                lambda sizes, new: [1] * len(sizes) + [new],
                "The tables are chosen regardless of how many sit there.",
                "An occupied table weighs as much as it has guests.",
            ),
            (
                lambda sizes, new: [*sizes, 1],
                "The concentration has no influence.",
                "A new table has the weight `concentration`, an occupied one its number of guests.",
            ),
            (
                lambda sizes, new: [*(size / sum(sizes) for size in sizes), new],
                "The chance of a new table does not fall with the number of guests.",
                "Divide all weights, those of the tables and the concentration, by the same sum.",
            ),
            (
                lambda sizes, new: [*(size * (1 + 1 / sum(sizes)) for size in sizes), new],
                "The chance of a new table is too small: the guest counts among those who sit.",
                "Guest i + 1 opens a table with probability c / (c + i): i sit there before.",
            ),
        ):
            wrong = _seating_law(4, lambda sizes: weigh(sizes, concentration))  # noqa: B023 - used at once
            expect(_total_variation(found, wrong) > 0.035, message, hint)
        law = _seating_law(4, lambda sizes: [*sizes, concentration])  # noqa: B023
        expect(
            _total_variation(found, law) < 0.05,
            f"With concentration {concentration:g}, four guests share one table in {found.get(together, 0):.3f} "
            f"of the nights, not {law[together]:.3f}; all sit alone in {found.get(alone, 0):.3f}, "
            f"not {law[alone]:.3f}.",
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
    scores += np.log(sizes) if weigh else np.where(sizes > 0, 0, -np.inf)
    return np.append(scores, images.shape[1] * math.log(0.5) + (math.log(concentration) if open_new else 0))


def _same_up_to_constant(scores, expected):
    finite = np.isfinite(expected)
    same = np.array_equal(np.isfinite(scores), finite)
    return same and np.allclose(np.ptp(scores[finite] - expected[finite]), 0, atol=1e-8)


_CONDITIONAL_FAULTS = {
    "leave_out": (
        "the image is still among those of its cluster",
        "Take the image out of size and counts before you score.",
    ),
    "weigh": ("the sizes of the clusters have no influence", "Add log of the size, without the image."),
    "open_new": ("the concentration has no influence", "The new cluster's score begins with log c."),
}


@grader
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
    images = (np.random.default_rng(0).random((9, 6)) < 0.4).astype(int)
    labels = np.array([0, 0, 1, 1, 1, 2, 0, 0, 1])

    def ask(index, concentration):
        scores = as_floats(answer(index, images, labels, concentration))
        expect(
            scores.shape != (3,),
            "The new cluster has no score.",
            "One score more than there are clusters: the new one comes last.",
        )
        return as_floats(scores, (4,))

    cases = [(index, images, labels, concentration) for index in (0, 3, 8) for concentration in (1.7, 0.2)]
    found = [ask(index, concentration) for index, _, _, concentration in cases]
    expect(
        not all((scores >= 0).all() for scores in found),
        "These are not logarithms.",
        "Sum logs: the product of hundreds of probabilities is rounded to 0.",
    )
    for n_faults in range(1, len(_CONDITIONAL_FAULTS) + 1):
        for absent in itertools.combinations(_CONDITIONAL_FAULTS, n_faults):
            wrong = [_conditional(*case, **dict.fromkeys(absent, False)) for case in cases]
            expect(
                not all(map(_same_up_to_constant, found, wrong)),
                "Wrong: " + "; ".join(_CONDITIONAL_FAULTS[name][0] for name in absent) + ".",
                _CONDITIONAL_FAULTS[absent[0]][1],
            )
    for case, scores in zip(cases, found, strict=True):
        expected = _conditional(*case)
        expect(
            _same_up_to_constant(scores, expected),
            f"For image {case[0]} and concentration {case[-1]:g} the scores, less the last, should be "
            f"{np.round(expected - expected[-1], 2)[:-1].tolist()}, they are "
            f"{np.round(scores - scores[-1], 2)[:-1].tolist()}.",
            "Score one cluster by hand: log size, and one log for each pixel.",
        )
    scores = ask(5, 1.7)
    expect(
        scores[2] == -np.inf,
        f"Image 5 leaves its cluster empty, and still it scores {scores[2]:.2f} there.",
        "log 0 is minus infinity: an empty cluster cannot be joined, only a new one opened.",
    )
    expect(
        _same_up_to_constant(scores, _conditional(5, images, labels, 1.7)),
        "For an image that is alone in its cluster the other scores are wrong.",
        "Keep the number of clusters while the image is out.",
    )
