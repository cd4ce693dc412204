import hashlib

import pytest

from qbi_utils.datasets import DatasetError, cifar10, load_cifar10
from tests.datasets.mirror import Mirror, load_from, make_cifar10_archive


@pytest.mark.parametrize(("split", "n"), [("train", 15), ("test", 3), ("all", 18)])
def test_cifar10_is_read_as_documented(mirror, tmp_path, split, n):
    loaded = load_from(mirror, tmp_path, split)
    assert loaded.images.shape == (n, 32, 32, 3)
    assert loaded.labels[:3].tolist() == [0, 1, 2]
    assert loaded.images[:3, 0, 0, 0].tolist() == [10, 11, 12]
    assert loaded.images[:3, 0, 2, 0].tolist() == [20, 21, 22]
    assert (loaded.images[:, 1, 3] == [0, 7, 0]).all()
    assert (loaded.images[:, 31, 0] == [0, 0, 9]).all()
    assert (loaded.images != 0).sum() == 4 * n  # and nothing else


def test_the_classes_of_cifar10_have_their_order(mirror, tmp_path):
    names = "airplane automobile bird cat deer dog frog horse ship truck"  # as batches.meta.txt lists them
    assert " ".join(load_from(mirror, tmp_path).class_names) == names


def test_cifar10_is_only_read_where_it_is_when_told_so(mirror, tmp_path):
    with pytest.raises(DatasetError, match=r"CIFAR-10 is not in .* Call load_cifar10"):
        load_cifar10("test", cache=tmp_path, mirror=mirror.url, download=False)
    assert not list(tmp_path.iterdir())
    load_from(mirror, tmp_path)
    assert len(load_cifar10("test", cache=tmp_path, mirror="http://127.0.0.1:9", download=False)) == 3


def test_unexpected_member_is_named(monkeypatch, tmp_path):
    strange = make_cifar10_archive(extra="../../surprise.bin")
    monkeypatch.setattr(cifar10, "_CHECKSUM", "sha256:" + hashlib.sha256(strange).hexdigest())
    server = Mirror({"cifar-10-binary.tar.gz": strange})
    with pytest.raises(
        DatasetError, match=r"missing \[\], unexpected \['cifar-10-batches-bin/../../surprise.bin'\]"
    ):
        load_from(server, tmp_path)
    server.close()
    assert [path.name for path in tmp_path.rglob("*")] == ["cifar-10-binary.tar.gz"]
