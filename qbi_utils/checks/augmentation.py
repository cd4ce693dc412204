"""Graders of exercises on augmentation: how to vary images, how far, and which of them."""

import numpy as np

from ._grading import as_floats, expect, grader, to_numbers, unpack

# --------------------------------------------------------------------------- augmentation


def _direction(image):
    """Angle in degrees, counter-clockwise from the right, at which the ink lies as seen from the centre."""
    rows, columns = np.indices(image.shape) - (len(image) - 1) / 2
    return np.rad2deg(np.arctan2(-(rows * image).sum(), (columns * image).sum()))


def _same_angles(left, right):
    return np.abs((left - right + 180) % 360 - 180).max() < 1


@grader
def check_random_rotation(answer):
    """Grade a function that rotates each image of a batch by an angle of its own.

    Parameters
    ----------
    answer : callable
        ``answer(images, max_angle, rng)`` returns the images, shape (n, height, width), float, each rotated
        counter-clockwise about its centre by an angle between -`max_angle` and `max_angle`, and the angles
        in degrees, shape (n,).

    Returns
    -------
    Verdict
        Tells the identity, one angle for the whole batch, the wrong sign, the wrong unit, angles of one
        sign, and a changed input apart.

    Examples
    --------
    >>> def rotate_nothing(images, max_angle, rng):
    ...     return images, rng.uniform(-max_angle, max_angle, len(images))
    >>> check_random_rotation(rotate_nothing)
    ✗ The images are not rotated.
      Hint: Where does the angle of an image enter its warp?
    """
    rows, columns = np.mgrid[:41, :41]
    images = np.tile(np.exp(-((rows - 20) ** 2 + (columns - 30) ** 2) / 8), (40, 1, 1))  # ink at the right

    def rotate(seed):
        result = unpack(
            answer(images, 30, np.random.default_rng(seed)),
            2,
            "The function should return two arrays: images, angles.",
            "End with `return rotated, angles`.",
        )
        return as_floats(result[0], images.shape, finite=True), as_floats(result[1], (40,), finite=True)

    rotated, angles = rotate(0)
    turned = np.array([_direction(image) for image in rotated])
    expect(
        np.abs(turned).max() > 1,
        "The images are not rotated.",
        "Where does the angle of an image enter its warp?",
    )
    expect(
        np.ptp(turned) > 1,
        "All images are rotated by the same angle.",
        "Draw as many angles as there are images: rng.uniform(low, high, len(images)).",
    )
    expect(
        not _same_angles(turned, -angles),
        "The images are rotated clockwise.",
        "Rows point downwards, so that a positive angle easily turns the wrong way. Change the sign.",
    )
    expect(
        not _same_angles(turned, np.rad2deg(angles)) and np.abs(angles - np.deg2rad(turned)).max() > 0.05,
        "Degrees and radians are mixed up.",
        "NumPy's sine and cosine take radians: np.deg2rad.",
    )
    expect(
        _same_angles(turned, angles),
        f"The first image should be turned by {angles[0]:.1f} degrees, it is turned by {turned[0]:.1f}.",
        "Turn each image about its centre, ((height - 1) / 2, (width - 1) / 2), by its own angle.",
    )
    expect(
        angles.min() < -15 and angles.max() > 15 and np.abs(angles).max() <= 30,
        f"With a largest angle of 30 the angles reach from {angles.min():.1f} to {angles.max():.1f}.",
        "Draw uniformly between -max_angle and max_angle.",
    )
    expect(
        not np.allclose(rotate(1)[1], angles),
        "Another generator gives the same angles.",
        "Let `rng` draw, and make no generator inside the function.",
    )


# --------------------------------------------------------------------------- does it help


@grader
def check_augmented_split(answer):
    """Grade a function that splits a set and augments what is trained on, without a leak.

    Parameters
    ----------
    answer : callable
        ``answer(images, labels, augment, n_copies, n_test, rng)`` returns ``train_images, train_labels,
        test_images, test_labels``: `n_test` untouched images drawn at random, and of each other image the
        original and `n_copies` variants made by ``augment(images, rng)``.

    Returns
    -------
    Verdict
        Tells a split after augmentation, augmented test images, plain copies, variants in the test set,
        lost originals, wrong labels and a fixed split apart.

    Examples
    --------
    >>> def copy_five_times(images, labels, augment, n_copies, n_test, rng):
    ...     chosen, rest = np.split(rng.permutation(len(images)), [n_test])
    ...     copies = np.repeat(rest, n_copies + 1)
    ...     return images[copies], labels[copies], images[chosen], labels[chosen]
    >>> check_augmented_split(copy_five_times)
    ✗ The variants are plain copies.
      Hint: Hand the repeated images to augment(images, rng).
    """
    # Image i has i as its first pixel; `augment` leaves it alone and changes the second.
    images = np.stack([np.arange(60.0), np.zeros(60)], axis=1)[:, None]
    labels = np.arange(60) % 7

    def augment(some, rng):
        some = np.array(some, float)
        some[:, 0, 1] = rng.random(len(some)) + 1
        return some

    splits = set()
    for seed in (0, 1):
        train_images, train_labels, test_images, test_labels = unpack(
            answer(images, labels, augment, 3, 20, np.random.default_rng(seed)),
            4,
            "The function should return four arrays.",
            "End with `return train_images, train_labels, test_images, test_labels`.",
        )
        test_images = as_floats(test_images, (20, 1, 2))
        train_images = as_floats(train_images)
        expect(
            train_images.shape[1:] == (1, 2) and train_images.ndim == 3,
            f"The training images should have shape (160, 1, 2), got {train_images.shape}.",
            "Each image keeps its height and width; only their number changes.",
        )
        train_ids, test_ids = _numbers_of(train_images, 60), _numbers_of(test_images, 60)
        expect(
            not set(train_ids) & set(test_ids),
            "A test image, or a variant of one, is among the training images.",
            "Split first, then augment the training images only.",
        )
        expect(
            (test_images[:, 0, 1] == 0).all(),
            "The test images are augmented.",
            "The test asks about images as they come from the instrument.",
        )
        expect(
            len(set(test_ids)) == 20,
            f"The test set should hold 20 different images, it holds {len(set(test_ids))}.",
            "Draw without replacement, for example with rng.permutation.",
        )
        expect(
            train_images.shape == (160, 1, 2),
            f"40 images with 3 variants each make 160, not {len(train_images)}.",
            "Keep the originals, and add n_copies variants of each.",
        )
        originals = train_images[:, 0, 1] == 0
        expect(
            originals.sum() <= 40 and len(np.unique(train_images[~originals, 0, 1])) == (~originals).sum(),
            "The variants are plain copies.",
            "Hand the repeated images to augment(images, rng).",
        )
        expect(
            sorted(train_ids[originals]) == sorted(set(range(60)) - set(test_ids)),
            "The originals of the training images are missing.",
            "Concatenate the originals with their variants.",
        )
        for ids, found in ((train_ids, train_labels), (test_ids, test_labels)):
            expect(
                np.array_equal(labels[ids], to_numbers(found)),
                "Images and labels no longer belong together.",
                "Repeat the labels in the order of the images.",
            )
        splits.add(frozenset(test_ids))
    expect(
        len(splits) == 2,
        "The test set is the same each time.",
        "Let `rng` choose, and make no generator inside the function.",
    )


def _numbers_of(images, n_images):
    first = images[:, 0, 0]
    expect(
        np.isin(first, np.arange(n_images)).all(),
        "Some images are neither given ones nor variants of them.",
        "Take them from `images` and from augment(images, rng), and leave their grey levels alone.",
    )
    return first.astype(int)


# --------------------------------------------------------------------------- limits of augmentation


@grader
def check_augmentation_ranges(answer):
    """Grade a function that turns what is known of a scanner into ranges of augmentation.

    Parameters
    ----------
    answer : callable
        ``answer(pixel_size, max_tilt, max_offset, magnification_error)`` returns a dict of (low, high) for
        `rotation` in degrees, `vertical_shift` and `horizontal_shift` in pixels and `zoom`, given the size
        of a pixel in micrometres, the largest tilt of a sample in degrees, its largest offset in
        micrometres, and the relative error of the magnification.

    Returns
    -------
    Verdict
        Tells shifts that are not in pixels, ranges on one side, a zoom about 0 and missing or further
        operations apart.

    Examples
    --------
    >>> def in_micrometres(pixel_size, max_tilt, max_offset, magnification_error):
    ...     shift = (-max_offset, max_offset)
    ...     zoom = (1 - magnification_error, 1 + magnification_error)
    ...     tilt = (-max_tilt, max_tilt)
    ...     return dict(rotation=tilt, vertical_shift=shift, horizontal_shift=shift, zoom=zoom)
    >>> check_augmentation_ranges(in_micrometres)
    ✗ The shifts are in micrometres.
      Hint: How many pixels are 10 micrometres, if a pixel has 2?
    """
    expected = {
        "rotation": (-5, 5),
        "vertical_shift": (-5, 5),
        "horizontal_shift": (-5, 5),
        "zoom": (0.98, 1.02),
    }
    result = answer(2.0, 5.0, 10.0, 0.02)
    expect(
        isinstance(result, dict),
        "The function should return a dict of ranges.",
        'For example {"rotation": (-3, 3), ...}.',
    )
    expect(
        set(result) >= set(expected),
        f"The ranges of {', '.join(sorted(set(expected) - set(result)))} are missing.",
        "What can differ from one scan to the next?",
    )
    expect(
        set(result) == set(expected),
        f"Nothing is known that would allow {', '.join(sorted(map(str, set(result) - set(expected))))}.",
        "Augment by what the scanner does, and by nothing else.",
    )
    ranges = {name: as_floats(result[name], (2,)) for name in sorted(expected)}
    expect(
        not np.allclose(np.abs(ranges["vertical_shift"]), 10),
        "The shifts are in micrometres.",
        "How many pixels are 10 micrometres, if a pixel has 2?",
    )
    for name, (low, high) in ranges.items():
        expect(
            low < high and (name == "zoom" or np.isclose(low + high, 0)),
            f"The range of {name} lies on one side: {(low.item(), high.item())}.",
            "A sample tilts and moves both ways.",
        )
    expect(
        not np.allclose(ranges["zoom"], [-0.02, 0.02]),
        "A zoom about 0 makes the image vanish.",
        "Zoom is a factor: no change is 1.",
    )
    for name, right in expected.items():
        expect(
            np.allclose(ranges[name], right, atol=1e-3),
            f"With pixels of 2 micrometres, a tilt of 5 degrees, an offset of 10 micrometres and an error of "
            f"0.02 the range of {name} is {right}, not {tuple(ranges[name].tolist())}.",
            "Compare the units of what is given with those of draw_geometry.",
        )
