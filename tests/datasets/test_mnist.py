import hashlib
import struct

import numpy as np
import pytest

from qbi_utils.datasets import load_mnist


@pytest.mark.parametrize(("split", "n"), [("train", 60_000), ("test", 10_000), ("all", 70_000)])
def test_load_mnist_sizes(split, n):
    mnist = load_mnist(split)
    assert mnist.images.shape == (n, 28, 28)
    assert mnist.images.dtype == np.uint8
    assert mnist.labels.shape == (n,)


def test_load_mnist_is_the_canonical_mnist():
    # Published MD5 sums of the four uncompressed files.
    published = {
        ("train", "images"): "6bbc9ace898e44ae57da46a324031adb",
        ("train", "labels"): "a25bea736e30d166cdddb491f175f624",
        ("test", "images"): "2646ac647ad5339dbf082846283269ea",
        ("test", "labels"): "27ae3e4e09519cfbb04c329615203637",
    }
    for (split, field), md5 in published.items():
        array = getattr(load_mnist(split), field)
        header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
        assert hashlib.md5(header + array.tobytes()).hexdigest() == md5


def test_load_mnist_all_is_train_then_test():
    everything = load_mnist("all")
    assert np.array_equal(everything.images[60_000:], load_mnist("test").images)
    assert np.array_equal(everything.labels[:60_000], load_mnist("train").labels)
