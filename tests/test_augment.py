"""Warps are held to scipy.ndimage, drawn geometries to figures worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from qbi_utils import augment
from qbi_utils.augment import Geometry, Intensity, deskew, draw_geometry, draw_intensity, normalize
from qbi_utils.datasets import load_mnist

MODES = ["constant", "nearest", "reflect", "wrap"]
DTYPES = [np.uint8, np.float32, np.float64]


def random_images(rng, shape, dtype):
    images = rng.random(shape)
    return (images * 256).astype(np.uint8) if dtype == np.uint8 else images.astype(dtype)


def random_geometry(rng, n_images, height, width, *, elastic):
    matrices = np.empty((n_images, 2, 3))
    matrices[:, :, :2] = np.eye(2) + rng.uniform(-0.4, 0.4, (n_images, 2, 2))
    matrices[:, :, 2] = rng.uniform(-1.5, 1.5, (n_images, 2)) * [height, width]
    displacement = rng.uniform(-3, 3, (n_images, 2, height, width)).astype(np.float32) if elastic else None
    return Geometry(matrices, (height, width), displacement)


def sampled_positions(geometry, index):
    """(2, height, width) positions by the definition, one pixel after the other."""
    height, width = geometry.image_shape
    positions = np.empty((2, height, width))
    for row in range(height):
        for column in range(width):
            positions[:, row, column] = geometry.matrices[index] @ [row, column, 1]
            if geometry.displacement is not None:
                positions[:, row, column] += geometry.displacement[index, :, row, column]
    return positions


def warp_by_scipy(geometry, images, order, mode, fill_value):
    """The batch image by image, channel by channel, in float64."""
    warped = np.empty(images.shape)
    for index, image in enumerate(images):
        positions = sampled_positions(geometry, index)
        for channel in np.ndindex(images.shape[3:]):
            warped[(index, ..., *channel)] = ndimage.map_coordinates(
                image[(..., *channel)], positions, float, order=order, mode=mode, cval=fill_value
            )
    return warped


batches = {
    "seed": st.integers(0, 10**6),
    "n_images": st.integers(0, 3),
    "height": st.integers(1, 9),
    "width": st.integers(1, 9),
    "mode": st.sampled_from(MODES),
    "elastic": st.booleans(),
}


@given(dtype=st.sampled_from(DTYPES), channels=st.sampled_from([(), (1,), (3,)]), **batches)
@settings(max_examples=200, deadline=None)
def test_images_are_warped_as_scipy_does(dtype, channels, seed, n_images, height, width, mode, elastic):
    rng = np.random.default_rng(seed)
    images = random_images(rng, (n_images, height, width, *channels), dtype)
    geometry = random_geometry(rng, n_images, height, width, elastic=elastic)
    fill_value = 200 if dtype == np.uint8 else 0.7
    warped = geometry.warp_images(images, mode=mode, fill_value=fill_value)
    expected = warp_by_scipy(geometry, images, 1, mode, fill_value)
    assert warped.dtype == dtype
    assert warped.shape == images.shape
    tolerance = 0.5 + 1e-4 if dtype == np.uint8 else 1e-5  # a rounded value is at most half a level off
    assert np.abs(warped - expected).max(initial=0) <= tolerance


@given(dtype=st.sampled_from([bool, np.uint8, np.int32, np.int64]), **batches)
@settings(max_examples=200, deadline=None)
def test_masks_are_warped_as_scipy_does(dtype, seed, n_images, height, width, mode, elastic):
    rng = np.random.default_rng(seed)
    masks = rng.integers(0, 2 if dtype is bool else 100, (n_images, height, width)).astype(dtype)
    geometry = random_geometry(rng, n_images, height, width, elastic=elastic)
    warped = geometry.warp_masks(masks, mode=mode, fill_value=1)
    assert warped.dtype == dtype
    assert np.array_equal(warped, warp_by_scipy(geometry, masks, 0, mode, 1))


@given(seed=st.integers(0, 10**6), mode=st.sampled_from(MODES), dtype=st.sampled_from(DTYPES))
@settings(max_examples=50, deadline=None)
def test_affine_equals_affine_transform(seed, mode, dtype):
    rng = np.random.default_rng(seed)
    images = random_images(rng, (2, 11, 8), dtype)
    geometry = random_geometry(rng, 2, 11, 8, elastic=False)
    warped = geometry.warp_images(images, mode=mode)
    for index, (image, matrix) in enumerate(zip(images, geometry.matrices, strict=True)):
        expected = ndimage.affine_transform(image, matrix, order=1, mode=mode, output=float)
        assert np.abs(warped[index] - expected).max() <= (0.5 + 1e-4 if dtype == np.uint8 else 1e-5)


def test_kernels_do_in_plain_python_what_they_do_compiled(decompile):
    rng = np.random.default_rng(0)
    images = random_images(rng, (2, 5, 4, 3), np.uint8)
    narrow = random_images(rng, (2, 1, 1), np.float64)
    fields = rng.random((1, 2, 70, 66)).astype(np.float32)

    def results():
        rng = np.random.default_rng(1)
        for mode in MODES:
            for elastic in (False, True):
                geometry = random_geometry(rng, 2, 5, 4, elastic=elastic)
                yield geometry.warp_images(images, mode=mode)
                yield geometry.warp_masks(images[..., 0], mode=mode)
            yield random_geometry(rng, 2, 1, 1, elastic=False).warp_images(narrow, mode=mode)
        yield augment._smooth(fields, 2.0)

    compiled = list(results())
    decompile(augment)
    for left, right in zip(compiled, results(), strict=True):
        assert left.dtype == right.dtype
        assert np.allclose(left, right, atol=1 if left.dtype == np.uint8 else 1e-6)


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


def test_skew_is_that_of_document_000():
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


@pytest.mark.parametrize("shape", [(28, 20), (80, 70)])
def test_elastic_displacement_is_smoothed_uniform_noise(shape):
    """Simard's field, made by scipy from the same 8-bit noise."""
    geometry = draw_geometry(3, shape, elastic_alpha=36, elastic_sigma=5, rng=7)
    rng = np.random.default_rng(7)
    rng.random(3), rng.random(3)  # the flips
    noise = (rng.integers(0, 256, (3, 2, *shape), np.uint8) - 127.5) / 128
    expected = 36 * ndimage.gaussian_filter(noise, (0, 0, 5, 5), mode="constant")
    assert np.allclose(geometry.displacement, expected, atol=1e-5)


def test_elastic_parameters_hold_for_each_image():
    alphas, sigmas = np.array([0, 20, 20.0]), np.array([4, 4, 8.0])
    fields = draw_geometry(3, (200, 200), elastic_alpha=alphas, elastic_sigma=sigmas, rng=0).displacement
    spread = fields[:, :, 40:-40, 40:-40].std(axis=(1, 2, 3))
    assert spread[0] == 0
    assert spread[1:] == pytest.approx(0.163 * alphas[1:] / sigmas[1:], rel=0.2)


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
    draw_intensity(2, blur=1, noise=0.1, erase=0.1, rng=0).adjust_images(floats)
    draw_intensity(2, blur=1, noise=0.1, erase=0.1, rng=0).adjust_images(images)
    deskew(floats), normalize(floats)
    assert all(np.array_equal(left, right) for left, right in zip(given, before, strict=True))


def test_views_of_any_memory_layout_are_taken():
    images = random_images(np.random.default_rng(0), (12, 9, 2), np.uint8).transpose(2, 0, 1)
    geometry = draw_geometry(2, (12, 9), rotation=20)
    assert np.array_equal(geometry.warp_images(images), geometry.warp_images(images.copy()))


def test_an_empty_batch_stays_empty():
    geometry = draw_geometry(0, (5, 5), rotation=(0, 9), elastic_alpha=3)
    assert geometry.warp_images(np.zeros((0, 5, 5, 3), np.uint8), n_jobs=2).shape == (0, 5, 5, 3)
    assert geometry.warp_points(np.zeros((0, 2, 2))).shape == (0, 2, 2)
    assert draw_intensity(0, noise=0.1).adjust_images(np.zeros((0, 5, 5))).shape == (0, 5, 5)
    assert deskew(np.zeros((0, 5, 5))).shape == normalize(np.zeros((0, 5, 5))).shape == (0, 5, 5)


def test_what_is_printed():
    assert (
        repr(draw_geometry(2, (3, 4), elastic_alpha=1)) == "Geometry of 2 images of 3x4, affine and elastic"
    )
    assert repr(draw_intensity(2)) == "Intensity of 2 images"
    assert len(draw_geometry(2, (3, 4))) == len(draw_intensity(2)) == 2


# --------------------------------------------------------------------------- intensity


def adjusted(images, **parameters):
    return draw_intensity(len(images), **parameters, rng=0).adjust_images(images)


def test_grey_levels_worked_out_by_hand():
    images = np.array([[[0.2, 0.4, 0.9]]])
    assert np.allclose(adjusted(images, brightness=0.2), [[[0.4, 0.6, 1]]])
    assert np.allclose(adjusted(images, brightness=-0.3), [[[0, 0.1, 0.6]]])
    assert np.allclose(adjusted(images, contrast=0), 0.5)
    assert np.allclose(adjusted(images, contrast=1.5), [[[0.05, 0.35, 1]]])
    assert np.allclose(adjusted(images, gamma=2), [[[0.04, 0.16, 0.81]]])
    assert np.allclose(adjusted(images, erase=1), 0)
    levels = (images * 255).round().astype(np.uint8)
    assert adjusted(levels, brightness=0.2).tolist() == [[[102, 153, 255]]]
    assert adjusted(levels).tolist() == levels.tolist()


@pytest.mark.parametrize("dtype", DTYPES)
def test_noise_has_the_stated_spread_and_share(dtype):
    images = np.full((2, 200, 200), 128 if dtype == np.uint8 else 0.5, dtype)
    white = 255 if dtype == np.uint8 else 1
    noisy = adjusted(images, noise=np.array([0.05, 0.1]))
    assert noisy.dtype == dtype
    assert noisy.std(axis=(1, 2)) / white == pytest.approx([0.05, 0.1], rel=0.03)
    assert noisy.mean() / white == pytest.approx(0.5, abs=0.003)
    erased = adjusted(images, erase=0.3)
    assert (erased == 0).mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / 80_000))
    assert set(np.unique(erased)) == {0, images[0, 0, 0]}


def test_a_pixel_is_erased_in_all_its_channels():
    erased = adjusted(np.ones((1, 30, 30, 3)), erase=0.5)
    assert (erased == erased[..., :1]).all()
    assert 0.4 < erased.mean() < 0.6


def test_blur_spreads_each_image_by_its_own_deviation():
    images = np.zeros((2, 41, 41, 1), np.float32)
    images[:, 20, 20] = 1
    blurred = adjusted(images, blur=np.array([0, 3.0]))[..., 0]
    assert np.array_equal(blurred[0], images[0, ..., 0])
    variance = (blurred[1].sum(axis=1) * (np.arange(41) - 20) ** 2).sum()
    assert variance == pytest.approx(9, rel=0.01)


def test_an_intensity_replays_its_noise():
    images = np.full((3, 8, 8), 0.5)
    intensity = draw_intensity(3, noise=(0, 0.2), erase=0.1, rng=4)
    assert np.array_equal(intensity.adjust_images(images), intensity.adjust_images(images))
    again = Intensity(intensity.parameters, intensity.noise_seed)
    assert np.array_equal(again.adjust_images(images), intensity.adjust_images(images))
    other = draw_intensity(3, noise=(0, 0.2), erase=0.1, rng=5)
    assert not np.array_equal(other.adjust_images(images), intensity.adjust_images(images))


# --------------------------------------------------------------------------- less variation


def test_normalize_gives_mean_0_and_deviation_1():
    images = random_images(np.random.default_rng(0), (4, 9, 9, 3), np.uint8)
    normal = normalize(images)
    assert normal.dtype == np.float32
    assert np.allclose(normal.mean(axis=(1, 2, 3)), 0, atol=1e-5)
    assert np.allclose(normal.std(axis=(1, 2, 3)), 1, atol=1e-5)
    assert normalize(images / 255).dtype == np.float64
    assert np.allclose(normalize(images / 255), normal, atol=1e-5)


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


# --------------------------------------------------------------------------- bad input

AFFINE = draw_geometry(2, (4, 5))
FOLDED = draw_geometry(2, (20, 20), elastic_alpha=[0, 500], elastic_sigma=2, rng=0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw_geometry(-1, (4, 5)), "n_images must be a whole number of at least 0, got -1"),
        (lambda: draw_intensity(2.0), "n_images must be a whole number of at least 0, got 2.0"),
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
        (lambda: draw_intensity(2, blur=-1), "blur must be at least 0, got -1.0"),
        (lambda: draw_intensity(2, contrast=-1), "contrast must be at least 0, got -1.0"),
        (lambda: draw_intensity(2, gamma=0), "gamma must be greater than 0, got 0.0"),
        (lambda: draw_intensity(2, noise=(-0.1, 0.1)), "noise must be at least 0, got -0.1"),
        (lambda: draw_intensity(2, erase=2), "erase must be between 0 and 1, got 2.0"),
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
        (lambda: AFFINE.warp_images(np.zeros((4, 5))), r"images must have shape .* got \(4, 5\)"),
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
        (lambda: AFFINE.warp_images(np.zeros((2, 4, 5)), fill_value=np.nan), "fill_value must be one number"),
        (lambda: AFFINE.warp_images(np.zeros((2, 4, 5)), fill_value=[1, 2]), "fill_value must be one number"),
        (
            lambda: AFFINE.warp_images(np.zeros((2, 4, 5), np.uint8), fill_value=256),
            "fill_value must lie in 0..255, as uint8 does, got 256",
        ),
        (lambda: AFFINE.warp_masks(np.zeros((2, 4, 5), bool), fill_value=2), "fill_value must lie in 0..1"),
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
        (lambda: FOLDED.warp_points(np.full((2, 9, 2), 10)), "displacement must not fold .* of image 1 does"),
        (
            lambda: AFFINE.then(draw_geometry(2, (5, 4))),
            "following must fit Geometry of 2 images of 4x5, affine",
        ),
        (lambda: AFFINE.then(draw_geometry(3, (4, 5))), "got Geometry of 3 images of 4x5, affine"),
        (
            lambda: draw_intensity(2).adjust_images(np.zeros((3, 4, 5))),
            "images must be 2, as the parameters, got 3",
        ),
        (lambda: deskew(np.zeros((2, 4, 5, 3))), r"images must have shape \(n, height, width\), got"),
        (lambda: deskew(np.full((1, 2, 2), -0.5)), "images must not be negative, got -0.5"),
        (lambda: normalize(np.zeros(4)), r"images must have shape .* got \(4,\)"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: AFFINE.warp_images(np.zeros((2, 4, 5), int)),
            "images must be uint8, float32 or float64, got int64",
        ),
        (lambda: AFFINE.warp_masks(np.zeros((2, 4, 5))), "masks must be bool or integers, got float64"),
        (lambda: normalize(np.zeros((2, 4, 5), bool)), "images must be uint8, float32 or float64, got bool"),
    ],
)
def test_wrong_types_are_named(call, message):
    with pytest.raises(TypeError, match=message):
        call()
