"""Magnetic resonance slices of heads with a lesion."""

from typing import NamedTuple

import numpy as np

from .._validation import NOT_NEGATIVE, POSITIVE, SHARE, draw_values, validate_number, validate_shape

TISSUES = ("air", "fat", "bone", "fluid", "grey matter", "white matter", "lesion")

# Proton density, T1 and T2 in ms at 1.5 T, as BrainWeb has them; neither air nor bone gives a signal.
_RELAXATION = np.array([
    (0.00, 1, 1),
    (1.00, 350, 70),
    (0.00, 1, 1),
    (1.00, 2569, 329),
    (0.86, 833, 83),
    (0.77, 500, 70),
    (0.76, 752, 237),
])  # fmt: skip


class HeadPhantom(NamedTuple):
    """Simulated magnetic resonance slices of heads with one lesion each, and the truth about them.

    Parameters
    ----------
    images : ndarray of float32, shape (n, height, width, 3)
        T1-, T2- and FLAIR-like contrast; white matter is 1 on average in each, before the bias.
    lesions : ndarray of bool, shape (n, height, width)
        Pixels of the lesion.
    tissues : ndarray of uint8, shape (n, height, width)
        Index into `TISSUES`.
    clean : ndarray of float32, shape (n, height, width, 3)
        The images without noise; the bias is still in them.

    Examples
    --------
    >>> heads = head_phantom(1, (64, 64), bias=0, rng=0)
    >>> heads.clean[heads.tissues == TISSUES.index("white matter")].mean(axis=0).round(3).tolist()
    [1.0, 1.0, 1.0]
    """

    images: np.ndarray
    lesions: np.ndarray
    tissues: np.ndarray
    clean: np.ndarray


def _contrasts(relaxation):
    """Signals of three spin-echo sequences, white matter 1: T1-weighted, T2-weighted, FLAIR."""
    density, t1, t2 = relaxation.T
    signals = np.stack([_spin_echo(density, t1, t2, *times) for times in ((500, 15), (4000, 100))], axis=1)
    # The inversion time of FLAIR is chosen so that fluid gives no signal.
    repetition, echo, fluid = 9000, 120, _RELAXATION[3, 1]
    inversion = fluid * (np.log(2) - np.log1p(np.exp(-repetition / fluid)))
    recovered = 1 - 2 * np.exp(-inversion / t1) + np.exp(-repetition / t1)
    signals = np.column_stack([signals, density * np.abs(recovered) * np.exp(-echo / t2)])
    return signals / signals[5]


def _spin_echo(density, t1, t2, repetition, echo):
    return density * (1 - np.exp(-repetition / t1)) * np.exp(-echo / t2)


def head_phantom(
    n_images,
    shape=(96, 96),
    *,
    lesion_radius=(4.0, 9.0),
    lesion_contrast=1.0,
    bias=0.3,
    noise=0.03,
    rng=None,
):
    """Simulate magnetic resonance slices of heads with a lesion, in three contrasts.

    Anatomy is made of ellipses that vary from head to head: scalp, skull, fluid, a folded cortex, white
    matter, ventricles, deep grey matter. One lesion of irregular outline lies in the brain. The signal of a
    tissue follows from its proton density, T1 and T2 by the equation of the spin echo; a smooth coil
    sensitivity multiplies it (bias), and the magnitude of the complex signal has Rician noise. It stands in
    for patients' data such as BraTS, and resembles them in nothing but this.

    Parameters
    ----------
    n_images : int
        How many heads to simulate.
    shape : tuple of int
        Height and width in pixels; the head fills nine tenths of the shorter side.
    lesion_radius : float or tuple of float
        Mean radius of the lesion, in pixels.
    lesion_contrast : float or tuple of float
        How far, from 0 to 1, the lesion's density and relaxation times lie from white matter's to those
        of a lesion of multiple sclerosis. At 0 it cannot be seen.
    bias : float or tuple of float
        The coil's sensitivity varies between ``exp(-bias)`` and ``exp(bias)``.
    noise : float or tuple of float
        Standard deviation of the real and of the imaginary part, white matter being 1.
    rng : int or numpy.random.Generator, optional
        Seed or generator.

    Returns
    -------
    HeadPhantom
        Images, lesions, tissues, and images without noise.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    R. K.-S. Kwan, A. C. Evans, G. B. Pike: MRI simulation-based evaluation of image-processing and
    classification methods. IEEE Transactions on Medical Imaging 18 (1999) 1085-1097: tissue parameters.

    Examples
    --------
    >>> heads = head_phantom(2, (64, 64), rng=0)
    >>> heads.images.shape, bool((heads.lesions == (heads.tissues == 6)).all())
    ((2, 64, 64, 3), True)
    """
    rng = np.random.default_rng(rng)
    validate_number("n_images", n_images)
    shape = validate_shape("shape", shape)
    lesion_radius = draw_values("lesion_radius", lesion_radius, n_images, rng, **POSITIVE)
    lesion_contrast = draw_values("lesion_contrast", lesion_contrast, n_images, rng, **SHARE)
    bias = draw_values("bias", bias, n_images, rng, **NOT_NEGATIVE)
    noise = draw_values("noise", noise, n_images, rng, **NOT_NEGATIVE)

    tissues = np.empty((n_images, *shape), np.uint8)
    clean = np.empty((n_images, *shape, 3), np.float32)
    for index in range(n_images):
        tissues[index] = _draw_head(shape, lesion_radius[index], rng)
        relaxation = _RELAXATION.copy()
        relaxation[6] = _RELAXATION[5] + lesion_contrast[index] * (_RELAXATION[6] - _RELAXATION[5])
        sensitivity = np.exp(bias[index] * _smooth_field(shape, rng))
        clean[index] = _contrasts(relaxation)[tissues[index]] * sensitivity[..., None]
    parts = noise[:, None, None, None] * rng.standard_normal((2, *clean.shape))
    images = np.hypot(clean + parts[0], parts[1]).astype(np.float32)
    return HeadPhantom(images, tissues == 6, tissues, clean)


def _draw_head(shape, lesion_radius, rng):
    """Tissue of each pixel, painted from the outside to the inside."""
    middle = (np.array(shape) - 1) / 2
    down, right = np.indices(shape) - middle[:, None, None]
    tilt = rng.uniform(-0.15, 0.15)
    down, right = down * np.cos(tilt) - right * np.sin(tilt), down * np.sin(tilt) + right * np.cos(tilt)
    half = 0.45 * min(shape) * rng.uniform(0.94, 1)
    axes = half * np.array([1, rng.uniform(0.8, 0.88)])

    def ellipse(scale, centre=(0, 0), ratio=1.0):
        offset_down, offset_right = down / axes[0] - centre[0], right / axes[1] - centre[1]
        return np.hypot(offset_down, offset_right / ratio) <= scale

    tissues = np.zeros(shape, np.uint8)
    for tissue, scale in ((1, 1), (2, 0.94), (3, 0.87), (4, 0.82)):
        tissues[ellipse(scale)] = tissue
    folds = np.cos(rng.integers(14, 20) * np.arctan2(down, right) + rng.uniform(0, 2 * np.pi))
    white = ellipse(0.66 + 0.06 * folds)
    tissues[white] = 5
    for side in (-1, 1):
        tissues[ellipse(0.13, (0.08, side * 0.3))] = 4
        tissues[ellipse(rng.uniform(0.2, 0.27), (-0.08, side * 0.12), ratio=0.35)] = 3
    centre = rng.permutation(np.argwhere(white & (tissues == 5)))[:1]
    if len(centre):
        from_centre = np.indices(shape) - centre[0][:, None, None]
        angle = np.arctan2(*from_centre)
        wobble = sum(0.15 * np.cos(order * angle + rng.uniform(0, 2 * np.pi)) for order in (2, 3))
        grown = np.hypot(*from_centre) <= lesion_radius * (1 + wobble)
        tissues[grown & (tissues >= 4)] = 6
    return tissues


def _smooth_field(shape, rng):
    """Random quadratic field, scaled to reach 1 in magnitude."""
    down, right = (np.linspace(-1, 1, side) for side in shape)
    field = np.polynomial.polynomial.polygrid2d(down, right, rng.standard_normal((3, 3)))
    field -= (field.max() + field.min()) / 2
    return field / max(field.max(), np.finfo(float).tiny)
