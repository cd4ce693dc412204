"""Deskewed images by their moments."""

import numpy as np
import pytest

from qbi_utils.augment import deskew, draw_geometry
from qbi_utils.datasets import load_mnist


def moments(image):
    rows, columns = np.indices(image.shape)
    mass = image.sum()
    row, column = (rows * image).sum() / mass, (columns * image).sum() / mass
    return row, column, ((rows - row) * (columns - column) * image).sum() / mass


def test_deskewed_digits_stand_upright_in_the_centre():
    images = load_mnist("train").images[:50].astype(float)
    for before, after in zip(images, deskew(images, n_jobs=2), strict=True):
        row, column, covariance = moments(after)
        assert (row, column) == pytest.approx((13.5, 13.5), abs=0.15)
        assert abs(covariance) < 0.05 * max(1, abs(moments(before)[2]))


def test_deskew_undoes_a_shear():
    rows, columns = np.mgrid[:41, :41]
    bar = np.exp(-((columns - 20.0) ** 2) / 8 - (rows - 20.0) ** 2 / 40)[None]
    leaning = draw_geometry(1, (41, 41), shear=20, horizontal_shift=3).warp_images(bar)
    assert np.abs(leaning - bar).max() > 0.3
    assert np.abs(deskew(leaning) - bar).max() < 0.06


def test_deskew_leaves_what_has_no_slant():
    blank = np.zeros((1, 5, 5), np.uint8)
    line = blank.copy()
    line[0, 2, 1:4] = 9
    assert np.array_equal(deskew(blank), blank)
    assert np.array_equal(deskew(line), line)


def test_deskewing_changes_neither_input_nor_an_empty_batch():
    images = np.random.default_rng(0).random((2, 6, 6))
    before = images.copy()
    deskew(images)
    assert np.array_equal(images, before)
    assert deskew(np.zeros((0, 5, 5))).shape == (0, 5, 5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: deskew(np.zeros((2, 4, 5, 3))), r"images must have shape \(n, height, width\), got"),
        (lambda: deskew(np.full((1, 2, 2), -0.5)), "images must not be negative, got -0.5"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
