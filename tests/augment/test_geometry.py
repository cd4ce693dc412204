"""Drawn geometries against figures worked out by hand, and things that move together."""

import numpy as np
import pandas as pd
import pytest
from scipy import ndimage

from qbi_utils.augment import Geometry, draw_geometry
from qbi_utils.datasets import load_mnist

from .batches import DTYPES, MODES, random_geometry, random_images, sampled_positions

# --------------------------------------------------------------------------- known limits


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("mode", MODES)
def test_identity_returns_the_input(dtype, mode):
    images = random_images(np.random.default_rng(0), (3, 7, 6, 3), dtype)
    warped = draw_geometry(3, (7, 6)).warp_images(images, mode=mode)
    assert np.array_equal(warped, images)
    assert not np.shares_memory(warped, images)


@pytest.mark.parametrize("mode", MODES)
def test_flips_and_quarter_turns_move_whole_pixels(mode):
    images = random_images(np.random.default_rng(0), (2, 8, 8), np.uint8)
    expected = {
        "flip_vertical": images[:, ::-1],
        "flip_horizontal": images[:, :, ::-1],
    }
    for name, flipped in expected.items():
        geometry = draw_geometry(2, (8, 8), **{name: 1})
        assert np.array_equal(geometry.warp_images(images, mode=mode), flipped)
        assert np.array_equal(geometry.warp_masks(images, mode=mode), flipped)
    for quarters in (1, 2, 3):
        turned = draw_geometry(2, (8, 8), rotation=90 * quarters).warp_images(images)
        assert np.array_equal(turned, np.rot90(images, quarters, axes=(1, 2)))


def bright_pixel(row, column, shape=(21, 21)):
    images = np.zeros((1, *shape))
    images[0, row, column] = 1
    return images


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"vertical_shift": 3}, (8, 14)),  # down
        ({"horizontal_shift": 3}, (5, 17)),  # to the right
        ({"rotation": 90}, (6, 5)),  # counter-clockwise: 4 right and 5 up become 4 up and 5 left
        ({"rotation": 180}, (15, 6)),
        ({"zoom": 2}, (0, 18)),  # twice as far from the centre
        ({"shear": 45}, (5, 19)),  # 5 above the centre leans 5 to the right
        ({"skew": 21}, (5, 30)),  # 16 above row 21: moves 16 to the right, out of the image
        ({"skew": 5.25}, (5, 18)),
        ({"flip_vertical": 1}, (15, 14)),
        ({"flip_horizontal": 1}, (5, 6)),
        ({"flip_horizontal": 1, "rotation": 90, "vertical_shift": 1}, (15, 5)),  # flip first, shift last
    ],
)
def test_directions_and_units(parameters, expected):
    geometry = draw_geometry(1, (21, 21), **parameters)
    assert np.allclose(geometry.warp_points([[[5, 14]]]), [[expected]])
    warped = geometry.warp_images(bright_pixel(5, 14))
    if max(expected) < 21:
        assert np.unravel_index(warped.argmax(), warped.shape)[1:] == expected
    else:
        assert warped.max() == 0


def test_skew_is_that_of_the_perturbation_study():
    """Its mapping, (x, y) -> (x, y + distortion * (x - h) / h + 5), as scipy evaluates it."""
    image = load_mnist("train").images[0].astype(float)

    def mapping(point):
        return point[0], point[1] + 12.3 * (point[0] - 28) / 28 + 5

    expected = ndimage.geometric_transform(image, mapping, order=1, mode="nearest")
    skewed = draw_geometry(1, (28, 28), skew=12.3, horizontal_shift=-5).warp_images(
        image[None], mode="nearest"
    )
    assert np.allclose(skewed[0], expected)


def test_rotation_and_its_inverse_give_back_the_interior():
    rows, columns = np.mgrid[:64, :64]
    images = (np.sin(rows / 9) * np.cos(columns / 7))[None] / 2 + 0.5
    there, back = draw_geometry(1, (64, 64), rotation=25), draw_geometry(1, (64, 64), rotation=-25)
    returned = back.warp_images(there.warp_images(images))
    inside = np.hypot(rows - 31.5, columns - 31.5) < 29
    assert np.abs(returned - images)[0, inside].max() < 0.01
    assert np.abs(returned - images)[0, ~inside].max() > 0.1


def test_composition_is_the_product_of_matrices():
    rng = np.random.default_rng(0)
    first, second = (random_geometry(rng, 4, 6, 9, elastic=False) for _ in range(2))
    homogeneous = [
        np.concatenate([g.matrices, np.tile([[[0, 0, 1]]], (4, 1, 1))], axis=1) for g in (first, second)
    ]
    product = homogeneous[0] @ homogeneous[1]
    assert np.allclose(first.then(second).matrices, product[:, :2])
    points = rng.uniform(0, 6, (4, 5, 2))
    assert np.allclose(first.then(second).warp_points(points), second.warp_points(first.warp_points(points)))


@pytest.mark.parametrize("elastic", [(True, False), (False, True), (True, True)])
def test_composition_carries_displacements(elastic):
    parameters = [
        {"rotation": 20, "zoom": 1.1, "elastic_alpha": 30 * elastic[0]},
        {"shear": 10, "vertical_shift": 2, "elastic_alpha": 30 * elastic[1]},
    ]
    first, second = (draw_geometry(2, (40, 50), **each, elastic_sigma=8, rng=3) for each in parameters)
    both = first.then(second)
    points = np.random.default_rng(0).uniform(12, 28, (2, 10, 2))
    assert np.allclose(both.warp_points(points), second.warp_points(first.warp_points(points)), atol=0.02)
    smooth = ndimage.gaussian_filter(np.random.default_rng(1).random((2, 40, 50)), (0, 4, 4))
    difference = both.warp_images(smooth) - second.warp_images(first.warp_images(smooth))
    assert np.abs(difference)[:, 12:28, 12:38].max() < 0.005


def test_a_composed_displacement_stays_beyond_the_border_as_it_is_there():
    everywhere = np.full((1, 2, 7, 6), 2.0)
    first = Geometry([[[1, 0, 0], [0, 1, 0]]], (7, 6), everywhere)
    for shifts in ({"vertical_shift": 3}, {"vertical_shift": -3}, {"horizontal_shift": 3.5}):
        assert np.array_equal(first.then(draw_geometry(1, (7, 6), **shifts)).displacement, everywhere)


# --------------------------------------------------------------------------- what is drawn


def test_parameters_are_drawn_from_their_ranges_or_taken_as_given():
    given = np.arange(1000.0)
    geometry = draw_geometry(
        1000, (8, 8), rotation=(-10, 30), vertical_shift=given, zoom=1.5, flip_vertical=0.25, rng=0
    )
    parameters = geometry.parameters
    assert parameters["rotation"].between(-10, 30).all()
    assert parameters["rotation"].mean() == pytest.approx(10, abs=4 * 40 / np.sqrt(12 * 1000))
    assert np.array_equal(parameters["vertical_shift"], given)
    assert (parameters["zoom"] == 1.5).all()
    assert parameters["flip_vertical"].mean() == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / 1000))
    assert (parameters[["shear", "skew", "horizontal_shift", "elastic_alpha"]] == 0).all(axis=None)
    assert not parameters["flip_horizontal"].any()


def test_a_geometry_is_replayed_from_its_parameters():
    geometry = draw_geometry(
        20,
        (9, 7),
        rotation=(-90, 90),
        zoom=(0.5, 2),
        shear=(-30, 30),
        skew=(-3, 3),
        flip_horizontal=0.5,
        rng=1,
    )
    again = draw_geometry(20, (9, 7), **geometry.parameters)
    assert np.allclose(again.matrices, geometry.matrices)
    pd.testing.assert_frame_equal(again.parameters, geometry.parameters)


def test_the_same_rng_gives_the_same_geometry_with_any_number_of_threads():
    ranges = {"rotation": (-20, 20), "elastic_alpha": (10, 40)}
    images = random_images(np.random.default_rng(0), (37, 12, 13), np.uint8)
    one, other = (draw_geometry(37, (12, 13), **ranges, rng=5) for _ in range(2))
    assert np.array_equal(one.displacement, other.displacement)
    assert not np.array_equal(one.matrices, draw_geometry(37, (12, 13), **ranges, rng=6).matrices)
    single = one.warp_images(images)
    for n_jobs in (2, 3, -1, 64):
        assert np.array_equal(other.warp_images(images, n_jobs=n_jobs), single)


# --------------------------------------------------------------------------- things that move together


@pytest.mark.parametrize("alpha", [0, 60])
def test_points_follow_what_they_point_at(alpha):
    rows, columns = np.mgrid[:64, :64]
    points = np.array([[[20, 30]], [[40.5, 22]]])
    blobs = np.exp(-((rows - points[..., :1]) ** 2 + (columns - points[..., 1:]) ** 2) / 2)
    geometry = draw_geometry(
        2, (64, 64), rotation=(-30, 30), zoom=(0.9, 1.2), elastic_alpha=alpha, elastic_sigma=8, rng=2
    )
    for warped, point in zip(geometry.warp_images(blobs), geometry.warp_points(points)[:, 0], strict=True):
        assert np.allclose(ndimage.center_of_mass(warped), point, atol=0.2)


def test_a_point_lands_where_its_pixel_is_sampled():
    geometry = draw_geometry(2, (20, 30), shear=12, elastic_alpha=25, elastic_sigma=6, rng=0)
    for index in range(2):
        positions = sampled_positions(geometry, index)
        points = np.full((2, 1, 2), np.nan)
        points[index, 0] = positions[:, 11, 17]
        warped = geometry.warp_points(points)
        assert np.allclose(warped[index, 0], [11, 17], atol=1e-6)
        assert np.isnan(warped[1 - index]).all()


@pytest.mark.parametrize("alpha", [0, 60])
def test_boxes_enclose_the_warped_mask(alpha):
    masks = np.zeros((8, 64, 64), bool)
    masks[:, 22:37, 18:42] = True
    geometry = draw_geometry(
        8, (64, 64), rotation=(-40, 40), shear=(-10, 10), elastic_alpha=alpha, elastic_sigma=8, rng=4
    )
    boxes = geometry.warp_boxes(np.tile([22, 18, 37, 42], (8, 1, 1)))[:, 0]
    for box, warped in zip(boxes, geometry.warp_masks(masks), strict=True):
        (rows, columns) = ndimage.find_objects(warped.astype(int))[0]
        found = [rows.start, columns.start, rows.stop, columns.stop]
        assert np.allclose(box, found, atol=1)


def test_boxes_worked_out_by_hand():
    boxes = [[[0, 0, 2, 3], [np.nan] * 4]]
    turned = draw_geometry(1, (10, 10), rotation=90).warp_boxes(boxes)
    assert np.allclose(turned[0, 0], [7, 0, 10, 2])  # the upper left corner goes to the lower left
    assert np.isnan(turned[0, 1]).all()
    shifted = draw_geometry(1, (10, 10), vertical_shift=9).warp_boxes(boxes)
    assert np.allclose(shifted[0, 0], [9, 0, 10, 3])  # cut at the border
    gone = draw_geometry(1, (10, 10), vertical_shift=20).warp_boxes(boxes)
    assert np.allclose(gone[0, 0], [10, 0, 10, 3])
    # By 45 degrees a square box of side 4 needs one of side 4 √2.
    diamond = draw_geometry(1, (10, 10), rotation=45).warp_boxes([[[3, 3, 7, 7]]])
    assert np.allclose(diamond, [[[5 - 8**0.5, 5 - 8**0.5, 5 + 8**0.5, 5 + 8**0.5]]])


def test_the_input_never_changes():
    rng = np.random.default_rng(0)
    images, masks = random_images(rng, (2, 6, 6, 3), np.uint8), rng.integers(0, 9, (2, 6, 6))
    floats, boxes, points = rng.random((2, 6, 6)), np.tile([1, 1, 3, 4], (2, 1, 1)), rng.random((2, 3, 2))
    given = [images, masks, floats, boxes, points]
    before = [array.copy() for array in given]
    geometry = draw_geometry(2, (6, 6), rotation=10, elastic_alpha=3, elastic_sigma=3, rng=0)
    geometry.warp_images(images), geometry.warp_masks(masks), geometry.warp_images(floats)
    geometry.warp_boxes(boxes), geometry.warp_points(points), geometry.then(geometry)
    assert all(np.array_equal(left, right) for left, right in zip(given, before, strict=True))


def test_views_of_any_memory_layout_are_taken():
    images = random_images(np.random.default_rng(0), (12, 9, 2), np.uint8).transpose(2, 0, 1)
    geometry = draw_geometry(2, (12, 9), rotation=20)
    assert np.array_equal(geometry.warp_images(images), geometry.warp_images(images.copy()))


def test_an_empty_batch_stays_empty():
    geometry = draw_geometry(0, (5, 5), rotation=(0, 9), elastic_alpha=3)
    assert geometry.warp_images(np.zeros((0, 5, 5, 3), np.uint8), n_jobs=2).shape == (0, 5, 5, 3)
    assert geometry.warp_points(np.zeros((0, 2, 2))).shape == (0, 2, 2)


def test_what_is_printed():
    elastic = draw_geometry(2, (3, 4), elastic_alpha=1)
    assert repr(elastic) == "Geometry of 2 images of 3x4, affine and elastic"
    assert repr(draw_geometry(2, (3, 4))) == "Geometry of 2 images of 3x4, affine"
    assert len(elastic) == 2


# --------------------------------------------------------------------------- bad input

AFFINE = draw_geometry(2, (4, 5))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw_geometry(-1, (4, 5)), "n_images must be a whole number of at least 0, got -1"),
        (lambda: draw_geometry(2, (4, 5, 3)), r"image_shape must be \(height, width\).*got \(4, 5, 3\)"),
        (lambda: draw_geometry(2, (4, 0)), r"image_shape must be .* at least 1, got \(4, 0\)"),
        (lambda: draw_geometry(2, (4, 5), rotation=(np.nan, 3)), "rotation must be a number, got nan"),
        (lambda: draw_geometry(2, (4, 5), rotation=(5, -5)), r"rotation .* low <= high, got \(5, -5\)"),
        (lambda: draw_geometry(2, (4, 5), rotation=(1, 2, 3)), r"rotation must be a range .*got \(1, 2, 3\)"),
        (
            lambda: draw_geometry(2, (4, 5), shear=[1, 2, 3]),
            r"shear must hold one .* 2 images, got shape \(3,\)",
        ),
        (lambda: draw_geometry(2, (4, 5), zoom=0), "zoom must be greater than 0, got 0.0"),
        (lambda: draw_geometry(2, (4, 5), zoom=np.inf), "zoom must be greater than 0, got inf"),
        (lambda: draw_geometry(2, (4, 5), shear=90), "shear must be between -90 and 90, got 90.0"),
        (lambda: draw_geometry(2, (4, 5), elastic_sigma=0), "elastic_sigma must be greater than 0, got 0.0"),
        (
            lambda: draw_geometry(2, (4, 5), elastic_sigma=-1),
            "elastic_sigma must be greater than 0, got -1.0",
        ),
        (lambda: draw_geometry(2, (4, 5), elastic_alpha=-1), "elastic_alpha must be at least 0, got -1.0"),
        (
            lambda: draw_geometry(2, (4, 5), flip_vertical=1.5),
            "flip_vertical must be between 0 and 1, got 1.5",
        ),
        (lambda: draw_geometry(2, (4, 5), flip_vertical=(0, 1)), "flip_vertical must be a probability or an"),
        (lambda: draw_geometry(2, (4, 5), flip_vertical=np.zeros(3, bool)), "an array of 2 bool, got"),
        (lambda: Geometry(np.eye(3), (4, 5)), r"matrices must have shape \(n, 2, 3\), got \(3, 3\)"),
        (lambda: Geometry(np.full((1, 2, 3), np.nan), (4, 5)), "matrices must be finite"),
        (lambda: Geometry([[[1, 2, 0], [2, 4, 0]]], (4, 5)), "invertible, matrix 0 is singular"),
        (lambda: Geometry(np.zeros((1, 2, 3)), (4, 5)), "invertible, matrix 0 is singular"),
        (
            lambda: Geometry(AFFINE.matrices, (4, 5), np.zeros((2, 4, 5, 2))),
            r"displacement must have shape \(2, 2, 4, 5\), got \(2, 4, 5, 2\)",
        ),
        (
            lambda: Geometry(AFFINE.matrices, (4, 5), np.full((2, 2, 4, 5), np.inf)),
            "displacement must be finite",
        ),
        (
            lambda: AFFINE.warp_images(np.zeros((2, 5, 4))),
            r"images must be 2 of \(4, 5\) pixels.*got \(2, 5, 4\)",
        ),
        (
            lambda: AFFINE.warp_images(np.zeros((3, 4, 5))),
            r"images must be 2 of \(4, 5\) pixels.*got \(3, 4, 5\)",
        ),
        (
            lambda: AFFINE.warp_images(np.zeros((2, 4, 5)), mode="mirror"),
            "mode must be one of constant, nearest",
        ),
        (
            lambda: AFFINE.warp_masks(np.zeros((2, 4, 5, 1), int)),
            r"masks must have shape .*got \(2, 4, 5, 1\)",
        ),
        (lambda: AFFINE.warp_masks(np.zeros((2, 4, 6), int)), r"masks must be 2 of \(4, 5\) pixels"),
        (lambda: AFFINE.warp_points(np.zeros((2, 3))), r"points must have shape \(2, k, 2\), got \(2, 3\)"),
        (
            lambda: AFFINE.warp_points(np.zeros((1, 3, 2))),
            r"points must have shape \(2, k, 2\), got \(1, 3, 2\)",
        ),
        (
            lambda: AFFINE.warp_boxes(np.zeros((2, 3, 2))),
            r"boxes must have shape \(2, k, 4\), got \(2, 3, 2\)",
        ),
        (lambda: AFFINE.warp_boxes(np.tile([3, 0, 2, 1], (2, 1, 1))), "boxes must be .* top <= bottom"),
        (
            lambda: AFFINE.then(draw_geometry(2, (5, 4))),
            "following must fit Geometry of 2 images of 4x5, affine",
        ),
        (lambda: AFFINE.then(draw_geometry(3, (4, 5))), "got Geometry of 3 images of 4x5, affine"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_masks_of_numbers_are_refused():
    with pytest.raises(TypeError, match="masks must be bool or integers, got float64"):
        AFFINE.warp_masks(np.zeros((2, 4, 5)))
