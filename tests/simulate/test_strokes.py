"""Ink of strokes against distances worked out by hand or from a dense curve."""

import itertools
import math

import numpy as np
import pytest

from qbi_utils import simulate

from .curves import dense_curve


def _ink_by_hand(distance, radius, softness):
    """Ink at a distance from the stroke, as documented."""
    return np.clip(0.5 + (radius - distance) / softness, 0, 1)


def _dense_distance(stroke, shape, oversampling):
    """Distance of each subpixel to a Bézier curve."""
    curve = dense_curve(stroke)
    rows, columns = (((np.arange(side * oversampling) + 0.5) / oversampling) - 0.5 for side in shape)
    return np.array([[np.hypot(*(curve - (row, column)).T).min() for column in columns] for row in rows])


def test_profile_of_a_line_is_worked_out_by_hand():
    line = [[(5, -20), (5, 30)]]
    (image,) = simulate.draw_strokes([line], (11, 9), pen_radius=2, softness=1, oversampling=2)
    # Points of a pixel lie a quarter of a pixel from its middle. Row 7 is 1.75 and 2.25 away: 0.75 and 0.25.
    np.testing.assert_allclose(image[:, 4], [0, 0, 0, 0.5, 1, 1, 1, 0.5, 0, 0, 0], atol=1e-6)
    (image,) = simulate.draw_strokes([line], (11, 9), pen_radius=1, softness=2, oversampling=2)
    # 0 and 0.25 away: 0.875; 0.75 and 1.25: 0.625 and 0.375; 1.75 and 2.25: 0.125 and 0.
    np.testing.assert_allclose(image[2:9, 4], [0, 0.0625, 0.5, 0.875, 0.5, 0.0625, 0], atol=1e-6)
    np.testing.assert_allclose(image, image[:, :1] * np.ones(9), atol=1e-6)


@pytest.mark.parametrize("softness", [0, 0.7, 3])
def test_a_point_is_a_disc_and_a_line_a_capsule(softness):
    characters = [[[(10, 10), (10, 10)]], [[(8, 5), (12, 17)]]]
    point, line = simulate.draw_strokes(
        characters, (21, 22), pen_radius=3, softness=softness, oversampling=16
    )
    # The mean over the ramp of the disc's squared radius.
    disc = np.pi * (3**2 + softness**2 / 12)
    assert point.sum() == pytest.approx(disc, rel=2e-3)
    assert line.sum() == pytest.approx(disc + 2 * 3 * math.hypot(4, 12), rel=2e-3)
    np.testing.assert_allclose(point[:21, :21], point[:21, :21].T, atol=1e-5)


@pytest.mark.parametrize("oversampling", [1, 3])
@pytest.mark.parametrize("n_points", [2, 3, 4])
def test_curves_have_the_distance_of_a_dense_reference(n_points, oversampling):
    rng = np.random.default_rng(n_points)
    for softness in (0.5, 2):
        stroke = rng.uniform(1, 11, (n_points, 2))
        (image,) = simulate.draw_strokes(
            [[stroke]], (12, 13), pen_radius=1.5, softness=softness, oversampling=oversampling
        )
        ink = _ink_by_hand(_dense_distance(stroke, (12, 13), oversampling), 1.5, softness)
        expected = ink.reshape(12, oversampling, 13, oversampling).mean(axis=(1, 3))
        # Chords lie at most 0.05 pixels beside the curve; the reference steps less than 0.005.
        np.testing.assert_allclose(image, expected, atol=0.055 / softness)


def test_a_curve_of_lower_degree_is_one_of_higher_degree():
    a, b = np.array([2.0, 3.0]), np.array([11.0, 9.0])
    line = [(a, b), (a, (a + b) / 2, b), (a, a + (b - a) / 3, a + 2 * (b - a) / 3, b)]
    images = simulate.draw_strokes([[stroke] for stroke in line], (14, 14))
    np.testing.assert_allclose(images[1:], images[[0, 0]], atol=1e-5)


def test_oversampling_converges():
    _, strokes = simulate.digits(np.arange(10), rng=0, return_strokes=True)
    finest = simulate.draw_strokes(strokes, oversampling=16)
    errors = [np.abs(simulate.draw_strokes(strokes, oversampling=n) - finest).max() for n in (1, 2, 4, 8)]
    assert all(second < 0.6 * first for first, second in itertools.pairwise(errors))
    assert errors[1] < 0.06


def test_crossing_strokes_add_no_ink():
    strokes = [[(2, 2), (12, 12)], [(2, 12), (7, 0), (12, 2)], [(3, 1), (5, 14), (9, 3), (11, 12)]]
    both, *single = simulate.draw_strokes(
        [strokes, *([stroke] for stroke in strokes)], (15, 15), oversampling=1
    )
    assert np.array_equal(both, np.max(single, axis=0))
    assert np.array_equal(both, simulate.draw_strokes([strokes[::-1]], (15, 15), oversampling=1)[0])


def test_what_leaves_the_image_is_cut():
    strokes = [[(-5, 3), (30, 25)], [(10, -9), (2, 40), (25, 12)]]
    large = simulate.draw_strokes([[np.add(stroke, 10) for stroke in strokes]], (40, 40))
    cut = simulate.draw_strokes([strokes], (20, 20))
    np.testing.assert_allclose(cut, large[:, 10:30, 10:30], atol=1e-4)
    assert not simulate.draw_strokes([[[(-9, 0), (-9, 9)], [(90, 0), (90, 9)]]], (8, 8)).any()


def test_characters_may_have_no_stroke_and_each_its_own_pen():
    line = [[(5, 2), (5, 8)]]
    images = simulate.draw_strokes([[], line, line], (11, 11), pen_radius=[1, 1, 2], softness=(0.5, 1), rng=0)
    assert not images[0].any()
    assert images[2].sum() > 1.5 * images[1].sum() > 0
    assert simulate.draw_strokes([], (3, 4)).shape == (0, 3, 4)


def test_the_same_seed_gives_the_same_pens_with_any_number_of_threads():
    lines = [[[(2, 2), (8, 8)]]] * 7
    ranges = {"pen_radius": (0.5, 2), "softness": (0, 1)}
    images = simulate.draw_strokes(lines, (11, 11), **ranges, rng=1)
    assert len(np.unique(images.reshape(7, -1), axis=0)) == 7
    for n_jobs in (2, 3, 64):
        assert np.array_equal(simulate.draw_strokes(lines, (11, 11), **ranges, n_jobs=n_jobs, rng=1), images)
    assert not np.array_equal(simulate.draw_strokes(lines, (11, 11), **ranges, rng=2), images)


def test_strokes_are_not_changed():
    stroke = np.array([[1.0, 2.0], [5.0, 9.0], [3.0, 3.0]])
    before = stroke.copy()
    simulate.draw_strokes([[stroke]])
    assert np.array_equal(stroke, before)


def test_kernels_do_in_plain_python_what_they_do_compiled(decompile):
    strokes = [[[(2, 2), (1, 9), (8, 3), (9, 9)], [(5, 5), (5, 5)]], []]

    def results():
        return simulate.draw_strokes(strokes, (6, 7), oversampling=2)

    compiled = results()
    decompile(simulate.strokes)
    np.testing.assert_allclose(results(), compiled, atol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"characters": [[], [[(1, 2)]]]}, r"characters\[1\]\[0\] must have shape .*, got \(1, 2\)"),
        ({"characters": [[[(1, 2)] * 5]]}, r"characters\[0\]\[0\] must have .* or \(4, 2\), got \(5, 2"),
        ({"characters": [[(1, 2), (3, 4)]]}, r"characters\[0\]\[0\] must have shape .*, got \(2,\)"),
        ({"characters": [[[(1, 2), (3, np.nan)]]]}, r"characters\[0\]\[0\] must be finite, got .*nan"),
        ({"shape": (28, 0)}, r"shape must be \(height, width\), both whole and at least 1"),
        ({"pen_radius": 0}, "pen_radius must be greater than 0, got 0.0"),
        ({"pen_radius": [1, 2, 3]}, "pen_radius must hold one number for each of the 2 images"),
        ({"softness": -0.1}, "softness must be at least 0, got -0.1"),
        ({"oversampling": 0}, "oversampling must be a whole number of at least 1, got 0"),
        ({"oversampling": 1.5}, "oversampling must be a whole number of at least 1, got 1.5"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        simulate.draw_strokes(**{"characters": [[[(1, 2), (5, 6)]]] * 2, **arguments})
