"""Throughput and memory of stacks larger than memory, what a second worker brings, and what a task costs.

Run: `.venv/bin/python -m benchmarks.chunked [GB ...]`, on an otherwise idle machine; by default 0.5, 1, 2, 4 and 8 GB. The
images are drawn, augmented and measured in chunks; the workers may use 1 GB in all. Memory is the largest sum of the
resident sizes of the workers and of this process, ten times a second.
"""

import statistics
import sys
import tempfile
import threading
from time import perf_counter, sleep

import dask
import distributed
import numpy as np
import psutil

from qbi_utils.augment import draw_geometry
from qbi_utils.chunked import connect, draw_images, map_images, write_zarr

SIDE = 512
N_ROUNDS = 3
N_TASKS = 1000


def draw(n_images, rng):
    return rng.integers(0, 256, (n_images, SIDE, SIDE), np.uint8)


def augment(images, rng):
    geometry = draw_geometry(len(images), images.shape[1:], rotation=(-15, 15), zoom=(0.9, 1.1), rng=rng)
    return geometry.warp_images(images)


def measure(images):
    return np.stack([images.mean(axis=(1, 2)), images.std(axis=(1, 2))], axis=1)


def pipeline(gigabytes, chunk_size=64, seed=0):
    n_images = round(gigabytes * 1e9 / SIDE**2 / 8) * 8
    images = draw_images(draw, n_images, chunk_size=chunk_size, images_per_call=8, rng=seed)
    return map_images(augment, images, images_per_call=8, rng=seed + 1)


class PeakMemory:
    """Largest memory of this process and its children, and of this process alone, while the context lasts."""

    def __enter__(self):
        self.all, self.done = [], False
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def _watch(self):
        here = psutil.Process()
        while not self.done:
            sizes = [here.memory_info().rss]
            for child in here.children(recursive=True):
                try:
                    sizes.append(child.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue
            self.all.append((sum(sizes) / 1e6, sizes[0] / 1e6))
            sleep(0.1)

    def __exit__(self, *_):
        self.done = True
        self.thread.join()
        self.total, self.here = map(max, zip(*self.all, strict=True))


def time_stacks(sizes):
    """Print MB/s and peak memory against the size of the stack, for features and for a Zarr array."""
    print("GB    workers  result    MB/s  peak MB  of them here")
    for n_workers in (1, 2):
        with connect(n_workers=n_workers, memory_limit=10**9 // n_workers) as client:
            client.compute(map_images(measure, pipeline(0.05))).result()  # compile
            for size in sizes:
                report_stack(
                    size, n_workers, "features", lambda size: map_images(measure, pipeline(size)).compute()
                )
            with tempfile.TemporaryDirectory() as folder:
                report_stack(
                    min(sizes), n_workers, "Zarr", lambda size: write_zarr(pipeline(size), f"{folder}/images")
                )


def report_stack(size, n_workers, result, run):
    with PeakMemory() as peak:
        start = perf_counter()
        run(size)
        seconds = perf_counter() - start
    print(
        f"{size:<5g} {n_workers:7}  {result:8} {size * 1000 / seconds:5.0f} {peak.total:8.0f} {peak.here:8.0f}",
        flush=True,
    )


def time_workers(gigabytes=0.25):
    """Time two workers against one, in turns; the one is the first of the two."""
    ratios = []
    with connect(n_workers=2, memory_limit=10**9 // 2) as client:
        workers = list(client.nthreads())
        client.compute(map_images(measure, pipeline(gigabytes))).result()
        for number in range(N_ROUNDS):
            seconds = {}
            for n_workers in (1, 2):  # a seed for each run, or the scheduler takes it for the one before
                features = map_images(measure, pipeline(gigabytes, seed=10 * number + 2 * n_workers))
                start = perf_counter()
                client.compute(features, workers=workers[:n_workers]).result()
                seconds[n_workers] = perf_counter() - start
            ratios.append(seconds[1] / seconds[2])
    report("times as fast, 2 workers against 1", ratios)


def time_tasks():
    """Time tasks that do nothing, and chunks of growing size against NumPy."""
    tasks = [dask.delayed(int)(number) for number in range(N_TASKS)]
    small = np.stack([draw(1, np.random.default_rng(number))[0] for number in range(8)])
    with connect(n_workers=2):
        for scheduler in ("synchronous", "threads", "dask.distributed"):
            seconds = []
            for _ in range(N_ROUNDS):
                start = perf_counter()
                dask.compute(*tasks, scheduler=None if scheduler == "dask.distributed" else scheduler)
                seconds.append((perf_counter() - start) / N_TASKS * 1e6)
            report(f"µs a task, {scheduler}", seconds)
        start = perf_counter()
        for number in range(16):
            measure(augment(small, np.random.default_rng(number)))
        report("ms an image, NumPy", [(perf_counter() - start) * 1000 / 128])
        for chunk_size in (1, 2, 8, 32, 128):
            images = draw_images(draw, 256, chunk_size=chunk_size, images_per_call=min(8, chunk_size), rng=0)
            features = map_images(
                measure, map_images(augment, images, images_per_call=min(8, chunk_size), rng=1)
            )
            start = perf_counter()
            features.compute()
            report(f"ms an image, chunks of {chunk_size}", [(perf_counter() - start) * 1000 / 256])


def report(name, values):
    print(
        f"{name:36} {statistics.median(values):.3g} ({min(values):.3g}-{max(values):.3g}, {len(values)} rounds)",
        flush=True,
    )


def main():
    print(
        f"{psutil.cpu_count()} processors, load {psutil.getloadavg()[0]:.1f}, distributed {distributed.__version__}"
    )
    time_tasks()
    time_workers()
    time_stacks([float(size) for size in sys.argv[1:]] or [0.5, 1, 2, 4, 8])


if __name__ == "__main__":
    main()
