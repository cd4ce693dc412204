from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from qbi_utils.datasets import DatasetError, kaggle, read_kaggle_digits, write_submission


def write_table(path, rows, labels=None):
    """A table as Kaggle's, written by hand, not by pandas."""
    header = ["label"] * (labels is not None) + [f"pixel{index}" for index in range(784)]
    lines = [header]
    for index, row in enumerate(rows):
        lines.append(([labels[index]] if labels is not None else []) + list(row))
    path.write_text("".join(",".join(map(str, line)) + "\n" for line in lines))
    return path


def test_a_table_gives_images_row_by_row(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28))
    path = write_table(tmp_path / "train.csv", images.reshape(3, -1), [7, 0, 9])
    found, labels = read_kaggle_digits(path)
    assert found.dtype == labels.dtype == np.uint8
    assert np.array_equal(found, images)
    assert labels.tolist() == [7, 0, 9]


def test_a_table_without_labels_has_none(tmp_path):
    images, labels = read_kaggle_digits(write_table(tmp_path / "test.csv", [[5] * 784]))
    assert labels is None
    assert images.shape == (1, 28, 28)
    assert (images == 5).all()


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_a_table_from_another_system_is_read(tmp_path, newline):
    path = write_table(tmp_path / "train.csv", [[1] * 784], [3])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_text().replace("\n", newline).encode())
    assert read_kaggle_digits(path)[1].tolist() == [3]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        (0, 10, r"line 3, column 1 \(label\): expected a whole number in 0-9, got '10'"),
        (0, "seven", r"line 3, column 1 \(label\): expected a whole number in 0-9, got 'seven'"),
        (5, 256, r"line 3, column 6 \(pixel4\): expected a whole number in 0-255, got '256'"),
        (5, 70000, r"line 3, column 6 \(pixel4\): expected a whole number in 0-255, got '70000'"),
        (784, -1, r"line 3, column 785 \(pixel783\): expected a whole number in 0-255, got '-1'"),
        (9, 0.5, r"line 3, column 10 \(pixel8\): expected a whole number in 0-255, got '0.5'"),
        (9, "", r"line 3, column 10 \(pixel8\): expected a whole number in 0-255, got ''"),
        (9, "\u0663", r"line 3, column 10 \(pixel8\): expected a whole number in 0-255, got '\u0663'"),
        (9, "nan", r"line 3, column 10 \(pixel8\): expected a whole number in 0-255, got 'nan'"),
    ],
)
def test_a_wrong_entry_is_named_by_line_and_column(tmp_path, column, value, message):
    rows = np.ones((2, 785), int).astype(object)
    rows[1, column] = value
    path = write_table(tmp_path / "train.csv", rows[:, 1:], rows[:, 0])
    with pytest.raises(DatasetError, match=message):
        read_kaggle_digits(path)


def test_quotes_change_nothing(tmp_path):
    path = write_table(tmp_path / "train.csv", [['"1"'] * 784], ['"3"'])
    assert read_kaggle_digits(path)[1].tolist() == [3]


def test_a_fault_that_no_rule_explains_still_gets_a_sentence(tmp_path):
    path = write_table(tmp_path / "test.csv", [[1] * 784])
    header = path.read_text().splitlines()[0].split(",")
    assert kaggle._describe_fault(path, header) == f"{path} is not a table of whole numbers"


@pytest.mark.parametrize(("n_columns", "got"), [(783, 784), (785, 786)])
@pytest.mark.parametrize("first", [0, 1])
def test_a_line_of_another_length_is_named(tmp_path, n_columns, got, first):
    rows = [[1] * 784] * first + [[1] * n_columns]
    path = write_table(tmp_path / "train.csv", rows, [3] * len(rows))
    with pytest.raises(DatasetError, match=rf"line {first + 2}: expected 785 columns, got {got}"):
        read_kaggle_digits(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: expected 784 columns, label .* got 0"),
        ("label,pixel0\n", "line 1: expected 785 columns, label .* got 2"),
        (",".join(["digit", *map(str, range(784))]), "line 1: expected 784 columns, label .* got 785"),
        (",".join(["label", "pixel1"] + ["x"] * 783), "line 1, column 2: expected 'pixel0', got 'pixel1'"),
        (",".join(f"pixel{i}" for i in range(784)) + "\n", "holds a header and no digit"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*input contained no data")
def test_a_wrong_header_is_named(tmp_path, text, message):
    path = tmp_path / "train.csv"
    path.write_text(text)
    with pytest.raises(DatasetError, match=message):
        read_kaggle_digits(path)


def test_a_table_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r"nowhere\.csv cannot be read as a table: .*No such file"):
        read_kaggle_digits(tmp_path / "nowhere.csv")
    binary = tmp_path / "image.csv"
    binary.write_bytes(b"\x89PNG\xff")
    with pytest.raises(DatasetError, match=r"image\.csv cannot be read as a table"):
        read_kaggle_digits(binary)


def test_a_submission_counts_from_one_and_keeps_the_labels(tmp_path):
    path = tmp_path / "submission.csv"
    labels = np.array([2, 0, 9], np.uint8)
    write_submission(path, labels)
    assert path.read_text() == "ImageId,Label\n1,2\n2,0\n3,9\n"
    assert labels.tolist() == [2, 0, 9]


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        ([1, 10], ValueError, r"labels must lie in 0\.\.9, got 10 at position 1"),
        ([-1], ValueError, r"labels must lie in 0\.\.9, got -1 at position 0"),
        ([0.5], TypeError, "labels must be integers, got float64"),
        (np.zeros((2, 10)), ValueError, r"labels must hold one entry for each image, got shape \(2, 10\)"),
        ([], ValueError, "labels must hold at least one digit, got none"),
    ],
)
def test_a_wrong_submission_is_refused_and_the_old_file_stays(tmp_path, labels, error, message):
    path = tmp_path / "submission.csv"
    path.write_text("old")
    with pytest.raises(error, match=message):
        write_submission(path, labels)
    assert path.read_text() == "old"


def test_an_interrupted_submission_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "submission.csv"
    path.write_text("old")

    def fail(self, file, **options):
        Path(file).write_text("half")
        raise OSError("No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", fail)
    with pytest.raises(OSError, match="No space left"):
        write_submission(path, [1, 2])
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["submission.csv"]
