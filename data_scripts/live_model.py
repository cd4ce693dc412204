"""The model behind the live figure: a logistic regression and some training digits, small enough for a page.

Run by hand when the model should change: ``.venv/bin/python -m data_scripts.live_model``.
"""

import base64
import json

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedShuffleSplit

from publishing.pages import ROOT
from qbi_utils.datasets import load_mnist

OUTPUT = ROOT / "assets/live/model.js"
N_TRAINING, N_NEIGHBOURS, SEED = 20_000, 300, 2021


def encode(array, dtype):
    """Pack an array for JavaScript, which reads it as a typed array."""
    return base64.b64encode(np.ascontiguousarray(array, dtype)).decode()


def train_model():
    """Train on the first MNIST images, and choose digits of each class to be compared with.

    Returns
    -------
    dict
        What ``live.js`` reads: numbers packed in base64, labels as lists.
    """
    train, test = load_mnist("train"), load_mnist("test")
    rows = train.images[:N_TRAINING].reshape(N_TRAINING, -1) / 255
    classifier = LogisticRegression(C=0.01, max_iter=300, random_state=SEED)
    classifier.fit(rows, train.labels[:N_TRAINING])
    splitter = StratifiedShuffleSplit(1, train_size=N_NEIGHBOURS, random_state=SEED)
    known = np.sort(next(splitter.split(rows, train.labels[:N_TRAINING]))[0])
    samples = [np.flatnonzero(test.labels == digit)[0] for digit in range(10)]
    noise = np.random.default_rng(SEED).normal(size=784)
    return {
        "weights": encode(classifier.coef_, "<f4"),
        "intercept": encode(classifier.intercept_, "<f4"),
        "known": encode(train.images[known], np.uint8),
        "labels": train.labels[known].tolist(),
        "samples": encode(test.images[samples], np.uint8),
        "noise": encode(noise, "<f4"),
    }


if __name__ == "__main__":
    OUTPUT.write_text(f"window.liveModel = {json.dumps(train_model())};\n")
