"""Graders of exercises on simulated images: radiographs and handwriting."""

import math

import numpy as np
from scipy import ndimage

from ..simulate import draw_strokes
from ._grading import WrongAnswer, as_floats, brief, expect, grader, refuse_known, to_numbers

# --------------------------------------------------------------------------- simulated data


@grader
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

    def image(seed):
        return as_floats(answer(thickness, 2.0, 1000.0, 30.0, np.random.default_rng(seed)), thickness.shape)

    first = image(0)
    mean, variance = first.mean(), first.var()
    expected = 1000 * np.exp(-1)
    within = {"rtol": 0.05, "atol": 0}
    mistakes = {
        1000: ("The sample absorbs nothing.", "Multiply by exp(-attenuation * thickness)."),
        100: (
            "The thickness is an exponent of 10 instead of e.",
            "An attenuation in 1/cm belongs to np.exp.",
        ),
    }
    refuse_known(mean, mistakes, **within)
    expect(
        np.isclose(mean, expected, **within),
        f"1000 neutrons behind 0.5 cm of 2 per cm should be {expected:.0f} on average, not {mean:.0f}.",
        "The expected image is neutrons * np.exp(-attenuation * thickness).",
    )
    expect(variance > 1e-6, "The image has no noise.", "Let `rng` draw the counts: rng.poisson(expected).")
    mistakes = {
        900: (
            "The noise does not depend on the signal.",
            "Neutrons arrive at random: draw their number with rng.poisson.",
        ),
        expected: ("The read-out adds no noise.", "Add rng.normal(0, read_noise, shape)."),
        expected + 30: ("read_noise is taken for a variance.", "rng.normal takes the standard deviation."),
    }
    refuse_known(variance, mistakes, **within)
    expect(
        np.isclose(variance, expected + 900, **within),
        f"The variance should be {expected + 900:.0f}, it is {variance:.0f}.",
        "The variance of the counts is their mean; the read-out adds the square of its noise.",
    )
    expect(
        np.array_equal(first, image(0)) and not np.array_equal(first, image(1)),
        "The noise does not come from `rng`.",
        "Make no generator inside the function, and use no global one.",
    )


# --------------------------------------------------------------------------- synthetic handwriting


@grader
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
    points = np.array([(0.0, 0.0), (0.0, 8.0), (8.0, 8.0)])
    mistakes = {
        (4, 4): (
            "The curve is a straight line from the first to the last control point.",
            "The points in between pull at the curve: interpolate between all neighbours.",
        ),
        tuple(points.mean(axis=0)): (
            "That is the mean of the control points, whatever the time.",
            "At each round a point lies at the share t of the way to its neighbour.",
        ),
        (0, 8): (
            "The point walks along the polygon of the control points.",
            "One round of interpolation gives a polygon with one point less. Go on until one point is left.",
        ),
        (2, 4): (
            "The weights do not add up to 1: the binomial coefficients are missing.",
            "Interpolation between neighbours needs no binomial coefficients: they come out by themselves.",
        ),
    }
    refuse_known(as_floats(answer(points, 0.5), (2,)), mistakes)
    expect(
        not np.allclose(as_floats(answer(points, 0.25), (2,)), (4.5, 7.5)),
        "The curve runs backwards: at t = 0 it is at the last control point.",
        "Neighbours P and Q become (1 - t) P + t Q.",
    )
    generator = np.random.default_rng(0)
    for degree in (1, 2, 3, 5):
        points = generator.normal(size=(degree + 1, 2))
        for t in (0.0, 0.3, 1.0):
            binomial = [math.comb(degree, i) * t**i * (1 - t) ** (degree - i) for i in range(degree + 1)]
            expect(
                np.allclose(as_floats(answer(points, t), (2,)), binomial @ points),
                f"With {degree + 1} control points the point at t = {t} is wrong.",
                "Repeat the interpolation as often as it takes, from k points to k - 1, until one is left.",
            )


@grader
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

    def write(jitter, seed):
        return _as_strokes(answer(jitter, np.random.default_rng(seed)))

    tidy = write(0, 0)
    expect(
        _alike(tidy, write(0, 1)),
        "With jitter 0 two letters differ.",
        "All randomness should be multiplied by the jitter.",
    )
    points = np.concatenate(tidy)
    expect(
        points.min() >= 2 and points.max() <= 25,
        f"The control points lie between {points.min():g} and {points.max():g}.",
        "Leave two pixels for the pen: between 2 and 25.",
    )
    ink = _ink_of([tidy])[0]
    n_pieces = _count_pieces(ink)
    expect(
        n_pieces == 1, f"The letter falls into {n_pieces} pieces.", "Where strokes meet they share a point."
    )
    n_enclosed = ndimage.label(~ink)[1] - 1
    expect(
        n_enclosed == 1,
        f"An A encloses one area, this letter encloses {n_enclosed}.",
        "The bar reaches from one leg to the other.",
    )
    lowest = ink[np.flatnonzero(ink.any(axis=1))[-3]]
    expect(
        ndimage.label(lowest)[1] == 2,
        "An A stands on two feet.",
        "Rows point downwards: the feet have the larger row. And the bar lies above them.",
    )
    letters = [write(2, seed) for seed in range(200)]
    expect(
        not _alike(letters[0], letters[1]),
        "With jitter 2 two letters are the same.",
        "Add jitter * rng.standard_normal(...) to the control points; make no generator inside the function.",
    )
    expect(
        _alike(letters[0], write(2, 0)),
        "The same generator writes different letters.",
        "Let `rng` draw, not np.random.",
    )
    expect(
        all(_shapes(letter) == _shapes(tidy) for letter in letters),
        "The letters differ in the numbers of their strokes or control points.",
        "Jitter moves the control points, and neither adds nor drops any.",
    )
    written = np.array([np.concatenate(letter) for letter in letters])
    spread = written.std(axis=0).max(axis=0)
    expect(
        spread.min() > 0.2,
        "The points move along one axis only.",
        "Draw as many numbers as there are coordinates: rng.standard_normal(points.shape).",
    )
    message = f"With jitter 2 the points have a standard deviation of {spread.max():.2f}."
    expect(
        not (0.6 < spread.max() < 1.1),
        message,
        "A radius and an angle drawn uniformly displace by less: use rng.standard_normal.",
    )
    expect(
        spread.min() > 1.6 and spread.max() < 2.5,
        message,
        "Multiply rng.standard_normal by the jitter, once.",
    )
    expect(
        (written - written[:, :1]).std(axis=0).max() > 1,
        "All points move together: that shifts the letter, and leaves its shape.",
        "Each control point needs a displacement of its own.",
    )
    n_apart = sum(_count_pieces(image) > 1 for image in _ink_of(letters))
    expect(
        n_apart <= 2,
        f"With jitter 2 {n_apart} of 200 letters fall apart.",
        "A point that two strokes share is displaced once; the bar ends on the legs that were moved.",
    )


def _as_strokes(result):
    is_row = isinstance(result, list | tuple) or (isinstance(result, np.ndarray) and result.ndim > 0)
    if not is_row or len(result) == 0:
        hint = "A stroke is an array of control points, shape (2, 2), (3, 2) or (4, 2)."
        raise WrongAnswer(f"The function should return a list of strokes, got {brief(result)}.", hint)
    return [_as_stroke(stroke) for stroke in result]


def _as_stroke(stroke):
    points = to_numbers(stroke)
    expect(
        points is not None and points.shape in ((2, 2), (3, 2), (4, 2)) and np.isfinite(points).all(),
        "A stroke should have shape (2, 2), (3, 2) or (4, 2), "
        f"got {brief(stroke) if points is None else points.shape}.",
        "Each stroke is two to four control points (row, column).",
    )
    return points.astype(float)


def _shapes(strokes):
    return [stroke.shape for stroke in strokes]


def _alike(one, other):
    return _shapes(one) == _shapes(other) and all(map(np.allclose, one, other))


def _ink_of(letters):
    """Which pixels have ink, in a frame that is 14 pixels wider on each side."""
    moved = [[stroke + 14 for stroke in letter] for letter in letters]
    return draw_strokes(moved, (56, 56), pen_radius=1.3, softness=0.6) > 0.3


def _count_pieces(ink):
    return ndimage.label(ink, np.ones((3, 3)))[1]
