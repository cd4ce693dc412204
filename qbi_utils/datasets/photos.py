"""Colour images in the format of CIFAR-10 that need no download."""

import numpy as np
import skimage.data
from skimage.transform import resize
from skimage.util import view_as_blocks

from ._dataset import ImageDataset

_PHOTOS = ("astronaut", "chelsea", "coffee", "retina", "rocket")  # in the public domain


def load_photo_tiles():
    """Load colour images in the format of CIFAR-10, cut from free photographs.

    Five photographs in the public domain, an astronaut, a cat, a cup of coffee, a retina and a rocket, are
    shrunk to a height of 128 pixels and cut into tiles, rows first.

    Returns
    -------
    ImageDataset
        100 images of shape (32, 32, 3), red, green and blue; the class is the photograph.

    Notes
    -----
    The tiles show how colour images are handled. They are no task for a classifier: tiles of one photograph
    share its light and colours.

    References
    ----------
    S. van der Walt et al.: scikit-image: image processing in Python. PeerJ 2 (2014) e453.

    Examples
    --------
    >>> tiles = load_photo_tiles()
    >>> tiles
    ImageDataset 'Photo tiles': 100 images of 32x32x3, 5 classes, CC0
    >>> tiles.class_names[tiles.labels[0]]
    'astronaut'
    """
    images, labels = [], []
    for label, name in enumerate(_PHOTOS):
        photo = getattr(skimage.data, name)()
        height, width = 128, 128 * photo.shape[1] // photo.shape[0] // 32 * 32
        small = resize(photo[:, : photo.shape[0] * width // height], (height, width), anti_aliasing=True)
        tiles = view_as_blocks(np.rint(255 * small).astype(np.uint8), (32, 32, 3)).reshape(-1, 32, 32, 3)
        images.append(tiles)
        labels.append(np.full(len(tiles), label))
    return ImageDataset(
        np.concatenate(images),
        np.concatenate(labels),
        _PHOTOS,
        name="Photo tiles",
        source="photographs of scikit-image",
        licence="CC0",
    )
