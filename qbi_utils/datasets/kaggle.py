"""Tables of Kaggle's competition "Digit Recognizer": read its digits, write a submission."""

import csv

import numpy as np
import pandas as pd

from .._files import replace_file
from .._validation import validate_labels
from ._dataset import DatasetError

_PIXELS = [f"pixel{index}" for index in range(28 * 28)]


def read_kaggle_digits(path):
    """Read digits from a table as Kaggle's competition "Digit Recognizer" gives them.

    Parameters
    ----------
    path : str or path-like
        Comma-separated table with a header: `label`, 0-9, then `pixel0` to `pixel783` row by row, 0-255, as in
        ``train.csv``; without `label` as in ``test.csv``.

    Returns
    -------
    images : ndarray of uint8, shape (n, 28, 28)
        Digits, light on dark.
    labels : ndarray of uint8, shape (n,), or None
        What they show; None if the table does not say.

    Raises
    ------
    DatasetError
        If the file cannot be read, or the table is malformed; the message names the line and the column.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = pathlib.Path(folder.name, "test.csv")
    >>> table = pd.DataFrame([[0] * 783 + [255]], columns=[f"pixel{index}" for index in range(784)])
    >>> table.to_csv(path, index=False)
    >>> images, labels = read_kaggle_digits(path)
    >>> images.shape, images[0, 27, 27], labels
    ((1, 28, 28), np.uint8(255), None)
    >>> folder.cleanup()
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            header = next(csv.reader(file), [])
            _validate_header(path, header)
            try:
                # A file, not its path: NumPy would take one that ends in .gz for compressed.
                table = np.loadtxt(file, np.int16, delimiter=",", comments=None, quotechar='"', ndmin=2)
            except ValueError as error:
                raise DatasetError(_describe_fault(path, header)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path} cannot be read as a table: {error}") from error
    if not table.size:
        raise DatasetError(f"{path} holds a header and no digit")
    n_labels = len(header) - len(_PIXELS)
    if table.shape[1] != len(header) or _out_of_range(table, n_labels).any():
        raise DatasetError(_describe_fault(path, header))
    images = table[:, n_labels:].astype(np.uint8).reshape(-1, 28, 28)
    return images, table[:, 0].astype(np.uint8) if n_labels else None


def _validate_header(path, header):
    names = [name.strip() for name in header]
    expected = (["label"] if names[:1] == ["label"] else []) + _PIXELS
    if names == expected:
        return
    if len(names) != len(expected):
        raise DatasetError(
            f"{path}, line 1: expected {len(expected)} columns, label (or not), then pixel0 to pixel783, got {len(names)}"
        )
    wrong = next(index for index, name in enumerate(names) if name != expected[index])
    raise DatasetError(
        f"{path}, line 1, column {wrong + 1}: expected {expected[wrong]!r}, got {names[wrong]!r}"
    )


def _out_of_range(table, n_labels):
    high = np.full(table.shape[1], 255)
    high[:n_labels] = 9
    return (table < 0) | (table > high)


def _describe_fault(path, header):
    """Say where the first fault of a table is; slow, so only asked when there is one."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            where = f"{path}, line {rows.line_num}"
            if row and len(row) != len(header):
                return f"{where}: expected {len(header)} columns, got {len(row)}"
            for column, (name, text) in enumerate(zip(header, row, strict=False)):
                high = 9 if name.strip() == "label" else 255
                if not (text.strip().isdecimal() and text.isascii() and int(text) <= high):
                    return (
                        f"{where}, column {column + 1} ({name.strip()}): "
                        f"expected a whole number in 0-{high}, got {text!r}"
                    )
    return f"{path} is not a table of whole numbers"


def write_submission(path, labels):
    """Write predicted digits as Kaggle's competition "Digit Recognizer" takes them.

    Parameters
    ----------
    path : str or path-like
        File to write, with the columns `ImageId`, from 1 on, and `Label`. It is replaced as a whole or not at all.
    labels : array_like of int, shape (n,)
        Predicted digits, 0-9, in the order of ``test.csv``.

    Raises
    ------
    TypeError
        If the labels are not integers, such as probabilities.
    ValueError
        If they are not one digit for each image, or lie outside 0-9.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = pathlib.Path(folder.name, "submission.csv")
    >>> write_submission(path, [2, 0, 9])
    >>> path.read_text().split()
    ['ImageId,Label', '1,2', '2,0', '3,9']
    >>> folder.cleanup()
    """
    labels = validate_labels("labels", labels, n_classes=10)
    if not labels.size:
        raise ValueError("labels must hold at least one digit, got none")
    table = pd.DataFrame({"ImageId": np.arange(1, len(labels) + 1), "Label": labels})
    with replace_file(path) as unfinished:
        table.to_csv(unfinished, index=False)
