"""Stacks of images, a chunk of whole images at a time."""

import dask.array as da
import numpy as np

from .._validation import validate_dask, validate_number
from ._seeding import seed_state, spawn


def _apply_to_groups(*chunk, function, images_per_call, seed, shape, block_info):
    """Call the function on group after group of a chunk, or on their numbers of images where there is no chunk."""
    first, stop = block_info[None]["array-location"][0]
    results = np.empty((stop - first, *shape), block_info[None]["dtype"])
    for start in range(first, stop, images_per_call):
        group = slice(start - first, min(start + images_per_call, stop) - first)
        images = chunk[0][group] if chunk else group.stop - group.start
        result = _call(function, images, start // images_per_call, seed)
        if result.shape != results[group].shape or result.dtype != results.dtype:
            raise ValueError(
                f"function must return shape {results[group].shape} and {results.dtype} for {len(results[group])} images,"
                f" as shape and dtype say or it did when tried, got {result.shape} and {result.dtype}"
            )
        results[group] = result
    return results.reshape(block_info[None]["chunk-shape"])


def _call(function, images, number, seed):
    generator = () if seed is None else (spawn(seed, number),)
    return np.asarray(function(images, *generator))


def _map_groups(function, chunks, images, images_per_call, seed, shape, dtype):
    """Lazy results of a function for all groups of images, or of numbers of images where there are none."""
    validate_number("images_per_call", images_per_call, 1)
    if any(start % images_per_call for start in np.cumsum(chunks)[:-1]):
        raise ValueError(
            f"chunks must hold whole groups of {images_per_call} images (images_per_call), got chunks of {chunks}"
        )
    if (shape is None) != (dtype is None):
        raise ValueError(f"shape and dtype must be given together or not at all, got {shape} and {dtype}")
    if shape is None:
        tried_on = images_per_call
        if images is not None:
            tried_on = np.zeros((images_per_call, *images.shape[1:]), images.dtype)
        try:
            tried = _call(function, tried_on, 0, seed)
        except Exception as error:
            raise ValueError(
                f"function must work on {images_per_call} images, zeros if it takes images, on which it is tried; or give"
                " shape and dtype of its result"
            ) from error
        if tried.shape[:1] != (images_per_call,):
            raise ValueError(
                "function must return one result for each image along the first axis, got shape"
                f" {tried.shape} for {images_per_call} images"
            )
        shape, dtype = tried.shape[1:], tried.dtype
    shape, dtype = tuple(shape), np.dtype(dtype)
    given = [] if images is None else [images]
    # A result keeps as many axes as the images have, and loses them afterwards: so Dask joins this call with the one
    # that made the images, and their chunk never waits in memory.
    n_extra = max(0, images.ndim - 1 - len(shape)) if given else 0
    results = da.map_blocks(
        _apply_to_groups,
        *given,
        function=function,
        images_per_call=images_per_call,
        seed=seed,
        shape=shape,
        token=getattr(function, "__name__", type(function).__name__).strip("<>"),
        chunks=(chunks, *((side,) for side in shape), *[(1,)] * n_extra),
        new_axis=list(range(images.ndim, 1 + len(shape))) if given else None,
        dtype=dtype,
        meta=np.empty((0,) * (1 + len(shape) + n_extra), dtype),
    )
    return results[(..., *[0] * n_extra)] if n_extra else results


def map_images(function, images, *, images_per_call=1, rng=None, shape=None, dtype=None):
    """Apply a function to a stack of images in chunks: to augment them, to measure them, or anything else.

    Parameters
    ----------
    function : callable
        Called with `images_per_call` successive images, fewer at the end of the stack, and, if `rng` is given, a
        generator of their own; returns an array with one result an image along its first axis.
    images : dask.array.Array, shape (n, height, width) or (n, height, width, channels)
        Images, chunked along the first axis only, in multiples of `images_per_call`.
    images_per_call : int
        Images that share a call and a generator. More of them save time where a call costs more than an image.
    rng : int, numpy.random.Generator or numpy.random.SeedSequence, optional
        Seed or generator, from which call number i gets child number i. Left out, the function gets none.
    shape : tuple of int, optional
        Shape of the result for one image: (height, width) for an image, () for a number.
    dtype : dtype, optional
        Type of the result. Left out, together with `shape`, the function is tried on images of zeros.

    Returns
    -------
    dask.array.Array, shape (n, ...)
        Lazy results, in the chunks of `images`; bit for bit the same for any chunks, scheduler and workers.

    Raises
    ------
    TypeError
        If `images` is not a dask array.
    ValueError
        If a chunk splits an image or a group, or the function fails on zeros, or returns another shape or type.

    Examples
    --------
    >>> from qbi_utils.augment import draw_geometry
    >>> def turn(images, rng):
    ...     geometry = draw_geometry(len(images), images.shape[1:3], rotation=(-15, 15), rng=rng)
    ...     return geometry.warp_images(images)
    >>> images = da.ones((6, 8, 8), dtype=np.uint8, chunks=(2, 8, 8))
    >>> turned = map_images(turn, images, rng=0)
    >>> turned
    dask.array<turn, shape=(6, 8, 8), dtype=uint8, chunksize=(2, 8, 8), chunktype=numpy.ndarray>
    >>> map_images(lambda images: images.mean(axis=(1, 2)), turned).compute().shape
    (6,)
    """
    validate_dask("images", images, ("n", "height", "width"), ("n", "height", "width", "channels"))
    if any(len(sizes) > 1 for sizes in images.chunks[1:]):
        raise ValueError(
            f"images must be chunked along the first axis only, so that no image is split, got chunks {images.chunks}"
        )
    seed = None if rng is None else seed_state(rng)
    return _map_groups(function, images.chunks[0], images, images_per_call, seed, shape, dtype)


def draw_images(function, n_images, *, chunk_size, images_per_call=1, rng=None, shape=None, dtype=None):
    """Make a stack of images in chunks, for example by simulation.

    Parameters
    ----------
    function : callable
        Called with a number of images, `images_per_call` or fewer at the end of the stack, and a generator of their
        own; returns that many images, or whatever it draws, along the first axis.
    n_images : int
        Images in the stack.
    chunk_size : int
        Images in a chunk, a multiple of `images_per_call`.
    images_per_call : int
        Images that share a call and a generator.
    rng : int, numpy.random.Generator or numpy.random.SeedSequence, optional
        Seed or generator, from which call number i gets child number i.
    shape : tuple of int, optional
        Shape of one image.
    dtype : dtype, optional
        Type of the images. Left out, together with `shape`, the function is tried once.

    Returns
    -------
    dask.array.Array, shape (n_images, ...)
        Lazy images; bit for bit the same for any chunks, scheduler and workers.

    Raises
    ------
    ValueError
        If a number is out of range, a chunk splits a group, or the function returns another shape or type.

    Examples
    --------
    >>> from qbi_utils import simulate
    >>> def draw(n_images, rng):
    ...     return simulate.nuclei(n_images, (64, 64), n_nuclei=3, rng=rng).images
    >>> images = draw_images(draw, 100, chunk_size=10, rng=0)
    >>> images
    dask.array<draw, shape=(100, 64, 64), dtype=float32, chunksize=(10, 64, 64), chunktype=numpy.ndarray>
    >>> bool((images[42] == draw_images(draw, 100, chunk_size=50, rng=0)[42]).all())
    True
    """
    validate_number("n_images", n_images)
    validate_number("chunk_size", chunk_size, 1)
    (chunks,) = da.core.normalize_chunks(chunk_size, (n_images,))
    return _map_groups(function, chunks, None, images_per_call, seed_state(rng), shape, dtype)
