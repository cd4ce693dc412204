"""Draw the stratified tenth of Fashion-MNIST that ships with the course.

Run once, `python -m data_scripts.make_fashion_mnist_sample`; needs the whole of Fashion-MNIST, from Debian's package
dataset-fashion-mnist or by download. Running it again writes the same bytes.
"""

import gzip
import struct
from pathlib import Path

import numpy as np
from sklearn.model_selection import train_test_split

from qbi_utils.datasets import load_fashion_mnist

FOLDER = Path(__file__).parents[1] / "data/fashion-mnist-sample"


def write_idx(name, array):
    """Write an array of uint8 as a gzip-compressed IDX file."""
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    (FOLDER / name).write_bytes(gzip.compress(header + array.tobytes(), compresslevel=9, mtime=0))


def main():
    """Write the four files."""
    for split, prefix, size in (("train", "train", 6000), ("test", "t10k", 1000)):
        whole = load_fashion_mnist(split, whole=True)
        everything = np.arange(len(whole))
        chosen, _ = train_test_split(everything, train_size=size, stratify=whole.labels, random_state=0)
        chosen = np.sort(chosen)
        write_idx(f"{prefix}-images-idx3-ubyte.gz", whole.images[chosen])
        write_idx(f"{prefix}-labels-idx1-ubyte.gz", whole.labels[chosen])


if __name__ == "__main__":
    main()
