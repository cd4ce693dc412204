"""Slanted handwriting, straightened."""

import numpy as np

from ._images import validate_images
from .geometry import Geometry


def deskew(images, *, n_jobs=None):
    """Straighten slanted handwriting and centre it, by the moments of each image.

    The grey levels are taken as masses. The image is moved so that their centre comes to its middle, and
    sheared so that their rows and columns are no longer correlated.

    Parameters
    ----------
    images : ndarray, shape (n, height, width)
        Images of uint8, float32 or float64; ink bright, background 0.
    n_jobs : int, optional
        Threads that share the images; -1 uses all processors.

    Returns
    -------
    ndarray
        Deskewed images, of the shape and type of `images`. One without ink, or with all its ink in one row,
        is at most moved.

    Raises
    ------
    ValueError, TypeError
        If shape or type do not fit, or a pixel is negative.

    Examples
    --------
    >>> import numpy as np
    >>> slanted = np.array([[[0, 0, 9], [0, 9, 0], [9, 0, 0]]], np.uint8)
    >>> deskew(slanted)
    array([[[0, 9, 0],
            [0, 9, 0],
            [0, 9, 0]]], dtype=uint8)
    """
    images = validate_images(images)
    if images.ndim != 3:
        raise ValueError(f"images must have shape (n, height, width), got {images.shape}")
    if (images < 0).any():
        raise ValueError(f"images must not be negative, got {images.min()}")
    n_images, height, width = images.shape
    rows, columns = np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2
    # Sums over rows and over columns first: images may be many, and their product with positions large.
    by_row, by_column = images.sum(axis=2, dtype=float), images.sum(axis=1, dtype=float)
    mass = by_row.sum(axis=1)
    ink = np.where(mass > 0, mass, 1)
    row_mean, column_mean = by_row @ rows / ink, by_column @ columns / ink
    mixed = np.einsum("nhw,hw->n", images, np.outer(rows, columns))  # without a copy in float
    variance = by_row @ rows**2 / ink - row_mean**2
    covariance = mixed / ink - row_mean * column_mean
    slope = np.where(variance > 1e-9, covariance / np.where(variance > 1e-9, variance, 1), 0)
    matrices = np.zeros((n_images, 2, 3))
    matrices[:, 0, 0] = matrices[:, 1, 1] = 1
    matrices[:, 1, 0] = slope
    matrices[:, 0, 2] = row_mean
    matrices[:, 1, 2] = column_mean - slope * (height - 1) / 2
    return Geometry(matrices, (height, width)).warp_images(images, n_jobs=n_jobs)
