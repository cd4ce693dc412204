"""All that takes images refuses the same ones."""

import numpy as np
import pytest

from qbi_utils.augment import deskew, draw_geometry, draw_intensity, normalize

AFFINE = draw_geometry(2, (4, 5))
TAKERS = pytest.mark.parametrize(
    "take", [AFFINE.warp_images, draw_intensity(2).adjust_images, normalize, deskew]
)


@TAKERS
@pytest.mark.parametrize("shape", [(4,), (4, 5), (2, 4, 5, 3, 1)])
def test_wrong_shapes_are_named(take, shape):
    given = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
    message = rf"images must have shape \(n, height, width\) or \(n, .*, channels\), got \({given}\)"
    with pytest.raises(ValueError, match=message):
        take(np.zeros(shape))


@TAKERS
@pytest.mark.parametrize("dtype", [bool, np.int64, np.float16])
def test_wrong_types_are_named(take, dtype):
    message = f"images must be uint8, float32 or float64, got {np.dtype(dtype)}"
    with pytest.raises(TypeError, match=message):
        take(np.zeros((2, 4, 5), dtype))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: AFFINE.warp_images(np.zeros((2, 4, 5)), fill_value=np.nan), "fill_value must be one number"),
        (lambda: AFFINE.warp_images(np.zeros((2, 4, 5)), fill_value=[1, 2]), "fill_value must be one number"),
        (
            lambda: AFFINE.warp_images(np.zeros((2, 4, 5), np.uint8), fill_value=256),
            "fill_value must lie in 0..255, as uint8 does, got 256",
        ),
        (lambda: AFFINE.warp_masks(np.zeros((2, 4, 5), bool), fill_value=2), "fill_value must lie in 0..1"),
    ],
)
def test_wrong_values_beyond_the_border_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
