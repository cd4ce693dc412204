"""One large image in chunks, against the whole image."""

import math
import types

import dask.array as da
import numpy as np
import pytest
from dask_image.ndinterp import affine_transform
from scipy import ndimage

from qbi_utils.augment import Geometry, draw_geometry
from qbi_utils.chunked import draw_displacement, warp_image, warping
from tests.chunked.helpers import IMAGES, chunk, close, same

LARGE = np.random.default_rng(1).integers(0, 256, (90, 110), np.uint8)
LARGE_CHUNKS = [(90, 110), (30, 40), ((25, 40, 25), (60, 50))]
FIELD = draw_displacement(LARGE.shape, alpha=60, sigma=5, rng=3)
STACK, IMAGE = chunk(IMAGES, (6, 6)), da.from_array(LARGE, chunks=(30, 40))


def warp_whole(image, displacement, **options):
    return Geometry(np.eye(2, 3)[None], image.shape, [displacement]).warp_images(image[None], **options)[0]


@pytest.mark.parametrize("chunks", LARGE_CHUNKS)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("mode", ["constant", "nearest", "reflect"])
def test_displaced_in_chunks_is_displaced_whole(chunks, dtype, mode):
    image = LARGE.astype(dtype)
    warped = warp_image(da.from_array(image, chunks=chunks), FIELD, mode=mode, fill_value=9)
    assert warped.chunks == da.from_array(image, chunks=chunks).chunks
    assert warped.dtype == dtype
    expected = warp_whole(image, FIELD.compute(), mode=mode, fill_value=9)
    # Beyond the border the place of a sample is worked out from the size of the chunk, and rounded otherwise.
    assert close(warped, expected, atol=1e-4 * (mode == "reflect"))
    assert not same(image, expected)


@pytest.mark.parametrize("shift", [3, 2.5, -3, -2.5])
@pytest.mark.parametrize("axis", [0, 1])
def test_the_margin_is_as_deep_as_it_must_be_and_no_deeper(monkeypatch, shift, axis):
    displacement = np.zeros((2, *LARGE.shape), np.float32)
    displacement[axis] = shift
    image, expected = da.from_array(LARGE, chunks=(30, 40)), warp_whole(LARGE, displacement)
    assert same(warp_image(image, displacement), expected)
    assert same(warp_image(image, displacement, max_displacement=20), expected)
    monkeypatch.setattr(warping, "math", types.SimpleNamespace(ceil=lambda value: math.ceil(value) - 1))
    assert not same(warp_image(image, displacement), expected)


def test_no_displacement_changes_nothing():
    image = da.from_array(LARGE, chunks=(30, 40))
    assert same(warp_image(image, np.zeros((2, *LARGE.shape))), LARGE)


def test_a_displacement_has_the_strength_it_has_for_a_stack_and_no_seams():
    shape = (1100, 1060)
    field = draw_displacement(shape, alpha=200, sigma=8, rng=0).compute()
    assert field.dtype == np.float32
    assert field[:, 40:-40, 40:-40].std() == pytest.approx(0.163 * 200 / 8, rel=0.05)
    # Drawn again tile by tile and smoothed whole.
    noise = np.zeros((2, *shape), np.float32)
    for top, bottom in ((0, 1024), (1024, 1100)):
        for left, right in ((0, 1024), (1024, 1060)):
            seed = np.random.SeedSequence(0, spawn_key=(top // 1024, left // 1024))
            tile = np.random.default_rng(seed).random((2, bottom - top, right - left), np.float32)
            noise[:, top:bottom, left:right] = 200 * (2 * tile - 1)
    assert close(field, ndimage.gaussian_filter(noise, (0, 8, 8), mode="constant"), atol=1e-5)


@pytest.mark.parametrize("chunks", LARGE_CHUNKS)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("mode", ["constant", "nearest"])
def test_the_affine_warp_of_dask_image_is_that_of_a_geometry(chunks, dtype, mode):
    image = LARGE if dtype == np.uint8 else LARGE.astype(dtype) / 255
    geometry = draw_geometry(1, image.shape, rotation=(-30, 30), zoom=1.2, rng=4)
    warped = affine_transform(
        da.from_array(image, chunks=chunks), geometry.matrices[0], order=1, mode=mode, output_chunks=(30, 40)
    )
    assert close(warped, geometry.warp_images(image[None], mode=mode)[0], atol=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: draw_displacement((9, 0), alpha=1, sigma=1),
            r"shape must be \(height, width\), both whole and",
        ),
        (lambda: draw_displacement((9, 9), alpha=(1, 2), sigma=1), r"alpha must be one number, got \(1, 2\)"),
        (lambda: draw_displacement((9, 9), alpha=-1, sigma=1), "alpha must be at least 0, got -1.0"),
        (lambda: draw_displacement((9, 9), alpha=1, sigma=0), "sigma must be greater than 0, got 0.0"),
        (
            lambda: draw_displacement((8, 9), alpha=1, sigma=2.1),
            "sigma must be at most a quarter .* side, 2, got 2.1",
        ),
        (lambda: warp_image(STACK, FIELD), r"image must have shape \(height, width\), got \(12, 16, 18\)"),
        (
            lambda: warp_image(IMAGE, FIELD[:, 1:]),
            r"displacement must have shape \(2, 90, 110\), got \(2, 89, 110\)",
        ),
        (
            lambda: warp_image(IMAGE, FIELD, mode="wrap"),
            "mode must be one of constant, nearest, reflect, got 'wrap'",
        ),
        (lambda: warp_image(IMAGE, FIELD * np.nan), "max_displacement must be at least 0, got nan"),
        (
            lambda: warp_image(IMAGE, FIELD, max_displacement=0.5).compute(),
            r"displacement must be at most 0.5 pixels \(max_displacement\), got ",
        ),
        (
            lambda: warp_image(IMAGE, FIELD, max_displacement=30.5),
            r"image must have chunks of at least the largest displacement, 31 pixels, got chunks \(\(30, 30, 30\)",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
