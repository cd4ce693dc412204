"""What the workers run, and what the results are compared with."""

import dask.array as da
import numpy as np

from qbi_utils import simulate
from qbi_utils.augment import draw_geometry, draw_intensity

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 16, 18), np.uint8)
CHUNKINGS = [(2,) * 6, (4, 6, 2), (12,)]


def augment(images, rng):
    geometry = draw_geometry(len(images), images.shape[1:3], rotation=(-15, 15), rng=rng)
    return draw_intensity(len(images), noise=0.05, rng=rng).adjust_images(geometry.warp_images(images))


def measure(images):
    return np.stack([images.mean(axis=(1, 2)), images.std(axis=(1, 2))], axis=1)


def simulate_nuclei(n_images, rng):
    return simulate.nuclei(n_images, (32, 32), n_nuclei=2, rng=rng).images


def loop(function, n_images, images_per_call, seed, images=None):
    """Call a function as the documentation says, without chunks."""
    starts = range(0, n_images, images_per_call)
    stops = [min(start + images_per_call, n_images) for start in starts]
    spawned = map(np.random.default_rng, np.random.SeedSequence(seed).spawn(len(starts)))
    return np.concatenate(
        [
            function(stop - start if images is None else images[start:stop], rng)
            for start, stop, rng in zip(starts, stops, spawned, strict=True)
        ]
    )


def same(array, expected):
    return np.array_equal(np.asarray(array), np.asarray(expected))


def close(array, expected, atol):
    return np.allclose(np.asarray(array), expected, rtol=0, atol=atol)


def chunk(images, sizes):
    return da.from_array(images, chunks=(sizes, *images.shape[1:]))
