"""Grey levels, varied at random or normalised."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import ndimage

from .._validation import NOT_NEGATIVE, POSITIVE, SHARE, draw_values, validate_number
from ._images import validate_images


@dataclass(frozen=True, eq=False, repr=False)
class Intensity:
    """Changes of grey levels, one set of parameters an image. Made by `draw_intensity`.

    Parameters
    ----------
    parameters : pandas.DataFrame
        One row an image: blur, contrast, brightness, gamma, noise, erase.
    noise_seed : int
        Seed of the noise, so that the same object does the same again.

    Examples
    --------
    >>> import numpy as np
    >>> brighter = draw_intensity(1, brightness=0.1)
    >>> brighter.adjust_images(np.array([[[0.2, 0.95]]]))
    array([[[0.3, 1. ]]])
    """

    parameters: pd.DataFrame
    noise_seed: int

    def __len__(self):
        return len(self.parameters)

    def __repr__(self):
        return f"Intensity of {len(self)} images"

    def adjust_images(self, images):
        """Blur, then change contrast, brightness and gamma, then add noise, then erase pixels.

        Parameters
        ----------
        images : ndarray, shape (n, height, width) or (n, height, width, channels)
            uint8 0-255, or float32 or float64 0-1.

        Returns
        -------
        ndarray
            Changed images, of the shape and type of `images`, cut off at black and white.

        Raises
        ------
        ValueError, TypeError
            If the shape, the type or the number of images does not fit.

        Examples
        --------
        >>> import numpy as np
        >>> half_the_contrast = draw_intensity(1, contrast=0.5)
        >>> half_the_contrast.adjust_images(np.array([[[0, 100, 200]]], np.uint8))
        array([[[ 50, 100, 150]]], dtype=uint8)
        """
        images = validate_images(images)
        if len(images) != len(self):
            raise ValueError(f"images must be {len(self)}, as the parameters, got {len(images)}")
        white = 255 if images.dtype == np.uint8 else 1
        adjusted = images / np.array(white, np.float64 if images.dtype == np.float64 else np.float32)
        rng = np.random.default_rng(self.noise_seed)
        per_image = (-1,) + (1,) * (images.ndim - 1)
        drawn = {
            name: column.to_numpy(adjusted.dtype).reshape(per_image)
            for name, column in self.parameters.items()
        }
        for image, blur in zip(adjusted, drawn["blur"].ravel(), strict=True):
            if blur:
                ndimage.gaussian_filter(image, blur, mode="nearest", axes=(0, 1), output=image)
        mean = adjusted.mean(axis=tuple(range(1, images.ndim)), keepdims=True)
        adjusted = mean + (adjusted - mean) * drawn["contrast"] + drawn["brightness"]
        adjusted = np.clip(adjusted, 0, 1) ** drawn["gamma"]
        if drawn["noise"].any():
            adjusted += rng.standard_normal(adjusted.shape, adjusted.dtype) * drawn["noise"]
        if drawn["erase"].any():  # a pixel is erased in all its channels
            adjusted[rng.random(images.shape[:3]) < drawn["erase"].reshape(-1, 1, 1)] = 0
        adjusted = np.clip(adjusted, 0, 1) * white
        return np.rint(adjusted).astype(np.uint8) if images.dtype == np.uint8 else adjusted


def draw_intensity(n_images, *, blur=0, contrast=1, brightness=0, gamma=1, noise=0, erase=0, rng=None):
    """Draw random changes of the grey levels for each image of a batch.

    Each parameter is a number, the same for all images; a tuple (low, high), from which a value is drawn
    uniformly for each image; or an array with one value an image.

    Parameters
    ----------
    n_images : int
        Images in the batch.
    blur : float, tuple or array
        Standard deviation of a Gaussian, in pixels, at least 0.
    contrast : float, tuple or array
        Factor, at least 0, on the distance of each pixel from the mean of its image.
    brightness : float, tuple or array
        Share of the full range to add: 0.1 adds 25.5 grey levels to uint8.
    gamma : float, tuple or array
        Exponent greater than 0 on grey levels between 0 and 1; above 1 darkens.
    noise : float, tuple or array
        Standard deviation of Gaussian noise to add, as a share of the full range, at least 0.
    erase : float, tuple or array
        Probability, 0 to 1, that a pixel is set to black.
    rng : int or numpy.random.Generator, optional
        Seed or generator.

    Returns
    -------
    Intensity
        The drawn parameters, and the seed of the noise.

    Raises
    ------
    ValueError
        If a parameter has the wrong shape, is out of range or not finite, or a range is reversed.

    Examples
    --------
    >>> draw_intensity(2, gamma=(0.5, 2), noise=0.05, rng=0).parameters.round(2)
       blur  contrast  brightness  gamma  noise  erase
    0   0.0       1.0         0.0   1.46   0.05    0.0
    1   0.0       1.0         0.0   0.90   0.05    0.0
    """
    rng = np.random.default_rng(rng)
    validate_number("n_images", n_images)
    parameters = pd.DataFrame(
        {
            "blur": draw_values("blur", blur, n_images, rng, **NOT_NEGATIVE),
            "contrast": draw_values("contrast", contrast, n_images, rng, **NOT_NEGATIVE),
            "brightness": draw_values("brightness", brightness, n_images, rng),
            "gamma": draw_values("gamma", gamma, n_images, rng, **POSITIVE),
            "noise": draw_values("noise", noise, n_images, rng, **NOT_NEGATIVE),
            "erase": draw_values("erase", erase, n_images, rng, **SHARE),
        }
    )
    return Intensity(parameters, int(rng.integers(2**63)))


def normalize(images):
    """Give each image the mean 0 and the standard deviation 1.

    Parameters
    ----------
    images : ndarray, shape (n, height, width) or (n, height, width, channels)
        Images of uint8, float32 or float64.

    Returns
    -------
    ndarray of float32 or float64
        Normalised images, float64 only for float64; an image of one grey level becomes 0.

    Raises
    ------
    ValueError, TypeError
        If shape or type do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> normalize(np.array([[[10, 30]], [[7, 7]]], np.uint8))
    array([[[-1.,  1.]],
    <BLANKLINE>
           [[ 0.,  0.]]], dtype=float32)
    """
    images = validate_images(images)
    real = np.float64 if images.dtype == np.float64 else np.float32
    axes = tuple(range(1, images.ndim))
    centered = images - images.mean(axis=axes, keepdims=True, dtype=real)
    spread = centered.std(axis=axes, keepdims=True)
    return centered / np.where(spread > 0, spread, 1)
