"""Nearest neighbours of all 10 000 test digits among all 60 000 training digits, against their matrix product.

Run: `.venv/bin/python benchmarks/nearest_neighbors.py`, on an otherwise idle machine. Each round times every method
once, in turn; ratios are taken within a round.
"""

import time

import numpy as np
import pandas as pd
from sklearn.neighbors import KNeighborsClassifier

from qbi_utils.datasets import load_mnist
from qbi_utils.neighbors import nearest_neighbors

ROUNDS = 5

train, test = load_mnist("train"), load_mnist("test")
images = train.images.reshape(60_000, -1).astype(np.float32)
queries = test.images.reshape(10_000, -1).astype(np.float32)

methods = {
    "matrix product, float32": lambda: queries @ images.T,
    "nearest_neighbors, k = 1": lambda: nearest_neighbors(images, queries),
    "nearest_neighbors, k = 15": lambda: nearest_neighbors(images, queries, 15),
    "scikit-learn, k = 1": lambda: (
        KNeighborsClassifier(1, algorithm="brute").fit(images, train.labels).predict(queries)
    ),
}

rows = []
for _ in range(ROUNDS):
    seconds = {}
    for name, method in methods.items():
        start = time.perf_counter()
        method()
        seconds[name] = time.perf_counter() - start
    rows.append(seconds)
seconds = pd.DataFrame(rows)
ratios = seconds.div(seconds["matrix product, float32"], axis=0)
summary = pd.DataFrame({"seconds (median)": seconds.median(), "ratio": ratios.median()})
summary["ratio, lowest"], summary["ratio, highest"] = ratios.min(), ratios.max()
print(summary.round(2).to_string())

loads = []
for _ in range(10):
    start = time.perf_counter()
    load_mnist("train")
    loads.append(time.perf_counter() - start)
print(f"\nload_mnist('train'): median {np.median(loads):.3f} s, {min(loads):.3f} to {max(loads):.3f} s")
