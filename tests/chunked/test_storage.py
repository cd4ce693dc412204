"""Arrays on disk, with whatever can be killed killed."""

import collections
import errno
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import zarr

from lecture_tools.paths import ROOT
from qbi_utils.chunked import map_images, storage, write_zarr
from tests.chunked.helpers import IMAGES, augment, chunk, measure, same

STACK = chunk(IMAGES, (6, 6))


def record(folder, images, rng):
    """Brighten a chunk of one image, and note which one; slow or failing where the test has it so."""
    with open(folder / "log", "a") as log:
        log.write(f"{images[0, 0, 0]}\n")
    if (folder / "fail").exists() and len(finished(folder)) == 5:
        raise RuntimeError("a bug in the function")
    time.sleep(float((folder / "seconds").read_text()) if (folder / "seconds").exists() else 0)
    return images + rng.integers(0, 50, images.shape, np.uint8)


def recorded(folder, seed=0):
    numbers = np.ones((20, 8, 8), np.uint8) * np.arange(20, dtype=np.uint8)[:, None, None]
    return map_images(Recorder(folder), chunk(numbers, (1,) * 20), rng=seed, shape=(8, 8), dtype=np.uint8)


class Recorder:
    """`record` for a folder; the name of the array has to be the same in another process."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, images, rng):
        return record(self.folder, images, rng)

    def __dask_tokenize__(self):
        return str(self.folder)


def expected_of_record(seed=0):
    spawned = map(np.random.default_rng, np.random.SeedSequence(seed).spawn(20))
    return np.stack([number + rng.integers(0, 50, (8, 8), np.uint8) for number, rng in enumerate(spawned)])


def count(folder):
    return collections.Counter(map(int, (folder / "log").read_text().split()))


def finished(folder):
    return {int(file.parts[-3]) for file in (folder / "images").glob("c/*/0/0")}


def wait_for(n_finished, folder):
    deadline = time.monotonic() + 60
    while len(finished(folder)) < n_finished:
        assert time.monotonic() < deadline, "nothing is written"
        time.sleep(0.02)


def run_apart(code):
    """Start Python on code that imports this file."""
    command = [sys.executable, "-c", f"import dask\nfrom tests.chunked.test_storage import *\n{code}"]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def test_written_and_read(tmp_path):
    written = write_zarr(chunk(IMAGES, (4, 4, 4)), str(tmp_path / "deep/images"))
    assert written.chunks[0] == (4, 4, 4)
    assert same(written, IMAGES)
    assert zarr.open(tmp_path / "deep/images").metadata.zarr_format == 3
    features = map_images(measure, written)
    assert same(write_zarr(features, tmp_path / "features"), measure(IMAGES))


def test_written_twice_is_computed_once_black_chunks_too(tmp_path):
    calls = []
    images = map_images(lambda images: calls.append(1) or 0 * images, chunk(IMAGES, (6, 6)))
    calls.clear()  # from trying the function
    for _ in range(2):
        assert not write_zarr(images, tmp_path / "images").any()
        assert len(calls) == 12


def test_an_error_in_the_function_loses_nothing(tmp_path):
    (tmp_path / "fail").touch()
    with pytest.raises(RuntimeError, match="a bug in the function"):
        write_zarr(recorded(tmp_path), tmp_path / "images")
    before = finished(tmp_path)
    assert len(before) == 5
    (tmp_path / "fail").unlink()
    assert same(write_zarr(recorded(tmp_path), tmp_path / "images"), expected_of_record())
    counts = count(tmp_path)
    assert all(counts[number] == 1 for number in before)
    assert counts.total() == 21  # the one that failed twice


def test_a_killed_worker_loses_nothing(tmp_path, client):
    (tmp_path / "seconds").write_text("0.4")
    before, pids = set(), client.run(os.getpid)

    def kill():
        wait_for(3, tmp_path)
        before.update(finished(tmp_path))
        time.sleep(1)  # the scheduler has to hear that they are finished
        os.kill(next(iter(pids.values())), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    images = write_zarr(recorded(tmp_path), tmp_path / "images")
    killer.join()
    assert same(images, expected_of_record())
    counts = count(tmp_path)
    assert all(counts[number] == 1 for number in before)
    assert 20 <= counts.total() <= 23  # what the worker had in hand, or had finished just now, once more
    client.wait_for_workers(len(pids), timeout=60)
    assert set(client.run(os.getpid).values()) != set(pids.values())


def test_a_killed_job_loses_nothing(tmp_path):
    (tmp_path / "seconds").write_text("0.2")
    job = run_apart(
        f"from pathlib import Path\nfolder = Path({str(tmp_path)!r})\n"
        "dask.config.set(scheduler='synchronous')\nwrite_zarr(recorded(folder), folder / 'images')"
    )
    wait_for(3, tmp_path)
    job.kill()
    job.communicate()
    assert job.returncode == -signal.SIGKILL
    before = finished(tmp_path)
    assert 3 <= len(before) < 20
    (tmp_path / "seconds").unlink()
    assert same(write_zarr(recorded(tmp_path), tmp_path / "images"), expected_of_record())
    counts = count(tmp_path)
    assert all(counts[number] == 1 for number in before)
    assert counts.total() in (20, 21)


def test_a_full_disk_is_said_and_what_is_written_stays_valid(tmp_path):
    # The system lets no file grow beyond a limit, for which one of the images is too large.
    job = run_apart(
        "import resource\nfrom pathlib import Path\nresource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))\n"
        "dask.config.set(scheduler='synchronous')\n"
        f"write_zarr(one_large(), Path({str(tmp_path)!r}, 'images'))"
    )
    _, complaint = job.communicate()
    sentence = (
        f"no space left for {tmp_path / 'images'}; what is written stays valid: free space and run again"
    )
    assert f"OSError: [Errno {errno.EFBIG}] {sentence}" in complaint
    before = finished(tmp_path)
    assert 0 < len(before) < 6
    stored = zarr.open(tmp_path / "images", mode="r")
    assert all(same(stored[number], one_large()[number]) for number in before)
    assert not list(tmp_path.rglob("*.partial"))
    assert same(write_zarr(one_large(), tmp_path / "images"), one_large())


def one_large():
    """Images of one grey level, which pack well, around one of noise, which does not."""
    images = np.ones((6, 100, 100), np.uint8)
    images[3] = np.random.default_rng(0).integers(0, 256, (100, 100))
    return chunk(images, (1,) * 6)


def test_only_a_full_disk_is_called_full(tmp_path, monkeypatch):
    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(storage, "_write_chunk", fail)
    for number in (errno.ENOSPC, errno.EDQUOT):
        with pytest.raises(OSError, match=r"no space left for .*/images; what is written") as caught:
            write_zarr(chunk(IMAGES, (6, 6)), tmp_path / "images")
        assert caught.value.errno == number
    number = errno.EACCES
    with pytest.raises(PermissionError, match="Permission denied"):
        write_zarr(chunk(IMAGES, (6, 6)), tmp_path / "images")


def test_files_half_written_count_for_nothing(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "zarr.0123.partial").write_text("{")
    assert same(write_zarr(chunk(IMAGES, (6, 6)), folder), IMAGES)
    (folder / "c/1/0/0").rename(folder / "c/1/0/0.0123.partial")
    assert same(write_zarr(chunk(IMAGES, (6, 6)), folder), IMAGES)
    assert (folder / "c/1/0/0").is_file()


def test_a_store_goes_on_with_its_own_array_only(tmp_path):
    folder, images = tmp_path / "images", chunk(IMAGES, (6, 6))
    first = map_images(augment, images, rng=0)
    write_zarr(first, folder)
    write_zarr(map_images(augment, images, rng=0), folder)
    for other in (
        map_images(augment, images, rng=1),
        map_images(augment, images + 1, rng=0),
        map_images(augment, images, rng=0, images_per_call=2),
        map_images(augment, chunk(IMAGES, (4, 4, 4)), rng=0),
        first.astype(float),
        first[:6],
    ):
        with pytest.raises(
            ValueError, match=r"path must be new or hold the same array.*/images holds {'key': 'augment-"
        ):
            write_zarr(other, folder)
    renamed = map_images(lambda images, rng: augment(images, rng), images, rng=0)
    with pytest.raises(ValueError, match="if only the name of the same images differs, give the key"):
        write_zarr(renamed, folder)
    assert same(write_zarr(renamed, folder, key=first.name), first)
    with pytest.raises(ValueError, match=r"'shape': .*'dtype': "):
        write_zarr(first.astype(float), folder, key=first.name)


def test_a_path_that_holds_something_else_is_refused(tmp_path):
    (tmp_path / "file").write_text("notes")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/notes").touch()
    zarr.create_group(tmp_path / "group")
    zarr.create_array(tmp_path / "array", shape=IMAGES.shape, chunks=(6, 16, 18), dtype=np.uint8)
    for name in ("file", "folder"):
        with pytest.raises(
            ValueError, match=f"or hold an array of write_zarr, got .*/{name}, which holds something"
        ):
            write_zarr(chunk(IMAGES, (6, 6)), tmp_path / name)
    with pytest.raises(ValueError, match=r"/group holds a Zarr group, got"):
        write_zarr(chunk(IMAGES, (6, 6)), tmp_path / "group")
    with pytest.raises(ValueError, match=r"/array holds {'key': None"):
        write_zarr(chunk(IMAGES, (6, 6)), tmp_path / "array")
    assert (tmp_path / "file").read_text() == "notes"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: write_zarr(STACK[:0], "images"), r"images must not be empty, got shape \(0, 16, 18\)"),
        (
            lambda: write_zarr(chunk(IMAGES, (4, 6, 2)), "images"),
            r"images must have chunks of equal size, but for a smaller last one, got chunks \(\(4, 6, 2\)",
        ),
        (lambda: write_zarr(chunk(IMAGES, (4, 8)), "images"), "images must have chunks of equal size, but"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_arrays_of_numpy_are_refused():
    with pytest.raises(TypeError, match="images must be a dask array, got ndarray; see "):
        write_zarr(IMAGES, "images")
