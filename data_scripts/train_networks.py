"""Train the networks and make the tables of results that ship with the course.

`python -m data_scripts.train_networks` trains what is missing in `data/networks`, and may be interrupted at any time; with
names of experiments behind it, only those. It takes hours, so the lectures load what it writes. Every trained model
looks at the test images once.
"""

import sys
import time
from functools import cache, partial
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestCentroid
from tqdm import tqdm

from qbi_utils import augment, datasets, networks, simulate
from qbi_utils.neighbors import nearest_neighbors
from qbi_utils.networks import AUGMENTATION

FOLDER = Path(__file__).parents[1] / "data/networks"
KEYS = ["experiment", "variant", "n_real", "seed"]
VGG = "document network"  # as the tables call `networks.vgg_network`, after the notebook it comes from
N_TRAINING = 54_000  # the last 6000 training images are held out
WIDER, WIDE = (48, 48, 96, 96), (64, 64, 128, 128)
ROTATION = {"rotation": (-20, 20)}
SHIFT = {"vertical_shift": (-2, 2), "horizontal_shift": (-2, 2)}
ELASTIC = {"elastic_alpha": (0, 30), "elastic_sigma": 4}
HANDWRITING = {"jitter": (0.5, 3), "pen_radius": (0.8, 2.4)}


@cache
def digits(split):
    """Images and labels of the training images, of those held out, or of the test images."""
    mnist = datasets.load_mnist("test" if split == "test" else "train")
    part = {"training": slice(N_TRAINING), "validation": slice(N_TRAINING, None), "test": slice(None)}[split]
    return mnist.images[part], mnist.labels[part].astype(np.int64)


def append(name, rows):
    """Write rows at once, so that an interruption loses one training only."""
    path = FOLDER / name
    pd.DataFrame(rows).to_csv(path, mode="a", header=not path.exists(), index=False, float_format="%.6g")


def judge(model):
    """Share of right answers on the two kinds of images that a network was not trained on."""
    return {
        split: (networks.predict(model, digits(split)[0]).argmax(axis=1) == digits(split)[1]).mean()
        for split in ("validation", "test")
    }


def train_fast(seed, *, epochs, filters=(32, 32, 64, 64), augmentation=AUGMENTATION, data=None, save=None):
    """Train a fast network; by default with augmentation, on all training images."""
    rng = np.random.default_rng(seed)
    model = networks.fast_network(filters, rng=rng)
    images, labels = digits("training") if data is None else data(rng)
    history = networks.train(model, images, labels, epochs=epochs, augmentation=augmentation, rng=rng)
    if save:
        # A copy that was never compiled: the state of the optimiser would treble the file.
        copy = keras.models.clone_model(model)
        copy.set_weights(model.get_weights())
        copy.save(FOLDER / save.format(seed))
    return {"epochs": epochs, "cpu_seconds": history["cpu_seconds"].iloc[-1]} | judge(model)


# --------------------------------------------------------------------------- what accuracy costs


def train_vgg(seed):
    """Train the network of the Kaggle notebook by its protocol, and follow it with dropout and without."""
    rng = np.random.default_rng(seed)
    images, labels = digits("training")
    chosen = rng.permutation(N_TRAINING)[:37_800]
    inputs, targets = images[chosen][..., None] / np.float32(255), labels[chosen]
    held_out = digits("validation")[0][..., None] / np.float32(255), digits("validation")[1]
    model = networks.vgg_network(rng=rng)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
    seconds = 0
    for epoch in range(1, 11):
        order = rng.permutation(len(inputs))
        start = time.process_time()
        history = model.fit(inputs[order], targets[order], batch_size=128, shuffle=False, verbose=0).history
        seconds += time.process_time() - start
        row = {"variant": VGG, "seed": seed, "epoch": epoch, "cpu_seconds": seconds}
        row |= {name: values[0] for name, values in history.items()}
        row["training_loss"], row["training_accuracy"] = model.evaluate(
            inputs, targets, batch_size=1000, verbose=0
        )
        row["validation_loss"], row["validation_accuracy"] = model.evaluate(
            *held_out, batch_size=1000, verbose=0
        )
        append("histories.csv", [row])
    return {"epochs": 10, "cpu_seconds": seconds} | judge(model)


def classify_classically(name):
    """Judge a model without convolutions; its seconds are those of fitting and of reading the test images."""
    flat = {
        split: digits(split)[0].reshape(-1, 784) / np.float32(255)
        for split in ("training", "validation", "test")
    }
    labels = digits("training")[1]
    start = time.process_time()
    if name == "1 nearest neighbour":

        def answer(split):
            return labels[nearest_neighbors(digits("training")[0], digits(split)[0])[:, 0]]
    else:
        model = {"nearest mean": NearestCentroid(), "logistic regression": LogisticRegression(C=0.1)}[name]
        model.fit(flat["training"], labels)

        def answer(split):
            return model.predict(flat[split])

    test = answer("test")
    seconds = time.process_time() - start
    found = {"validation": answer("validation"), "test": test}
    right = {split: (given == digits(split)[1]).mean() for split, given in found.items()}
    return {"epochs": 0, "cpu_seconds": seconds} | right


# --------------------------------------------------------------------------- remedies


def rotated_threes(rng):
    """Training images, their threes a second time, rotated by up to 20 degrees, in place of as many others."""
    images, labels = digits("training")
    threes = images[labels == 3]
    geometry = augment.draw_geometry(len(threes), (28, 28), **ROTATION, rng=rng)
    kept = np.delete(
        np.arange(N_TRAINING), rng.choice(np.flatnonzero(labels != 3), len(threes), replace=False)
    )
    return (
        np.concatenate([images[kept], geometry.warp_images(threes)]),
        np.concatenate([labels[kept], np.full(len(threes), 3)]),
    )


REMEDIES = {
    "nothing": {"augmentation": None},
    "rotation": {"augmentation": ROTATION},
    "rotated threes": {"augmentation": None, "data": rotated_threes},
    "shift": {"augmentation": SHIFT},
    "elastic": {"augmentation": ELASTIC},
    "all augmentation": {"augmentation": AUGMENTATION},
    "1.5 times the filters": {"augmentation": None, "filters": WIDER},
    "both": {"augmentation": AUGMENTATION, "filters": WIDER},
}


# --------------------------------------------------------------------------- synthetic digits

N_IMAGES = 25_600  # 200 steps an epoch


def real_digits(n_real, seed):
    """Draw the same real digits for each variant: nested subsets, ten being one of each kind."""
    images, labels = digits("training")
    rng = np.random.default_rng([seed, 1])
    order = rng.permutation(N_TRAINING)
    first = [order[labels[order] == digit][0] for digit in range(10)]
    chosen = np.concatenate([first, np.setdiff1d(order, first, assume_unique=True)])[:n_real]
    return images[chosen] / np.float32(255), labels[chosen]


def mixed(n_real, seed, extra=None):
    """Half real digits, again and again where they are few, half others; or all of one kind."""

    def data(rng):
        parts = []
        n_others = 0 if extra is None else N_IMAGES // (2 if n_real else 1)
        if n_real:
            images, labels = real_digits(n_real, seed)
            again = np.arange(N_IMAGES - n_others) % n_real
            parts.append((images[again], labels[again]))
        if n_others:
            parts.append(extra(n_others, rng))
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))

    return data


def synthetic(n_digits, rng):
    """Digits drawn by `simulate.digits`, and their labels."""
    labels = rng.integers(0, 10, n_digits)
    return simulate.digits(labels, rng=rng, **HANDWRITING), labels


def train_mixed(n_real, seed, *, made, augmentation):
    """Train on real digits, synthetic ones, or both; always the same number of steps."""
    data = mixed(n_real, seed, synthetic if made else None)
    return train_fast(seed, epochs=3, augmentation=augmentation, data=data)


def train_on_failures(n_real, seed, *, hard):
    """One round of the loop of the Kaggle notebook: add digits that a trained network fails on, or as many others."""
    rng = np.random.default_rng([seed, 2])
    first = networks.fast_network(rng=rng)
    images, labels = mixed(n_real, seed)(rng)
    networks.train(first, images, labels, epochs=3, augmentation=AUGMENTATION, rng=rng)
    made, truth = synthetic(100_000, rng)
    chosen = networks.predict(first, made).argmax(axis=1) != truth
    if not hard:
        chosen = rng.permutation(chosen)

    def extra(n_digits, rng):
        again = rng.choice(np.flatnonzero(chosen), n_digits)
        return made[again], truth[again]

    result = train_fast(seed, epochs=3, data=mixed(n_real, seed, extra))
    return result | {"n_failures": int(chosen.sum())}


# --------------------------------------------------------------------------- all of it


def plan():
    """Yield keys of a row and the function that computes the rest of it."""
    for seed in range(5):
        name = "fast-network-{}.keras"
        yield (
            ("cost", "fast network, 6 epochs", N_TRAINING, seed),
            partial(train_fast, seed, epochs=6, save=name),
        )
    for seed in range(3):
        for n_real in (0, 10, 100, 1000, 10_000):
            for made in (False, True) if n_real else (True,):
                for ranges in (None, AUGMENTATION):
                    variant = ("synthetic" if made else "real") + (", augmented" if ranges else "")
                    run = partial(train_mixed, n_real, seed, made=made, augmentation=ranges)
                    yield ("synthetic", variant, n_real, seed), run
    for seed in range(5):
        for hard, variant in ((True, "failures"), (False, "as many others")):
            yield ("loop", variant, 1000, seed), partial(train_on_failures, 1000, seed, hard=hard)
        run = partial(train_mixed, 1000, seed, made=False, augmentation=AUGMENTATION)
        yield ("loop", "no drawn digits", 1000, seed), run
    for seed in range(3):
        for variant, options in REMEDIES.items():
            yield ("remedies", variant, N_TRAINING, seed), partial(train_fast, seed, epochs=2, **options)
    for name in ("nearest mean", "logistic regression", "1 nearest neighbour"):
        yield ("classical", name, N_TRAINING, 0), partial(classify_classically, name)
    for seed in range(3):
        for epochs in (1, 2, 4):
            variant = f"fast network, {epochs} epoch" + "s" * (epochs > 1)
            yield ("short", variant, N_TRAINING, seed), partial(train_fast, seed, epochs=epochs)
        yield ("document", VGG, 37_800, seed), partial(train_vgg, seed)
        run = partial(train_fast, seed, epochs=16, filters=WIDE)
        yield ("long", "wide network, 16 epochs", N_TRAINING, seed), run


def main(experiments):
    """Compute the rows that are missing."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / "results.csv"
    done = set(map(tuple, pd.read_csv(path)[KEYS].to_numpy())) if path.exists() else set()
    missing = [
        (key, run) for key, run in plan() if key not in done and (not experiments or key[0] in experiments)
    ]
    for key, run in tqdm(missing):
        row = dict(zip(KEYS, key, strict=True)) | {"n_failures": ""} | run()
        append("results.csv", [row])
        keras.backend.clear_session()


if __name__ == "__main__":
    main(sys.argv[1:])
