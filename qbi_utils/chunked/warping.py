"""One large image, displaced in chunks that need their neighbours."""

import math

import dask.array as da
import numpy as np
from dask_image import ndfilters

from .._validation import NOT_NEGATIVE, POSITIVE, validate_dask, validate_one, validate_shape
from ..augment import Geometry
from ._seeding import seed_state, spawn

_TILE = 1024  # pixels; another side would draw other displacements


def _draw_noise(seed, alpha, block_info):
    (_, top, left), shape = block_info[None]["chunk-location"], block_info[None]["chunk-shape"]
    noise = spawn(seed, top, left).random(shape, np.float32)
    return alpha * (2 * noise - 1)


def draw_displacement(shape, *, alpha, sigma, rng=None):
    """Draw a random elastic displacement for one large image: smoothed noise, as `augment.draw_geometry` has it.

    Parameters
    ----------
    shape : tuple of int
        Height and width of the image.
    alpha : float
        Strength, at least 0: the factor on smoothed uniform noise between -1 and 1, in pixels. Displacements have a
        standard deviation of 0.163 `alpha` / `sigma` far from the border.
    sigma : float
        Standard deviation in pixels, greater than 0 and at most a quarter of the shorter side, of the Gaussian that
        smooths the noise.
    rng : int, numpy.random.Generator or numpy.random.SeedSequence, optional
        Seed or generator.

    Returns
    -------
    dask.array.Array of float32, shape (2, height, width)
        Rows and columns to add to each position, in pixels. Lazy; `warp_image` brings them into the image's chunks.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> displacement = draw_displacement((3000, 2000), alpha=200, sigma=20, rng=0)
    >>> displacement.shape, displacement.chunksize
    ((2, 3000, 2000), (2, 1024, 1024))
    >>> round(float(displacement.std().compute()), 2)
    1.65
    """
    shape = validate_shape("shape", shape)
    alpha = validate_one("alpha", alpha, **NOT_NEGATIVE)
    sigma = validate_one("sigma", sigma, **POSITIVE)
    if 4 * sigma > min(shape):  # where the Gaussian is cut off
        raise ValueError(
            f"sigma must be at most a quarter of the shorter side, {min(shape) / 4:g}, got {sigma:g}"
        )
    noise = da.map_blocks(
        _draw_noise,
        seed_state(rng),
        np.float32(alpha),
        chunks=da.core.normalize_chunks((2, _TILE, _TILE), (2, *shape)),
        dtype=np.float32,
        meta=np.empty((0, 0, 0), np.float32),
    )
    return ndfilters.gaussian_filter(noise, (0, sigma, sigma), mode="constant")


def _warp_piece(piece, rows, columns, *, depth, n_blocks, reach, mode, fill_value, block_id):
    """Warp a chunk with its margin, then cut the margin off; at the border of the image there is none."""
    displacement = np.stack([rows, columns])
    largest = np.abs(displacement).max()
    if not largest <= reach:
        raise ValueError(f"displacement must be at most {reach:g} pixels (max_displacement), got {largest:g}")
    margins = [
        (width if block else 0, width if block < last - 1 else 0)
        for width, block, last in zip(depth, block_id, n_blocks, strict=True)
    ]
    displacement = np.pad(displacement, [(0, 0), *margins])
    warped = Geometry(np.eye(2, 3)[None], piece.shape, displacement[None]).warp_images(
        piece[None], mode=mode, fill_value=fill_value
    )
    return warped[0][tuple(slice(before, -after or None) for before, after in margins)]


def warp_image(image, displacement, *, max_displacement=None, mode="constant", fill_value=0):
    """Displace the pixels of one large image in chunks, each of which sees as much of its neighbours as it needs.

    The pixel at x is taken from x + displacement[:, x], by bilinear interpolation: bit for bit what
    `augment.Geometry.warp_images` does to the whole image.

    Parameters
    ----------
    image : dask.array.Array, shape (height, width)
        Image of uint8, float32 or float64.
    displacement : array_like or dask.array.Array, shape (2, height, width)
        Rows and columns to add to each position, in pixels, as `draw_displacement` makes them.
    max_displacement : float, optional
        A bound of the displacement along either axis, in pixels. Left out, the displacement is computed once to find
        its largest value.
    mode : {"constant", "nearest", "reflect"}
        What lies beyond the border of the image: `fill_value`, the border pixel, the mirrored image.
    fill_value : float
        Value beyond the border in mode "constant".

    Returns
    -------
    dask.array.Array, shape (height, width)
        The warped image, lazy, of the type and chunks of `image`.

    Raises
    ------
    TypeError
        If `image` is not a dask array.
    ValueError
        If a shape or `mode` does not fit, a chunk is smaller than the largest displacement, or a displacement is larger
        than `max_displacement`.

    Examples
    --------
    >>> image = da.arange(12, chunks=12).reshape(3, 4).astype(np.uint8).rechunk((3, 2))
    >>> upwards = np.stack([np.ones((3, 4)), np.zeros((3, 4))])
    >>> warp_image(image, upwards).compute()
    array([[ 4,  5,  6,  7],
           [ 8,  9, 10, 11],
           [ 0,  0,  0,  0]], dtype=uint8)
    """
    validate_dask("image", image, ("height", "width"))
    displacement = da.asarray(displacement)
    if displacement.shape != (2, *image.shape):
        raise ValueError(f"displacement must have shape {(2, *image.shape)}, got {displacement.shape}")
    modes = ("constant", "nearest", "reflect")
    if mode not in modes:
        raise ValueError(f"mode must be one of {', '.join(modes)}, got {mode!r}")
    if max_displacement is None:
        max_displacement = abs(displacement).max().compute()
    reach = validate_one("max_displacement", max_displacement, **NOT_NEGATIVE)
    depth = [math.ceil(reach) if len(sizes) > 1 else 0 for sizes in image.chunks]
    if any(min(sizes) < width for sizes, width in zip(image.chunks, depth, strict=True)):
        raise ValueError(
            f"image must have chunks of at least the largest displacement, {math.ceil(reach)} pixels, got chunks"
            f" {image.chunks}; rechunk it"
        )
    rows, columns = displacement.rechunk((2, *image.chunks))
    return da.map_blocks(
        _warp_piece,
        da.overlap.overlap(image, dict(enumerate(depth)), "none", allow_rechunk=False),
        rows,
        columns,
        depth=depth,
        n_blocks=image.numblocks,
        reach=reach,
        mode=mode,
        fill_value=fill_value,
        chunks=image.chunks,
        dtype=image.dtype,
        meta=image._meta,
    )
