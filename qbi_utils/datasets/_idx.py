"""The format of MNIST, which Fashion-MNIST shares: images in one file, their labels in another."""

import gzip
import struct

import numpy as np

from ._dataset import validate_split

_PREFIXES = {"train": ("train",), "test": ("t10k",), "all": ("train", "t10k")}


def _parse_idx(content):
    """Array of uint8 in a gzip-compressed IDX file, whose bytes were verified before."""
    raw = gzip.decompress(content)
    ndim = raw[3]
    shape = struct.unpack_from(f">{ndim}I", raw, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * ndim).reshape(shape)


def load_idx(split, read):
    """Return images and labels of a split; `read` returns the verified bytes of a named IDX file."""
    validate_split(split)
    images, labels = (
        [_parse_idx(read(f"{prefix}-{kind}-ubyte.gz")) for prefix in _PREFIXES[split]]
        for kind in ("images-idx3", "labels-idx1")
    )
    if split == "all":
        return np.concatenate(images), np.concatenate(labels)
    return images[0], labels[0]
