"""Each rule for arguments with what obeys it, and each refusal with its message."""

import dask.array
import numpy as np
import pytest

from qbi_utils._validation import (
    NOT_NEGATIVE,
    POSITIVE,
    SHARE,
    draw_values,
    validate_dask,
    validate_labels,
    validate_number,
    validate_one,
    validate_range,
    validate_shape,
    validate_values,
)

# --------------------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("rule", "values"),
    [({}, [-1, 0, 2]), (POSITIVE, [1e-9, 2]), (NOT_NEGATIVE, [0, 2]), (SHARE, [0, 0.5, 1])],
)
def test_values_that_obey_a_rule_are_returned_as_floats(rule, values):
    result = validate_values("size", values, **rule)
    assert result.dtype == float
    assert result.tolist() == values
    assert validate_values("size", (values[0], values[-1]), **rule).tolist() == [values[0], values[-1]]
    assert validate_values("size", values[0], **rule).shape == ()


@pytest.mark.parametrize(
    ("rule", "value", "message"),
    [
        ({}, np.nan, "size must be a number, got nan"),
        ({}, -np.inf, "size must be a number, got -inf"),
        (POSITIVE, 0, "size must be greater than 0, got 0.0"),
        (POSITIVE, np.inf, "size must be greater than 0, got inf"),
        (NOT_NEGATIVE, -0.1, "size must be at least 0, got -0.1"),
        (SHARE, 1.1, "size must be between 0 and 1, got 1.1"),
        (SHARE, -0.1, "size must be between 0 and 1, got -0.1"),
    ],
)
@pytest.mark.parametrize(
    "shape", [lambda value: value, lambda value: [0.5, value], lambda value: (value, value)]
)
def test_values_that_break_a_rule_are_named(rule, value, message, shape):
    if np.isnan(value):
        shape = np.asarray  # a range of NaN is no range
    with pytest.raises(ValueError, match=message):
        validate_values("size", shape(value), **rule)


@pytest.mark.parametrize("validate", [validate_values, validate_range])
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((1, 2, 3), r"size must be a range \(low, high\), a number or an array, got \(1, 2, 3\)"),
        ((2, 1), r"size must be a range \(low, high\) with low <= high, got \(2, 1\)"),
    ],
)
def test_what_is_no_range_is_named(validate, values, message):
    with pytest.raises(ValueError, match=message):
        validate("size", values)


def test_one_number_is_returned_as_a_float():
    value = validate_one("size", np.int64(3), **POSITIVE)
    assert value == 3
    assert type(value) is float


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ((1, 2), r"size must be one number, got \(1, 2\)"),
        ([3], r"size must be one number, got \[3\]"),
        (0, "size must be greater than 0, got 0.0"),
    ],
)
def test_what_is_not_one_number_is_named(value, message):
    with pytest.raises(ValueError, match=message):
        validate_one("size", value, **POSITIVE)


@pytest.mark.parametrize(("values", "ends"), [(3, [3, 3]), ((1, 2), [1, 2]), ((2, 2), [2, 2])])
def test_a_range_has_two_ends(values, ends):
    assert validate_range("size", values).tolist() == ends


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1, 2], r"size must be a number or a range \(low, high\), got \[1, 2\]"),
        ((-1, 2), "size must be at least 0, got -1.0"),
    ],
)
def test_what_is_neither_a_number_nor_a_range_is_named(values, message):
    with pytest.raises(ValueError, match=message):
        validate_range("size", values, **NOT_NEGATIVE)


def test_values_are_drawn_from_a_range_or_taken_as_given():
    rng = np.random.default_rng(0)
    drawn = draw_values("size", (2, 5), 10_000, rng)
    assert 2 <= drawn.min() < 2.01
    assert 4.99 < drawn.max() <= 5
    assert drawn.mean() == pytest.approx(3.5, abs=4 * 3 / np.sqrt(12 * 10_000))
    assert draw_values("size", 3, 2, rng).tolist() == [3, 3]
    assert draw_values("size", [1, 2], 2, rng).tolist() == [1, 2]
    assert draw_values("size", (1, 2), 0, rng).shape == (0,)


def test_only_a_range_uses_up_random_numbers():
    rng, untouched = np.random.default_rng(0), np.random.default_rng(0)
    draw_values("size", 3, 2, rng)
    draw_values("size", [1, 2], 2, rng)
    assert rng.random() == untouched.random()
    draw_values("size", (1, 2), 2, rng)
    assert rng.random() != untouched.random()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1, 2], r"size must hold one number for each of the 3 images, got shape \(2,\)"),
        ([[1, 2, 3]], r"size must hold one number for each of the 3 images, got shape \(1, 3\)"),
        ((-1, 2), "size must be at least 0, got -1.0"),
    ],
)
def test_values_that_do_not_fit_the_images_are_named(values, message):
    with pytest.raises(ValueError, match=message):
        draw_values("size", values, 3, np.random.default_rng(0), **NOT_NEGATIVE)


# --------------------------------------------------------------------------- numbers, shapes


@pytest.mark.parametrize(("value", "minimum"), [(0, 0), (7, 0), (np.int64(2), 2)])
def test_whole_numbers_are_taken(value, minimum):
    validate_number("n_images", value, minimum)


@pytest.mark.parametrize("value", [-1, 2.0, True, "2", None, np.array([2])])
def test_other_numbers_are_named(value):
    with pytest.raises(ValueError, match="n_images must be a whole number of at least 0, got "):
        validate_number("n_images", value)


def test_a_number_below_its_minimum_is_named():
    with pytest.raises(ValueError, match="n_jobs must be a whole number of at least 2, got 1"):
        validate_number("n_jobs", 1, 2)


def test_shapes_are_returned_as_tuples():
    assert validate_shape("shape", [3, np.int64(4)]) == (3, 4)
    assert validate_shape("shape", (2, 3, 4), axes="depth, height, width") == (2, 3, 4)


@pytest.mark.parametrize("shape", [3, (3,), (3, 0), (3, -1), (3.0, 4), (3, 4, 5), "ab"])
def test_other_shapes_are_named(shape):
    with pytest.raises(ValueError, match=r"shape must be \(height, width\), both whole and at least 1, got "):
        validate_shape("shape", shape)


def test_a_shape_of_three_axes_has_all_of_them_named():
    message = r"shape must be \(depth, height, width\), all whole and at least 1, got \(4, 4\)"
    with pytest.raises(ValueError, match=message):
        validate_shape("shape", (4, 4), axes="depth, height, width")


# --------------------------------------------------------------------------- labels, arrays in chunks


@pytest.mark.parametrize("labels", [[0, 2, 1], (0, 2, 1), np.array([0, 2, 1], np.uint8), range(3), []])
def test_labels_are_returned_as_an_array(labels):
    result = validate_labels("labels", labels, len(labels), 3)
    assert isinstance(result, np.ndarray)
    assert result.tolist() == list(labels)
    assert validate_labels("labels", labels).tolist() == list(labels)


@pytest.mark.parametrize(
    ("error", "labels", "rules", "message"),
    [
        (ValueError, 3, {}, r"labels must hold one entry for each image, got shape \(\)"),
        (ValueError, [[1]], {}, r"labels must hold one entry for each image, got shape \(1, 1\)"),
        (
            ValueError,
            [1],
            {"n_images": 2},
            r"labels must hold one entry for each of the 2 images, got shape \(1,\)",
        ),
        (TypeError, [1.0], {}, "labels must be integers, got float64"),
        (TypeError, [True], {}, "labels must be integers, got bool"),
        (TypeError, ["a"], {}, "labels must be integers, got <U1"),
        (ValueError, [0, 3, 4], {"n_classes": 3}, r"labels must lie in 0\.\.2, got 3 at position 1"),
        (ValueError, [0, -1], {"n_classes": 3}, r"labels must lie in 0\.\.2, got -1 at position 1"),
    ],
)
def test_other_labels_are_named(error, labels, rules, message):
    with pytest.raises(error, match=message):
        validate_labels("labels", labels, **rules)


def test_dask_arrays_with_one_of_the_given_numbers_of_axes_are_taken():
    axes = ("n", "height", "width"), ("n", "height", "width", "channels")
    for shape in ((2, 3, 4), (2, 3, 4, 1)):
        validate_dask("images", dask.array.zeros(shape), *axes)
    with pytest.raises(
        TypeError, match=r"images must be a dask array, got ndarray; see dask\.array\.from_array"
    ):
        validate_dask("images", np.zeros((2, 3, 4)), *axes)
    message = r"images must have shape \(n, height, width\) or \(n, height, width, channels\), got \(2, 3\)"
    with pytest.raises(ValueError, match=message):
        validate_dask("images", dask.array.zeros((2, 3)), *axes)
