"""The data files that ship with the course: their checksums, and their bytes, which are verified at each reading."""

import hashlib
from pathlib import Path

import pandas as pd

from ._dataset import DatasetError

# In an installed wheel the data lie inside the package, in a checkout beside it.
_PACKAGE = Path(__file__).parents[1]
DATA = _PACKAGE / "data" if (_PACKAGE / "data").is_dir() else _PACKAGE.parent / "data"

SHIPPED = {  # file: (bytes, SHA-256)
    "mnist/train-images-idx3-ubyte.gz": (
        9719438,
        "0b367032e93c5d0cea0925647cfdb18614af8ee15f83e6f2fc2ad904a6835971",
    ),
    "mnist/train-labels-idx1-ubyte.gz": (
        28857,
        "1787548bbe0bff1ec2ecdc0ef292b02df999e2d1a6002d27500982c652b17203",
    ),
    "mnist/t10k-images-idx3-ubyte.gz": (
        1616508,
        "1a1a05eab793c14bb050b398624a11b0ffd1a2953baed553b1b9bd079e2a20be",
    ),
    "mnist/t10k-labels-idx1-ubyte.gz": (
        4517,
        "b91679a0acfe4ba0e50a2437a903084cba1f5f92592b016a25a7dfd00455798b",
    ),
    "fashion-mnist-sample/train-images-idx3-ubyte.gz": (
        2618295,
        "1438d770118b6dded1768eb5af1dc3de4f9808d12adbdcceb8d2e5de5fc7aedb",
    ),
    "fashion-mnist-sample/train-labels-idx1-ubyte.gz": (
        3065,
        "0a247b1a5957a5f6198d3101bd0a72bc32d38e978e705a29bb80927a2b4ff695",
    ),
    "fashion-mnist-sample/t10k-images-idx3-ubyte.gz": (
        437047,
        "b39ce1a90d9f83103f58a252deaeaeba59a18e1f51f7a3f5d45033ff939ce506",
    ),
    "fashion-mnist-sample/t10k-labels-idx1-ubyte.gz": (
        527,
        "46d8c13e4146f749c5986d35e0def9cb594c0d5228648b3c7d10a5355a453345",
    ),
    "networks/fast-network-0.keras": (
        330570,
        "700c490c59d707fbbe085616e42eabb942018ab1e8f1e8ab78aac2b340b3ab31",
    ),
    "networks/fast-network-1.keras": (
        330571,
        "d26d903503b3488ebe597c6bb0ccd776a21929a64c6cf949a9d699c6b967af92",
    ),
    "networks/fast-network-2.keras": (
        330570,
        "6ac278674eb24f76850b896171ed58dc4ebdf9bd1c08211530cef93e87c68454",
    ),
    "networks/fast-network-3.keras": (
        330570,
        "c7e0e21e310979122bda644b63441ed0cd5933969540776a86a4d83305f1561a",
    ),
    "networks/fast-network-4.keras": (
        330574,
        "c771853c92b03edad74875c12dc3ca0174e5b36543272de73f1be68ab12ef77e",
    ),
    "networks/histories.csv": (
        2643,
        "e3a5ab6ebfa9ac213c1da82c6273376c2a9a26ed532611961fd22e316e5e6714",
    ),
    "networks/results.csv": (
        6697,
        "55197aebc291412b1bc1c5e05364e0d7c047211c8c31668d74427f995bd0ebb8",
    ),
}


def read_shipped(name):
    """Return the bytes of a file, named as in `SHIPPED`, once they are verified."""
    path = DATA / name
    size, sha256 = SHIPPED[name]
    remedy = "Restore it with `git checkout -- data`, or install the course again."
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DatasetError(
            f"{path} cannot be read ({error.strerror}); expected a file of {size} bytes. {remedy}"
        ) from error
    if len(content) != size:
        raise DatasetError(f"{path} is damaged: expected {size} bytes, found {len(content)}. {remedy}")
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise DatasetError(f"{path} is damaged: expected SHA-256 {sha256}, found {found}. {remedy}")
    return content


def find_shipped(name):
    """Return the path of a file, named as in `SHIPPED`, once its bytes are verified."""
    read_shipped(name)
    return DATA / name


def verify_shipped_files():
    """Verify every data file that ships with the course.

    Returns
    -------
    pandas.DataFrame
        One row a file: its name below ``data/``, its size in bytes, its SHA-256.

    Raises
    ------
    DatasetError
        If a file is missing or damaged.

    Examples
    --------
    >>> verify_shipped_files()["bytes"].sum()
    np.int64(16090449)
    """
    rows = [(name, len(read_shipped(name)), sha256) for name, (_, sha256) in SHIPPED.items()]
    return pd.DataFrame(rows, columns=["file", "bytes", "SHA-256"])
