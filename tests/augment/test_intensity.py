"""Grey levels, against values worked out by hand."""

import numpy as np
import pytest

from qbi_utils.augment import Intensity, draw_intensity, normalize

from .batches import DTYPES, random_images


def adjusted(images, **parameters):
    return draw_intensity(len(images), **parameters, rng=0).adjust_images(images)


def test_grey_levels_worked_out_by_hand():
    images = np.array([[[0.2, 0.4, 0.9]]])
    assert np.allclose(adjusted(images, brightness=0.2), [[[0.4, 0.6, 1]]])
    assert np.allclose(adjusted(images, brightness=-0.3), [[[0, 0.1, 0.6]]])
    assert np.allclose(adjusted(images, contrast=0), 0.5)
    assert np.allclose(adjusted(images, contrast=1.5), [[[0.05, 0.35, 1]]])
    assert np.allclose(adjusted(images, gamma=2), [[[0.04, 0.16, 0.81]]])
    assert np.allclose(adjusted(images, erase=1), 0)
    levels = (images * 255).round().astype(np.uint8)
    assert adjusted(levels, brightness=0.2).tolist() == [[[102, 153, 255]]]
    assert adjusted(levels).tolist() == levels.tolist()


def test_gamma_is_applied_to_what_contrast_and_brightness_leave():
    """0.5 is the mean: 0.2 comes to 0.35, 0.55, 0.3025."""
    images = np.array([[[0.2, 0.4, 0.9]]])
    assert np.allclose(adjusted(images, gamma=2, brightness=0.2, contrast=0.5), [[[0.3025, 0.4225, 0.81]]])


@pytest.mark.parametrize("dtype", DTYPES)
def test_noise_has_the_stated_spread_and_share(dtype):
    images = np.full((2, 200, 200), 128 if dtype == np.uint8 else 0.5, dtype)
    white = 255 if dtype == np.uint8 else 1
    noisy = adjusted(images, noise=np.array([0.05, 0.1]))
    assert noisy.dtype == dtype
    assert noisy.std(axis=(1, 2)) / white == pytest.approx([0.05, 0.1], rel=0.03)
    assert noisy.mean() / white == pytest.approx(0.5, abs=0.003)
    erased = adjusted(images, erase=0.3)
    assert (erased == 0).mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / 80_000))
    assert set(np.unique(erased)) == {0, images[0, 0, 0]}


def test_a_pixel_is_erased_in_all_its_channels():
    erased = adjusted(np.ones((1, 30, 30, 3)), erase=0.5)
    assert (erased == erased[..., :1]).all()
    assert 0.4 < erased.mean() < 0.6


def test_blur_spreads_each_image_by_its_own_deviation():
    images = np.zeros((2, 41, 41, 1), np.float32)
    images[:, 20, 20] = 1
    blurred = adjusted(images, blur=np.array([0, 3.0]))[..., 0]
    assert np.array_equal(blurred[0], images[0, ..., 0])
    variance = (blurred[1].sum(axis=1) * (np.arange(41) - 20) ** 2).sum()
    assert variance == pytest.approx(9, rel=0.01)


def test_an_intensity_replays_its_noise():
    images = np.full((3, 8, 8), 0.5)
    intensity = draw_intensity(3, noise=(0, 0.2), erase=0.1, rng=4)
    assert np.array_equal(intensity.adjust_images(images), intensity.adjust_images(images))
    again = Intensity(intensity.parameters, intensity.noise_seed)
    assert np.array_equal(again.adjust_images(images), intensity.adjust_images(images))
    other = draw_intensity(3, noise=(0, 0.2), erase=0.1, rng=5)
    assert not np.array_equal(other.adjust_images(images), intensity.adjust_images(images))


def test_noise_depends_on_the_rng_even_where_no_parameter_is_drawn():
    images = np.full((2, 8, 8), 0.5)
    one, again, other = (draw_intensity(2, noise=0.1, rng=seed).adjust_images(images) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert (one != other).mean() > 0.99


def test_adjusting_changes_neither_input_nor_an_empty_batch():
    rng = np.random.default_rng(0)
    for dtype in DTYPES:
        images = random_images(rng, (2, 6, 6, 3), dtype)
        before = images.copy()
        adjusted(images, blur=1, contrast=2, noise=0.1, erase=0.1)
        normalize(images)
        assert np.array_equal(images, before)
    assert adjusted(np.zeros((0, 5, 5)), noise=0.1).shape == normalize(np.zeros((0, 5, 5))).shape == (0, 5, 5)


def test_what_is_printed():
    assert repr(draw_intensity(2)) == "Intensity of 2 images"
    assert len(draw_intensity(2)) == 2


def test_normalize_gives_mean_0_and_deviation_1():
    images = random_images(np.random.default_rng(0), (4, 9, 9, 3), np.uint8)
    normal = normalize(images)
    assert normal.dtype == np.float32
    assert np.allclose(normal.mean(axis=(1, 2, 3)), 0, atol=1e-5)
    assert np.allclose(normal.std(axis=(1, 2, 3)), 1, atol=1e-5)
    assert normalize(images / 255).dtype == np.float64
    assert np.allclose(normalize(images / 255), normal, atol=1e-5)


def test_normalize_takes_all_channels_of_an_image_together():
    """Two pixels of one colour; taken one by one, each channel would be constant."""
    images = np.array([[[[0, 1, 2], [0, 1, 2]]]], np.uint8)
    deviation = np.sqrt(1.5)  # 1 over that of 0, 1, 2
    assert np.allclose(normalize(images), [[[[-deviation, 0, deviation]] * 2]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw_intensity(2.0), "n_images must be a whole number of at least 0, got 2.0"),
        (lambda: draw_intensity(2, blur=-1), "blur must be at least 0, got -1.0"),
        (lambda: draw_intensity(2, contrast=-1), "contrast must be at least 0, got -1.0"),
        (lambda: draw_intensity(2, gamma=0), "gamma must be greater than 0, got 0.0"),
        (lambda: draw_intensity(2, noise=(-0.1, 0.1)), "noise must be at least 0, got -0.1"),
        (lambda: draw_intensity(2, erase=2), "erase must be between 0 and 1, got 2.0"),
        (
            lambda: draw_intensity(2).adjust_images(np.zeros((3, 4, 5))),
            "images must be 2, as the parameters, got 3",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
