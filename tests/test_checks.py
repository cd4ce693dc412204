"""Each grader takes right answers, written in more than one way, and tells typical wrong ones apart."""

import numpy as np
import pytest
from scipy import ndimage
from skimage.transform import rotate
from sklearn.model_selection import train_test_split

from qbi_utils import checks
from qbi_utils.augment import draw_geometry


def identity(*arguments):
    return arguments[0]


def constant(*arguments):
    return 0.5


def nothing(*arguments):
    return None


def broken(*arguments):
    raise KeyError("oops")


GRADERS = [getattr(checks, name) for name in checks.__all__ if name.startswith("check_")]


@pytest.mark.parametrize("check", GRADERS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("answer", [identity, constant, nothing, broken, 42])
def test_trivial_answers_never_pass(check, answer):
    verdict = check(answer)
    assert not verdict
    assert verdict.message


def test_what_the_reader_is_told_when_nothing_can_be_graded():
    def not_written(*arguments):
        raise NotImplementedError

    check = checks.check_balanced_accuracy
    assert "Hand over your function itself, not 42" in check(42).message
    assert check(not_written).message == "not_written is not written yet."
    assert check(broken).message == "broken stops with KeyError: 'oops'"
    assert check(nothing).message == "The function returns nothing."


def test_verdict_wraps_its_text_and_counts_as_a_truth_value():
    verdict = checks.Verdict(False, "word " * 30, "hint " * 30)
    assert max(len(line) for line in repr(verdict).splitlines()) <= 68
    assert not verdict
    assert checks.Verdict(True, "Right.")
    assert repr(checks.Verdict(True, "Right.")) == "✓ Right."


# --------------------------------------------------------------------------- lecture 01


def test_number_of_images_accepts():
    assert checks.check_number_of_images(lambda height, width, levels: levels ** (height * width))
    assert checks.check_number_of_images(lambda height, width, levels: pow(levels, height) ** width)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda h, w, n: (h * w) ** n, "Base and exponent"),
        (lambda h, w, n: h * w * n, "single choices"),
        (lambda h, w, n: 10, "there are 9 images, not 10"),
        (lambda h, w, n: [9], "should be one number"),
        (lambda h, w, n: np.int64(n) ** (h * w), "is int64 0, not an int"),
        (lambda h, w, n: float(n) ** min(h * w, 100), "is float"),
        (lambda h, w, n: n**h if h > 1 else n**w, "count for 28×28 pixels with 256 levels is wrong"),
    ],
)
def test_number_of_images_rejects(answer, message):
    assert message in checks.check_number_of_images(answer).message


def means_by_loop(images, labels):
    return [images[labels == label].mean(axis=0) for label in np.unique(labels)]


def means_by_sum(images, labels):
    sums = np.zeros((labels.max() + 1, *images.shape[1:]))
    np.add.at(sums, labels, images)
    return sums / np.bincount(labels)[:, None, None]


def test_class_means_accepts():
    assert checks.check_class_means(means_by_loop)
    assert checks.check_class_means(means_by_sum)


def means_that_wrap(images, labels):
    return np.stack([images[labels == k].sum(axis=0, dtype=np.uint8) / (labels == k).sum() for k in range(3)])


def means_in_place(images, labels):
    means = means_by_sum(images, labels)
    images[:] = 0
    return means


def means_in_order_of_appearance(images, labels):
    return [images[labels == label].mean(axis=0) for label in dict.fromkeys(labels.tolist())]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda images, labels: [images.mean(axis=0)] * 3, "Every class gets the same image"),
        (lambda images, labels: means_by_sum(images, labels).astype(np.uint8), "rounded down"),
        (means_in_order_of_appearance, "order of their first image"),
        (means_that_wrap, "the mean is 22.0, not 150"),
        (means_in_place, "changes its input"),
        (
            lambda images, labels: means_by_sum(images, labels)[:2],
            "should have shape (3, 1, 2), got (2, 1, 2)",
        ),
    ],
)
def test_class_means_rejects(answer, message):
    assert message in checks.check_class_means(answer).message


# --------------------------------------------------------------------------- lecture 06


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


# --------------------------------------------------------------------------- lecture 08


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


# --------------------------------------------------------------------------- lecture 09


def test_squared_distances_accepts():
    check = checks.check_squared_distances
    assert check(lambda images, query: ((images.astype(float) - query) ** 2).sum(axis=(1, 2)))
    assert check(
        lambda images, query: [np.sum((image.astype(int) - query.astype(int)) ** 2) for image in images]
    )


def distances_in_place(images, query):
    result = ((images.astype(float) - query) ** 2).sum(axis=(1, 2))
    images -= query
    images[:] = 0
    return result


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda images, query: ((images - query) ** 2).sum(axis=(1, 2)), "wrap around"),
        (lambda images, query: ((query - images) ** 2).sum(axis=(1, 2)), "wrap around"),
        (
            lambda images, query: ((images.astype(np.int8) - query.astype(np.int8)) ** 2).sum(axis=(1, 2)),
            "wrap",
        ),
        (
            lambda images, query: np.sqrt(((images.astype(float) - query) ** 2).sum(axis=(1, 2))),
            "distances, not squared distances",
        ),
        (lambda images, query: abs(images.astype(float) - query).sum(axis=(1, 2)), "absolute differences"),
        (
            lambda images, query: ((images.astype(float) - query) ** 2).mean(axis=(1, 2)),
            "not [0.0, 32512.5, 12.5]",
        ),
        (lambda images, query: ((images.astype(float) - query) ** 2).sum(), "shape (3,), got ()"),
        (distances_in_place, "changes its input"),
    ],
)
def test_squared_distances_rejects(answer, message):
    assert message in checks.check_squared_distances(answer).message


def split(images, n_train, rng):
    order = rng.permutation(len(images))
    return order[:n_train], order[n_train:]


def held_out(classifier, images, labels, n_train, rng):
    chosen, others = split(images, n_train, rng)
    return classifier.fit(images[chosen], labels[chosen]).score(images[others], labels[others])


def held_out_by_mask(classifier, images, labels, n_train, rng):
    chosen = np.isin(np.arange(len(images)), rng.choice(len(images), n_train, replace=False))
    classifier.fit(images[chosen], labels[chosen])
    return np.mean(classifier.predict(images[~chosen]) == labels[~chosen])


def test_held_out_accuracy_accepts():
    assert checks.check_held_out_accuracy(held_out)
    assert checks.check_held_out_accuracy(held_out_by_mask)


def on_everything(classifier, images, labels, n_train, rng):
    chosen, _ = split(images, n_train, rng)
    return classifier.fit(images[chosen], labels[chosen]).score(images, labels)


def always_the_first(classifier, images, labels, n_train, rng):
    classifier.fit(images[:n_train], labels[:n_train])
    return classifier.score(images[n_train:], labels[n_train:])


def own_generator(classifier, images, labels, n_train, rng):
    return held_out(classifier, images, labels, n_train, np.random.default_rng(0))


def with_replacement(classifier, images, labels, n_train, rng):
    chosen = rng.integers(0, len(images), n_train)
    others = np.setdiff1d(np.arange(len(images)), chosen)
    return classifier.fit(images[chosen], labels[chosen]).score(images[others], labels[others])


def shuffled_labels(classifier, images, labels, n_train, rng):
    chosen, others = split(images, n_train, rng)
    return classifier.fit(images[chosen], rng.permutation(labels[chosen])).score(
        images[others], labels[others]
    )


def half_of_the_others(classifier, images, labels, n_train, rng):
    chosen, others = split(images, n_train, rng)
    classifier.fit(images[chosen], labels[chosen])
    return classifier.score(images[others[:35]], labels[others[:35]])


def in_percent(*arguments):
    return 100 * held_out(*arguments)


def never_fitted(classifier, images, labels, n_train, rng):
    return 0.9


def copies_of_few_images(classifier, images, labels, n_train, rng):
    chosen, others = split(images, n_train // 5, rng)
    chosen = np.tile(chosen, 5)
    return classifier.fit(images[chosen], labels[chosen]).score(images[others], labels[others])


def in_place(classifier, images, labels, n_train, rng):
    accuracy = held_out(classifier, images, labels, n_train, rng)
    rng.shuffle(images)
    return accuracy


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (on_everything, "judged on images that it was trained on"),
        (always_the_first, "Every call trains on the same images"),
        (own_generator, "Every call trains on the same images"),
        (with_replacement, "should see 30 different images"),
        (copies_of_few_images, "should see 30 different images, it saw 6"),
        (shuffled_labels, "no longer belong together"),
        (half_of_the_others, "should count all 70 other images, it counts 35"),
        (in_percent, "the answer says"),
        (never_fitted, "never fitted"),
        (in_place, "changes its input"),
    ],
)
def test_held_out_accuracy_rejects(answer, message):
    assert message in checks.check_held_out_accuracy(answer).message


# --------------------------------------------------------------------------- lecture 10


def precision_recall(matrix):
    correct = np.diag(matrix)
    return correct / np.maximum(matrix.sum(axis=0), 1), correct / np.maximum(matrix.sum(axis=1), 1)


def unprotected(matrix):
    correct = np.diag(matrix)
    return correct / matrix.sum(axis=0), correct / matrix.sum(axis=1)


def test_precision_recall_accepts():
    assert checks.check_precision_recall(precision_recall)
    assert checks.check_precision_recall(lambda matrix: list(precision_recall(matrix)))


def precision_recall_in_place(matrix):
    result = precision_recall(matrix)
    matrix[:] = 0
    return result


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda matrix: precision_recall(matrix)[::-1], "changed places"),
        (lambda matrix: [np.diag(matrix) / matrix.sum()] * 2, "shares of all images"),
        (lambda matrix: [precision_recall(matrix)[1]] * 2, "The precision of"),
        (lambda matrix: [precision_recall(matrix)[0], np.ones(3)], "The recall of"),
        (unprotected, "never predicted has precision 0, not nan"),
        (lambda matrix: precision_recall(matrix)[0], "should return two arrays"),
        (precision_recall_in_place, "changes its input"),
    ],
)
def test_precision_recall_rejects(answer, message):
    assert message in checks.check_precision_recall(answer).message


def test_balanced_accuracy_accepts():
    assert checks.check_balanced_accuracy(lambda matrix: precision_recall(matrix)[1].mean())


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda matrix: np.trace(matrix) / matrix.sum(), "That is the accuracy"),
        (lambda matrix: precision_recall(matrix)[0].mean(), "mean precision"),
        (lambda matrix: precision_recall(matrix)[1], "should be one number"),
        (lambda matrix: np.median(precision_recall(matrix)[1]) + 0.1, "it is 0.803"),
        (lambda matrix: (6 / 8 + 3 / 4 + 80 / 88) / 3, "it is 0.803"),
    ],
)
def test_balanced_accuracy_rejects(answer, message):
    assert message in checks.check_balanced_accuracy(answer).message


def predictive_value(sensitivity, specificity, prevalence):
    found = sensitivity * prevalence
    return found / (found + (1 - specificity) * (1 - prevalence))


def test_positive_predictive_value_accepts():
    assert checks.check_positive_predictive_value(predictive_value)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda sensitivity, specificity, prevalence: sensitivity, "That is the sensitivity"),
        (
            lambda sensitivity, specificity, prevalence: predictive_value(sensitivity, specificity, 0.5),
            "left out",
        ),
        (
            lambda sensitivity, specificity, prevalence: predictive_value(
                sensitivity, 1 - specificity, prevalence
            ),
            "false alarms",
        ),
        (lambda sensitivity, specificity, prevalence: 1 / 3, "it is 1/3, not"),
        (lambda sensitivity, specificity, prevalence: sensitivity * prevalence, "it is 1/3, not"),
    ],
)
def test_positive_predictive_value_rejects(answer, message):
    assert message in checks.check_positive_predictive_value(answer).message
