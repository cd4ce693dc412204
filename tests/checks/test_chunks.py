"""Graders on images in chunks take right answers, written in more than one way, and tell typical wrong ones apart."""

import math

import numpy as np
import pytest
from scipy import ndimage

from qbi_utils import checks

# --------------------------------------------------------------------------- beyond one machine


def noise_of(seed, number, shape):
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,))).standard_normal(shape)


def noisy(images, first, seed):
    return images + np.stack([noise_of(seed, first + i, image.shape) for i, image in enumerate(images)])


def noisy_from_the_start(images, first, seed):
    """Another way: draw the noise of all images up to the last, and throw the first ones away."""
    noise = np.random.default_rng(seed).standard_normal((first + len(images), *images.shape[1:]))
    return images + noise[first:]


def noisy_in_place(images, first, seed):
    images += noisy(images, first, seed) - images
    return images


def noisy_twins(images, first, seed):
    return images + np.stack(
        [noise_of(seed, (first + i) // 2, image.shape) for i, image in enumerate(images)]
    )


@pytest.mark.parametrize("answer", [noisy, noisy_from_the_start])
def test_chunk_seeds_accepts(answer):
    assert checks.check_chunk_seeds(answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda images, first, seed: images, "No noise is added"),
        (lambda images, first, seed: images[0], "should have shape (12, 16, 16), got (16, 16)"),
        (
            lambda images, first, seed: images + np.random.default_rng().random(images.shape),
            "in the next call",
        ),
        (lambda images, first, seed: images + noise_of(seed, 0, images.shape), "again and again"),
        (lambda images, first, seed: images + noise_of(seed, 0, images.shape[1:]), "again and again"),
        (
            lambda images, first, seed: images + noise_of(seed, first, images.shape),
            "changes with the chunk size",
        ),
        (
            lambda images, first, seed: images + noise_of(seed, first, images.shape[1:]),
            "changes with the chunk",
        ),
        (noisy_twins, "Some images have the same noise"),
        (lambda images, first, seed: noisy(images, first, 0), "The seed has no influence"),
        (lambda images, first, seed: 2 * noisy(images, first, seed) - images, "standard deviation 1.98"),
        (lambda images, first, seed: noisy(images, first, seed) + 1, "The noise has mean"),
        (noisy_in_place, "changes its input"),
    ],
)
def test_chunk_seeds_rejects(answer, message):
    assert message in checks.check_chunk_seeds(answer).message


def count_depth(sigma, shift):
    """Smooth and shift one bright pixel, and see how far it gets."""
    line = np.zeros(201)
    line[100] = 1
    line = ndimage.shift(ndimage.gaussian_filter1d(line, sigma), shift, order=1)
    return int(np.abs(np.flatnonzero(line) - 100).max())


@pytest.mark.parametrize(
    "answer", [count_depth, lambda sigma, shift: np.int64(int(4 * sigma + 0.5) + math.ceil(abs(shift)))]
)
def test_overlap_depth_accepts(answer):
    assert checks.check_overlap_depth(answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda sigma, shift: 4 * sigma + abs(shift), "is 8.3, not an integer"),
        (lambda sigma, shift: [count_depth(sigma, shift)] * 2, "should have shape (), got (2,)"),
        (lambda sigma, shift: int(4 * sigma + 0.5), "The shift has no influence"),
        (lambda sigma, shift: math.ceil(abs(shift)), "The filter has no influence"),
        (lambda sigma, shift: max(int(4 * sigma + 0.5), math.ceil(abs(shift))), "the larger of the two"),
        (
            lambda sigma, shift: math.ceil(sigma) + math.ceil(abs(shift)),
            "farther than one standard deviation",
        ),
        (lambda sigma, shift: int(4 * sigma + 0.5) + math.ceil(shift), "A shift to the other side"),
        (lambda sigma, shift: int(4 * sigma + 0.5) + int(abs(shift)), "is rounded down"),
        (lambda sigma, shift: int(4 * sigma + 0.5) + round(abs(shift)), "rounded to the nearest"),
        (lambda sigma, shift: count_depth(sigma, shift) + 1, "For sigma 1 and shift 0 the depth should be 4"),
    ],
)
def test_overlap_depth_rejects(answer, message):
    assert message in checks.check_overlap_depth(answer).message
