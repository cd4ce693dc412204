"""Digits against the box and the centre of MNIST, its ink, and maps worked out by hand."""

import math

import numpy as np
import pytest

from qbi_utils import simulate
from qbi_utils.augment import deskew
from qbi_utils.datasets import load_mnist
from qbi_utils.neighbors import nearest_neighbors
from qbi_utils.simulate._glyphs import VARIANTS

from .curves import dense_curve

LABELS = np.arange(300) % 10
PLAIN = {"slant": 0, "rotation": 0, "aspect": 1, "pen_radius": 1.3, "softness": 0.6}


@pytest.mark.parametrize("labels", [[3, 1], (3, 1), np.array([3, 1], np.uint8)])
def test_digits_are_those_asked_for(labels):
    images = simulate.digits(labels, rng=0)
    assert images.dtype == np.float32
    assert images.shape == (2, 28, 28)
    assert images.min() == 0
    assert 0.95 < images.max() <= 1
    assert images[0].sum() > 1.3 * images[1].sum()


def test_no_label_gives_no_image():
    images, strokes = simulate.digits([], return_strokes=True)
    assert images.shape == (0, 28, 28)
    assert strokes == []


def test_the_same_seed_gives_the_same_digits_whatever_the_other_labels_and_the_threads():
    images = simulate.digits(LABELS, rng=1)
    assert np.array_equal(simulate.digits(LABELS, rng=1, n_jobs=2), images)
    assert not np.array_equal(simulate.digits(LABELS, rng=2), images)
    others = LABELS.copy()
    others[10:] = 8
    again = simulate.digits(others, rng=1)
    same = others == LABELS
    assert np.array_equal(again[same], images[same])


def test_strokes_draw_the_digits_again():
    rng = np.random.default_rng(0)
    pen = {"pen_radius": rng.uniform(0.8, 2, 300), "softness": rng.uniform(0, 1, 300)}
    images, strokes = simulate.digits(LABELS, **pen, jitter=(0, 3), rng=0, return_strokes=True)
    assert {len(stroke) for character in strokes for stroke in character} == {2, 3, 4}
    redrawn = simulate.draw_strokes(strokes, **pen)
    # Where rounding adds one chord to a curve, ink moves by less than the chord's 0.05 pixels.
    hard = pen["softness"] > 0.3
    assert np.quantile(np.abs(redrawn - images), 0.9999) < 1e-3
    np.testing.assert_allclose(redrawn[hard], images[hard], atol=0.05 / 0.3)


@pytest.mark.parametrize("source", ["MNIST", "simulated"])
def test_digits_have_box_and_centre_of_mnist(source):
    if source == "MNIST":
        images = load_mnist("train").images[:3000] / 255
    else:
        images = simulate.digits(np.arange(3000) % 10, jitter=(0, 2), rng=0)
    sides = []
    for axis in (2, 1):
        mass = images.sum(axis=axis)
        inked = mass > 0
        sides.append(28 - inked[:, ::-1].argmax(axis=1) - inked.argmax(axis=1))
        centres = mass @ np.arange(28) / mass.sum(axis=1)
        assert np.abs(centres - 14).max() <= 0.5 + 1e-5
        assert centres.mean() == pytest.approx(14, abs=0.05)
    assert np.mean(np.max(sides, axis=0) == 20) > 0.999


def test_strokes_and_pen_fill_the_box():
    softness = np.linspace(0, 2, 300)
    _, characters = simulate.digits(
        LABELS, jitter=2, pen_radius=1.5, softness=softness, rng=0, return_strokes=True
    )
    extents = [np.ptp(np.concatenate([dense_curve(stroke) for stroke in own]), axis=0) for own in characters]
    np.testing.assert_allclose(np.max(extents, axis=1) + 2 * 1.5 + softness, 20, atol=1e-4)


def test_ink_resembles_that_of_mnist():
    train = load_mnist("train")
    real, labels = train.images[:5000] / 255, train.labels[:5000]
    simulated = np.round(simulate.digits(labels, rng=0) * 255) / 255
    for digit in range(10):
        means = [images[labels == digit].mean() for images in (real, simulated)]
        assert means[1] == pytest.approx(means[0], rel=0.2)
    assert simulated.mean() == pytest.approx(real.mean(), rel=0.05)
    saturated = [(images > 0.98).sum() / (images > 0).sum() for images in (real, simulated)]
    assert saturated[1] == pytest.approx(saturated[0], abs=0.05)


def test_real_digits_are_recognised_by_simulated_ones():
    train = load_mnist("train")
    labels = np.arange(4000) % 10
    simulated = deskew(simulate.digits(labels, jitter=(0.5, 2), rng=0))
    real = deskew((train.images[:500] / 255).astype(np.float32))
    found = labels[nearest_neighbors(simulated, real)[:, 0]]
    assert (found == train.labels[:500]).mean() > 0.88


@pytest.mark.parametrize("digit", range(10))
def test_ways_of_writing_have_their_probabilities(digit):
    variants = VARIANTS[digit]
    probabilities = [variant.probability for variant in variants]
    images = simulate.digits(np.full(1000, digit), jitter=0, **PLAIN, rng=digit)
    # Without jitter only the ways of writing differ.
    _, counts = np.unique(images.reshape(1000, -1), axis=0, return_counts=True)
    assert len(counts) == len(variants)
    for count, probability in zip(sorted(counts), sorted(probabilities), strict=True):
        assert abs(count - 1000 * probability) < 4 * math.sqrt(1000 * probability * (1 - probability)) + 1e-9


@pytest.mark.parametrize("jitter", [0, 0.5, 2])
def test_jitter_is_the_standard_deviation_of_the_points(jitter):
    labels = np.full(2000, 1)
    plain = {**PLAIN, "pen_radius": 0.5, "softness": 0}
    _, strokes = simulate.digits(labels, jitter=jitter, **plain, rng=0, return_strokes=True)
    bows = np.array([character[0] for character in strokes if len(character) == 1])
    # In the frame the line is 20 rows high on average; it is scaled to 19 pixels. A bow's middle point moves
    # sideways by the jitter, the middle of its ends, which it is compared with, by 1 / sqrt(2) of it.
    sideways = (bows[:, 1] - (bows[:, 0] + bows[:, 2]) / 2)[:, 1]
    assert sideways.std() == pytest.approx(jitter * math.sqrt(1.5) * 19 / 20, rel=0.06, abs=1e-9)


def test_each_digit_may_have_its_own_jitter():
    jitter = np.where(np.arange(400) < 200, 0.0, 2.0)
    images = simulate.digits(np.zeros(400, int), jitter=jitter, **PLAIN, rng=0).reshape(400, -1)
    assert len(np.unique(images[:200], axis=0)) == 3  # ways to write a nought
    assert len(np.unique(images[200:], axis=0)) == 200


@pytest.mark.parametrize(
    ("change", "matrix"),
    [
        ({"rotation": 90}, [[0, -1], [1, 0]]),
        ({"rotation": 30}, [[math.sqrt(0.75), -0.5], [0.5, math.sqrt(0.75)]]),
        ({"slant": 0.5}, [[1, 0], [-0.5, 1]]),
        ({"aspect": 0.8}, [[1, 0], [0, 0.8]]),
        ({"rotation": 90, "slant": 0.5, "aspect": 0.8}, [[0.5, -0.8], [1, 0]]),
    ],
)
def test_slant_aspect_and_rotation_map_the_points(change, matrix):
    """Counter-clockwise: what points to the right, (0, 1), comes to point up, (-1, 0)."""
    pairs = [
        simulate.digits(LABELS[:30], **{**PLAIN, **arguments}, rng=0, return_strokes=True)[1]
        for arguments in ({}, change)
    ]
    for before, after in zip(*pairs, strict=True):
        left, right = np.concatenate(before), np.concatenate(after)
        left, right = left - left.mean(axis=0), right - right.mean(axis=0)
        mapped = left @ np.transpose(matrix)
        scale = (mapped * right).sum() / (mapped**2).sum()
        assert scale > 0
        np.testing.assert_allclose(scale * mapped, right, atol=1e-9)


def test_strokes_that_share_a_point_stay_joined():
    _, characters = simulate.digits(np.full(100, 6), jitter=2, rng=0, return_strokes=True)
    for stem, *loop in characters:
        assert np.array_equal(stem[-1], loop[0][0])


def test_a_pen_too_fine_to_see_leaves_no_ink():
    assert not simulate.digits([1], pen_radius=1e-6, softness=0, rng=0).any()


def test_labels_are_not_changed():
    labels = np.array([2, 5])
    simulate.digits(labels, rng=0)
    assert labels.tolist() == [2, 5]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"labels": 3}, r"labels must hold one entry for each image, got shape \(\)"),
        ({"labels": [[1]]}, r"labels must hold one entry for each image, got shape \(1, 1\)"),
        ({"labels": [1, 2, 10]}, r"labels must lie in 0\.\.9, got 10 at position 2"),
        ({"labels": [1, -1]}, r"labels must lie in 0\.\.9, got -1 at position 1"),
        ({"jitter": -1}, "jitter must be at least 0, got -1.0"),
        ({"jitter": (2, 1)}, r"jitter must be a range \(low, high\) with low <= high, got \(2, 1\)"),
        ({"jitter": [1, 2, 3]}, "jitter must hold one number for each of the 2 images"),
        ({"slant": np.inf}, "slant must be a number, got inf"),
        ({"rotation": np.nan}, "rotation must be a number, got nan"),
        ({"aspect": 0}, "aspect must be greater than 0, got 0.0"),
        ({"pen_radius": (-1, 1)}, "pen_radius must be greater than 0, got -1.0"),
        ({"softness": np.nan}, "softness must be at least 0, got nan"),
        ({"pen_radius": 9, "softness": 2}, r"pen_radius \+ softness / 2 must be below 10, .*got 10"),
        ({"oversampling": 0}, "oversampling must be a whole number of at least 1, got 0"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        simulate.digits(**{"labels": [3, 8], **arguments})


@pytest.mark.parametrize(
    ("labels", "dtype"), [([0.5], "float64"), ([1, np.nan], "float64"), (["3"], "<U1"), ([True], "bool")]
)
def test_labels_of_other_types_are_named(labels, dtype):
    with pytest.raises(TypeError, match=f"labels must be integers, got {dtype}"):
        simulate.digits(labels)
