"""Graders on augmentation take right answers, written in more than one way, and tell typical wrong ones apart."""

import numpy as np
import pytest
from scipy import ndimage
from skimage.transform import rotate
from sklearn.model_selection import train_test_split

from qbi_utils import checks
from qbi_utils.augment import draw_geometry

# --------------------------------------------------------------------------- augmentation


def rotate_by_scipy(images, max_angle, rng):
    angles = rng.uniform(-max_angle, max_angle, len(images))
    pairs = zip(images, angles, strict=True)
    return np.stack([ndimage.rotate(image, angle, reshape=False) for image, angle in pairs]), angles


def rotate_by_geometry(images, max_angle, rng):
    geometry = draw_geometry(len(images), images.shape[1:], rotation=(-max_angle, max_angle), rng=rng)
    return geometry.warp_images(images), geometry.parameters["rotation"]


def rotation_with(angles_of, sign=1):
    def answer(images, max_angle, rng):
        angles = angles_of(max_angle, rng, len(images))
        return rotate_by_geometry_angles(images, sign * angles), angles

    return answer


def rotate_by_geometry_angles(images, angles):
    return draw_geometry(len(images), images.shape[1:], rotation=angles).warp_images(images)


def uniform(max_angle, rng, n):
    return rng.uniform(-max_angle, max_angle, n)


def rotate_in_radians(images, max_angle, rng):
    angles = np.deg2rad(uniform(max_angle, rng, len(images)))
    return rotate_by_geometry_angles(images, np.rad2deg(angles)), angles


def rotate_too_far(images, max_angle, rng):
    angles = uniform(max_angle, rng, len(images)) / 3
    return rotate_by_geometry_angles(images, np.rad2deg(angles)), angles


def rotate_in_place(images, max_angle, rng):
    rotated, angles = rotate_by_geometry(images, max_angle, rng)
    images[:] = rotated
    return images, angles


def rotate_off_centre(images, max_angle, rng):
    angles = uniform(max_angle, rng, len(images))
    pairs = zip(images, angles, strict=True)
    turned = [rotate(image, angle, center=(0, 0), order=1) for image, angle in pairs]
    return np.stack(turned), angles


@pytest.mark.parametrize("answer", [rotate_by_scipy, rotate_by_geometry, rotation_with(uniform)])
def test_random_rotation_accepts(answer):
    assert checks.check_random_rotation(answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda images, a, rng: images, "should return two arrays"),
        (lambda images, a, rng: (images * np.nan, uniform(a, rng, 40)), "holds NaN or infinity"),
        (lambda images, a, rng: (images, uniform(a, rng, 40)), "are not rotated"),
        (lambda images, a, rng: (images[:3], uniform(a, rng, 3)), "should have shape (40, 41, 41)"),
        (rotation_with(lambda a, rng, n: np.full(n, rng.uniform(5, a))), "by the same angle"),
        (rotation_with(uniform, sign=-1), "rotated clockwise"),
        (rotate_in_radians, "Degrees and radians"),
        (rotate_too_far, "Degrees and radians"),
        (rotate_in_place, "changes its input"),
        (rotate_off_centre, "The first image should be turned by"),
        (rotation_with(lambda a, rng, n: rng.uniform(0, a, n)), "the angles reach from"),
        (rotation_with(lambda a, rng, n: rng.uniform(-90, 90, n)), "the angles reach from"),
        (
            rotation_with(lambda a, rng, n: np.random.default_rng(3).uniform(-a, a, n)),
            "Another generator gives the same angles",
        ),
    ],
)
def test_random_rotation_rejects(answer, message):
    assert message in checks.check_random_rotation(answer).message


def augmented_split(images, labels, augment, n_copies, n_test, rng):
    test, train = np.split(rng.permutation(len(images)), [n_test])
    repeated = np.repeat(train, n_copies)
    variants = augment(images[repeated], rng)
    return (
        np.concatenate([images[train], variants]),
        np.concatenate([labels[train], labels[repeated]]),
        images[test],
        labels[test],
    )


def augmented_split_by_scikit_learn(images, labels, augment, n_copies, n_test, rng):
    train, test, train_labels, test_labels = train_test_split(
        images, labels, test_size=n_test, random_state=int(rng.integers(1000))
    )
    variants = [train] + [augment(train, rng) for _ in range(n_copies)]
    return np.concatenate(variants), np.tile(train_labels, n_copies + 1), test, test_labels


def split_after_augmenting(images, labels, augment, n_copies, n_test, rng):
    images = np.concatenate([images, augment(np.repeat(images, 3, axis=0), rng)])
    labels = np.concatenate([labels, np.repeat(labels, 3)])
    test, train = np.split(rng.permutation(len(images)), [n_test])
    return images[train], labels[train], images[test], labels[test]


def spoiled(spoil):
    """The right answer, with its four arrays changed by `spoil`."""

    def answer(images, labels, augment, n_copies, n_test, rng):
        return spoil(list(augmented_split(images, labels, augment, n_copies, n_test, rng)), augment, rng)

    return answer


def swap(position, change):
    def spoil(arrays, augment, rng):
        arrays[position] = change(arrays, augment, rng)
        return tuple(arrays)

    return spoiled(spoil)


def test_augmented_split_accepts():
    assert checks.check_augmented_split(augmented_split)
    assert checks.check_augmented_split(augmented_split_by_scikit_learn)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda *arguments: arguments[:2], "should return four arrays"),
        (split_after_augmenting, "is among the training images"),
        (
            lambda images, labels, *rest: (images, labels, images[:20], labels[:20]),
            "is among the training images",
        ),
        (swap(2, lambda arrays, augment, rng: augment(arrays[2], rng)), "The test images are augmented"),
        (swap(2, lambda arrays, augment, rng: arrays[2][[0] * 20]), "holds 1"),
        (swap(0, lambda arrays, augment, rng: arrays[0][:, 0]), "have shape (160, 1, 2), got (160, 2)"),
        (swap(0, lambda arrays, augment, rng: arrays[0] / 255), "neither given ones nor variants"),
        (swap(0, lambda arrays, augment, rng: arrays[0][:0]), "make 160, not 0"),
        (swap(0, lambda arrays, augment, rng: arrays[0][:120]), "make 160, not 120"),
        (swap(0, lambda arrays, augment, rng: arrays[0][list(range(40)) * 4]), "plain copies"),
        (
            swap(0, lambda arrays, augment, rng: arrays[0][list(range(80)) + list(range(40, 120))]),
            "plain copies",
        ),
        (
            swap(0, lambda arrays, augment, rng: augment(arrays[0], rng)),
            "The originals of the training images are missing",
        ),
        (swap(1, lambda arrays, augment, rng: arrays[1][::-1]), "no longer belong together"),
        (swap(3, lambda arrays, augment, rng: arrays[3][::-1]), "no longer belong together"),
        (
            lambda *arguments: augmented_split(*arguments[:-1], np.random.default_rng(0)),
            "the same each time",
        ),
    ],
)
def test_augmented_split_rejects(answer, message):
    assert message in checks.check_augmented_split(answer).message


# --------------------------------------------------------------------------- limits of augmentation


def augmentation_ranges(pixel_size, max_tilt, max_offset, magnification_error):
    shift = (-max_offset / pixel_size, max_offset / pixel_size)
    return {
        "rotation": (-max_tilt, max_tilt),
        "vertical_shift": shift,
        "horizontal_shift": shift,
        "zoom": (1 - magnification_error, 1 + magnification_error),
    }


def ranges_with(**changes):
    return lambda *arguments: augmentation_ranges(*arguments) | changes


def test_augmentation_ranges_accepts():
    assert checks.check_augmentation_ranges(augmentation_ranges)
    assert checks.check_augmentation_ranges(ranges_with(zoom=[1 / 1.02, 1.02]))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda *arguments: (1, 2), "should return a dict"),
        (lambda *arguments: {"rotation": (-5, 5)}, "horizontal_shift, vertical_shift, zoom are missing"),
        (ranges_with(flip_horizontal=0.5), "would allow flip_horizontal"),
        (ranges_with(vertical_shift=(-10, 10)), "in micrometres"),
        (ranges_with(rotation=(0, 5)), "range of rotation lies on one side"),
        (ranges_with(zoom=(1.02, 0.98)), "range of zoom lies on one side"),
        (ranges_with(zoom=(-0.02, 0.02)), "makes the image vanish"),
        (ranges_with(rotation=(-90, 90)), "range of rotation is (-5, 5)"),
        (ranges_with(horizontal_shift=(-20, 20)), "range of horizontal_shift is (-5, 5)"),
        (ranges_with(zoom=(0.8, 1.2)), "range of zoom is (0.98, 1.02)"),
    ],
)
def test_augmentation_ranges_rejects(answer, message):
    assert message in checks.check_augmentation_ranges(answer).message
