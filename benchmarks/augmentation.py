# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = [
#   "albumentations==2.0.8",
#   "keras>=3.15",
#   "opencv-python-headless>=4.10",
#   "qbi-utils",
#   "scikit-image>=0.26",
#   "tensorflow-cpu>=2.20; sys_platform == 'linux' and platform_machine == 'x86_64'",
#   "tensorflow>=2.20; sys_platform != 'linux' or platform_machine != 'x86_64'",
# ]
# [tool.uv.sources]
# qbi-utils = { path = "..", editable = true }
# ///
"""Random affine maps, with and without elastic deformation, of a batch: `qbi_utils.augment` against its peers.

Run: `.venv/bin/uv run benchmarks/augmentation.py`, on an otherwise idle machine; uv installs the peers into an
environment of their own. Each round times every method once, in turn, in seconds of processor time, so that threads
do not count as speed. Every method draws its own parameters: rotation by ±15°, zoom 0.9 to 1.1, shear by ±10°, shift
by ±2 pixels, elastic with alpha 34 and sigma 4. Loops over single images take matrices that were drawn for the whole
batch at once.
"""

import time

import albumentations
import cv2
import keras
import numpy as np
import pandas as pd
import tensorflow
from keras.src.legacy.preprocessing.image import ImageDataGenerator
from scipy import ndimage
from skimage import transform

from qbi_utils.augment import draw_geometry

ROUNDS = 5
SIZES = {(28, 28): 1000, (32, 32, 3): 1000, (256, 256): 40}
RANGES = {"rotation": (-15, 15), "zoom": (0.9, 1.1), "shear": (-10, 10)}
RANGES |= {"vertical_shift": (-2, 2), "horizontal_shift": (-2, 2)}
ALPHA, SIGMA = 34, 4

cv2.setNumThreads(1)
rng = np.random.default_rng(0)


def draw(images, **elastic):
    return draw_geometry(len(images), images.shape[1:3], **RANGES, **elastic, rng=rng)


def channels_of(image):
    return np.moveaxis(np.atleast_3d(image), 2, 0)


def elastic_field(shape):
    return ALPHA * ndimage.gaussian_filter(rng.uniform(-1, 1, shape), SIGMA, mode="constant")


def positions(matrix, shape):
    rows, columns = np.indices(shape)
    return (
        matrix[0, 0] * rows + matrix[0, 1] * columns + matrix[0, 2] + elastic_field(shape),
        matrix[1, 0] * rows + matrix[1, 1] * columns + matrix[1, 2] + elastic_field(shape),
    )


def batched(images):
    return draw(images).warp_images(images)


def batched_elastic(images):
    return draw(images, elastic_alpha=ALPHA, elastic_sigma=SIGMA).warp_images(images)


def scipy_loop(images):
    for image, matrix in zip(images, draw(images).matrices, strict=True):
        for channel in channels_of(image):
            ndimage.affine_transform(channel, matrix, order=1)


def scipy_loop_elastic(images):
    for image, matrix in zip(images, draw(images).matrices, strict=True):
        where = positions(matrix, image.shape[:2])
        for channel in channels_of(image):
            ndimage.map_coordinates(channel, where, order=1)


def swap_axes(matrix):
    """From (row, column) to (x, y), homogeneous."""
    swapped = matrix[::-1, [1, 0, 2]]
    return np.vstack([swapped, [0, 0, 1]])


def scikit_image_loop(images):
    for image, matrix in zip(images, draw(images).matrices, strict=True):
        transform.warp(image, swap_axes(matrix), order=1, preserve_range=True)


def scikit_image_loop_elastic(images):
    for image, matrix in zip(images, draw(images).matrices, strict=True):
        where = np.array(positions(matrix, image.shape[:2]))
        for channel in channels_of(image):
            transform.warp(channel, where, order=1, preserve_range=True)


def opencv_loop(images):
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = images.shape[2:0:-1]
    for image, matrix in zip(images, draw(images).matrices, strict=True):
        cv2.warpAffine(image, swap_axes(matrix)[:2], size, flags=flags)


def opencv_loop_elastic(images):
    shape = images.shape[1:3]
    rows, columns = np.indices(shape, np.float32)
    for image, matrix in zip(images, draw(images).matrices.astype(np.float32), strict=True):
        noise = rng.random((2, *shape), np.float32) * (2 * ALPHA) - ALPHA
        down, across = (
            cv2.GaussianBlur(field, (0, 0), SIGMA, borderType=cv2.BORDER_CONSTANT) for field in noise
        )
        down += matrix[0, 0] * rows + matrix[0, 1] * columns + matrix[0, 2]
        across += matrix[1, 0] * rows + matrix[1, 1] * columns + matrix[1, 2]
        cv2.remap(image, across, down, cv2.INTER_LINEAR)


shift = {axis: (-2, 2) for axis in "xy"}
affine = albumentations.Affine(rotate=(-15, 15), scale=(0.9, 1.1), shear=(-10, 10), translate_px=shift, p=1)
elastic = albumentations.Compose([affine, albumentations.ElasticTransform(alpha=ALPHA, sigma=SIGMA, p=1)])
generator = ImageDataGenerator(rotation_range=15, zoom_range=0.1, shear_range=10, width_shift_range=0.07)


def with_channels(images):
    return images if images.ndim == 4 else images[..., None]


def keras_layers(images, *more):
    side = images.shape[1]
    model = keras.Sequential(
        [
            keras.layers.RandomRotation(15 / 360, fill_mode="constant"),
            keras.layers.RandomZoom(0.1, fill_mode="constant"),
            keras.layers.RandomShear(x_factor=0.17, fill_mode="constant"),
            keras.layers.RandomTranslation(2 / side, 2 / side, fill_mode="constant"),
            *more,
        ]
    )
    compiled = tensorflow.function(lambda batch: model(batch, training=True))
    batches = np.array_split(with_channels(images).astype(np.float32), max(1, len(images) // 500))
    return lambda: [compiled(batch) for batch in batches]


def old_keras(images):
    next(generator.flow(with_channels(images), batch_size=len(images), shuffle=False))


def methods(images):
    layers = keras_layers(images)
    layers_elastic = keras_layers(images, keras.layers.RandomElasticTransform(factor=1, scale=1))
    yield "copy of the batch", images.copy, None
    yield "qbi_utils.augment", lambda: batched(images), lambda: batched_elastic(images)
    yield "OpenCV, loop", lambda: opencv_loop(images), lambda: opencv_loop_elastic(images)
    yield "scipy.ndimage, loop", lambda: scipy_loop(images), lambda: scipy_loop_elastic(images)
    yield "scikit-image, loop", lambda: scikit_image_loop(images), lambda: scikit_image_loop_elastic(images)
    yield (
        "albumentations, loop",
        lambda: [affine(image=image) for image in images],
        lambda: [elastic(image=image) for image in images],
    )
    yield "Keras 3 layers", layers, layers_elastic
    yield "Keras' old generator", lambda: old_keras(images), None


for shape, n_images in SIZES.items():
    images = rng.integers(0, 256, (n_images, *shape), np.uint8)
    timed = {
        (name, kind): call
        for name, *calls in methods(images)
        for kind, call in zip(("affine", "affine + elastic"), calls, strict=True)
        if call
    }
    for call in timed.values():
        call()  # compiles
    rows = []
    for _ in range(ROUNDS):
        seconds = {}
        for name, call in timed.items():
            start = time.process_time()
            call()
            seconds[name] = time.process_time() - start
        rows.append(seconds)
    speeds = n_images / pd.DataFrame(rows)
    ratios = pd.DataFrame(
        {(name, kind): speeds[name, kind] / speeds["qbi_utils.augment", kind] for name, kind in speeds}
    )
    table = pd.DataFrame(
        {
            "images per CPU second": speeds.median().round(-1).astype(int),
            "ratio to qbi_utils": ratios.median().round(3),
            "lowest": ratios.min().round(3),
            "highest": ratios.max().round(3),
        }
    )
    print(f"\n{'×'.join(map(str, shape))}\n{table.to_string()}", flush=True)
