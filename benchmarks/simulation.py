"""Seconds to simulate one image of each kind, and what that saves.

Run: `.venv/bin/python benchmarks/simulation.py`, on an otherwise idle machine. Document 004 reports eight hours for marking
the spots of one radiograph of 2048x2048 pixels by hand.
"""

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


def main():
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


if __name__ == "__main__":
    main()
