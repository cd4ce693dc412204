"""Images larger than memory: the same functions on Dask arrays, a chunk at a time, on one machine or on many.

`map_images` applies a function to a stack of images, `draw_images` makes a stack from nothing, `draw_displacement` and
`warp_image` deform one image whose chunks need their neighbours. Their results depend neither on the chunks nor on the
number of workers. They are lazy: nothing happens before `compute` or `write_zarr`, which goes on where an interrupted
run stopped. `connect` reaches the workers.

An affine warp of one large image needs no function here: `dask_image.ndinterp.affine_transform` takes the matrix of a
`qbi_utils.augment.Geometry`. Zarr arrays are read by `dask.array.from_zarr`.
"""

import errno
import logging
import math
import socket
import warnings
from pathlib import Path

import dask
import dask.array as da
import distributed
import numpy as np
import zarr
from dask.utils import parse_bytes
from dask_image import ndfilters

from ._validation import NOT_NEGATIVE, POSITIVE, validate_number, validate_shape, validate_values
from .augment import Geometry

__all__ = ["connect", "draw_displacement", "draw_images", "map_images", "warp_image", "write_zarr"]

_TILE = 1024  # pixels; another side would draw other displacements
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_LEAST_MEMORY = 250_000_000  # a worker that has imported this package takes most of it


# --------------------------------------------------------------------------- stacks of images


def _seed_sequence(rng):
    """Return the sequence that all generators of a call are spawned from; a generator advances."""
    if isinstance(rng, np.random.SeedSequence):
        return rng
    if isinstance(rng, np.random.Generator):
        return np.random.SeedSequence(rng.integers(2**32, size=4).tolist())
    if rng is not None:
        validate_number("rng", rng)
    return np.random.SeedSequence(rng)


def _spawn(seed, *place):
    """Make generator number `place` of a seed sequence, whoever asks and in whatever order."""
    key = {"spawn_key": (*seed["spawn_key"], *map(int, place))}
    return np.random.default_rng(np.random.SeedSequence(**seed | key))


def _seed_state(rng):
    """Numbers that make the seed sequence again, and the same token in Dask, in another process."""
    return _seed_sequence(rng).state | {"n_children_spawned": 0}


def _validate_dask(name, array, *axes):
    if not isinstance(array, da.Array):
        raise TypeError(f"{name} must be a dask array, got {type(array).__name__}; see dask.array.from_array")
    if array.ndim not in map(len, axes):
        expected = " or ".join(f"({', '.join(names)})" for names in axes)
        raise ValueError(f"{name} must have shape {expected}, got {array.shape}")


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
    generator = () if seed is None else (_spawn(seed, number),)
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
    _validate_dask("images", images, ("n", "height", "width"), ("n", "height", "width", "channels"))
    if any(len(sizes) > 1 for sizes in images.chunks[1:]):
        raise ValueError(
            f"images must be chunked along the first axis only, so that no image is split, got chunks {images.chunks}"
        )
    seed = None if rng is None else _seed_state(rng)
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
    return _map_groups(function, chunks, None, images_per_call, _seed_state(rng), shape, dtype)


# --------------------------------------------------------------------------- one large image


def _draw_noise(seed, alpha, block_info):
    (_, top, left), shape = block_info[None]["chunk-location"], block_info[None]["chunk-shape"]
    noise = _spawn(seed, top, left).random(shape, np.float32)
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
    alpha = float(validate_values("alpha", alpha, **NOT_NEGATIVE))
    sigma = float(validate_values("sigma", sigma, **POSITIVE))
    if 4 * sigma > min(shape):  # where the Gaussian is cut off
        raise ValueError(
            f"sigma must be at most a quarter of the shorter side, {min(shape) / 4:g}, got {sigma:g}"
        )
    noise = da.map_blocks(
        _draw_noise,
        _seed_state(rng),
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
    _validate_dask("image", image, ("height", "width"))
    displacement = da.asarray(displacement)
    if displacement.shape != (2, *image.shape):
        raise ValueError(f"displacement must have shape {(2, *image.shape)}, got {displacement.shape}")
    modes = ("constant", "nearest", "reflect")
    if mode not in modes:
        raise ValueError(f"mode must be one of {', '.join(modes)}, got {mode!r}")
    if max_displacement is None:
        max_displacement = abs(displacement).max().compute()
    reach = float(validate_values("max_displacement", max_displacement, **NOT_NEGATIVE))
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


# --------------------------------------------------------------------------- Zarr


def _write_chunk(chunk, array, block_id):
    array.set_block_selection(block_id, chunk)
    return np.ones((1,) * chunk.ndim, bool)


def _open_array(images, path, key):
    """Create the array on disk, or open the one that an earlier run began."""
    if (path / "zarr.json").is_file():
        array = zarr.open(path, mode="r+")
        wanted = {"key": key, "shape": images.shape, "chunks": images.chunksize, "dtype": images.dtype}
        found = "a Zarr group"
        if isinstance(array, zarr.Array):
            found = {"key": array.attrs.get("key")} | {
                name: getattr(array, name) for name in wanted if name != "key"
            }
        if found != wanted:
            raise ValueError(
                f"path must be new or hold the same array, to go on with; {path} holds {found}, got {wanted}. Choose"
                " another path; if only the name of the same images differs, give the key that is there"
            )
        return array.with_config({"write_empty_chunks": True})
    # A run killed at the very start leaves a part of a file.
    if path.is_file() or (path.is_dir() and any(file.suffix != ".partial" for file in path.iterdir())):
        raise ValueError(
            f"path must be new or hold an array of write_zarr, got {path}, which holds something else"
        )
    return zarr.create_array(
        path,
        shape=images.shape,
        chunks=images.chunksize,
        dtype=images.dtype,
        attributes={"key": key},
        config={"write_empty_chunks": True},  # a black chunk left out would look like one still to do
    )


def write_zarr(images, path, *, key=None):
    """Write an array into a Zarr array on disk; interrupted, run it again, and it computes what is missing.

    Each chunk becomes a file of its own, which is there whole or not at all. Nothing else records what is done.

    Parameters
    ----------
    images : dask.array.Array
        Images, features or anything else, in chunks of equal size; the last along each axis may be smaller.
    path : str or path-like
        Folder to write, new or left by an interrupted run.
    key : str, optional
        What the array is made of, its seeds included; an interrupted run goes on only with the same. By default Dask's
        name of the array, which follows from the functions and arguments that made it. Give one where a function is
        defined in a notebook, since its name changes with each kernel.

    Returns
    -------
    dask.array.Array
        The finished array, to be read from disk.

    Raises
    ------
    TypeError
        If `images` is not a dask array.
    ValueError
        If it is empty or has other chunks, or `path` holds something else.
    OSError
        If the disk is full. The chunks written so far are valid.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     squares = write_zarr(da.arange(10, chunks=4) ** 2, f"{folder}/squares.zarr")
    ...     squares.compute()
    array([ 0,  1,  4,  9, 16, 25, 36, 49, 64, 81])
    """
    if not isinstance(images, da.Array):
        raise TypeError(
            f"images must be a dask array, got {type(images).__name__}; see dask.array.from_array"
        )
    if not images.size:
        raise ValueError(f"images must not be empty, got shape {images.shape}")
    if any({*sizes[:-1]} - {sizes[0]} or sizes[-1] > sizes[0] for sizes in images.chunks):
        raise ValueError(
            f"images must have chunks of equal size, but for a smaller last one, got chunks {images.chunks}; rechunk them"
        )
    path = Path(path)
    try:
        array = _open_array(images, path, images.name if key is None else key)
        written = da.map_blocks(
            _write_chunk,
            images,
            array=array,
            chunks=(1,) * images.ndim,
            dtype=bool,
            meta=np.empty((0,) * images.ndim, bool),
        )
        # The files decide: Zarr writes each under another name first.
        missing = [
            chunk
            for place, chunk in np.ndenumerate(written.to_delayed())
            if not (path / array.metadata.encode_chunk_key(place)).is_file()
        ]
        _compute_each(missing)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise OSError(
            error.errno, f"no space left for {path}; what is written stays valid: free space and run again"
        ) from error
    return da.from_zarr(path)


def _compute_each(tasks):
    """Compute tasks whose results are of no use."""
    if dask.config.get("scheduler", None) != "dask.distributed":
        dask.compute(*tasks)
        return
    # A result held to the end would be computed again if its worker died; so let go of each at once.
    for future in distributed.as_completed(distributed.get_client().compute(tasks)):
        future.result()
        future.release()


# --------------------------------------------------------------------------- workers


class _QuietEnd(distributed.WorkerPlugin):
    """Spare the reader a traceback from a worker whose heartbeat met the end of its cluster."""

    def setup(self, worker):
        logging.getLogger("distributed.worker").addFilter(_is_not_a_missed_heartbeat)


def _is_not_a_missed_heartbeat(record):
    return "scheduler during heartbeat" not in record.getMessage()


def connect(address=None, *, n_workers=2, memory_limit="auto", timeout=10, fallback=False):
    """Connect to a Dask cluster, or start one on this machine; from then on Dask computes there.

    Parameters
    ----------
    address : str, optional
        Of a scheduler, such as "tcp://10.0.0.1:8786"; left out, workers start on this machine.
    n_workers : int
        Processes to start on this machine, at least 1, each with one thread.
    memory_limit : str or int
        Memory of each of them, at least 250 MB, such as "600 MB", or "auto" for its share of the machine. This package
        and its libraries take most of 250 MB; a worker that comes near the limit moves data to disk, waits, perhaps for
        long, and is replaced in the end.
    timeout : float
        Seconds to wait for the scheduler.
    fallback : bool
        Use workers on this machine, with a warning, if the scheduler does not answer.

    Returns
    -------
    distributed.Client
        To be closed; as a context manager it closes itself, and the workers it started. A script has to call
        ``connect`` under ``if __name__ == "__main__":``, since each worker imports it.

    Raises
    ------
    ConnectionError
        If no scheduler answers at `address`.
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> with connect(n_workers=1) as client:
    ...     client.submit(sum, [1, 2]).result()
    3
    """
    validate_number("n_workers", n_workers, 1)
    timeout = float(validate_values("timeout", timeout, **POSITIVE))
    try:
        fits = memory_limit == "auto" or parse_bytes(memory_limit) >= _LEAST_MEMORY
    except (ValueError, TypeError, AttributeError):
        fits = False
    if not fits:
        raise ValueError(f"memory_limit must be 'auto' or at least 250 MB for a worker, got {memory_limit!r}")
    if address is not None:
        try:
            # A client that fails lingers half open, so knock first.
            socket.create_connection(distributed.comm.get_address_host_port(address), timeout).close()
            return distributed.Client(address, timeout=timeout)
        except (OSError, ValueError) as error:
            complaint = f"no Dask scheduler answers at {address} within {timeout:g} s"
            if not fallback:
                raise ConnectionError(
                    f"{complaint}; check the address, and that the scheduler runs"
                ) from error
            warnings.warn(f"{complaint}; {n_workers} workers on this machine take its place", stacklevel=2)
    client = distributed.Client(
        n_workers=n_workers,
        threads_per_worker=1,
        memory_limit=memory_limit,
        dashboard_address="127.0.0.1:0",  # any free port; None would be 8787, and a warning where that is taken
    )
    client.register_plugin(_QuietEnd())
    return client
