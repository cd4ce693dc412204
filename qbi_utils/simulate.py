"""Simulated images with exact ground truth: each function is a forward model of an instrument.

Objects are drawn first and the ground truth is taken from them; then come optics, counting statistics and the
detector. Besides the noisy images each model returns `clean`, what the instrument would record on average.
Characters written by hand, `digits` and `draw_strokes`, are given by the strokes of a pen, and free of noise.

A range of a parameter is a tuple (low, high), from which one value is drawn for each image or each object; a
number holds for all. Positions are (row, column) in pixels, rows downwards, (0, 0) in the centre of the first
pixel.
"""

import functools
import itertools
import math
from typing import NamedTuple

import joblib
import numba
import numpy as np
from scipy import ndimage

from ._validation import (
    NOT_NEGATIVE,
    POSITIVE,
    SHARE,
    draw_values,
    validate_number,
    validate_shape,
    validate_values,
)

__all__ = [
    "TISSUES",
    "HeadPhantom",
    "Nuclei",
    "PorousVolume",
    "Radiograph",
    "digits",
    "draw_strokes",
    "head_phantom",
    "nuclei",
    "porous_volume",
    "radiograph",
]


def _validate_one(name, value, **rule):
    """Refuse anything but one number that obeys a rule."""
    if np.ndim(value):
        raise ValueError(f"{name} must be one number, got {value!r}")
    return float(validate_values(name, value, **rule))


def _range(name, values, **rule):
    """Lowest and highest value of a range; twice the value of a number."""
    given = validate_values(name, values, **rule)
    if given.ndim and not isinstance(values, tuple):
        raise ValueError(f"{name} must be a number or a range (low, high), got {values!r}")
    return np.broadcast_to(given, 2)


def _record(clean, read_noise, rng):
    """Count quanta whose mean is `clean`, and read them out: Poisson and normal noise."""
    counts = rng.poisson(clean).astype(np.float32)
    counts += np.float32(read_noise) * rng.standard_normal(clean.shape, np.float32)
    return counts


# --------------------------------------------------------------------------- neutron radiograph


class Radiograph(NamedTuple):
    """A simulated neutron radiograph and the truth about it.

    Parameters
    ----------
    image : ndarray of float32, shape (height, width)
        Grey levels, one for each neutron.
    spots : ndarray of bool, shape (height, width)
        Pixels that a gamma ray has brightened.
    boxes : ndarray of int, shape (n_spots, 4)
        Top, left, bottom, right of each spot; bottom and right lie behind the last pixel, as
        `skimage.measure.regionprops` has them.
    clean : ndarray of float32, shape (height, width)
        Expected grey levels without spots.

    Examples
    --------
    >>> image, spots, boxes, clean = radiograph((64, 64), n_spots=3, rng=0)
    >>> boxes.shape
    (3, 4)
    """

    image: np.ndarray
    spots: np.ndarray
    boxes: np.ndarray
    clean: np.ndarray


_SPOT_REACH = 6  # pixels from the hit to the end of the longest track


def _transmission(shape, rng):
    """Share of the beam that passes a sample: a step wedge of steel before a bundle of rods."""
    height, width = shape
    attenuation = 1.2  # of iron for thermal neutrons, 1/cm
    left = np.arange(width, dtype=np.float32) / width
    thickness = np.where((left > 0.08) & (left < 0.3), np.ceil((left - 0.08) / 0.055) * 0.3, 0)  # cm
    rows = np.arange(height) / height
    path = np.outer((rows > 0.15) & (rows < 0.85), thickness.astype(np.float32))
    for centre in np.arange(0.42, 0.95, 0.12) + rng.uniform(-0.015, 0.015, 5):
        radius = rng.uniform(0.025, 0.045)
        half_chord = np.sqrt(np.maximum(radius**2 - (left - centre) ** 2, 0))
        shaded = np.ix_(rows > rng.uniform(0.05, 0.5), half_chord > 0)
        path[shaded] += 2 * half_chord[half_chord > 0] * 20  # the field is 20 cm wide
    return np.exp(np.float32(-attenuation) * path)


def radiograph(
    shape=(2048, 2048),
    *,
    n_spots=2000,
    spot_brightness=2000.0,
    neutrons=1000.0,
    blur=1.0,
    read_noise=10.0,
    rng=None,
):
    """Simulate a neutron radiograph with white spots, the marks of gamma rays on the camera.

    The beam, brightest in its middle, passes a step wedge and five rods by Beer and Lambert's law
    ``exp(-attenuation * path)``. Scintillator and lens blur it; neutrons arrive at random (Poisson) and the
    camera adds normal noise. Gamma rays hit the camera itself, hence their spots are sharp: elliptic
    Gaussian profiles, cut at two standard deviations, whose peaks are distributed exponentially.

    Parameters
    ----------
    shape : tuple of int
        Height and width in pixels; the field is 20 cm wide.
    n_spots : int
        How many gamma rays hit the camera.
    spot_brightness : float
        Mean peak of a spot, in grey levels. Spots are hard to find where it nears the noise,
        ``sqrt(neutrons)``.
    neutrons : float
        Expected neutrons a pixel in the middle of the open beam, each worth one grey level.
    blur : float
        Standard deviation of the detector's blur, in pixels.
    read_noise : float
        Standard deviation of the camera's noise, in grey levels.
    rng : int or numpy.random.Generator, optional
        Seed or generator.

    Returns
    -------
    Radiograph
        Image, spots, boxes, and the expected image without spots.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    A. Kaestner, K. Mader: Quantitative Big Imaging, building and augmenting datasets. ETH Zurich (2021),
    which shows such an image, painted by hand in eight hours.

    Examples
    --------
    >>> simulated = radiograph((64, 64), n_spots=3, rng=0)
    >>> simulated.image.shape, simulated.spots.sum().item(), simulated.boxes[0].tolist()
    ((64, 64), 35, [17, 47, 20, 50])
    """
    rng = np.random.default_rng(rng)
    shape = validate_shape("shape", shape)
    validate_number("n_spots", n_spots)
    spot_brightness = _validate_one("spot_brightness", spot_brightness, **NOT_NEGATIVE)
    neutrons = _validate_one("neutrons", neutrons, **NOT_NEGATIVE)
    blur = _validate_one("blur", blur, **NOT_NEGATIVE)
    read_noise = _validate_one("read_noise", read_noise, **NOT_NEGATIVE)

    rows, columns = (np.linspace(-1, 1, side, dtype=np.float32) for side in shape)
    clean = _transmission(shape, rng)
    clean *= np.float32(neutrons) * (1 - np.float32(0.1) * (rows[:, None] ** 2 + columns**2))
    clean = ndimage.gaussian_filter(clean, blur, mode="nearest")
    image = _record(clean, read_noise, rng)
    spots = np.zeros(shape, bool)
    boxes = _add_spots(image, spots, rng.exponential(spot_brightness, n_spots), rng)
    return Radiograph(image, spots, boxes, clean)


def _add_spots(image, spots, peaks, rng):
    """Brighten the image and mark the spots, both in place; return their boxes."""
    hits = rng.integers(0, image.shape, (len(peaks), 2))
    width = rng.uniform(0.35, 0.8, (len(peaks), 1, 1))
    length = width * rng.uniform(1, 3.5, (len(peaks), 1, 1))
    angle = rng.uniform(0, np.pi, (len(peaks), 1, 1))
    down, right = np.mgrid[-_SPOT_REACH : _SPOT_REACH + 1, -_SPOT_REACH : _SPOT_REACH + 1]
    along = (np.cos(angle) * right + np.sin(angle) * down) / length
    across = (np.cos(angle) * down - np.sin(angle) * right) / width
    distance = along**2 + across**2
    rows, columns = hits[:, :1, None] + down, hits[:, 1:, None] + right
    lit = distance <= 4
    lit &= (rows >= 0) & (rows < image.shape[0]) & (columns >= 0) & (columns < image.shape[1])
    added = peaks[:, None, None] * np.exp(-distance / 2)
    np.add.at(image, (rows[lit], columns[lit]), added[lit])
    spots[rows[lit], columns[lit]] = True
    first = [np.where(lit, axis, max(image.shape)).min(axis=(1, 2)) for axis in (rows, columns)]
    last = [np.where(lit, axis, -1).max(axis=(1, 2)) + 1 for axis in (rows, columns)]
    return np.stack(first + last, axis=1)


# --------------------------------------------------------------------------- fluorescent nuclei


class Nuclei(NamedTuple):
    """Simulated micrographs of nuclei and the truth about them.

    Parameters
    ----------
    images : ndarray of float32, shape (n, height, width)
        Photo-electrons a pixel.
    labels : ndarray of int32, shape (n, height, width)
        Number of the nucleus that a pixel belongs to, from 1; 0 between them.
    clean : ndarray of float32, shape (n, height, width)
        Expected photo-electrons.

    Examples
    --------
    >>> images, labels, clean = nuclei(1, (64, 64), background=20.0, illumination=0, blur=0, rng=0)
    >>> clean[labels == 0].max().item()
    20.0
    """

    images: np.ndarray
    labels: np.ndarray
    clean: np.ndarray


def nuclei(
    n_images,
    shape=(128, 128),
    *,
    n_nuclei=(8, 16),
    radius=(7.0, 11.0),
    irregularity=0.15,
    touching=0.3,
    blur=1.0,
    photons=200.0,
    background=20.0,
    read_noise=3.0,
    illumination=0.3,
    rng=None,
):
    """Simulate fluorescence micrographs of nuclei with touching cells, blur, noise and uneven light.

    The outline of a nucleus is ``radius * (1 + s(angle))``, `s` being three random harmonics that never
    exceed `irregularity`. Its dye is mottled. Light, brightest at a random point, falls off with the square
    of the distance; the lens blurs; photo-electrons arrive at random (Poisson), and the camera adds normal
    noise.

    Parameters
    ----------
    n_images : int
        How many images to simulate.
    shape : tuple of int
        Height and width in pixels.
    n_nuclei : int or tuple of int
        Nuclei in an image. Where there is no room after 100 attempts, a nucleus is left out.
    radius : float or tuple of float
        Mean radius of a nucleus, in pixels.
    irregularity : float
        Largest deviation of an outline from a circle, 0 to below 1, as a share of the radius.
    touching : float
        Probability, 0 to 1, that a nucleus is placed against another one. All others keep a gap.
    blur : float or tuple of float
        Standard deviation of the point spread function, in pixels.
    photons : float or tuple of float
        Mean photo-electrons a pixel of a nucleus where the light is brightest. Few make it hard.
    background : float or tuple of float
        The same between the nuclei.
    read_noise : float or tuple of float
        Standard deviation of the camera's noise, in electrons.
    illumination : float or tuple of float
        Share of the light, 0 to 1, that is missing at one diagonal's distance from the brightest point.
    rng : int or numpy.random.Generator, optional
        Seed or generator.

    Returns
    -------
    Nuclei
        Images, labels, and the expected images.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Examples
    --------
    >>> simulated = nuclei(2, (64, 64), n_nuclei=3, rng=0)
    >>> simulated.images.shape, simulated.labels.max(axis=(1, 2)).tolist()
    ((2, 64, 64), [3, 3])
    """
    rng = np.random.default_rng(rng)
    validate_number("n_images", n_images)
    shape = validate_shape("shape", shape)
    fewest, most = n_nuclei if isinstance(n_nuclei, tuple) and len(n_nuclei) == 2 else (n_nuclei, n_nuclei)
    for number in (fewest, most):
        validate_number("n_nuclei", number)
    if fewest > most:
        raise ValueError(f"n_nuclei must be a range (low, high) with low <= high, got {n_nuclei}")
    radius = _range("radius", radius, **POSITIVE)
    rule = {"rule": "at least 0 and below 1", "fits": lambda values: (values >= 0) & (values < 1)}
    irregularity = _validate_one("irregularity", irregularity, **rule)
    touching = _validate_one("touching", touching, **SHARE)
    blur = draw_values("blur", blur, n_images, rng, **NOT_NEGATIVE)
    photons = draw_values("photons", photons, n_images, rng, **NOT_NEGATIVE)
    background = draw_values("background", background, n_images, rng, **NOT_NEGATIVE)
    read_noise = draw_values("read_noise", read_noise, n_images, rng, **NOT_NEGATIVE)
    illumination = draw_values("illumination", illumination, n_images, rng, **SHARE)

    labels = np.zeros((n_images, *shape), np.int32)
    clean = np.empty((n_images, *shape), np.float32)
    images = np.empty_like(clean)
    rows, columns = np.indices(shape)
    for index in range(n_images):
        _place_nuclei(labels[index], rng.integers(fewest, most + 1), radius, irregularity, touching, rng)
        dye = np.append(0, rng.uniform(0.7, 1.3, labels[index].max()))[labels[index]] * _mottle(shape, rng)
        signal = background[index] + photons[index] * ndimage.gaussian_filter(dye, blur[index])
        top, left = rng.uniform(0.25, 0.75, 2) * shape
        distance = ((rows - top) ** 2 + (columns - left) ** 2) / (shape[0] ** 2 + shape[1] ** 2)
        clean[index] = signal * (1 - illumination[index] * distance)
        images[index] = _record(clean[index], read_noise[index], rng)
    return Nuclei(images, labels, clean)


def _mottle(shape, rng):
    """Relative density of the dye: mean 1, standard deviation 0.15, grains of two pixels."""
    grains = ndimage.gaussian_filter(rng.standard_normal(shape), 2.0)
    # The sum of the squared weights of a Gaussian filter is 1 / (4 pi sigma^2).
    return np.maximum(1 + 0.15 * grains * np.sqrt(4 * np.pi) * 2.0, 0)


def _place_nuclei(labels, n_nuclei, radius_range, irregularity, touching, rng):
    """Write the nuclei 1, 2, ... into an empty label image, in place."""
    shape = np.array(labels.shape)
    centres, radii = np.empty((0, 2)), np.empty(0)
    for _ in range(n_nuclei):
        radius, against = rng.uniform(*radius_range), rng.random() < touching
        for _ in range(100):
            centre = rng.uniform(0, shape - 1)
            # Beyond this distance outlines cannot meet, however irregular they are.
            gaps = (radii + radius) * (1 + irregularity) + 2
            if against and len(radii):
                chosen, angle = rng.integers(len(radii)), rng.uniform(0, 2 * np.pi)
                step = 0.9 * (radii[chosen] + radius)
                centre = centres[chosen] + step * np.array([np.sin(angle), np.cos(angle)])
                gaps[chosen] = 0
            inside = ((centre >= 0) & (centre <= shape - 1)).all()
            if inside and (np.hypot(*(centres - centre).T) >= gaps).all():
                break
        else:
            continue
        amplitudes = rng.dirichlet(np.ones(3)) * irregularity
        phases = rng.uniform(0, 2 * np.pi, 3)
        reach = radius * (1 + irregularity)
        low = np.maximum(np.ceil(centre - reach), 0).astype(int)
        high = np.minimum(np.floor(centre + reach) + 1, shape).astype(int)
        window = labels[low[0] : high[0], low[1] : high[1]]
        down, right = np.ogrid[low[0] : high[0], low[1] : high[1]]
        down, right = down - centre[0], right - centre[1]
        angles = np.arctan2(down, right)
        outline = 1 + sum(
            amplitude * np.cos(order * angles + phase)
            for order, (amplitude, phase) in enumerate(zip(amplitudes, phases, strict=True), start=2)
        )
        centres, radii = np.vstack([centres, centre]), np.append(radii, radius)
        window[(np.hypot(down, right) <= radius * outline) & (window == 0)] = len(radii)


# --------------------------------------------------------------------------- head phantom


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


# --------------------------------------------------------------------------- porous volume


class PorousVolume(NamedTuple):
    """A simulated tomogram of a material with pores or roots, and the truth about it.

    Parameters
    ----------
    volume : ndarray of float32, shape (depth, height, width)
        Grey values in standard deviations of the noise; the material lies at 0.
    mask : ndarray of bool, shape (depth, height, width)
        Voxels of pores or roots.
    clean : ndarray of float32, shape (depth, height, width)
        The volume without noise.

    Examples
    --------
    >>> volume, mask, clean = porous_volume((16, 16, 16), contrast=3.0, rng=0)
    >>> clean[mask].min().item(), clean[~mask].max().item()
    (3.0, 0.0)
    """

    volume: np.ndarray
    mask: np.ndarray
    clean: np.ndarray


def porous_volume(
    shape=(64, 64, 64),
    *,
    structure="pores",
    volume_fraction=0.01,
    size=2.0,
    contrast=4.0,
    blur=0.0,
    rng=None,
):
    """Simulate a tomogram of a material with pores or roots that fill a chosen share of it.

    Pores are where a smooth Gaussian random field is largest; roots grow down from the surface as random
    walks that become thinner. Either way a score is computed for each voxel, and the voxels with the largest
    scores are taken until the chosen volume is filled. Blur mixes the grey values at the surfaces (partial
    volume); the noise is normal.

    Parameters
    ----------
    shape : tuple of int
        Depth, height and width in voxels; roots grow along the first axis.
    structure : {"pores", "roots"}
        What fills the volume.
    volume_fraction : float
        Share of the voxels that it fills, above 0 and below 1, exact to one voxel.
    size : float
        Standard deviation of the field's smoothing, or mean radius of a root, in voxels.
    contrast : float
        Grey value of pores or roots, in standard deviations of the noise. Around 1 the two histograms are
        one inside the other, from 6 on they are separated. Below 0 pores are darker than the material.
    blur : float
        Standard deviation of the blur, in voxels.
    rng : int or numpy.random.Generator, optional
        Seed or generator.

    Returns
    -------
    PorousVolume
        Volume, mask, and volume without noise.

    Raises
    ------
    ValueError
        If a number is out of its range, or `structure` is unknown.

    References
    ----------
    J. W. Cahn: Phase separation by spinodal decomposition in isotropic systems. Journal of Chemical Physics
    42 (1965) 93-99, who cut a Gaussian random field at a level.

    Examples
    --------
    >>> simulated = porous_volume((32, 32, 32), volume_fraction=0.02, rng=0)
    >>> simulated.mask.sum().item(), round(0.02 * 32**3)
    (655, 655)
    """
    rng = np.random.default_rng(rng)
    shape = validate_shape("shape", shape, axes="depth, height, width")
    if structure not in ("pores", "roots"):
        raise ValueError(f"structure must be 'pores' or 'roots', got {structure!r}")
    rule = {"rule": "above 0 and below 1", "fits": lambda values: (values > 0) & (values < 1)}
    volume_fraction = _validate_one("volume_fraction", volume_fraction, **rule)
    size = _validate_one("size", size, **POSITIVE)
    contrast = _validate_one("contrast", contrast)
    blur = _validate_one("blur", blur, **NOT_NEGATIVE)

    n_filled = round(volume_fraction * np.prod(shape))
    if structure == "pores":
        score = ndimage.gaussian_filter(rng.standard_normal(shape), size, mode="wrap")
    else:
        score = -_distance_to_roots(shape, n_filled, size, rng)
    mask = np.zeros(shape, bool)
    mask.flat[np.argpartition(score, score.size - n_filled, axis=None)[score.size - n_filled :]] = True
    clean = ndimage.gaussian_filter(np.float32(contrast) * mask, blur)
    return PorousVolume(clean + rng.standard_normal(shape, np.float32), mask, clean)


def _distance_to_roots(shape, n_filled, size, rng):
    """Distance to the nearest root, in voxels, growing with the depth so that roots become thinner."""
    depth, sides = shape[0], np.array(shape[1:])
    n_roots = max(1, round(n_filled / (depth * np.pi * size**2)))
    # Steps sideways change slowly and stay below one voxel, so that a root does not break.
    steps = ndimage.gaussian_filter1d(rng.standard_normal((n_roots, depth, 2)), 4.0, axis=1)
    paths = rng.uniform(0, sides, (n_roots, 1, 2)) + np.cumsum(np.clip(2 * steps, -0.9, 0.9), axis=1)
    paths = np.mod(paths, sides).astype(int)  # a root that leaves at one side comes back at the other
    away = np.ones(shape, bool)
    away[np.arange(depth), paths[..., 0], paths[..., 1]] = False
    thinning = np.linspace(1, 1.5, depth)[:, None, None]
    distance = ndimage.distance_transform_edt(away) * thinning + 0.01 * thinning
    return distance + rng.uniform(0, 0.001, shape)  # equal distances in random order


# --------------------------------------------------------------------------- strokes of a pen

_CHORD_ERROR = 0.05  # pixels, at most, between a curve and the straight pieces that stand for it
_compile = functools.partial(numba.njit, nogil=True, cache=True, error_model="numpy", fastmath={"contract"})

# A line or a quadratic curve, written as the cubic curve that it is.
_ELEVATION = {
    2: np.array([(3, 0), (2, 1), (1, 2), (0, 3)]) / 3,
    3: np.array([(3, 0, 0), (1, 2, 0), (0, 2, 1), (0, 0, 3)]) / 3,
    4: np.eye(4),
}


@_compile
def _shorten_distances(squares, top, left, bottom, right, reach):
    """Let no pixel within reach of a straight piece keep a larger squared distance than that to the piece."""
    down, across = bottom - top, right - left
    length = max(down * down + across * across, np.float32(1e-12))
    first, last = math.ceil(min(left, right) - reach), math.floor(max(left, right) + reach)
    first, last = max(first, 0), min(last, squares.shape[1] - 1)
    lowest, highest = math.ceil(min(top, bottom) - reach), math.floor(max(top, bottom) + reach)
    for row in range(max(lowest, 0), min(highest, squares.shape[0] - 1) + 1):
        line, below = squares[row], np.float32(row) - top
        for column in range(first, last + 1):
            beside = np.float32(column) - left
            along = (below * down + beside * across) / length
            along = min(max(along, np.float32(0)), np.float32(1))
            rows, columns = below - along * down, beside - along * across
            line[column] = min(line[column], rows * rows + columns * columns)


@_compile
def _draw_cubics(cubics, counts, radius, softness, oversampling, chord_error, images):
    """Ink of each pixel, from the distances of its points to the nearest stroke."""
    n_images, height, width = images.shape
    zoom, one = np.float32(oversampling), np.float32(1)
    squares = np.empty((height * oversampling, width * oversampling), np.float32)
    ink = np.empty(squares.shape[1], np.float32)
    for index in range(n_images):
        reach = (radius[index] + softness[index] / 2) * zoom
        slope = one / (max(softness[index], np.float32(1e-6)) * zoom)
        squares[:] = reach * reach
        for number in range(counts[index]):
            points = (cubics[index, number] + 0.5) * oversampling - 0.5
            # A chord of 1 / n of the curve lies at most |second derivative| / (8 n^2) beside it.
            bend = 0.0
            for inner in range(2):
                for axis in range(2):
                    second = points[inner, axis] - 2 * points[inner + 1, axis] + points[inner + 2, axis]
                    bend += second * second
            n_pieces = 1 + int(math.sqrt(6 * math.sqrt(bend) / (8 * chord_error * oversampling)))
            top, left = np.float32(points[0, 0]), np.float32(points[0, 1])
            for piece in range(1, n_pieces + 1):
                t = piece / n_pieces
                a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
                bottom = a * points[0, 0] + b * points[1, 0] + c * points[2, 0] + d * points[3, 0]
                right = a * points[0, 1] + b * points[1, 1] + c * points[2, 1] + d * points[3, 1]
                bottom, right = np.float32(bottom), np.float32(right)
                _shorten_distances(squares, top, left, bottom, right, reach)
                top, left = bottom, right
        for row in range(height):
            ink[:] = 0
            for line in squares[row * oversampling : (row + 1) * oversampling]:
                for column in range(ink.size):
                    value = (reach - math.sqrt(line[column])) * slope
                    ink[column] += min(max(value, np.float32(0)), one)
            for column in range(width):
                mean = np.float32(0)
                for part in range(oversampling):
                    mean += ink[column * oversampling + part]
                images[index, row, column] = mean / (zoom * zoom)


def draw_strokes(
    characters, shape=(28, 28), *, pen_radius=1.3, softness=1.2, oversampling=2, n_jobs=None, rng=None
):
    """Draw characters with a round, soft pen, bright on dark, from the control points of their strokes.

    A stroke is a straight line, a quadratic or a cubic Bézier curve: two, three or four control points, the
    first and the last of them on the curve. The ink of a point depends on its distance to the nearest
    stroke: 1 up to ``pen_radius - softness / 2``, 0 from ``pen_radius + softness / 2`` on, falling linearly
    in between. Strokes that cross add no ink.

    Parameters
    ----------
    characters : sequence
        Characters, each a sequence of strokes; a stroke is array_like of shape (k, 2), k = 2, 3 or 4: (row,
        column) in pixels. A character without strokes stays blank; what leaves the image is cut.
    shape : tuple of int
        Height and width of the images, in pixels.
    pen_radius : float, tuple of float or array_like, shape (n,)
        Distance from a stroke at which the ink has fallen to one half, in pixels, above 0; one for all
        characters, a range, or one for each.
    softness : float, tuple of float or array_like, shape (n,)
        Width of the edge of a stroke, in pixels, at least 0.
    oversampling : int
        Points along each side of a pixel whose mean is its ink, at least 1: the character is drawn large and
        resampled by area. On simulated digits 2 differs from 10 by a root mean square of 0.01, at a ninth of
        the time.
    n_jobs : int, optional
        Threads that share the characters; -1 uses all processors. The result does not depend on it.
    rng : int or numpy.random.Generator, optional
        Seed or generator, for values from a range.

    Returns
    -------
    ndarray of float32, shape (n, height, width)
        Images, 0 (no ink) to 1.

    Raises
    ------
    ValueError
        If a stroke has a wrong shape or is not finite, or a number is out of its range.

    Examples
    --------
    A plus sign, drawn with a pen two pixels wide.

    >>> plus = [[(0, 2), (4, 2)], [(2, 0), (2, 4)]]
    >>> draw_strokes([plus], (5, 5), pen_radius=1, softness=1)[0].round(1)
    array([[0. , 0.5, 1. , 0.5, 0. ],
           [0.5, 0.6, 1. , 0.6, 0.5],
           [1. , 1. , 1. , 1. , 1. ],
           [0.5, 0.6, 1. , 0.6, 0.5],
           [0. , 0.5, 1. , 0.5, 0. ]], dtype=float32)
    """
    characters = [list(character) for character in characters]
    shape = validate_shape("shape", shape)
    pen = _draw_pen(len(characters), pen_radius, softness, oversampling, np.random.default_rng(rng))
    counts = np.array([len(character) for character in characters], int)
    cubics = np.zeros((len(characters), counts.max(initial=0), 4, 2))
    for index, character in enumerate(characters):
        for number, stroke in enumerate(character):
            points = np.asarray(stroke, float)
            if points.shape not in ((2, 2), (3, 2), (4, 2)):
                raise ValueError(
                    f"characters[{index}][{number}] must have shape (2, 2), (3, 2) or (4, 2), got {points.shape}"
                )
            if not np.isfinite(points).all():
                raise ValueError(f"characters[{index}][{number}] must be finite, got {points.tolist()}")
            cubics[index, number] = _ELEVATION[len(points)] @ points
    return _rasterize(cubics, counts, *pen, shape, n_jobs)


def _draw_pen(n_images, radius, softness, oversampling, rng):
    """Check the description of the pen; return radius and softness for each image, and the oversampling."""
    radius = draw_values("pen_radius", radius, n_images, rng, **POSITIVE).astype(np.float32)
    softness = draw_values("softness", softness, n_images, rng, **NOT_NEGATIVE).astype(np.float32)
    validate_number("oversampling", oversampling, 1)
    return radius, softness, int(oversampling)


def _rasterize(cubics, counts, radius, softness, oversampling, shape, n_jobs):
    """Draw the cubic curves of each image, of which the first `counts` count."""
    images = np.empty((len(cubics), *shape), np.float32)
    n_threads = min(joblib.effective_n_jobs(n_jobs), max(len(images), 1))
    edges = np.linspace(0, len(images), n_threads + 1).astype(int)

    def draw_block(start, stop):
        block = slice(start, stop)
        arrays = (cubics[block], counts[block], radius[block], softness[block])
        _draw_cubics(*arrays, oversampling, _CHORD_ERROR, images[block])

    joblib.Parallel(n_threads, require="sharedmem")(
        joblib.delayed(draw_block)(*ends) for ends in itertools.pairwise(edges)
    )
    return images


# --------------------------------------------------------------------------- handwritten digits

_BOX = 20  # pixels that a digit of MNIST fills along its longer side
_MIDDLE = 14  # row and column of the pixel that the centre of its ink falls into, in a frame of 28


class _Variant(NamedTuple):
    """One way to write a digit.

    Its points, called A, B, C, ..., are (row, column) in a frame of 28 pixels. A stroke names the two, three or
    four control points of a line, a quadratic or a cubic curve; strokes that share a point stay joined.
    """

    probability: float
    points: tuple
    strokes: str


# fmt: off
_VARIANTS = {
    0: [
        _Variant(0.4, ((4, 14), (4, 3), (24, 3), (24, 14), (24, 25), (4, 25)), "ABCD DEFA"),
        # Narrow and slanted; then one whose end passes the beginning.
        _Variant(0.3, ((4, 17), (4, 8), (24, 3), (24, 11), (24, 20), (4, 25)), "ABCD DEFA"),
        _Variant(0.3, ((5, 16), (2, 3), (24, 1), (24, 13), (24, 25), (5, 26), (5, 12)), "ABCD DEFG"),
    ],
    1: [
        _Variant(0.92, ((4, 15), (14, 14), (24, 13)), "ABC"),
        # With a flag, then with a base, too.
        _Variant(0.05, ((4, 15), (14, 14.5), (24, 14), (8, 11)), "DA ABC"),
        _Variant(0.03, ((4, 15), (14, 14.5), (24, 14), (8, 11), (24, 9), (24, 19)), "DA ABC EF"),
    ],
    2: [
        _Variant(
            0.35, ((9, 7), (2, 9), (2, 23), (10, 20), (14, 18), (19, 12), (23, 6), (23, 14), (23, 22)),
            "ABCD DEFG GHI",
        ),
        # With a loop below, round or flat.
        _Variant(
            0.25,
            ((8, 9), (1, 11), (2, 22), (12, 19), (20, 16.5), (28, 8), (22, 6), (17, 4.5), (18, 14), (23, 24)),
            "ABCD DEFG GHIJ",
        ),
        _Variant(
            0.2,
            ((10, 8), (0, 8), (2, 24), (12, 18), (16, 15), (25, 6), (22, 5), (19, 4), (21, 14), (22, 23)),
            "ABCD DEFG GHIJ",
        ),
        # Angular, like a Z; without the upper bow.
        _Variant(0.15, ((6, 8), (4, 14), (6, 20), (14, 17), (23, 7), (22, 14), (23, 22)), "ABC CDE EFG"),
        _Variant(0.05, ((8, 12), (4, 15), (7, 17), (14, 14), (23, 7), (22, 14), (21, 23)), "ABC CDE EFG"),
    ],
    3: [
        _Variant(0.65, ((6, 9), (2, 14), (5, 23), (13, 13), (12, 23), (26, 23), (22, 8)), "ABCD DEFG"),
        # With a flat top.
        _Variant(0.2, ((5, 9), (4, 14), (5, 19), (9, 16), (12, 13), (11, 24), (26, 23), (22, 8)), "ABC CDE EFGH"),
        # With a loop in the middle.
        _Variant(
            0.15,
            ((6, 9), (1, 15), (6, 24), (13, 13), (15, 10), (11, 10), (12, 13), (12, 23), (26, 23), (22, 8)),
            "ABCD DEFG GHIJ",
        ),
    ],
    4: [
        # Open, closed, and round below.
        _Variant(0.7, ((4, 9), (10, 7), (15, 8), (15, 14), (14, 21), (4, 19), (14, 18), (25, 17)), "ABC CDE FGH"),
        _Variant(0.15, ((4, 17), (10, 11), (16, 7), (16, 14), (16, 22), (14, 16), (25, 15)), "ABC CDE AFG"),
        _Variant(0.15, ((5, 8), (17, 4), (17, 16), (11, 20), (4, 20), (14, 18), (25, 16)), "ABCD EFG"),
    ],
    5: [
        _Variant(0.45, ((5, 22), (5, 17), (5, 11), (9, 10), (12, 9), (9, 25), (26, 24), (22, 7)), "ABC CDE EFGH"),
        # The bar drawn last, then all in one go, like an S.
        _Variant(
            0.25, ((7, 11), (10, 10), (13, 9), (10, 25), (26, 23), (22, 7), (6, 12), (5.5, 17), (5, 23)),
            "ABC CDEF GHI",
        ),
        _Variant(0.3, ((5, 22), (3, 11), (9, 5), (13, 14), (18, 22), (25, 19), (22, 7)), "ABCD DEFG"),
    ],
    6: [
        _Variant(
            0.6, ((4, 16), (8, 10), (14, 7), (19, 7), (27, 7), (26, 22), (19, 20), (13, 18), (14, 10), (20, 8)),
            "ABCD DEFG GHIJ",
        ),
        # With a small loop.
        _Variant(
            0.4, ((4, 17), (4, 8), (22, 3), (23, 12), (24, 19), (17, 23), (16, 17), (15, 13), (18, 11), (22, 12)),
            "ABCD DEFG GHIJ",
        ),
    ],
    7: [
        # Plain, with a hook, with a bar, round.
        _Variant(0.45, ((6, 7), (5, 14), (5, 21), (13, 17), (24, 14)), "ABC CDE"),
        _Variant(0.2, ((6, 7), (5, 14), (5, 21), (13, 17), (24, 14), (9, 7)), "FA ABC CDE"),
        _Variant(0.15, ((6, 7), (5, 14), (5, 21), (13, 17), (24, 13), (14, 11), (14, 20)), "ABC CDE FG"),
        _Variant(0.2, ((8, 7), (1, 16), (2, 26), (13, 19), (18, 17), (24, 16)), "ABCD DEF"),
    ],
    8: [
        _Variant(
            0.4,
            ((7, 18), (1, 13), (6, 6), (13, 13), (20, 20), (27, 15), (23, 10), (19, 6), (16, 11), (10, 20)),
            "ABCD DEFG GHIJ JA",
        ),
        # Open at the top, where the pen ends in a straight line.
        _Variant(
            0.3,
            ((7, 18), (2, 12), (6, 5), (13, 13), (20, 20), (27, 14), (23, 10), (19, 6), (14, 13), (5, 20)),
            "ABCD DEFG GHIJ",
        ),
        # One ring on another.
        _Variant(
            0.3,
            ((4, 14), (4, 8), (13, 8), (13, 14), (13, 20), (4, 20), (13, 8), (24, 8), (24, 14), (24, 20), (13, 20)),
            "ABCD DEFA DGHI IJKD",
        ),
    ],
    9: [
        # With a stem that is straight, or bent; with a hook.
        _Variant(0.3, ((7, 19), (1, 16), (3, 6), (10, 8), (15, 10), (14, 18), (24, 15)), "ABCD DEFA AG"),
        _Variant(0.2, ((8, 19), (1, 16), (3, 5), (11, 8), (17, 10), (14, 19), (17, 18.5), (25, 16)), "ABCD DEFA AGH"),
        _Variant(
            0.15, ((9, 19), (1, 16), (4, 5), (12, 9), (16, 12), (13, 20), (20, 20), (27, 16), (23, 9)),
            "ABCD DEFA AGHI",
        ),
        # The loop ends below its beginning; the stem begins above it.
        _Variant(
            0.35, ((5, 17), (2, 10), (7, 4), (12, 8), (16, 11), (12, 17), (6, 19), (15, 17), (24, 15)),
            "ABCD DEFG GHI",
        ),
    ],
}
# fmt: on

_MOST_POINTS = max(len(variant.points) for variants in _VARIANTS.values() for variant in variants)
_MOST_STROKES = max(len(variant.strokes.split()) for variants in _VARIANTS.values() for variant in variants)


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

    References
    ----------
    Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten digits: box and centre.

    Examples
    --------
    >>> import numpy as np
    >>> images, strokes = digits([0, 7], pen_radius=1.2, softness=1, rng=0, return_strokes=True)
    >>> images.shape, [len(character) for character in strokes]
    ((2, 28, 28), [2, 3])
    >>> np.allclose(draw_strokes(strokes, pen_radius=1.2, softness=1), images, atol=1e-4)
    True
    """
    rng = np.random.default_rng(rng)
    labels = _validate_digits(labels)
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


def _validate_digits(labels):
    """Return labels as an array of integers."""
    labels = np.asarray(labels)
    if labels.ndim != 1:
        raise ValueError(f"labels must be a sequence of digits, got shape {labels.shape}")
    known = np.isin(labels, np.arange(10)) & (labels.dtype.kind in "iuf")  # neither text nor true and false
    if not known.all():
        place = known.argmin()
        raise ValueError(
            f"labels must be whole numbers from 0 to 9, got {labels.tolist()[place]!r} at position {place}"
        )
    return labels.astype(int)


def _write(labels, choice, offsets, matrices, sides):
    """Yield, for each way of writing, who writes so, the strokes, and their control points within the box."""
    for digit, variants in _VARIANTS.items():
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
