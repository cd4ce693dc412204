"""Warps are held to scipy.ndimage."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from qbi_utils import augment

from .batches import DTYPES, MODES, random_geometry, random_images, sampled_positions


def warp_by_scipy(geometry, images, order, mode, fill_value):
    """The batch image by image, channel by channel, in float64."""
    warped = np.empty(images.shape)
    for index, image in enumerate(images):
        positions = sampled_positions(geometry, index)
        for channel in np.ndindex(images.shape[3:]):
            warped[(index, ..., *channel)] = ndimage.map_coordinates(
                image[(..., *channel)], positions, float, order=order, mode=mode, cval=fill_value
            )
    return warped


batches = {
    "seed": st.integers(0, 10**6),
    "n_images": st.integers(0, 3),
    "height": st.integers(1, 9),
    "width": st.integers(1, 9),
    "mode": st.sampled_from(MODES),
    "elastic": st.booleans(),
}


@given(dtype=st.sampled_from(DTYPES), channels=st.sampled_from([(), (1,), (3,)]), **batches)
@settings(max_examples=200, deadline=None)
def test_images_are_warped_as_scipy_does(dtype, channels, seed, n_images, height, width, mode, elastic):
    rng = np.random.default_rng(seed)
    images = random_images(rng, (n_images, height, width, *channels), dtype)
    geometry = random_geometry(rng, n_images, height, width, elastic=elastic)
    fill_value = 200 if dtype == np.uint8 else 0.7
    warped = geometry.warp_images(images, mode=mode, fill_value=fill_value)
    expected = warp_by_scipy(geometry, images, 1, mode, fill_value)
    assert warped.dtype == dtype
    assert warped.shape == images.shape
    tolerance = 0.5 + 1e-4 if dtype == np.uint8 else 1e-5  # a rounded value is at most half a level off
    assert np.abs(warped - expected).max(initial=0) <= tolerance


@given(dtype=st.sampled_from([bool, np.uint8, np.int32, np.int64]), **batches)
@settings(max_examples=200, deadline=None)
def test_masks_are_warped_as_scipy_does(dtype, seed, n_images, height, width, mode, elastic):
    rng = np.random.default_rng(seed)
    masks = rng.integers(0, 2 if dtype is bool else 100, (n_images, height, width)).astype(dtype)
    geometry = random_geometry(rng, n_images, height, width, elastic=elastic)
    warped = geometry.warp_masks(masks, mode=mode, fill_value=1)
    assert warped.dtype == dtype
    assert np.array_equal(warped, warp_by_scipy(geometry, masks, 0, mode, 1))


@given(seed=st.integers(0, 10**6), mode=st.sampled_from(MODES), dtype=st.sampled_from(DTYPES))
@settings(max_examples=50, deadline=None)
def test_affine_equals_affine_transform(seed, mode, dtype):
    rng = np.random.default_rng(seed)
    images = random_images(rng, (2, 11, 8), dtype)
    geometry = random_geometry(rng, 2, 11, 8, elastic=False)
    warped = geometry.warp_images(images, mode=mode)
    for index, (image, matrix) in enumerate(zip(images, geometry.matrices, strict=True)):
        expected = ndimage.affine_transform(image, matrix, order=1, mode=mode, output=float)
        assert np.abs(warped[index] - expected).max() <= (0.5 + 1e-4 if dtype == np.uint8 else 1e-5)


def test_kernels_do_in_plain_python_what_they_do_compiled(decompile):
    rng = np.random.default_rng(0)
    images = random_images(rng, (2, 5, 4, 3), np.uint8)
    narrow = random_images(rng, (2, 1, 1), np.float64)
    fields = rng.random((1, 2, 70, 66)).astype(np.float32)

    def results():
        rng = np.random.default_rng(1)
        for mode in MODES:
            for elastic in (False, True):
                geometry = random_geometry(rng, 2, 5, 4, elastic=elastic)
                yield geometry.warp_images(images, mode=mode)
                yield geometry.warp_masks(images[..., 0], mode=mode)
            yield random_geometry(rng, 2, 1, 1, elastic=False).warp_images(narrow, mode=mode)
        yield augment._elastic.smooth(fields, 2.0)

    compiled = list(results())
    decompile(augment._kernels, augment._elastic, augment.geometry)
    assert not hasattr(augment._elastic.smooth_separably, "py_func")
    assert not hasattr(augment.geometry.warp_bilinear, "py_func")
    for left, right in zip(compiled, results(), strict=True):
        assert left.dtype == right.dtype
        assert np.allclose(left, right, atol=1 if left.dtype == np.uint8 else 1e-6)
