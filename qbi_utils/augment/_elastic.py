"""Elastic deformation: noise, smoothed until neighbours move together, and points that follow it."""

import numpy as np
from scipy import ndimage

from ._kernels import smooth_separably


def draw_displacement(shape, alphas, sigmas, rng):
    """Smoothed noise, (n, 2, height, width), in pixels; drawn in blocks that stay in the cache."""
    displacement = np.empty((len(alphas), 2, *shape), np.float32)
    block = max(1, 100_000 // (shape[0] * shape[1]))
    for sigma in np.unique(sigmas):
        images = np.flatnonzero(sigmas == sigma)
        for some in np.split(images, range(block, len(images), block)):
            # 256 levels are enough: smoothing adds up hundreds of them. Over 128 they have the variance 1/3.
            noise = rng.integers(0, 256, (len(some), 2, *shape), np.uint8).astype(np.float32)
            noise -= 127.5
            noise *= (alphas[some] / 128).astype(np.float32)[:, None, None, None]
            displacement[some] = smooth(noise, sigma)
    return displacement


def smooth(fields, sigma):
    """Smooth by a Gaussian, zeros around each field, as `ndimage.gaussian_filter` in mode "constant"."""
    height, width = fields.shape[-2:]
    if max(height, width) <= 64:  # then two products of small symmetric matrices are fastest
        along_rows, along_columns = (
            ndimage.gaussian_filter1d(np.eye(size), sigma, mode="constant").astype(np.float32)
            for size in (height, width)
        )
        return along_rows @ fields @ along_columns
    radius = int(4 * sigma + 0.5)
    impulse = np.zeros(2 * radius + 1, np.float32)
    impulse[radius] = 1
    weights = ndimage.gaussian_filter1d(impulse, sigma, mode="constant")
    smoothed = np.empty_like(fields)
    smooth_separably(fields.reshape(-1, height, width), weights, smoothed.reshape(-1, height, width))
    return smoothed


def undo_displacement(displacement, targets, invert):
    """Positions x with ``M x + d(x)`` at the targets, by a fixed-point iteration; `invert` applies M⁻¹."""
    images = np.arange(len(targets))[:, None, None]
    axes = np.arange(2)
    warped = invert(targets)
    for _ in range(500):
        rows, columns = (np.nan_to_num(warped[..., axis, None]) for axis in axes)
        where = np.broadcast_arrays(images, axes, rows, columns)
        offsets = ndimage.map_coordinates(displacement, where, order=1, mode="nearest", output=float)
        previous, warped = warped, invert(targets - offsets)
        steps = np.nan_to_num(np.abs(warped - previous))
        if steps.max(initial=0) < 1e-9:
            return warped
    folded = np.flatnonzero(steps.max(axis=(1, 2)) >= 1e-9)
    raise ValueError(
        f"displacement must not fold an image where it has points, that of image {folded[0]} does; "
        "use a smaller elastic_alpha or a larger elastic_sigma"
    )
