"""Tomograms of a material with pores or roots."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from .._validation import NOT_NEGATIVE, POSITIVE, validate_one, validate_shape


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
    volume_fraction = validate_one("volume_fraction", volume_fraction, **rule)
    size = validate_one("size", size, **POSITIVE)
    contrast = validate_one("contrast", contrast)
    blur = validate_one("blur", blur, **NOT_NEGATIVE)

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
