"""The elastic displacement against the statistics of smoothed noise, worked out by hand."""

import numpy as np
import pytest
from scipy import ndimage

from qbi_utils.augment import _elastic, draw_geometry

# Small images are smoothed by products of matrices, large ones by a kernel.
SIZES = pytest.mark.parametrize(("n_images", "shape", "sigma"), [(3000, (36, 28), 2), (200, (80, 70), 5)])


def drawn_fields(n_images, shape, **elastic):
    return draw_geometry(n_images, shape, **elastic, rng=7).displacement


@SIZES
def test_displacement_has_the_spread_and_the_correlation_length_of_smoothed_noise(n_images, shape, sigma):
    fields = drawn_fields(n_images, shape, elastic_alpha=36, elastic_sigma=sigma)
    assert fields.dtype == np.float32
    reach = 4 * sigma if shape[0] < 64 else 3 * sigma
    inner = fields[:, :, reach:-reach, reach:-reach].astype(float)
    # Uniform noise has the variance 1 / 3, and the squared weights of the Gaussian add up to 1 / (4 pi sigma^2).
    variance = 36**2 / 3 / (4 * np.pi * sigma**2)
    assert inner.std() == pytest.approx(np.sqrt(variance), rel=0.05)
    assert abs(inner.mean()) < 0.05 * np.sqrt(variance)
    # Two pixels that are d apart share exp(-d^2 / (4 sigma^2)) of it.
    for distance in (sigma, 2 * sigma):
        expected = variance * np.exp(-((distance / sigma) ** 2) / 4)
        along = (inner[..., distance:, :] * inner[..., :-distance, :]).mean()
        across = (inner[..., distance:] * inner[..., :-distance]).mean()
        assert [along, across] == pytest.approx([expected, expected], abs=0.06 * variance)
    # Rows and columns are displaced independently, and so are the images.
    assert abs((inner[:, 0] * inner[:, 1]).mean()) < 0.06 * variance
    assert abs((inner[1:] * inner[:-1]).mean()) < 0.06 * variance
    assert len(np.unique(fields.reshape(2 * n_images, -1), axis=0)) == 2 * n_images


@SIZES
def test_there_is_no_noise_beyond_the_border(n_images, shape, sigma):
    """A corner sees a quarter of the Gaussian; mirrored or repeated noise would add to it."""
    fields = drawn_fields(n_images, shape, elastic_alpha=36, elastic_sigma=sigma)
    corners = fields[:, :, [0, 0, -1, -1], [0, -1, 0, -1]]
    # Along an axis: half of the squared weights, and the other half of the one in the middle.
    half = (1 + 1 / (np.sqrt(np.pi) * sigma)) / 2
    expected = 36 / np.sqrt(3 * 4 * np.pi) / sigma * half
    assert corners.std(axis=(0, 1)) == pytest.approx(np.full(4, expected), rel=0.15)
    assert corners.std() == pytest.approx(expected, rel=0.07)


@pytest.mark.parametrize("shape", [(40, 40), (70, 66)])
def test_noise_is_uniform_between_minus_and_plus_alpha(shape):
    """A Gaussian that reaches no neighbour smooths nothing."""
    noise = drawn_fields(20, shape, elastic_alpha=8, elastic_sigma=0.1)
    assert 7.9 < noise.max() < 8
    assert -8 < noise.min() < -7.9
    assert np.quantile(noise, [0.25, 0.5, 0.75]) == pytest.approx([-4, 0, 4], abs=0.15)
    # Steps of 8 / 128, which are fine enough once they are smoothed.
    assert np.diff(np.unique(noise)).tolist() == [8 / 128] * 255


def test_elastic_parameters_hold_for_each_image():
    alphas, sigmas = np.array([0, 20, 20.0]), np.array([4, 4, 8.0])
    fields = draw_geometry(3, (200, 200), elastic_alpha=alphas, elastic_sigma=sigmas, rng=0).displacement
    spread = fields[:, :, 40:-40, 40:-40].std(axis=(1, 2, 3))
    assert spread[0] == 0
    assert spread[1:] == pytest.approx(0.163 * alphas[1:] / sigmas[1:], rel=0.2)


@pytest.mark.parametrize("shape", [(1, 1), (28, 20), (64, 64), (65, 3), (70, 66)])
@pytest.mark.parametrize("sigma", [0.7, 5.0])
def test_smoothing_is_that_of_scipy(shape, sigma):
    fields = np.random.default_rng(0).random((3, 2, *shape)).astype(np.float32)
    expected = ndimage.gaussian_filter(fields.astype(float), (0, 0, sigma, sigma), mode="constant")
    np.testing.assert_allclose(_elastic.smooth(fields, sigma), expected, atol=1e-5)


@pytest.mark.parametrize("shape", [(28, 20), (80, 70)])
def test_the_same_rng_gives_the_same_displacement(shape):
    first, again = (drawn_fields(5, shape, elastic_alpha=9) for _ in range(2))
    assert np.array_equal(first, again)
    other = draw_geometry(5, shape, elastic_alpha=9, rng=8).displacement
    assert np.abs(other - first).max() > 0.1


def test_a_displacement_that_folds_has_no_single_position():
    folded = draw_geometry(2, (20, 20), elastic_alpha=[0, 500], elastic_sigma=2, rng=0)
    with pytest.raises(ValueError, match=r"displacement must not fold .* of image 1 does; use a smaller"):
        folded.warp_points(np.full((2, 9, 2), 10))
