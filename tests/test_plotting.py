import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from qbi_utils.plotting import (
    CORRECT_COLOR,
    WRONG_COLOR,
    plot_class_distribution,
    plot_confusion_matrix,
    plot_image_grid,
)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_image_grid_draws_each_image_once_unscaled():
    images = np.arange(5 * 4 * 6, dtype=np.uint8).reshape(5, 4, 6)
    ax = plot_image_grid(images, columns=3)
    assert [
        np.array_equal(drawn.get_array(), image) for drawn, image in zip(ax.images, images, strict=True)
    ] == [True] * 5
    assert {drawn.get_clim() for drawn in ax.images} == {(0, 255)}
    boxes = [drawn.get_extent() for drawn in ax.images]
    assert len({(left, bottom) for left, _, bottom, _ in boxes}) == 5
    assert all(right - left == 6 and bottom - top == 4 for left, right, bottom, top in boxes)


def test_image_grid_of_floats_spans_zero_to_one():
    assert plot_image_grid(np.zeros((1, 2, 2))).images[0].get_clim() == (0, 1)


def test_verdicts_differ_by_sign_and_colour():
    ax = plot_image_grid(np.zeros((2, 4, 4)), [1, 1], [1, 0])
    assert texts(ax) == ["✓ 1", "✗ 0, is 1"]
    assert [text.get_color() for text in ax.texts] == [CORRECT_COLOR, WRONG_COLOR]


def test_image_grid_writes_class_names():
    images, names = np.zeros((2, 4, 4)), ["cat", "dog"]
    assert texts(plot_image_grid(images, [0, 1], class_names=names)) == ["cat", "dog"]
    ax = plt.subplots()[1]
    assert texts(plot_image_grid(images, [0, 1], [1, 1], class_names=names, ax=ax)) == [
        "✗ dog\nis cat",
        "✓ dog",
    ]


def test_helpers_draw_on_the_given_axes_and_keep_the_settings():
    _, (left, right) = plt.subplots(1, 2)
    before = dict(plt.rcParams)
    assert plot_image_grid(np.zeros((1, 2, 2)), ax=left) is left
    assert plot_class_distribution([0, 1], ax=right) is right
    assert plot_confusion_matrix(np.eye(2, dtype=int), ax=left) is left
    assert dict(plt.rcParams) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"images": np.zeros((4, 4))}, r"images must have shape .* got \(4, 4\)"),
        ({"images": np.zeros((0, 4, 4))}, r"with n > 0, got \(0, 4, 4\)"),
        ({"images": np.zeros((1, 4, 4, 2))}, r"got \(1, 4, 4, 2\)"),
        ({"columns": 0}, "columns must be at least 1, got 0"),
        ({"labels": [1]}, r"labels must hold one entry for each of the 2 images, got shape \(1,\)"),
        (
            {"labels": [1, 1], "predictions": [1]},
            r"predictions must hold one entry .* 2 images, got shape \(1,\)",
        ),
        ({"predictions": [1, 1]}, "predictions need labels"),
    ],
)
def test_image_grid_names_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        plot_image_grid(**{"images": np.zeros((2, 4, 4))} | arguments)


def test_confusion_matrix_shows_counts_row_by_row():
    ax = plot_confusion_matrix([[3, 1], [0, 7]], ["no", "yes"])
    assert texts(ax) == ["3", "1", "0", "7"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["no", "yes"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted", "true")


def test_normalised_rows_are_percentages_and_empty_rows_dashes():
    ax = plot_confusion_matrix([[1, 3], [0, 0]], normalize=True)
    assert texts(ax) == ["25", "75", "-", "-"]
    assert ax.collections[0].get_clim() == (0, 100)


def test_figures_in_the_cells_can_be_read():
    """Contrast of text and cell is at least 4.5 to 1, from the darkest to the brightest cell."""

    def luminance(color):
        channels = np.array([int(to_hex(color)[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    ax = plot_confusion_matrix(np.arange(100).reshape(10, 10))
    ax.figure.canvas.draw()
    cells = ax.collections[0].get_facecolors()
    for text, cell in zip(ax.texts, cells, strict=True):
        bright, dark = sorted([luminance(text.get_color()), luminance(cell)], reverse=True)
        assert (bright + 0.05) / (dark + 0.05) > 4.5, text


@pytest.mark.parametrize(
    ("matrix", "names", "message"),
    [
        ([[1, 2]], None, r"matrix must be square, got shape \(1, 2\)"),
        (np.zeros((0, 0), int), None, r"matrix must be square, got shape \(0, 0\)"),
        ([[0.5, 0], [0, 1]], None, "matrix must hold counts"),
        ([[-1, 0], [0, 1]], None, "matrix must hold counts"),
        ([[1, 0], [0, 1]], ["a"], "class_names must have 2 entries, got 1"),
    ],
)
def test_confusion_matrix_names_bad_input(matrix, names, message):
    with pytest.raises(ValueError, match=message):
        plot_confusion_matrix(matrix, names)


def test_class_distribution_bars_are_centred_and_complete():
    ax = plot_class_distribution([2, 2, 0], ["a", "b", "c", "d"])
    assert [bar.get_x() + bar.get_width() / 2 for bar in ax.patches] == pytest.approx([0, 1, 2, 3])
    assert [bar.get_height() for bar in ax.patches] == [1, 0, 2, 0]
    assert ax.get_xticks().tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("labels", "names", "error", "message"),
    [
        ([], None, ValueError, "labels must hold at least one entry, got none"),
        ([[1, 2]], None, ValueError, r"labels must hold one entry for each image, got shape \(1, 2\)"),
        ([0.5, 1], None, TypeError, "labels must be integers, got float64"),
        ([-1, 1], None, ValueError, r"labels must lie in 0\.\.1, got -1 at position 0"),
        ([0, 3], ["a", "b"], ValueError, r"labels must lie in 0\.\.1, got 3 at position 1"),
    ],
)
def test_class_distribution_names_bad_input(labels, names, error, message):
    with pytest.raises(error, match=message):
        plot_class_distribution(labels, names)
