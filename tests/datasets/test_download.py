import multiprocessing
import threading

import pytest

from qbi_utils.datasets import DatasetError, _download, cifar10, load_cifar10
from tests.datasets.mirror import load_from


def test_cifar10_is_downloaded_once(mirror, tmp_path, monkeypatch):
    monkeypatch.setenv("QBI_CACHE_DIR", str(tmp_path))
    load_from(mirror, None)
    load_from(mirror, None)
    assert mirror.requests == 1
    assert [path.name for path in tmp_path.iterdir()] == ["cifar-10-binary.tar.gz"]


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ("cut", "could not be downloaded from http://127.*the connection broke off.* Run again"),
        ("wrong", "from http://127.* does not have the expected checksum sha256:.* thrown away.* Run again"),
        ("500", r"could not be downloaded .*the server answered 500.* Run again"),
        ("silent", "could not be downloaded .*no answer within 0.5 s.* Run again"),
    ],
)
def test_misbehaving_mirror_leaves_nothing_and_running_again_helps(mirror, tmp_path, behaviour, message):
    mirror.behaviour = behaviour
    with pytest.raises(DatasetError, match=message):
        load_from(mirror, tmp_path)
    assert list(tmp_path.iterdir()) == []
    mirror.behaviour = "good"
    assert len(load_from(mirror, tmp_path)) == 3


def test_slow_mirror_is_waited_for(mirror, tmp_path):
    mirror.behaviour = "slow"
    assert len(load_from(mirror, tmp_path)) == 3


def test_one_broken_download_is_tried_again(mirror, tmp_path, monkeypatch):
    monkeypatch.setattr(_download, "_RETRIES", 1)
    mirror.behaviour = "wrong"
    threading.Timer(0.5, setattr, (mirror, "behaviour", "good")).start()
    assert len(load_from(mirror, tmp_path)) == 3
    assert mirror.requests == 2


def test_unreachable_server_is_named(mirror, tmp_path):
    mirror.close()
    with pytest.raises(DatasetError, match=r"could not be downloaded from http://127.*cannot be reached"):
        load_from(mirror, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_altered_file_in_the_cache_is_fetched_anew(mirror, tmp_path):
    load_from(mirror, tmp_path)
    (tmp_path / "cifar-10-binary.tar.gz").write_bytes(b"altered")
    assert len(load_from(mirror, tmp_path)) == 3
    assert mirror.requests == 2


def test_cache_that_cannot_be_written_is_named(mirror, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DatasetError, match=r"cannot be kept in .*file/cache \(.*\).* QBI_CACHE_DIR"):
        load_from(mirror, tmp_path / "file" / "cache")


def _load_in_process(url, checksum, cache, results):
    cifar10._CHECKSUM = checksum
    results.put(len(load_cifar10("test", cache=cache, mirror=url, progress=False)))


def test_two_processes_may_download_at_once(mirror, tmp_path):
    mirror.behaviour = "slow"
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    arguments = (mirror.url, cifar10._CHECKSUM, tmp_path, results)
    processes = [context.Process(target=_load_in_process, args=arguments) for _ in range(2)]
    for process in processes:
        process.start()
    assert [results.get(timeout=60) for _ in processes] == [3, 3]
    for process in processes:
        process.join()
    assert [path.name for path in tmp_path.iterdir()] == ["cifar-10-binary.tar.gz"]
