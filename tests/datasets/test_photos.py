import numpy as np
import pytest
import skimage.data

from qbi_utils.datasets import load_photo_tiles


def test_photo_tiles_put_the_photographs_together():
    tiles = load_photo_tiles()
    assert np.bincount(tiles.labels).tolist() == [16, 24, 24, 16, 20]
    coffee = tiles.images[tiles.labels == 2].reshape(4, 6, 32, 32, 3)
    together = np.concatenate([np.concatenate(row, axis=1) for row in coffee])
    photo = skimage.data.coffee()  # 400×600: shrunk by 25/8, so compared by the means of large parts
    for rows in range(4):
        expected = photo[100 * rows : 100 * rows + 100, :100].mean(axis=(0, 1))
        assert together[32 * rows : 32 * rows + 32, :32].mean(axis=(0, 1)) == pytest.approx(expected, abs=2)
