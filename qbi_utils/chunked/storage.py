"""Arrays on disk, in files that an interrupted run leaves valid."""

import errno
from pathlib import Path

import dask
import dask.array as da
import distributed
import numpy as np
import zarr

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


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
