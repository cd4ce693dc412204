"""What all loaders return, raise and are asked for."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .._validation import validate_labels


class DatasetError(RuntimeError):
    """A data file is missing, altered, or cannot be fetched; the message says what to do."""


@dataclass(frozen=True, eq=False, repr=False)
class ImageDataset:
    """Labelled images with their provenance.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width) or (n, height, width, 3)
        Grey or colour images, 0 (black) to 255.
    labels : ndarray of integers, shape (n,)
        Class of each image, an index into `class_names`.
    class_names : sequence of str
        Name of each class.
    name, source, licence : str
        What the data set is called, who made it, and under which terms it may be used.

    Raises
    ------
    TypeError
        If the images are not uint8 or the labels are not integers.
    ValueError
        If shapes disagree or a label is no index into `class_names`.

    Notes
    -----
    The arrays are read-only, so that no lecture can change the data under another. Work on a copy.

    Examples
    --------
    >>> import numpy as np
    >>> pair = ImageDataset(np.zeros((2, 4, 4), np.uint8), [0, 1], ["cat", "dog"], "Pair", "drawn", "CC0")
    >>> pair
    ImageDataset 'Pair': 2 images of 4x4, 2 classes, CC0
    >>> len(pair)
    2
    """

    images: np.ndarray
    labels: np.ndarray
    class_names: tuple
    name: str
    source: str
    licence: str

    def __post_init__(self):
        images, class_names = np.asarray(self.images), tuple(self.class_names)
        if images.dtype != np.uint8:
            raise TypeError(f"images must be uint8, got {images.dtype}")
        if images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[-1] != 3):
            raise ValueError(
                f"images must have shape (n, height, width) or (n, height, width, 3), got {images.shape}"
            )
        labels = validate_labels("labels", self.labels, len(images), len(class_names))
        for field, value in (("images", images), ("labels", labels)):
            value = value.view()
            value.flags.writeable = False
            object.__setattr__(self, field, value)
        object.__setattr__(self, "class_names", class_names)

    def __len__(self):
        return len(self.images)

    def __repr__(self):
        size = "x".join(str(side) for side in self.images.shape[1:])
        return (
            f"ImageDataset {self.name!r}: {len(self)} images of {size}, "
            f"{len(self.class_names)} classes, {self.licence}"
        )

    def describe(self):
        """Summarise the data set in one column of a table.

        Returns
        -------
        pandas.Series
            Number of images, their shape, number of classes, size of the smallest and the largest
            class, mean grey level (0-255), licence. Its name is that of the data set.

        Examples
        --------
        >>> from qbi_utils.datasets import load_mnist
        >>> print(load_mnist("test").describe().to_string())
        images               10000
        shape               28 × 28
        classes                  10
        smallest class          892
        largest class          1135
        mean grey level        33.8
        licence        CC BY-SA 3.0
        """
        counts = np.bincount(self.labels, minlength=len(self.class_names))
        return pd.Series(
            {
                "images": len(self),
                "shape": " × ".join(str(side) for side in self.images.shape[1:]),
                "classes": len(self.class_names),
                "smallest class": counts.min(),
                "largest class": counts.max(),
                "mean grey level": round(self.images.mean(), 1),
                "licence": self.licence,
            },
            name=self.name,
        )


def validate_split(split):
    """Refuse anything but the three splits that every loader knows."""
    if split not in ("train", "test", "all"):
        raise ValueError(f"split must be 'train', 'test' or 'all', got {split!r}")
