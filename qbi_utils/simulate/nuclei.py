"""Fluorescence micrographs of nuclei."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from .._validation import (
    NOT_NEGATIVE,
    POSITIVE,
    SHARE,
    draw_values,
    validate_number,
    validate_one,
    validate_range,
    validate_shape,
)
from ._detector import record


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
    radius = validate_range("radius", radius, **POSITIVE)
    rule = {"rule": "at least 0 and below 1", "fits": lambda values: (values >= 0) & (values < 1)}
    irregularity = validate_one("irregularity", irregularity, **rule)
    touching = validate_one("touching", touching, **SHARE)
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
        images[index] = record(clean[index], read_noise[index], rng)
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
