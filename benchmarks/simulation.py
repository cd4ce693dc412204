"""Seconds to simulate one image of each kind, and what that saves.

Run: `.venv/bin/python benchmarks/simulation.py`, on an otherwise idle machine. The ETH lecture reports eight hours for marking
the spots of one radiograph of 2048x2048 pixels by hand. The Kaggle notebook draws digits by stamping a pen on a large canvas,
pixel by pixel, which `stamp` does here. Each round times both ways, and their ratio is taken within a round.
"""

import itertools
import math
import statistics
from time import perf_counter

import numpy as np

from qbi_utils import simulate

MODELS = {
    "radiograph 2048x2048": (1, lambda rng: simulate.radiograph(rng=rng)),
    "nuclei 128x128": (50, lambda rng: simulate.nuclei(50, rng=rng)),
    "head phantom 96x96, 3 contrasts": (50, lambda rng: simulate.head_phantom(50, rng=rng)),
    "pores 128x128x128": (1, lambda rng: simulate.porous_volume((128,) * 3, rng=rng)),
    "roots 128x128x128": (1, lambda rng: simulate.porous_volume((128,) * 3, structure="roots", rng=rng)),
}
N_ROUNDS = 7
N_DIGITS = 10_000
N_STAMPED = 3


def stamp(strokes, radius, softness, zoom=10):
    """Draw a digit in plain Python: a step for each pixel of the canvas, all pixels around the pen at each step."""
    canvas = np.zeros((28 * zoom, 28 * zoom))
    reach = (radius + softness / 2) * zoom
    for stroke in strokes:
        points = (stroke + 0.5) * zoom - 0.5
        degree = len(points) - 1
        n_steps = math.ceil(sum(math.dist(*pair) for pair in itertools.pairwise(points)))
        for step in range(n_steps + 1):
            t = step / n_steps
            weights = [math.comb(degree, i) * t**i * (1 - t) ** (degree - i) for i in range(degree + 1)]
            row, column = (float(coordinate) for coordinate in weights @ points)
            for y in range(max(math.ceil(row - reach), 0), min(int(row + reach) + 1, len(canvas))):
                for x in range(max(math.ceil(column - reach), 0), min(int(column + reach) + 1, len(canvas))):
                    ink = min((reach - math.hypot(y - row, x - column)) / (softness * zoom), 1)
                    canvas[y, x] = max(canvas[y, x], ink)
    return canvas.reshape(28, zoom, 28, zoom).mean(axis=(1, 3))


def time_models():
    for name, (n_images, make) in MODELS.items():
        seconds = []
        for seed in range(N_ROUNDS):
            start = perf_counter()
            make(np.random.default_rng(seed))
            seconds.append((perf_counter() - start) / n_images)
        spread = f"{min(seconds):.4f}-{max(seconds):.4f}"
        print(f"{name:34} {statistics.median(seconds):.4f} s an image ({spread}, {N_ROUNDS} rounds)")
        if name.startswith("radiograph"):
            print(f"{'by hand / simulated':34} {8 * 3600 / statistics.median(seconds):.0f}")


def time_digits(n_jobs):
    labels = np.arange(N_DIGITS) % 10
    simulate.digits(labels, n_jobs=n_jobs, rng=0)  # compiles
    rates = {f"digits a second, n_jobs={n_jobs}": [], "stamped digits a second": [], "ratio": []}
    for seed in range(N_ROUNDS):
        pen = {"pen_radius": 1.3, "softness": 0.6}
        images, strokes = simulate.digits(labels[:N_STAMPED] + seed % 8, **pen, rng=seed, return_strokes=True)
        start = perf_counter()
        stamped = [stamp(character, *pen.values()) for character in strokes]
        stamping = N_STAMPED / (perf_counter() - start)
        assert np.abs(np.array(stamped) - images).max() < 0.1
        start = perf_counter()
        simulate.digits(labels, n_jobs=n_jobs, rng=seed)
        simulating = N_DIGITS / (perf_counter() - start)
        for values, value in zip(rates.values(), (simulating, stamping, simulating / stamping), strict=True):
            values.append(value)
    for name, values in rates.items():
        spread = f"{min(values):.5g}-{max(values):.5g}"
        print(f"{name:34} {statistics.median(values):.5g} ({spread}, {N_ROUNDS} rounds)")


if __name__ == "__main__":
    time_models()
    for n_jobs in (1, 2):
        time_digits(n_jobs)
