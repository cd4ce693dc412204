"""Figures that several lectures draw: image grids, confusion matrices, class distributions."""

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns

from ._validation import validate_labels

__all__ = [
    "CORRECT_COLOR",
    "WRONG_COLOR",
    "plot_class_distribution",
    "plot_confusion_matrix",
    "plot_image_grid",
]

# Blue and vermilion of Okabe and Ito's palette: told apart with any colour vision, and dark enough on white.
CORRECT_COLOR = "#0072B2"
WRONG_COLOR = "#C44E00"


def _axes(ax):
    return plt.gca() if ax is None else ax


def _match(name, values, n_images):
    """Return values of any type, such as names, as an array with one for each image."""
    values = np.asarray(values)
    if values.shape != (n_images,):
        raise ValueError(
            f"{name} must hold one entry for each of the {n_images} images, got shape {values.shape}"
        )
    return values


def plot_image_grid(images, labels=None, predictions=None, *, class_names=None, columns=8, ax=None):
    """Draw images side by side, with their labels and the verdict on predictions.

    Parameters
    ----------
    images : ndarray, shape (n, height, width) or (n, height, width, 3)
        Images to draw, uint8 0-255 or float 0-1. All share one grey scale.
    labels : array_like of shape (n,), optional
        True class of each image, written above it.
    predictions : array_like of shape (n,), optional
        Predicted class of each image; needs `labels`. A right one is marked ✓ in blue, a wrong one ✗ in
        vermilion, followed by the truth.
    class_names : sequence of str, optional
        What to write for class 0, 1, ...; by default the number.
    columns : int
        Images in a row.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default the current Axes.

    Returns
    -------
    matplotlib.axes.Axes
        The Axes drawn on.

    Raises
    ------
    ValueError
        If a shape does not fit, `columns` is less than 1, or there are predictions without labels.

    Examples
    --------
    >>> import numpy as np
    >>> ax = plot_image_grid(np.zeros((3, 8, 8)), labels=[4, 9, 7], predictions=[4, 4, 7])
    >>> [text.get_text() for text in ax.texts]
    ['✓ 4', '✗ 4, is 9', '✓ 7']
    """
    images = np.asarray(images)
    if images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[-1] != 3) or not len(images):
        raise ValueError(
            "images must have shape (n, height, width) or (n, height, width, 3) with n > 0, "
            f"got {images.shape}"
        )
    if columns < 1:
        raise ValueError(f"columns must be at least 1, got {columns}")
    if labels is not None:
        labels = _match("labels", labels, len(images))
    if predictions is not None:
        if labels is None:
            raise ValueError("predictions need labels to be compared with, got labels=None")
        predictions = _match("predictions", predictions, len(images))

    def name(value):
        return str(value if class_names is None else class_names[value])

    ax = _axes(ax)
    height, width = images.shape[1:3]
    gap = max(1, width // 8)
    # Names are longer than digits, so that verdict and truth stand on two lines.
    two_lines = predictions is not None and class_names is not None
    headroom = 0 if labels is None else (0.72 if two_lines else 0.38) * height
    for index, image in enumerate(images):
        row, column = divmod(index, columns)
        left, top = column * (width + gap), row * (height + gap + headroom)
        ax.imshow(
            image,
            cmap="gray",
            vmin=0,
            vmax=255 if images.dtype == np.uint8 else 1,
            extent=(left, left + width, top + height, top),
            interpolation="nearest",
        )
        if labels is None:
            continue
        text, color = name(labels[index]), "black"
        if predictions is not None:
            right = predictions[index] == labels[index]
            color = CORRECT_COLOR if right else WRONG_COLOR
            separator = "\n" if two_lines else ", "
            text = f"✓ {text}" if right else f"✗ {name(predictions[index])}{separator}is {text}"
        ax.text(left + width / 2, top - gap / 2, text, color=color, ha="center", va="bottom", fontsize=9)
    n_rows = -(-len(images) // columns)
    ax.set(
        xlim=(-gap, min(columns, len(images)) * (width + gap)),
        ylim=(n_rows * (height + gap + headroom) - headroom, -gap - headroom),
        aspect="equal",
    )
    ax.axis("off")
    return ax


def plot_confusion_matrix(matrix, class_names=None, *, normalize=False, ax=None):
    """Draw a confusion matrix as a heat map with the figure in each cell.

    Parameters
    ----------
    matrix : array_like of int, shape (n, n)
        Counts; row = true class, column = predicted class, as `sklearn.metrics.confusion_matrix` has it.
    class_names : sequence of str, optional
        Name of each class; by default 0, 1, ...
    normalize : bool
        Show each row as percentages of its sum, so that the diagonal is the recall. A row without
        images shows dashes.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default the current Axes.

    Returns
    -------
    matplotlib.axes.Axes
        The Axes drawn on.

    Raises
    ------
    ValueError
        If the matrix is not square, holds anything but counts, or the number of names differs.

    Examples
    --------
    >>> ax = plot_confusion_matrix([[8, 2], [0, 5]], ["no", "yes"], normalize=True)
    >>> [text.get_text() for text in ax.texts]
    ['80', '20', '0', '100']
    """
    matrix = np.asarray(matrix)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size:
        raise ValueError(f"matrix must be square, got shape {matrix.shape}")
    if not np.issubdtype(matrix.dtype, np.integer) or matrix.min() < 0:
        raise ValueError("matrix must hold counts, integers of at least 0; got other values")
    class_names = range(len(matrix)) if class_names is None else class_names
    if len(class_names) != len(matrix):
        raise ValueError(f"class_names must have {len(matrix)} entries, got {len(class_names)}")

    values, text = matrix, matrix.astype(str)
    if normalize:
        sums = matrix.sum(axis=1, keepdims=True)
        values = 100 * matrix / np.where(sums, sums, 1)
        text = np.where(sums, np.char.mod("%.0f", values), "-")
    ax = sns.heatmap(
        values,
        annot=text,
        fmt="",
        annot_kws={"fontsize": 8 if len(matrix) > 5 else 11},
        cmap="cividis",
        vmin=0,
        vmax=100 if normalize else None,
        square=True,
        linewidths=0.5,
        cbar_kws={"label": "share of the true class (%)" if normalize else "images"},
        xticklabels=class_names,
        yticklabels=class_names,
        ax=_axes(ax),
    )
    # seaborn's own choice of black or white falls below the contrast that small text needs (4.5 to 1).
    for figure, cell in zip(ax.texts, ax.collections[0].get_facecolors(), strict=True):
        figure.set_color("black" if sns.utils.relative_luminance(cell) > 0.18 else "white")
    ax.set(xlabel="predicted", ylabel="true")
    ax.tick_params(axis="y", rotation=0)
    return ax


def plot_class_distribution(labels, class_names=None, *, ax=None):
    """Draw how many images each class has, as one bar per class centred on its tick.

    Parameters
    ----------
    labels : array_like of int, shape (n,)
        Classes, 0 and up.
    class_names : sequence of str, optional
        Name of each class, also of those without an image; by default 0 to the largest label.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default the current Axes.

    Returns
    -------
    matplotlib.axes.Axes
        The Axes drawn on.

    Raises
    ------
    TypeError
        If the labels are not integers.
    ValueError
        If there are none, or they do not lie between 0 and one less than the number of names.

    Examples
    --------
    >>> ax = plot_class_distribution([0, 2, 2], ["cat", "dog", "cow"])
    >>> [(bar.get_center()[0].item(), bar.get_height().item()) for bar in ax.patches]
    [(0.0, 1), (1.0, 0), (2.0, 2)]
    """
    labels = validate_labels("labels", labels)
    if not labels.size:
        raise ValueError("labels must hold at least one entry, got none")
    n_classes = int(labels.max()) + 1 if class_names is None else len(class_names)
    validate_labels("labels", labels, n_classes=n_classes)

    ax = _axes(ax)
    bars = ax.bar(range(n_classes), np.bincount(labels, minlength=n_classes), color=CORRECT_COLOR)
    ax.bar_label(bars, fontsize=8)
    ax.set_xticks(range(n_classes), range(n_classes) if class_names is None else class_names)
    ax.set(xlabel="class", ylabel="images")
    ax.spines[["top", "right"]].set_visible(False)
    return ax
