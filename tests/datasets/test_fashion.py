import gzip
import hashlib
import struct

import numpy as np
import pytest

from qbi_utils.datasets import DatasetError, fashion, load_fashion_mnist
from tests.datasets.mirror import Mirror


def test_fashion_sample_is_stratified():
    assert np.bincount(load_fashion_mnist("train").labels).tolist() == [600] * 10
    assert np.bincount(load_fashion_mnist("test").labels).tolist() == [100] * 10


def test_the_classes_of_fashion_mnist_have_their_order():
    names = [
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ]
    assert list(load_fashion_mnist("test").class_names) == names  # as the publisher's README numbers them


# Whole Fashion-MNIST: one file is enough to try both routes.


@pytest.fixture
def served(monkeypatch, tmp_path):
    """Tiny files in the place of the four large ones, on a mirror and in a folder like Debian's."""
    files, registry = {}, {}
    for prefix, n in (("train", 3), ("t10k", 2)):
        arrays = {
            "images-idx3": np.full((n, 28, 28), n, np.uint8),
            "labels-idx1": np.arange(n, dtype=np.uint8),
        }
        for kind, array in arrays.items():
            raw = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()
            name = f"{prefix}-{kind}-ubyte.gz"
            files[name] = gzip.compress(raw)
            registry[name] = ("md5:" + hashlib.md5(files[name]).hexdigest(), hashlib.sha256(raw).hexdigest())
    monkeypatch.setattr(fashion, "_FILES", registry)
    monkeypatch.setattr(fashion, "_DEBIAN", tmp_path / "debian")
    server = Mirror(files)
    yield server, files
    server.close()


def test_whole_fashion_mnist_is_downloaded(served, tmp_path):
    server, _ = served
    everything = load_fashion_mnist(
        "all", whole=True, cache=tmp_path / "cache", mirror=server.url, progress=False
    )
    assert everything.images[:, 0, 0].tolist() == [3, 3, 3, 2, 2]
    assert everything.labels.tolist() == [0, 1, 2, 0, 1]
    assert everything.name == "Fashion-MNIST"


def test_whole_fashion_mnist_is_taken_from_debian_without_network(served, tmp_path):
    server, files = served
    (tmp_path / "debian").mkdir()
    for name, content in files.items():
        again = gzip.compress(gzip.decompress(content), compresslevel=1, mtime=1)  # other bytes, same content
        (tmp_path / "debian" / name).write_bytes(again)
    assert len(load_fashion_mnist("test", whole=True)) == 2
    assert server.requests == 0


@pytest.mark.parametrize(
    ("content", "found"), [(b"no gzip", "not gzip"), (gzip.compress(b"other"), "found [0-9a-f]{64}")]
)
def test_damaged_debian_file_is_named(served, tmp_path, content, found):
    (tmp_path / "debian").mkdir()
    for name in served[1]:
        (tmp_path / "debian" / name).write_bytes(content)
    with pytest.raises(
        DatasetError, match=rf"debian/t10k-images.* is damaged: .*{found}.* dataset-fashion-mnist"
    ):
        load_fashion_mnist("test", whole=True)
