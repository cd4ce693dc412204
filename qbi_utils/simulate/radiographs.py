"""Neutron radiographs with white spots."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from .._validation import NOT_NEGATIVE, validate_number, validate_one, validate_shape
from ._detector import record

_SPOT_REACH = 6  # pixels from the hit to the end of the longest track


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
    spot_brightness = validate_one("spot_brightness", spot_brightness, **NOT_NEGATIVE)
    neutrons = validate_one("neutrons", neutrons, **NOT_NEGATIVE)
    blur = validate_one("blur", blur, **NOT_NEGATIVE)
    read_noise = validate_one("read_noise", read_noise, **NOT_NEGATIVE)

    rows, columns = (np.linspace(-1, 1, side, dtype=np.float32) for side in shape)
    clean = _transmission(shape, rng)
    clean *= np.float32(neutrons) * (1 - np.float32(0.1) * (rows[:, None] ** 2 + columns**2))
    clean = ndimage.gaussian_filter(clean, blur, mode="nearest")
    image = record(clean, read_noise, rng)
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
