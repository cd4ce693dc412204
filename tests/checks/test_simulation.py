"""Graders on simulated images take right answers, written in more than one way, and tell typical wrong ones apart."""

import math

import numpy as np
import pytest

from qbi_utils import checks

# --------------------------------------------------------------------------- simulated data


def forward_model(*, law=lambda x: np.exp(-x), count=True, noise=lambda sigma: sigma, seed=None):
    """One forward model: the law of attenuation, whether counts are drawn, the noise of the read-out."""

    def answer(thickness, attenuation, neutrons, read_noise, rng):
        rng = rng if seed is None else np.random.default_rng(seed)
        expected = neutrons * law(attenuation * thickness)
        counts = rng.poisson(expected) if count else expected
        return counts + rng.normal(0, noise(read_noise), expected.shape)

    return answer


def attenuate_in_place(thickness, attenuation, neutrons, read_noise, rng):
    thickness *= -attenuation
    return rng.poisson(neutrons * np.exp(thickness)) + rng.normal(0, read_noise, thickness.shape)


@pytest.mark.parametrize("answer", [forward_model()])
def test_forward_model_accepts(answer):
    assert checks.check_forward_model(answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda *arguments: None, "returns nothing"),
        (lambda *arguments: 7.0, "shape"),
        (attenuate_in_place, "changes its input"),
        (forward_model(law=lambda x: np.ones_like(x)), "absorbs nothing"),
        (forward_model(law=lambda x: 10**-x), "exponent of 10"),
        (forward_model(law=lambda x: 1 - x / 2), "should be 368 on average, not 500"),
        (forward_model(count=False, noise=lambda sigma: 0), "has no noise"),
        (forward_model(count=False), "does not depend on the signal"),
        (forward_model(noise=lambda sigma: 0), "read-out adds no noise"),
        (forward_model(noise=np.sqrt), "taken for a variance"),
        (forward_model(noise=lambda sigma: 2 * sigma), "The variance should be 1268"),
        (forward_model(seed=3), "does not come from `rng`"),
    ],
)
def test_forward_model_names_the_mistake(answer, message):
    verdict = checks.check_forward_model(answer)
    assert not verdict
    assert message in verdict.message


# --------------------------------------------------------------------------- synthetic handwriting


def de_casteljau(points, t):
    points = np.asarray(points)
    while len(points) > 1:
        points = (1 - t) * points[:-1] + t * points[1:]
    return points[0]


def bernstein(points, t, *, binomial=math.comb):
    degree = len(points) - 1
    return sum(binomial(degree, i) * t**i * (1 - t) ** (degree - i) * p for i, p in enumerate(points))


def along_polygon(points, t):
    place = t * (len(points) - 1)
    return np.array([np.interp(place, range(len(points)), points[:, axis]) for axis in range(2)])


def bezier_in_place(points, t):
    result = de_casteljau(points, t)
    points[:] = 0
    return result


@pytest.mark.parametrize(
    "answer", [de_casteljau, bernstein, lambda points, t: de_casteljau(points, t).tolist()]
)
def test_bezier_point_accepts(answer):
    assert checks.check_bezier_point(answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda points, t: (1 - t) * points[0] + t * points[-1], "a straight line from the first"),
        (lambda points, t: points.mean(axis=0), "mean of the control points"),
        (along_polygon, "walks along the polygon"),
        (lambda points, t: bernstein(points, t, binomial=lambda n, i: 1), "binomial coefficients"),
        (lambda points, t: de_casteljau(points, 1 - t), "backwards"),
        (lambda points, t: de_casteljau(points[:4], t), "With 6 control points"),
        (lambda points, t: points, "should have shape (2,)"),
        (bezier_in_place, "changes its input"),
    ],
)
def test_bezier_point_rejects(answer, message):
    assert message in checks.check_bezier_point(answer).message


CORNERS = np.array([(4.0, 14.0), (24.0, 6.0), (24.0, 22.0)])


def letter_a(corners, *, bar=0.6):
    top, left, right = corners
    ends = (1 - bar) * top + bar * left, (1 - bar) * top + bar * right
    return [np.array([top, left]), np.array([top, right]), np.array(ends)]


def write_a(jitter, rng):
    return letter_a(CORNERS + jitter * rng.standard_normal(CORNERS.shape))


def write_round_a(jitter, rng):
    points = np.array([(24, 6), (2, 10), (2, 18), (24, 22)], float) + jitter * rng.standard_normal((4, 2))
    low, high = bernstein(points, 0.2), bernstein(points, 0.8)
    return [points, [low, (low + high) / 2, high]]


def apart(jitter, rng):
    return [stroke + jitter * rng.standard_normal(stroke.shape) for stroke in letter_a(CORNERS)]


def by_radius(jitter, rng):
    radius, angle = rng.uniform(0, jitter, 3), rng.uniform(0, 2 * np.pi, 3)
    return letter_a(CORNERS + (radius * [np.cos(angle), np.sin(angle)]).T)


def with_moves(move):
    return lambda jitter, rng: letter_a(CORNERS + move(jitter, rng))


def spoil(change):
    return lambda jitter, rng: change(write_a(jitter, rng))


@pytest.mark.parametrize("answer", [write_a, write_round_a, spoil(tuple)])
def test_character_accepts(answer):
    assert checks.check_character(answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda jitter, rng: None, "returns nothing"),
        (lambda jitter, rng: [], "should return a list of strokes, got []"),
        (spoil(lambda strokes: strokes[0]), "shape (2, 2), (3, 2) or (4, 2), got (2,)"),
        (with_moves(lambda jitter, rng: rng.standard_normal((3, 2))), "With jitter 0 two letters differ"),
        (spoil(lambda strokes: [2 * stroke for stroke in strokes]), "lie between 8 and 48"),
        (spoil(lambda strokes: [*strokes[:2], [(24, 13), (24, 15)]]), "falls into 2 pieces"),
        (spoil(lambda strokes: strokes[:2]), "encloses 0"),
        (spoil(lambda strokes: [*strokes[:2], CORNERS[1:]]), "two feet"),
        (spoil(lambda strokes: [28 - stroke for stroke in strokes]), "two feet"),
        (lambda jitter, rng: letter_a(CORNERS), "two letters are the same"),
        (lambda jitter, rng: write_a(jitter, np.random.default_rng(0)), "two letters are the same"),
        (lambda jitter, rng: write_a(jitter, np.random.default_rng()), "The same generator"),
        (
            lambda jitter, rng: write_a(jitter, rng)[: 3 if rng.random() < 0.9 or not jitter else 2],
            "differ in the numbers",
        ),
        (spoil(lambda strokes: [*strokes, "bar"]), "or (4, 2), got 'bar'"),
        (with_moves(lambda jitter, rng: jitter * rng.standard_normal((3, 2)) * [1, 0]), "one axis only"),
        (by_radius, "A radius and an angle"),
        (with_moves(lambda jitter, rng: jitter**2 * rng.standard_normal((3, 2))), "jitter, once"),
        (with_moves(lambda jitter, rng: jitter * rng.standard_normal(2)), "move together"),
        (apart, "of 200 letters fall apart"),
    ],
)
def test_character_rejects(answer, message):
    verdict = checks.check_character(answer)
    assert message in f"{verdict.message} {verdict.hint}"
