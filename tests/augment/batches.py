"""Random batches and geometries, and where a geometry samples, by its definition."""

import numpy as np

from qbi_utils.augment import Geometry

MODES = ["constant", "nearest", "reflect", "wrap"]
DTYPES = [np.uint8, np.float32, np.float64]


def random_images(rng, shape, dtype):
    images = rng.random(shape)
    return (images * 256).astype(np.uint8) if dtype == np.uint8 else images.astype(dtype)


def random_geometry(rng, n_images, height, width, *, elastic):
    matrices = np.empty((n_images, 2, 3))
    matrices[:, :, :2] = np.eye(2) + rng.uniform(-0.4, 0.4, (n_images, 2, 2))
    matrices[:, :, 2] = rng.uniform(-1.5, 1.5, (n_images, 2)) * [height, width]
    displacement = rng.uniform(-3, 3, (n_images, 2, height, width)).astype(np.float32) if elastic else None
    return Geometry(matrices, (height, width), displacement)


def sampled_positions(geometry, index):
    """(2, height, width) positions by the definition, one pixel after the other."""
    height, width = geometry.image_shape
    positions = np.empty((2, height, width))
    for row in range(height):
        for column in range(width):
            positions[:, row, column] = geometry.matrices[index] @ [row, column, 1]
            if geometry.displacement is not None:
                positions[:, row, column] += geometry.displacement[index, :, row, column]
    return positions
