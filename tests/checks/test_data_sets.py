"""Graders on data sets take right answers, written in more than one way, and tell typical wrong ones apart."""

import numpy as np
import pytest
from sklearn.model_selection import GroupShuffleSplit

from qbi_utils import checks

# --------------------------------------------------------------------------- famous data sets


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
            lambda images, labels: means_by_sum(images, labels) + np.array([[[1, 0]], [[0, 0]], [[0, 0]]]),
            "The mean image of class 0 should be [[0.5, 7.5]], it is [[1.5, 7.5]].",
        ),
        (
            lambda images, labels: means_by_sum(images, labels)[:2],
            "should have shape (3, 1, 2), got (2, 1, 2)",
        ),
    ],
)
def test_class_means_rejects(answer, message):
    assert message in checks.check_class_means(answer).message


# --------------------------------------------------------------------------- building your own


def split_groups(groups, test_share, rng):
    patients = rng.permutation(np.unique(groups))
    in_test = np.isin(groups, patients[: round(test_share * len(patients))])
    return np.flatnonzero(~in_test), np.flatnonzero(in_test)


def split_groups_by_scikit_learn(groups, test_share, rng):
    n_test = round(test_share * len(set(groups)))
    cut = GroupShuffleSplit(1, test_size=n_test, random_state=int(rng.integers(2**31)))
    return next(cut.split(groups, groups=groups))


def split_groups_in_place(groups, test_share, rng):
    result = split_groups(groups, test_share, rng)
    groups.sort()
    return result


def test_grouped_split_accepts():
    assert checks.check_grouped_split(split_groups)
    assert checks.check_grouped_split(split_groups_by_scikit_learn)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda g, share, rng: np.split(rng.permutation(len(g)), [20]), "images on both sides"),
        (lambda g, share, rng: (np.arange(len(g)), np.array([], int)), "One side of the split is empty"),
        (lambda g, share, rng: split_groups(g, 1 - share, rng), "have changed places"),
        (lambda g, share, rng: split_groups(g, 0.5, rng), "3 of 10 patients should be in the test, not 5"),
        (lambda g, share, rng: split_groups(g, share, np.random.default_rng(1)), "same each time"),
        (lambda g, share, rng: [part[:-1] for part in split_groups(g, share, rng)], "28 are in the split"),
        (lambda g, share, rng: [np.r_[p, p] for p in split_groups(g, share, rng)], "in 60 places"),
        (lambda g, share, rng: [g[part] for part in split_groups(g, share, rng)], "rows of indices"),
        (lambda g, share, rng: [part * 1.0 for part in split_groups(g, share, rng)], "rows of indices"),
        (
            lambda g, share, rng: [np.r_[p, -1, 30] for p in split_groups(g, share, rng)],
            "names [-1, 30], too",
        ),
        (lambda g, share, rng: split_groups(g, share, rng)[1], "should return two arrays"),
        (split_groups_in_place, "changes its input"),
    ],
)
def test_grouped_split_rejects(answer, message):
    assert message in checks.check_grouped_split(answer).message


def find_faults(table, files, classes, size):
    faults, names, hashes = set(), set(), set()
    for row, name, label in zip(table.index, table["file"], table["label"], strict=True):
        if label not in classes:
            faults.add((row, "label"))
        if name in names:
            faults.add((row, "double"))
        if name not in files:
            faults.add((row, "missing"))
            continue
        if files[name][:2] != tuple(size):
            faults.add((row, "size"))
        if files[name][2] in hashes and name not in names:
            faults.add((row, "copy"))
        names.add(name)
        hashes.add(files[name][2])
    return faults


def faults_without(*left_out):
    def answer(*arguments):
        return {pair for pair in find_faults(*arguments) if pair not in left_out and pair[1] not in left_out}

    return answer


def faults_with(*added):
    def answer(table, *arguments):
        return find_faults(table, *arguments) | {pair for pair in added if pair[0] in table.index}

    return answer


def copies_of_old_names(table, files, classes, size):
    """Take any earlier file of another name with the same bytes for the original of a copy."""
    faults, seen = find_faults(table, files, classes, size), set()
    for row, name in zip(table.index, table["file"], strict=True):
        if name in files:
            if any(other != name and files[other][2] == files[name][2] for other in seen):
                faults.add((row, "copy"))
            seen.add(name)
    return faults


def everything_is_wrong(table, files, classes, size):
    return {(row, fault) for row in table.index for fault in ("missing", "double", "copy", "size", "label")}


def faults_in_place(table, *arguments):
    faults = find_faults(table, *arguments)
    table["label"] = 0
    return faults


def test_validator_accepts():
    assert checks.check_validator(find_faults)
    assert checks.check_validator(lambda *arguments: list(find_faults(*arguments)))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (everything_is_wrong, "without a fault the function finds 15"),
        (lambda *arguments: set(), "finds nothing in a table with 9 faults"),
        (lambda *arguments: sorted(find_faults(*arguments))[:1], "Only the first fault"),
        (lambda *arguments: {(row - 10, fault) for row, fault in find_faults(*arguments)}, "table's index"),
        (faults_with((10, "double")), "first of two equal entries"),
        (faults_with((13, "copy")), 'twice is called a "copy"'),
        (faults_with((20, "copy")), 'is called a "copy", too, in row 20'),
        (copies_of_old_names, 'is called a "copy", too, in row 20'),
        (faults_with((12, "size")), "more than being missing"),
        (faults_with((19, "label")), "1 of the reported faults are false alarms, such as (19, 'label')"),
        (faults_without((17, "label")), "Row 17 has two faults"),
        (faults_without((17, "size")), "Row 17 has two faults"),
        (faults_without("missing"), '"missing" is overlooked, in row 12'),
        (faults_without("double"), '"double" is overlooked, in row 13'),
        (faults_without("copy"), '"copy" is overlooked, in row 14'),
        (faults_without("size"), '"size" is overlooked, in row 15'),
        (faults_without("label"), '"label" is overlooked, in row 16'),
        (lambda *arguments: {fault for _, fault in find_faults(*arguments)} or {"none"}, "set of pairs"),
        (lambda *arguments: {("first", "copy")}, "set of pairs"),
        (lambda *arguments: {(10, None)}, "set of pairs"),
        (faults_in_place, "changes the table"),
    ],
)
def test_validator_rejects(answer, message):
    assert message in checks.check_validator(answer).message
