"""What all of `augment` asks of images, and of the value beyond their border."""

import numpy as np


def validate_images(images):
    """Return a batch of images, grey or in colour, of the types that are augmented."""
    images = np.asarray(images)
    if images.ndim not in (3, 4):
        raise ValueError(
            f"images must have shape (n, height, width) or (n, height, width, channels), got {images.shape}"
        )
    if images.dtype not in (np.uint8, np.float32, np.float64):
        raise TypeError(f"images must be uint8, float32 or float64, got {images.dtype}")
    return images


def validate_fill(fill_value, dtype):
    """Return the value beyond the border as one of the type of the images."""
    if np.ndim(fill_value) or not np.isfinite(fill_value):
        raise ValueError(f"fill_value must be one number, got {fill_value!r}")
    if dtype.kind != "f":
        low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
        if not low <= fill_value <= high:
            raise ValueError(f"fill_value must lie in {low}..{high}, as {dtype} does, got {fill_value}")
    return dtype.type(fill_value)
