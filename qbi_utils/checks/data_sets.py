"""Graders of exercises on data sets: their size, their classes, their faults and their split."""

import numbers

import numpy as np
import pandas as pd

from ._grading import as_floats, as_number, brief, expect, grader, refuse_known, to_numbers, unpack

# --------------------------------------------------------------------------- famous data sets


@grader
def check_number_of_images(answer):
    """Grade a function that counts the images that can exist.

    Parameters
    ----------
    answer : callable
        ``answer(height, width, levels)`` returns how many different grey images there are of
        `height` × `width` pixels with `levels` grey levels each, as an int.

    Returns
    -------
    Verdict
        Tells base and exponent mistaken for each other, a sum for a power, and overflow apart.

    Examples
    --------
    >>> check_number_of_images(lambda height, width, levels: (height * width) ** levels)
    ✗ Base and exponent have changed places.
      Hint: One pixel has `levels` choices. How many choices have two pixels?
    """
    result = as_number(answer(1, 2, 3))
    mistakes = {
        2**3: (
            "Base and exponent have changed places.",
            "One pixel has `levels` choices. How many choices have two pixels?",
        ),
        2 * 3: (
            "That is the number of single choices, not of their combinations.",
            "Each choice of the first pixel goes with every choice of the second.",
        ),
    }
    refuse_known(result, mistakes)
    expect(
        result == 3**2,
        f"Of 1×2 pixels with 3 levels there are 9 images, not {result}.",
        "Write all nine down.",
    )
    result = answer(28, 28, 256)
    expect(
        isinstance(result, int),
        f"For 28×28 pixels the result is {type(result).__name__} {brief(result, str)}, not an int.",
        "NumPy's integers and floats overflow; Python's own int does not.",
    )
    expect(result == 256**784, "The count for 28×28 pixels with 256 levels is wrong.", "It has 1889 digits.")


@grader
def check_class_means(answer):
    """Grade a function that averages the images of each class.

    Parameters
    ----------
    answer : callable
        ``answer(images, labels)`` returns the mean image of each class, shape (classes, height, width),
        class 0 first.

    Returns
    -------
    Verdict
        Tells one overall mean for every class, rounding, wrong order, and a changed input apart.

    Examples
    --------
    >>> def overall_mean(images, labels):
    ...     return np.repeat(images.mean(axis=0)[None], labels.max() + 1, axis=0)
    >>> check_class_means(overall_mean)
    ✗ Every class gets the same image.
      Hint: Select the images of one class first: images[labels == 0].
    """
    images = np.array([[[200, 0]], [[0, 7]], [[100, 0]], [[1, 8]], [[201, 0]]], np.uint8)
    means = as_floats(answer(images, np.array([2, 0, 2, 0, 1])), (3, 1, 2))
    expected = np.array([[[0.5, 7.5]], [[201, 0]], [[150, 0]]])
    expect(
        not np.allclose(means, means[0]),
        "Every class gets the same image.",
        "Select the images of one class first: images[labels == 0].",
    )
    mistakes = {
        (((0, 7),), ((201, 0),), ((150, 0),)): (
            "The means are rounded down.",
            "A mean of grey levels is no grey level: keep it as float.",
        ),
        (((150, 0),), ((0.5, 7.5),), ((201, 0),)): (
            "The classes come in the order of their first image.",
            "Row 0 belongs to class 0.",
        ),
    }
    refuse_known(means, mistakes)
    hint = "Sum the images of the class as float, then divide by their number."
    expect(
        np.isclose(means[2, 0, 0], 150),
        f"For class 2, with grey levels 200 and 100 in its first pixel, the mean is {means[2, 0, 0]}, not 150.",
        hint,
    )
    for number, (mean, right) in enumerate(zip(means, expected, strict=True)):
        message = f"The mean image of class {number} should be {right.tolist()}, it is {mean.tolist()}."
        expect(np.allclose(mean, right), message, hint)


# --------------------------------------------------------------------------- building your own


@grader
def check_grouped_split(answer):
    """Grade a function that splits images into training and test, and keeps groups together.

    Parameters
    ----------
    answer : callable
        ``answer(groups, test_share, rng)`` returns the indices of the training and of the test images.
        ``round(test_share * number of groups)`` groups, drawn with `rng`, make the test set.

    Returns
    -------
    Verdict
        Tells groups on both sides, images lost or used twice, an empty side, a wrong number of groups,
        sides exchanged, and a fixed choice apart.

    Examples
    --------
    >>> def split_images(groups, test_share, rng):
    ...     order = rng.permutation(len(groups))
    ...     return np.split(order, [len(groups) - round(test_share * len(groups))])
    >>> check_grouped_split(split_images)
    ✗ Some patients have images on both sides.
      Hint: Draw patients, then take all images of each: np.isin(groups, drawn).
    """
    groups = np.repeat(["d", "a", "h", "c", "b", "g", "f", "e", "j", "i"], [1, 2, 3, 4, 5, 5, 4, 3, 2, 1])
    groups = groups[np.random.default_rng(0).permutation(len(groups))]
    chosen = set()
    for seed in range(4):
        result = unpack(
            answer(groups, 0.3, np.random.default_rng(seed)),
            2,
            "The function should return two arrays of indices: training, test.",
            "End with `return train_indices, test_indices`.",
        )
        train, test = (_as_indices(part, len(groups)) for part in result)
        expect(
            train.size and test.size,
            "One side of the split is empty.",
            "A test set without images tells nothing.",
        )
        expect(
            not set(groups[train]) & set(groups[test]),
            "Some patients have images on both sides.",
            "Draw patients, then take all images of each: np.isin(groups, drawn).",
        )
        expect(
            sorted([*train, *test]) == list(range(len(groups))),
            f"Of {len(groups)} images, {len(set(train) | set(test))} are in the split, "
            f"in {len(train) + len(test)} places.",
            "Each image belongs to exactly one side.",
        )
        n_tested = len(set(groups[test]))
        expect(n_tested != 7, "Training and test set have changed places.", "The share is that of the test.")
        expect(
            n_tested == 3,
            f"With a test share of 0.3, 3 of 10 patients should be in the test, not {n_tested}.",
            "round(test_share * number of patients), whatever the number of their images.",
        )
        chosen.add(frozenset(groups[test]))
    expect(
        len(chosen) > 1,
        "The test set is the same each time.",
        "Let `rng` choose, and make no generator inside the function.",
    )


def _as_indices(part, n_images):
    indices = to_numbers(part)
    expect(
        indices is not None and indices.ndim == 1 and (indices.dtype.kind in "iu" or not indices.size),
        "The two results should be rows of indices, integers.",
        "np.flatnonzero turns a mask into indices.",
    )
    outside = indices[(indices < 0) | (indices >= n_images)]
    expect(
        not outside.size,
        f"The images have the indices 0 to {n_images - 1}; the split names {brief(outside.tolist())}, too.",
        "An index is the place of an image in `groups`.",
    )
    return indices.astype(int)


@grader
def check_validator(answer):
    """Grade a function that finds the faults in a table of images.

    Parameters
    ----------
    answer : callable
        ``answer(table, files, classes, size)`` returns a set of pairs (row, fault). `table` has the columns
        `file` and `label`; `files` maps names to (height, width, SHA-256); the faults are "missing",
        "double", "copy", "size" and "label".

    Returns
    -------
    Verdict
        Tells nothing found, only the first fault found, one fault a row, false alarms, the first of two
        equal entries accused, and each kind of fault that is overlooked apart.

    Examples
    --------
    >>> def check_labels_only(table, files, classes, size):
    ...     return {(row, "label") for row in table.index[~table["label"].isin(classes)]}
    >>> check_validator(check_labels_only)
    ✗ A fault of the kind "missing" is overlooked, in row 12.
      Hint: A name that is no key of `files` has no file.
    """
    files = {name: (8, 6, f"hash of {name}") for name in ("a", "b", "c", "d", "e", "f")}
    good = pd.DataFrame({"file": [*"abc"], "label": [0, 1, 1]}, index=[5, 3, 4])
    found = _as_faults(answer(good, files, [0, 1], (8, 6)))
    expect(
        not found,
        f"In a table without a fault the function finds {len(found)}.",
        "Test each row against what it should be.",
    )
    files |= {"copy of b": files["b"], "turned": (6, 8, "turned"), "large": (9, 6, "large")}
    rows = [
        ("a", 0, ""),
        ("b", 1, ""),
        ("lost", 1, "missing"),
        ("a", 0, "double"),
        ("copy of b", 1, "copy"),
        ("turned", 0, "size"),
        ("c", 2, "label"),
        ("large", 7, "size label"),
        ("gone", 0, "missing"),
        ("d", 1, ""),
        ("copy of b", 1, "double"),
    ]
    table = pd.DataFrame([row[:2] for row in rows], columns=["file", "label"], index=range(10, 21))
    truth = {(10 + place, fault) for place, row in enumerate(rows) for fault in row[2].split()}
    found = _as_faults(answer(table, files, [0, 1], (8, 6)))
    expect(found, "The function finds nothing in a table with 9 faults.", "Return the set of faults.")
    expect(
        len(found) > 1 or not found <= truth,
        "Only the first fault is reported.",
        "Collect the faults of all rows, then return them together.",
    )
    expect(
        {row for row, _ in found} & set(range(11, 21)),
        "The rows are not those of the table's index.",
        "table.index holds their names, which need not start at 0.",
    )
    for alarms, message, hint in (
        (
            {(10, "double"), (11, "copy")},
            "The first of two equal entries is accused, too.",
            "Compare a row with the rows before it, as pandas' `duplicated` does.",
        ),
        (
            {(13, "copy")},
            'A file that is listed twice is called a "copy".',
            'A copy has another name; the same name is "double".',
        ),
        (
            {(20, "copy")},
            'A name that an earlier row has is called a "copy", too, in row 20.',
            'Only a new name can be a "copy": with the rows a, b, b of equal bytes the third is "double", no more.',
        ),
        (
            {(12, "size"), (18, "size"), (12, "copy"), (18, "copy")},
            "A missing file is accused of more than being missing.",
            "What does not exist has neither size nor bytes.",
        ),
    ):
        expect(not alarms & found, message, hint)
    expect(
        found <= truth,
        f"{len(found - truth)} of the reported faults are false alarms, such as {min(found - truth, default='')}.",
        "Only the five faults, and only where they are.",
    )
    expect(
        truth - found not in ({(17, "label")}, {(17, "size")}),
        "Row 17 has two faults, one is reported.",
        "Use `if` for each fault, not `elif`.",
    )
    for fault, hint in (
        ("missing", "A name that is no key of `files` has no file."),
        ("double", "Which names have been in a row before?"),
        ("copy", "Which SHA-256 was there before, under another name?"),
        ("size", "Compare height and width with `size`, in this order."),
        ("label", "Is the label one of `classes`?"),
    ):
        overlooked = min((row for row, name in truth - found if name == fault), default=None)
        expect(overlooked is None, f'A fault of the kind "{fault}" is overlooked, in row {overlooked}.', hint)


def _as_faults(result):
    expect(
        isinstance(result, set | list | tuple) and all(map(_is_fault, result)),
        "The function should return a set of pairs (row, fault).",
        'For example {(3, "missing"), (7, "size")}.',
    )
    return {(int(row), str(fault)) for row, fault in result}


def _is_fault(pair):
    if not (isinstance(pair, tuple | list) and len(pair) == 2 and isinstance(pair[1], str)):
        return False
    return isinstance(pair[0], numbers.Real) and float(pair[0]).is_integer()
