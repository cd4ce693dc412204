"""Images in chunks: against loops over whole stacks, and with whatever can be killed killed."""

import collections
import errno
import logging
import math
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import types

import dask
import dask.array as da
import joblib
import numpy as np
import pytest
import zarr
from dask_image.ndinterp import affine_transform
from distributed import get_task_stream
from scipy import ndimage
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

from qbi_utils import chunked, simulate
from qbi_utils.augment import Geometry, draw_geometry, draw_intensity
from qbi_utils.chunked import connect, draw_displacement, draw_images, map_images, warp_image, write_zarr
from qbi_utils.mixture import BetaBernoulliMixture
from tests.book_rules import ROOT

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 16, 18), np.uint8)
CHUNKINGS = [(2,) * 6, (4, 6, 2), (12,)]


@pytest.fixture(autouse=True)
def _in_this_thread():
    with dask.config.set(scheduler="synchronous"):
        yield


@pytest.fixture(scope="module")
def cluster():
    with connect(n_workers=1, memory_limit="1 GB") as client:
        yield client


@pytest.fixture
def client(cluster):
    """Two worker processes or more, that Dask computes on."""
    with dask.config.set(scheduler="dask.distributed"):
        scale_up(cluster, 2)
        yield cluster


def scale_up(cluster, n_workers):
    if len(cluster.nthreads()) < n_workers:
        cluster.cluster.scale(n_workers)
        cluster.wait_for_workers(n_workers, timeout=60)


# --------------------------------------------------------------------------- what the workers run


def augment(images, rng):
    geometry = draw_geometry(len(images), images.shape[1:3], rotation=(-15, 15), rng=rng)
    return draw_intensity(len(images), noise=0.05, rng=rng).adjust_images(geometry.warp_images(images))


def measure(images):
    return np.stack([images.mean(axis=(1, 2)), images.std(axis=(1, 2))], axis=1)


def simulate_nuclei(n_images, rng):
    return simulate.nuclei(n_images, (32, 32), n_nuclei=2, rng=rng).images


def loop(function, n_images, images_per_call, seed, images=None):
    """Call a function as the documentation says, without chunks."""
    starts = range(0, n_images, images_per_call)
    stops = [min(start + images_per_call, n_images) for start in starts]
    spawned = map(np.random.default_rng, np.random.SeedSequence(seed).spawn(len(starts)))
    return np.concatenate(
        [
            function(stop - start if images is None else images[start:stop], rng)
            for start, stop, rng in zip(starts, stops, spawned, strict=True)
        ]
    )


def same(array, expected):
    return np.array_equal(np.asarray(array), np.asarray(expected))


def close(array, expected, atol):
    return np.allclose(np.asarray(array), expected, rtol=0, atol=atol)


def chunk(images, sizes):
    return da.from_array(images, chunks=(sizes, *images.shape[1:]))


# --------------------------------------------------------------------------- stacks


@pytest.mark.parametrize("sizes", CHUNKINGS)
@pytest.mark.parametrize("images_per_call", [1, 2])
def test_augmented_stacks_are_those_of_a_loop(sizes, images_per_call):
    augmented = map_images(augment, chunk(IMAGES, sizes), images_per_call=images_per_call, rng=7)
    assert augmented.chunks == ((*sizes,), (16,), (18,))
    assert augmented.dtype == np.uint8
    assert same(augmented, loop(augment, 12, images_per_call, 7, IMAGES))


def test_neither_workers_nor_chunks_change_a_bit(cluster):
    expected_images = loop(augment, 12, 2, 7, IMAGES)
    expected_nuclei = loop(simulate_nuclei, 12, 2, 7)
    for n_workers in (1, 2, 4):
        scale_up(cluster, n_workers)
        assert len(cluster.nthreads()) == n_workers
        for sizes in CHUNKINGS:
            augmented = map_images(augment, chunk(IMAGES, sizes), images_per_call=2, rng=7)
            nuclei = draw_images(simulate_nuclei, 12, chunk_size=sizes[0], images_per_call=2, rng=7)
            features = map_images(measure, augmented)
            done = cluster.gather(cluster.compute([augmented, nuclei, features]))
            assert same(done[0], expected_images)
            assert same(done[1], expected_nuclei)
            assert same(done[2], measure(expected_images))


@pytest.mark.parametrize("scheduler", ["synchronous", "threads"])
def test_schedulers_of_one_machine_agree(scheduler):
    augmented = map_images(augment, chunk(IMAGES, (4, 4, 4)), rng=7)
    assert same(augmented.compute(scheduler=scheduler), loop(augment, 12, 1, 7, IMAGES))


def test_the_last_group_may_be_smaller():
    augmented = map_images(augment, chunk(IMAGES[:11], (5, 5, 1)), images_per_call=5, rng=0)
    assert same(augmented, loop(augment, 11, 5, 0, IMAGES[:11]))
    drawn = draw_images(simulate_nuclei, 11, chunk_size=10, images_per_call=5, rng=0)
    assert same(drawn, loop(simulate_nuclei, 11, 5, 0))


@pytest.mark.parametrize(
    "function",
    [
        measure,
        lambda images: images.max(axis=(1, 2)),
        lambda images: images.mean(axis=2),
        lambda images: images[:, ::2, ::3],
        lambda images: np.stack([images, images], axis=-1),
        lambda images: np.stack([images, images], axis=-1)[..., None],
    ],
    ids=["features", "number", "rows", "smaller", "channels", "more axes"],
)
def test_results_of_any_shape_are_those_of_numpy(function):
    expected = function(IMAGES)
    results = map_images(function, chunk(IMAGES, (4, 6, 2)))
    assert (results.shape, results.dtype) == (expected.shape, expected.dtype)
    assert results.chunks[0] == (4, 6, 2)
    assert same(results, expected)


def test_colour_images_are_taken():
    colours = np.stack([IMAGES, IMAGES // 2, IMAGES // 3], axis=-1)
    assert same(map_images(augment, chunk(colours, (6, 6)), rng=1), loop(augment, 12, 1, 1, colours))


def test_shape_and_dtype_may_be_given_and_then_nothing_is_tried():
    def refuse_black(images):
        assert images.any()
        return measure(images)

    features = map_images(refuse_black, chunk(IMAGES, (6, 6)), shape=[2], dtype="float64")
    assert same(features, measure(IMAGES))
    with pytest.raises(ValueError, match=r"function must work on 1 images, zeros .* or give shape and dtype"):
        map_images(refuse_black, chunk(IMAGES, (6, 6)))


def test_an_empty_stack_stays_empty():
    assert map_images(measure, chunk(IMAGES[:0], (0,))).compute().shape == (0, 2)
    assert draw_images(simulate_nuclei, 0, chunk_size=4, rng=0).compute().shape == (0, 32, 32)


def test_each_kind_of_rng():
    def draw(rng):
        return draw_images(simulate_nuclei, 3, chunk_size=1, rng=rng).compute()

    assert same(draw(5), draw(np.random.SeedSequence(5)))
    child = np.random.SeedSequence(5).spawn(2)[1]
    first = simulate_nuclei(1, np.random.default_rng(np.random.SeedSequence(5, spawn_key=(1, 0))))
    assert same(draw(child)[:1], first)
    rng, twin = np.random.default_rng(5), np.random.default_rng(5)
    drawn = draw(rng)
    assert same(drawn, draw(twin))
    assert not same(drawn, draw(rng))  # the call has advanced it
    assert not same(draw(None), draw(None))


def test_nothing_given_is_changed():
    seed, images = np.random.SeedSequence(5), IMAGES.copy()
    map_images(augment, chunk(images, (6, 6)), rng=seed).compute()
    assert seed.n_children_spawned == 0
    assert same(images, IMAGES)


def test_a_chain_of_calls_is_one_task_a_chunk():
    nuclei = draw_images(simulate_nuclei, 12, chunk_size=2, rng=0)
    (augmented,) = dask.optimize(map_images(augment, nuclei, rng=1))
    assert len(augmented.__dask_graph__()) == 6


# --------------------------------------------------------------------------- one large image

LARGE = np.random.default_rng(1).integers(0, 256, (90, 110), np.uint8)
LARGE_CHUNKS = [(90, 110), (30, 40), ((25, 40, 25), (60, 50))]
FIELD = draw_displacement(LARGE.shape, alpha=60, sigma=5, rng=3)


def warp_whole(image, displacement, **options):
    return Geometry(np.eye(2, 3)[None], image.shape, [displacement]).warp_images(image[None], **options)[0]


@pytest.mark.parametrize("chunks", LARGE_CHUNKS)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("mode", ["constant", "nearest", "reflect"])
def test_displaced_in_chunks_is_displaced_whole(chunks, dtype, mode):
    image = LARGE.astype(dtype)
    warped = warp_image(da.from_array(image, chunks=chunks), FIELD, mode=mode, fill_value=9)
    assert warped.chunks == da.from_array(image, chunks=chunks).chunks
    assert warped.dtype == dtype
    expected = warp_whole(image, FIELD.compute(), mode=mode, fill_value=9)
    # Beyond the border the place of a sample is worked out from the size of the chunk, and rounded otherwise.
    assert close(warped, expected, atol=1e-4 * (mode == "reflect"))
    assert not same(image, expected)


@pytest.mark.parametrize("shift", [3, 2.5, -3, -2.5])
@pytest.mark.parametrize("axis", [0, 1])
def test_the_margin_is_as_deep_as_it_must_be_and_no_deeper(monkeypatch, shift, axis):
    displacement = np.zeros((2, *LARGE.shape), np.float32)
    displacement[axis] = shift
    image, expected = da.from_array(LARGE, chunks=(30, 40)), warp_whole(LARGE, displacement)
    assert same(warp_image(image, displacement), expected)
    assert same(warp_image(image, displacement, max_displacement=20), expected)
    monkeypatch.setattr(chunked, "math", types.SimpleNamespace(ceil=lambda value: math.ceil(value) - 1))
    assert not same(warp_image(image, displacement), expected)


def test_no_displacement_changes_nothing():
    image = da.from_array(LARGE, chunks=(30, 40))
    assert same(warp_image(image, np.zeros((2, *LARGE.shape))), LARGE)


def test_a_displacement_has_the_strength_it_has_for_a_stack_and_no_seams():
    shape = (1100, 1060)
    field = draw_displacement(shape, alpha=200, sigma=8, rng=0).compute()
    assert field.dtype == np.float32
    assert field[:, 40:-40, 40:-40].std() == pytest.approx(0.163 * 200 / 8, rel=0.05)
    # Drawn again tile by tile and smoothed whole.
    noise = np.zeros((2, *shape), np.float32)
    for top, bottom in ((0, 1024), (1024, 1100)):
        for left, right in ((0, 1024), (1024, 1060)):
            seed = np.random.SeedSequence(0, spawn_key=(top // 1024, left // 1024))
            tile = np.random.default_rng(seed).random((2, bottom - top, right - left), np.float32)
            noise[:, top:bottom, left:right] = 200 * (2 * tile - 1)
    assert close(field, ndimage.gaussian_filter(noise, (0, 8, 8), mode="constant"), atol=1e-5)


@pytest.mark.parametrize("chunks", LARGE_CHUNKS)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("mode", ["constant", "nearest"])
def test_the_affine_warp_of_dask_image_is_that_of_a_geometry(chunks, dtype, mode):
    image = LARGE if dtype == np.uint8 else LARGE.astype(dtype) / 255
    geometry = draw_geometry(1, image.shape, rotation=(-30, 30), zoom=1.2, rng=4)
    warped = affine_transform(
        da.from_array(image, chunks=chunks), geometry.matrices[0], order=1, mode=mode, output_chunks=(30, 40)
    )
    assert close(warped, geometry.warp_images(image[None], mode=mode)[0], atol=1e-6)


# --------------------------------------------------------------------------- Zarr

SHAPE, DTYPE = (20, 8, 8), np.uint8


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
    command = [sys.executable, "-c", f"from tests.test_chunked import *\n{code}"]
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

    monkeypatch.setattr(chunked, "_write_chunk", fail)
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


# --------------------------------------------------------------------------- workers


def silent_address():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{unused.getsockname()[1]}"


@pytest.mark.parametrize("address", [silent_address(), "nowhere", "post://nowhere:1"])
def test_a_scheduler_that_does_not_answer_is_named_and_soon(address):
    start = time.monotonic()
    with pytest.raises(
        ConnectionError, match=f"no Dask scheduler answers at {address} within 0.5 s; check the"
    ):
        connect(address, timeout=0.5)
    assert time.monotonic() - start < 5


def test_workers_of_this_machine_only_where_asked():
    address = silent_address()
    with (
        pytest.warns(UserWarning, match=f"answers at {address} within 0.5 s; 1 workers on this machine take"),
        connect(address, timeout=0.5, fallback=True, n_workers=1) as client,
    ):
        assert client.submit(os.getpid).result() != os.getpid()


def test_clusters_side_by_side_do_not_quarrel_over_a_port(cluster):
    with connect(n_workers=1) as second:  # Dask's own default, 8787, would be taken twice, with a warning
        assert second.cluster.scheduler.http_server.port not in (
            8787,
            cluster.cluster.scheduler.http_server.port,
        )


def test_only_a_heartbeat_missed_at_the_end_of_a_cluster_is_not_worth_a_message():
    logger = logging.getLogger("distributed.worker")
    before = list(logger.filters)
    chunked._QuietEnd().setup(None)
    try:
        said = [
            logger.filter(logging.LogRecord("", logging.ERROR, "", 0, text, (), None))
            for text in (
                "Failed to communicate with scheduler during heartbeat.",
                "Worker is at 85% memory usage.",
            )
        ]
    finally:
        logger.filters = before
    assert [*map(bool, said)] == [False, True]


def test_a_running_scheduler_is_used(client):
    with connect(client.scheduler.address) as second:
        assert second.submit(os.getpid).result() in client.run(os.getpid).values()


def test_workers_have_one_thread_and_the_memory_asked_for(cluster):
    assert set(cluster.nthreads().values()) == {1}
    limits = cluster.run(lambda dask_worker: dask_worker.memory_manager.memory_limit)
    assert set(limits.values()) == {1_000_000_000}


# --------------------------------------------------------------------------- joblib on the workers


def test_the_chains_of_a_mixture_run_on_the_workers(client):
    images = np.random.default_rng(0).integers(0, 2, (300, 40), np.uint8)
    mixture = BetaBernoulliMixture(n_chains=3, n_sweeps=4, n_jobs=1, random_state=0)
    expected = mixture.fit(images).chains_
    with get_task_stream(client) as tasks, joblib.parallel_config("dask"):
        chains = mixture.set_params(n_jobs=2).fit(images).chains_
    # A task for a chain, not for a sweep: the images are sent once.
    assert sum("_run_chain" in task["key"] for task in tasks.data) == 3
    for chain, wanted in zip(chains, expected, strict=True):
        assert same(chain.labels, wanted.labels)
        assert same(chain.on_counts, wanted.on_counts)
        assert chain.log_joint == wanted.log_joint


def score_and_tell_where(estimator, X, y):  # noqa: N803
    return {"accuracy": estimator.score(X, y), "pid": os.getpid()}


def test_a_grid_search_runs_on_the_workers(client):
    X, y = load_digits(n_class=3, return_X_y=True)  # noqa: N806
    search = GridSearchCV(
        LogisticRegression(), {"C": [1e-4, 1e-2]}, scoring=score_and_tell_where, refit="accuracy", cv=2
    )
    expected = search.fit(X, y).cv_results_
    with joblib.parallel_config("dask"):
        results = search.fit(X, y).cv_results_
    assert same(results["mean_test_accuracy"], expected["mean_test_accuracy"])
    assert os.getpid() == expected["split0_test_pid"][0]
    pids = {*results["split0_test_pid"].astype(int), *results["split1_test_pid"].astype(int)}
    assert pids <= set(client.run(os.getpid).values())


def study(seed):
    """Judge augmented images, as one seed of the perturbation study does."""
    return os.getpid(), augment(IMAGES, np.random.default_rng(seed)).mean()


def test_the_seeds_of_a_study_run_on_the_workers(client):
    with joblib.parallel_config("dask"):
        pids, means = zip(*joblib.Parallel()(joblib.delayed(study)(seed) for seed in range(6)), strict=True)
    assert list(means) == [study(seed)[1] for seed in range(6)]
    assert set(pids) <= set(client.run(os.getpid).values())


# --------------------------------------------------------------------------- bad input

STACK, IMAGE = chunk(IMAGES, (6, 6)), da.from_array(LARGE, chunks=(30, 40))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: map_images(measure, STACK[0]),
            r"images must have shape \(n, height, width\) or \(n, .* \(16, 18\)",
        ),
        (
            lambda: map_images(measure, STACK.rechunk((6, 8, 18))),
            r"images must be chunked along the first axis only, so that no image is split, got chunks \(\(6, 6\), \(8",
        ),
        (
            lambda: map_images(measure, STACK, images_per_call=4),
            r"chunks must hold whole groups of 4 images \(images_per_call\), got chunks of \(6, 6\)",
        ),
        (
            lambda: map_images(measure, STACK, images_per_call=0),
            "images_per_call must be a whole number of at least 1",
        ),
        (
            lambda: map_images(measure, STACK, shape=(2,)),
            r"shape and dtype must be given together .*got \(2,\) and N",
        ),
        (lambda: map_images(augment, STACK, rng=-1), "rng must be a whole number of at least 0, got -1"),
        (
            lambda: map_images(lambda images: images.sum(), STACK),
            r"return one result for each .*shape \(\) for 1 im",
        ),
        (
            lambda: map_images(measure, STACK, shape=(3,), dtype=float).compute(),
            r"function must return shape \(1, 3\) and float64 for 1 images.* got \(1, 2\) and float64",
        ),
        (
            lambda: map_images(measure, STACK, shape=(2,), dtype="float32").compute(),
            r"function must return shape \(1, 2\) and float32 .* got \(1, 2\) and float64",
        ),
        (
            lambda: draw_images(simulate_nuclei, 1.5, chunk_size=1),
            "n_images must be a whole number of at least 0",
        ),
        (
            lambda: draw_images(simulate_nuclei, 4, chunk_size=0),
            "chunk_size must be a whole number of at least 1",
        ),
        (
            lambda: draw_images(simulate_nuclei, 8, chunk_size=3, images_per_call=2),
            r"chunks must hold whole groups of 2 images \(images_per_call\), got chunks of \(3, 3, 2\)",
        ),
        (
            lambda: draw_displacement((9, 0), alpha=1, sigma=1),
            r"shape must be \(height, width\), both whole and",
        ),
        (lambda: draw_displacement((9, 9), alpha=-1, sigma=1), "alpha must be at least 0, got -1.0"),
        (lambda: draw_displacement((9, 9), alpha=1, sigma=0), "sigma must be greater than 0, got 0.0"),
        (
            lambda: draw_displacement((8, 9), alpha=1, sigma=2.1),
            "sigma must be at most a quarter .* side, 2, got 2.1",
        ),
        (lambda: warp_image(STACK, FIELD), r"image must have shape \(height, width\), got \(12, 16, 18\)"),
        (
            lambda: warp_image(IMAGE, FIELD[:, 1:]),
            r"displacement must have shape \(2, 90, 110\), got \(2, 89, 110\)",
        ),
        (
            lambda: warp_image(IMAGE, FIELD, mode="wrap"),
            "mode must be one of constant, nearest, reflect, got 'wrap'",
        ),
        (lambda: warp_image(IMAGE, FIELD * np.nan), "max_displacement must be at least 0, got nan"),
        (
            lambda: warp_image(IMAGE, FIELD, max_displacement=0.5).compute(),
            r"displacement must be at most 0.5 pixels \(max_displacement\), got ",
        ),
        (
            lambda: warp_image(IMAGE, FIELD, max_displacement=30.5),
            r"image must have chunks of at least the largest displacement, 31 pixels, got chunks \(\(30, 30, 30\)",
        ),
        (lambda: write_zarr(STACK[:0], "images"), r"images must not be empty, got shape \(0, 16, 18\)"),
        (
            lambda: write_zarr(chunk(IMAGES, (4, 6, 2)), "images"),
            r"images must have chunks of equal size, but for a smaller last one, got chunks \(\(4, 6, 2\)",
        ),
        (lambda: write_zarr(chunk(IMAGES, (4, 8)), "images"), "images must have chunks of equal size, but"),
        (lambda: connect(n_workers=0), "n_workers must be a whole number of at least 1, got 0"),
        (lambda: connect(timeout=0), "timeout must be greater than 0, got 0.0"),
        (
            lambda: connect(memory_limit="much"),
            "memory_limit must be 'auto' or at least 250 MB .*, got 'much'",
        ),
        (
            lambda: connect(memory_limit="200 MB"),
            "memory_limit must be 'auto' or at least 250 MB .*, got '200 MB'",
        ),
        (lambda: connect(memory_limit=None), "memory_limit must be 'auto' or at least 250 MB .*, got None"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("call", [lambda: map_images(measure, IMAGES), lambda: write_zarr(IMAGES, "images")])
def test_arrays_of_numpy_are_refused(call):
    with pytest.raises(TypeError, match="images must be a dask array, got ndarray; see "):
        call()
