"""Small convolutional networks for digits, their training with augmentation, and the trained ones that ship.

Written against Keras 3 alone, so the backend may be TensorFlow, PyTorch or JAX. Keras is imported with this
module and not before: the rest of the package works without it.
"""

import time

import keras
import numpy as np
import pandas as pd
from keras import layers

from . import augment
from ._validation import POSITIVE, validate_labels, validate_number, validate_one
from .datasets._shipped import find_shipped

__all__ = [
    "AUGMENTATION",
    "fast_network",
    "load_histories",
    "load_network",
    "load_results",
    "predict",
    "train",
    "vgg_network",
]

AUGMENTATION = {
    "rotation": (-10, 10),
    "vertical_shift": (-2, 2),
    "horizontal_shift": (-2, 2),
    "zoom": (0.9, 1.1),
    "shear": (-10, 10),
    "elastic_alpha": (0, 30),
    "elastic_sigma": 4,
}
"""Ranges for `qbi_utils.augment.draw_geometry` that leave a digit readable, chosen on held-out training images."""

_N_SHIPPED = 5
_SIDE = 28
_N_CLASSES = 10


def _seed(rng):
    return int(rng.integers(2**31))


def _initializer(rng):
    return keras.initializers.GlorotUniform(seed=_seed(rng))


def vgg_network(*, rng=None):
    """Build a small network in the style of VGG: two pairs of convolutions, each followed by pooling, three dropouts.

    Parameters
    ----------
    rng : int or numpy.random.Generator, optional
        Seed or generator of the initial weights and of the dropout.

    Returns
    -------
    keras.Sequential
        Not compiled; takes images of shape (n, 28, 28, 1) with values 0-1, returns ten probabilities each.

    Notes
    -----
    The layers, and the protocol by which `data_scripts/train_networks.py` trains them, are those of the Kaggle notebook
    "Digit recognizer", one of the sources of this course (`DigitsNotebook` in its references).

    References
    ----------
    K. Simonyan, A. Zisserman: Very deep convolutional networks for large-scale image recognition. arXiv:1409.1556
    (2014), for the style.

    Examples
    --------
    >>> vgg_network(rng=0).count_params()
    176938
    """
    rng = np.random.default_rng(rng)

    def convolution(padding):
        return layers.Conv2D(32, 3, padding=padding, activation="relu", kernel_initializer=_initializer(rng))

    return keras.Sequential(
        [
            layers.Input((_SIDE, _SIDE, 1)),
            convolution("valid"),
            convolution("same"),
            layers.MaxPooling2D(),
            layers.SpatialDropout2D(0.25, seed=_seed(rng)),
            convolution("same"),
            convolution("same"),
            layers.MaxPooling2D(),
            layers.SpatialDropout2D(0.25, seed=_seed(rng)),
            layers.Flatten(),
            layers.Dense(128, activation="relu", kernel_initializer=_initializer(rng)),
            layers.Dropout(0.5, seed=_seed(rng)),
            layers.Dense(_N_CLASSES, activation="softmax", kernel_initializer=_initializer(rng)),
        ]
    )


def fast_network(filters=(32, 32, 64, 64), *, dropout=0.2, rng=None):
    """Build a network that halves the image at once and learns fast: strides, batch normalisation, no hidden layer.

    Parameters
    ----------
    filters : tuple of four int
        Filters of the convolutions: 5×5 with stride 2, 3×3, 3×3 with stride 2, 3×3; each at least 1.
    dropout : float
        Share of the last feature maps' values that a training step leaves out, 0 to 1 exclusive.
    rng : int or numpy.random.Generator, optional
        Seed or generator of the initial weights and of the dropout.

    Returns
    -------
    keras.Sequential
        Not compiled; takes images of shape (n, 28, 28, 1) with values 0-1, returns ten probabilities each.

    Raises
    ------
    ValueError
        If there are not four whole positive numbers of filters, or the dropout is out of range.

    Examples
    --------
    >>> fast_network(rng=0).count_params()
    68650
    >>> [layer.output.shape[1:3] for layer in fast_network(rng=0).layers if "conv" in layer.name]
    [(12, 12), (10, 10), (4, 4), (2, 2)]
    """
    if len(filters) != 4:
        raise ValueError(f"filters must hold four numbers, one a convolution, got {filters}")
    for n_filters in filters:
        validate_number("filters", n_filters, 1)
    validate_one("dropout", dropout, rule="at least 0 and less than 1", fits=lambda v: (v >= 0) & (v < 1))
    rng = np.random.default_rng(rng)
    model = keras.Sequential([layers.Input((_SIDE, _SIDE, 1))])
    for n_filters, size, stride in zip(filters, (5, 3, 3, 3), (2, 1, 2, 1), strict=True):
        # The shift of the normalisation does the work of a bias.
        model.add(
            layers.Conv2D(
                n_filters, size, strides=stride, use_bias=False, kernel_initializer=_initializer(rng)
            )
        )
        # Averages over tens of steps, not hundreds: a training may last no more than 200.
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.ReLU())
    model.add(layers.Flatten())
    model.add(layers.Dropout(dropout, seed=_seed(rng)))
    model.add(layers.Dense(_N_CLASSES, activation="softmax", kernel_initializer=_initializer(rng)))
    return model


def _prepare(name, images):
    """Images as a network of this module takes them: float32 in 0-1, with one channel."""
    images = np.asarray(images)
    if images.ndim != 3 or images.shape[1:] != (_SIDE, _SIDE):
        raise ValueError(f"{name} must have shape (n, {_SIDE}, {_SIDE}), got {images.shape}")
    if images.dtype == np.uint8:
        return images[..., None] / np.float32(255)
    if not np.issubdtype(images.dtype, np.floating):
        raise TypeError(f"{name} must be uint8 (0-255) or float (0-1), got {images.dtype}")
    if images.size and not (images.min() >= 0 and images.max() <= 1):
        raise ValueError(f"{name} must lie in 0-1 if float, got {images.min():g} to {images.max():g}")
    return images[..., None].astype(np.float32, copy=False)


def train(
    model,
    images,
    labels,
    *,
    epochs,
    batch_size=128,
    learning_rate=0.012,
    augmentation=None,
    validation=None,
    rng=None,
):
    """Train a network by Adam with one cycle of the learning rate, on images warped anew in each epoch.

    The learning rate rises from a twentieth over the first quarter of the steps, then falls to nothing on a cosine.

    Parameters
    ----------
    model : keras.Model
        Compiled anew and trained in place.
    images : ndarray, shape (n, 28, 28)
        Grey images, uint8 (0-255) or float (0-1); not changed.
    labels : ndarray of integers, shape (n,)
        Digits 0-9.
    epochs, batch_size : int
        Passes over the images, and images a step; at least 1.
    learning_rate : float
        At its peak, greater than 0.
    augmentation : dict, optional
        Ranges for `qbi_utils.augment.draw_geometry`; without it the images stay as they are.
    validation : tuple of two ndarrays, optional
        Images and labels, on which loss and accuracy are computed after each epoch.
    rng : int or numpy.random.Generator, optional
        Seed or generator of the order of the images and of their geometries.

    Returns
    -------
    pandas.DataFrame
        One row an epoch: `epoch`, `loss` and `accuracy` as running means of the epoch under dropout,
        `validation_loss` and `validation_accuracy` where asked for, `learning_rate` at its end, `cpu_seconds` of
        all threads since the start, validation not counted.

    Raises
    ------
    TypeError, ValueError
        If images, labels or a parameter have the wrong type, shape or range.

    References
    ----------
    L. N. Smith, N. Topin: Super-convergence: very fast training of neural networks using large learning rates.
    arXiv:1708.07120 (2017), for the cycle.

    Examples
    --------
    >>> images, labels = np.zeros((32, 28, 28)), np.arange(32) % 10
    >>> history = train(fast_network(rng=0), images, labels, epochs=2, batch_size=16, rng=0)
    >>> history["epoch"].tolist()
    [1, 2]
    """
    inputs, labels = _prepare("images", images), validate_labels("labels", labels, len(images), _N_CLASSES)
    if not len(inputs):
        raise ValueError("images must hold at least one image, got none")
    if validation is not None:
        held_out = _prepare("validation", validation[0])
        held_out = held_out, validate_labels("validation labels", validation[1], len(held_out), _N_CLASSES)
    validate_number("epochs", epochs, 1)
    validate_number("batch_size", batch_size, 1)
    validate_one("learning_rate", learning_rate, **POSITIVE)
    rng = np.random.default_rng(rng)

    n_steps = epochs * -(-len(inputs) // batch_size)
    n_rising = n_steps // 4
    schedule = keras.optimizers.schedules.CosineDecay(
        learning_rate / 20, n_steps - n_rising, warmup_target=learning_rate, warmup_steps=n_rising
    )
    model.compile(
        keras.optimizers.Adam(schedule),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        # XLA makes TensorFlow's convolutions slower on processors; JAX cannot do without it.
        jit_compile="auto" if keras.backend.backend() == "jax" else False,
    )
    rows, cpu_seconds = [], 0.0
    for epoch in range(1, epochs + 1):
        start = time.process_time()
        model.reset_metrics()
        order = rng.permutation(len(inputs))
        # Batch by batch, since `fit` would keep several copies of all warped images.
        for first in range(0, len(order), batch_size):
            chosen = order[first : first + batch_size]
            batch = inputs[chosen]
            if augmentation is not None:
                geometry = augment.draw_geometry(len(batch), (_SIDE, _SIDE), rng=rng, **augmentation)
                batch = geometry.warp_images(batch[..., 0])[..., None]
            metrics = model.train_on_batch(batch, labels[chosen], return_dict=True)
        cpu_seconds += time.process_time() - start
        row = {"epoch": epoch} | {name: float(metrics[name]) for name in ("loss", "accuracy")}
        if validation is not None:
            loss, accuracy = model.evaluate(*held_out, batch_size=1000, verbose=0)
            row |= {"validation_loss": loss, "validation_accuracy": accuracy}
        rate = float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))
        rows.append(row | {"learning_rate": rate, "cpu_seconds": cpu_seconds})
    return pd.DataFrame(rows)


def predict(model, images):
    """Compute the probabilities that a network gives to the ten digits.

    Parameters
    ----------
    model : keras.Model
        A network of this module, trained.
    images : ndarray, shape (n, 28, 28)
        Grey images, uint8 (0-255) or float (0-1); not changed.

    Returns
    -------
    ndarray of float32, shape (n, 10)
        Each row sums to 1.

    Raises
    ------
    TypeError, ValueError
        If the images have the wrong type, shape or range.

    Examples
    --------
    >>> from qbi_utils.datasets import load_mnist
    >>> predict(load_network(0), load_mnist("test").images[:5]).argmax(axis=1)
    array([7, 2, 1, 0, 4])
    """
    inputs = _prepare("images", images)
    # Not `model.predict`, which compiles itself anew for each number of images.
    blocks = [model(inputs[first : first + 250], training=False) for first in range(0, len(inputs), 250)]
    return np.concatenate([np.empty((0, _N_CLASSES), np.float32), *map(keras.ops.convert_to_numpy, blocks)])


def load_network(seed):
    """Load one of the trained networks that ship: the same architecture, other initial weights and augmentation.

    Parameters
    ----------
    seed : int
        0-4; the seed that `data_scripts/train_networks.py` gave to the network.

    Returns
    -------
    keras.Sequential
        `fast_network`, trained on the first 54 000 training images of MNIST; the last 6000 are held out.

    Raises
    ------
    ValueError
        If there is no network with this seed.
    DatasetError
        If the file is missing or damaged.

    Examples
    --------
    >>> load_network(0).count_params()
    68650
    """
    validate_number("seed", seed)
    if seed >= _N_SHIPPED:
        raise ValueError(f"seed must be at most {_N_SHIPPED - 1}, got {seed}")
    return keras.saving.load_model(find_shipped(f"networks/fast-network-{seed}.keras"), compile=False)


def load_histories():
    """Load how the networks of the Kaggle notebook (`vgg_network`) learned, epoch by epoch.

    Returns
    -------
    pandas.DataFrame
        One row an epoch: `variant`, `seed`, `epoch`, `cpu_seconds` since the start; `loss` and `accuracy` as Keras
        reports them, running means under dropout; `training_...` of the same images at the end of the epoch, without
        dropout; `validation_...` of the 6000 held-out ones.

    Raises
    ------
    DatasetError
        If the file is missing or damaged.

    Examples
    --------
    >>> load_histories()["epoch"].max()
    np.int64(10)
    """
    return pd.read_csv(find_shipped("networks/histories.csv"))


def load_results():
    """Load the results of the trainings that are too long for a page.

    Returns
    -------
    pandas.DataFrame
        One row a training: `experiment`, `variant`, `n_real` images, `seed`, `epochs`, `cpu_seconds`, and the share of
        right answers on the held-out training images (`validation`) and on the test images (`test`).

    Raises
    ------
    DatasetError
        If the file is missing or damaged.

    Notes
    -----
    `data_scripts/train_networks.py` trains them again; tests compare some rows. `n_failures` belongs to the experiment "loop" alone.

    Examples
    --------
    >>> load_results().query("variant == 'nearest mean'")["test"].item()
    0.8202
    """
    return pd.read_csv(find_shipped("networks/results.csv"))
