"""Handwritten digits in the format of MNIST."""

import numpy as np

from .._validation import NOT_NEGATIVE, POSITIVE, draw_values, validate_labels
from ._glyphs import VARIANTS
from .strokes import _ELEVATION, _draw_pen, _rasterize

_BOX = 20  # pixels that a digit of MNIST fills along its longer side
_MIDDLE = 14  # row and column of the pixel that the centre of its ink falls into, in a frame of 28
_MOST_POINTS = max(len(variant.points) for variants in VARIANTS.values() for variant in variants)
_MOST_STROKES = max(len(variant.strokes.split()) for variants in VARIANTS.values() for variant in variants)


def digits(
    labels,
    *,
    jitter=1.0,
    slant=(-0.3, 0.55),
    rotation=(-10.0, 10.0),
    aspect=(0.7, 1.35),
    pen_radius=(0.8, 1.8),
    softness=(0.3, 1.0),
    oversampling=2,
    n_jobs=None,
    rng=None,
    return_strokes=False,
):
    """Simulate handwritten digits in the format of MNIST, from strokes whose control points are jittered.

    A way to write the digit is drawn at random (with or without the bar of a 7, an open or a closed 4, ...).
    Its control points are moved at random, then all of it is slanted, stretched and rotated. As in MNIST the
    ink fills 20 pixels along its longer side, and is moved by whole pixels until the centre of its mass lies
    in pixel (14, 14) of 28 x 28. The pen is that of `draw_strokes`.

    Parameters
    ----------
    labels : array_like of int, shape (n,)
        Digits to write, 0 to 9.
    jitter : float, tuple of float or array_like, shape (n,)
        Standard deviation of the normal displacement of a control point along each axis, in pixels, at least
        0; one for all digits, a range from which each digit takes its own, or one for each. From 3 on some
        digits cannot be read.
    slant : float, tuple of float or array_like, shape (n,)
        Columns to the right for each row upwards.
    rotation : float, tuple of float or array_like, shape (n,)
        Angle in degrees, counter-clockwise.
    aspect : float, tuple of float or array_like, shape (n,)
        Factor of the width, above 0, before slant and rotation.
    pen_radius, softness : float, tuple of float or array_like, shape (n,)
        Pen, as for `draw_strokes`; ``pen_radius + softness / 2`` must be below 10.
    oversampling : int
        Points along each side of a pixel, as for `draw_strokes`.
    n_jobs : int, optional
        Threads that share the digits; -1 uses all processors. The result does not depend on it.
    rng : int or numpy.random.Generator, optional
        Seed or generator. For a given seed and number of digits, an image depends on its own label and place
        only, not on the other labels.
    return_strokes : bool
        Whether to return the strokes, too.

    Returns
    -------
    images : ndarray of float32, shape (n, 28, 28)
        Digits, 0 (no ink) to 1.
    strokes : list of list of ndarray, shape (k, 2)
        Control points (row, column) of the strokes of each digit, in pixels; only if asked for. With the same
        pen, `draw_strokes` draws the same images from them.

    Raises
    ------
    ValueError
        If a label is no digit, or a number is out of its range.
    TypeError
        If the labels are not integers.

    References
    ----------
    Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten digits: box and centre.

    Examples
    --------
    >>> import numpy as np
    >>> from qbi_utils.simulate import draw_strokes
    >>> images, strokes = digits([0, 7], pen_radius=1.2, softness=1, rng=0, return_strokes=True)
    >>> images.shape, [len(character) for character in strokes]
    ((2, 28, 28), [2, 3])
    >>> np.allclose(draw_strokes(strokes, pen_radius=1.2, softness=1), images, atol=1e-4)
    True
    """
    rng = np.random.default_rng(rng)
    labels = validate_labels("labels", labels, n_classes=10)
    n = len(labels)
    jitter = draw_values("jitter", jitter, n, rng, **NOT_NEGATIVE)
    slant = draw_values("slant", slant, n, rng)
    rotation = np.deg2rad(draw_values("rotation", rotation, n, rng))
    aspect = draw_values("aspect", aspect, n, rng, **POSITIVE)
    pen = _draw_pen(n, pen_radius, softness, oversampling, rng)
    reach = pen[0] + pen[1] / 2.0
    if reach.max(initial=0) >= _BOX / 2:
        raise ValueError(
            f"pen_radius + softness / 2 must be below {_BOX // 2}, half of the box, got {reach.max()}"
        )
    cos, sin = np.cos(rotation), np.sin(rotation)
    matrices = np.stack([cos + slant * sin, -aspect * sin, sin - slant * cos, aspect * cos], axis=1)
    choice, offsets = rng.random(n), jitter[:, None, None] * rng.standard_normal((n, _MOST_POINTS, 2))

    cubics, counts = np.zeros((n, _MOST_STROKES, 4, 2)), np.zeros(n, int)
    characters = [None] * n
    for which, strokes, points in _write(
        labels, choice, offsets, matrices.reshape(n, 2, 2), _BOX - 2 * reach
    ):
        counts[which] = len(strokes)
        for place, stroke in enumerate(strokes):
            cubics[which, place] = _ELEVATION[len(stroke)] @ points[:, stroke]
        if return_strokes:
            for index, own in zip(which, points, strict=True):
                characters[index] = [own[stroke] for stroke in strokes]

    boxes = _rasterize(cubics, counts, *pen, (_BOX, _BOX), n_jobs)
    images, corners = _centre_ink(boxes)
    if not return_strokes:
        return images
    return images, [
        [stroke + corner for stroke in character]
        for character, corner in zip(characters, corners, strict=True)
    ]


def _write(labels, choice, offsets, matrices, sides):
    """Yield, for each way of writing, who writes so, the strokes, and their control points within the box."""
    for digit, variants in VARIANTS.items():
        limits = np.cumsum([variant.probability for variant in variants])[:-1]
        chosen = np.where(labels == digit, np.searchsorted(limits, choice, side="right"), -1)
        for number, variant in enumerate(variants):
            which = np.flatnonzero(chosen == number)
            if which.size:
                strokes = _stroke_indices(variant)
                points = np.array(variant.points) + offsets[which, : len(variant.points)]
                yield which, strokes, _fit_into_box(points @ matrices[which].mT, strokes, sides[which])


def _stroke_indices(variant):
    """Look up the control points of each stroke by their letters."""
    return [[ord(letter) - ord("A") for letter in stroke] for stroke in variant.strokes.split()]


def _fit_into_box(points, strokes, side):
    """Scale points so that the longer side of their strokes has a given length, around the middle of the box."""
    curves = np.stack([_ELEVATION[len(stroke)] @ points[:, stroke] for stroke in strokes], axis=1)
    a, b, c, d = np.moveaxis(curves, 2, 0)
    # A coordinate is extreme at an end, or where its derivative is 0: a quadratic function of time, here by 3.
    square, linear, constant = d - 3 * c + 3 * b - a, 2 * (a - 2 * b + c), b - a
    with np.errstate(divide="ignore", invalid="ignore"):
        larger = -(linear + np.copysign(np.sqrt(linear**2 - 4 * square * constant), linear)) / 2
        times = np.clip(np.nan_to_num(np.stack([larger / square, constant / larger])), 0, 1)
    rest = 1 - times
    inner = rest**3 * a + 3 * rest**2 * times * b + 3 * rest * times**2 * c + times**3 * d
    positions = np.concatenate([inner, a[None], d[None]])
    low, high = positions.min(axis=(0, 2)), positions.max(axis=(0, 2))
    scale = side / (high - low).max(axis=1)
    return (points - (low + high)[:, None] / 2) * scale[:, None, None] + (_BOX - 1) / 2


def _centre_ink(boxes):
    """Move each box by whole pixels so that the centre of its ink comes to the middle of a frame of 28."""
    pixels = np.arange(_BOX)
    mass = np.maximum(boxes.sum(axis=(1, 2)), 1e-6)[:, None]  # a very fine pen may miss all points
    centres = np.stack([boxes.sum(axis=2) @ pixels, boxes.sum(axis=1) @ pixels], axis=1) / mass
    corners = np.clip(np.rint(_MIDDLE - centres), 0, 28 - _BOX).astype(int)
    images = np.zeros((len(boxes), 28, 28), np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(images, (_BOX, _BOX), axis=(1, 2), writeable=True)
    windows[np.arange(len(boxes)), corners[:, 0], corners[:, 1]] = boxes
    return images, corners
