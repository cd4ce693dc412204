"""Image data sets: load them, verify their bytes, describe them.

MNIST and a sample of Fashion-MNIST ship with the course and are read from ``data/``. Fashion-MNIST as a
whole and CIFAR-10 are downloaded on request, verified against a checksum and kept in a cache.
"""

import csv
import gzip
import hashlib
import os
import struct
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pooch
import requests
import skimage.data
from skimage.transform import resize
from skimage.util import view_as_blocks

__all__ = [
    "DatasetError",
    "ImageDataset",
    "load_cifar10",
    "load_fashion_mnist",
    "load_mnist",
    "load_photo_tiles",
    "read_kaggle_digits",
    "verify_shipped_files",
    "write_submission",
]


class DatasetError(RuntimeError):
    """A data file is missing, altered, or cannot be fetched; the message says what to do."""


@dataclass(frozen=True, eq=False, repr=False)
class ImageDataset:
    """Labelled images with their provenance.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width) or (n, height, width, 3)
        Grey or colour images, 0 (black) to 255.
    labels : ndarray of integers, shape (n,)
        Class of each image, an index into `class_names`.
    class_names : sequence of str
        Name of each class.
    name, source, licence : str
        What the data set is called, who made it, and under which terms it may be used.

    Raises
    ------
    TypeError
        If the images are not uint8 or the labels are not integers.
    ValueError
        If shapes disagree or a label is no index into `class_names`.

    Notes
    -----
    The arrays are read-only, so that no lecture can change the data under another. Work on a copy.

    Examples
    --------
    >>> import numpy as np
    >>> pair = ImageDataset(np.zeros((2, 4, 4), np.uint8), [0, 1], ["cat", "dog"], "Pair", "drawn", "CC0")
    >>> pair
    ImageDataset 'Pair': 2 images of 4x4, 2 classes, CC0
    >>> len(pair)
    2
    """

    images: np.ndarray
    labels: np.ndarray
    class_names: tuple
    name: str
    source: str
    licence: str

    def __post_init__(self):
        images, labels = np.asarray(self.images), np.asarray(self.labels)
        if images.dtype != np.uint8:
            raise TypeError(f"images must be uint8, got {images.dtype}")
        if images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[-1] != 3):
            raise ValueError(
                f"images must have shape (n, height, width) or (n, height, width, 3), got {images.shape}"
            )
        if not np.issubdtype(labels.dtype, np.integer):
            raise TypeError(f"labels must be integers, got {labels.dtype}")
        if labels.shape != (len(images),):
            raise ValueError(f"labels must have shape ({len(images)},), one per image, got {labels.shape}")
        class_names = tuple(self.class_names)
        strangers = np.setdiff1d(labels, np.arange(len(class_names)))
        if strangers.size:
            raise ValueError(f"labels must lie in 0..{len(class_names) - 1}, got {strangers.tolist()}")
        for field, value in (("images", images), ("labels", labels)):
            value = value.view()
            value.flags.writeable = False
            object.__setattr__(self, field, value)
        object.__setattr__(self, "class_names", class_names)

    def __len__(self):
        return len(self.images)

    def __repr__(self):
        size = "x".join(str(side) for side in self.images.shape[1:])
        return (
            f"ImageDataset {self.name!r}: {len(self)} images of {size}, "
            f"{len(self.class_names)} classes, {self.licence}"
        )

    def describe(self):
        """Summarise the data set in one column of a table.

        Returns
        -------
        pandas.Series
            Number of images, their shape, number of classes, size of the smallest and the largest
            class, mean grey level (0-255), licence. Its name is that of the data set.

        Examples
        --------
        >>> print(load_mnist("test").describe().to_string())
        images               10000
        shape               28 × 28
        classes                  10
        smallest class          892
        largest class          1135
        mean grey level        33.8
        licence        CC BY-SA 3.0
        """
        counts = np.bincount(self.labels, minlength=len(self.class_names))
        return pd.Series(
            {
                "images": len(self),
                "shape": " × ".join(str(side) for side in self.images.shape[1:]),
                "classes": len(self.class_names),
                "smallest class": counts.min(),
                "largest class": counts.max(),
                "mean grey level": round(self.images.mean(), 1),
                "licence": self.licence,
            },
            name=self.name,
        )


# --------------------------------------------------------------------------- files that ship

# In an installed wheel the data lie inside the package, in a checkout beside it.
_PACKAGE = Path(__file__).parent
_DATA = _PACKAGE / "data" if (_PACKAGE / "data").is_dir() else _PACKAGE.parent / "data"

_SHIPPED = {  # file: (bytes, SHA-256)
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
_IDX_PREFIX = {"train": ("train",), "test": ("t10k",), "all": ("train", "t10k")}


def _validate_split(split):
    if split not in _IDX_PREFIX:
        raise ValueError(f"split must be 'train', 'test' or 'all', got {split!r}")


def _read_shipped(name):
    path = _DATA / name
    size, sha256 = _SHIPPED[name]
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


def _parse_idx(content):
    """Array of uint8 in a gzip-compressed IDX file, whose bytes were verified before."""
    raw = gzip.decompress(content)
    ndim = raw[3]
    shape = struct.unpack_from(f">{ndim}I", raw, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * ndim).reshape(shape)


def _load_idx(split, read):
    """Images and labels of a split; `read` returns the verified bytes of a named IDX file."""
    _validate_split(split)
    images, labels = (
        [_parse_idx(read(f"{prefix}-{kind}-ubyte.gz")) for prefix in _IDX_PREFIX[split]]
        for kind in ("images-idx3", "labels-idx1")
    )
    if split == "all":
        return np.concatenate(images), np.concatenate(labels)
    return images[0], labels[0]


def load_mnist(split="train"):
    """Load MNIST: 70 000 handwritten digits of 28×28 pixels.

    Parameters
    ----------
    split : {"train", "test", "all"}
        The 60 000 training images, the 10 000 test images, or the training images followed by the
        test images, all in the canonical order.

    Returns
    -------
    ImageDataset
        Images of shape (n, 28, 28), labels 0-9.

    Raises
    ------
    ValueError
        If `split` is unknown.
    DatasetError
        If a file of the course is missing or damaged.

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document
    recognition. Proceedings of the IEEE 86 (1998) 2278-2324.

    Examples
    --------
    >>> mnist = load_mnist("test")
    >>> mnist
    ImageDataset 'MNIST': 10000 images of 28x28, 10 classes, CC BY-SA 3.0
    >>> mnist.labels[:5].tolist()
    [7, 2, 1, 0, 4]
    """
    images, labels = _load_idx(split, lambda file: _read_shipped(f"mnist/{file}"))
    return ImageDataset(
        images,
        labels,
        tuple("0123456789"),
        name="MNIST",
        source="Y. LeCun, C. Cortes and C. J. C. Burges, from NIST Special Databases 1 and 3",
        licence="CC BY-SA 3.0",
    )


# --------------------------------------------------------------------------- files to download

_RETRIES = 1
_TIMEOUT_SECONDS = 30


def _cache_folder(cache):
    return Path(cache or os.environ.get("QBI_CACHE_DIR") or pooch.os_cache("qbi_utils"))


def _download(name, checksum, url, cache, progress):
    """Path of a verified file in the cache, downloaded unless it is there.

    pooch downloads beside the final name, verifies the checksum and only then moves the file into
    place, so neither an interruption nor a second process can leave a partial file behind.
    """
    fetcher = pooch.create(cache, f"{url.rstrip('/')}/", registry={name: checksum}, retry_if_failed=_RETRIES)
    downloader = pooch.HTTPDownloader(progressbar=progress, timeout=_TIMEOUT_SECONDS)
    try:
        return Path(fetcher.fetch(name, downloader=downloader))
    except requests.RequestException as error:
        raise DatasetError(
            f"{name} could not be downloaded from {url} ({_reason(error)}). Nothing was changed in {cache}. "
            f"Run again when the server can be reached, or put a verified copy of {name} into {cache}."
        ) from error
    except ValueError as error:
        raise DatasetError(
            f"{name} from {url} does not have the expected checksum {checksum}, so it was thrown away. "
            "Run again; if that does not help, the server sends something else: try another `mirror`."
        ) from error
    except OSError as error:
        raise DatasetError(
            f"{name} cannot be kept in {cache} ({error.strerror}). "
            "Free some space there, or name another folder by `cache` or QBI_CACHE_DIR."
        ) from error


def _reason(error):
    if isinstance(error, requests.HTTPError):
        return f"the server answered {error.response.status_code}"
    # requests reports a silence in the middle of a file as a ConnectionError.
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return f"no answer within {_TIMEOUT_SECONDS} s"
    if isinstance(error, requests.ConnectionError):
        return "the server cannot be reached"
    return "the connection broke off"


_FASHION_URL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"
_FASHION_DEBIAN = Path("/usr/share/datasets/fashion-mnist")
# The MD5 sums are the publisher's, of the compressed files; Debian compressed them anew, hence a SHA-256 of
# the content, which holds for both.
_FASHION_FILES = {
    "train-images-idx3-ubyte.gz": (
        "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    ),
    "train-labels-idx1-ubyte.gz": (
        "md5:25c81989df183df01b3e8a0aad5dffbe",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    ),
    "t10k-images-idx3-ubyte.gz": (
        "md5:bef4ecab320f06d8554ea6380940ec79",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "md5:bb300cfdad3c16e7a12a480ee83cd310",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
}
_FASHION_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def load_fashion_mnist(split="train", *, whole=False, cache=None, mirror=None, progress=True):
    """Load Fashion-MNIST: photographs of clothes in the format of MNIST.

    Parameters
    ----------
    split : {"train", "test", "all"}
        Training images, test images, or the first followed by the second.
    whole : bool
        False reads the stratified tenth that ships with the course (6000 training and 1000 test
        images). True reads all 70 000 images from Debian's package ``dataset-fashion-mnist`` where it
        is installed, else downloads 31 MB once.
    cache : path, optional
        Folder that keeps the download; by default the environment variable ``QBI_CACHE_DIR``, else the
        user's cache folder.
    mirror : str, optional
        URL of a folder that holds the four files, instead of the publisher's.
    progress : bool
        Whether a download shows a progress bar.

    Returns
    -------
    ImageDataset
        Images of shape (n, 28, 28), ten classes.

    Raises
    ------
    ValueError
        If `split` is unknown.
    DatasetError
        If a file is missing or damaged, or cannot be downloaded.

    References
    ----------
    H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST: a novel image dataset for benchmarking machine
    learning algorithms. arXiv:1708.07747 (2017).

    Examples
    --------
    >>> fashion = load_fashion_mnist("test")
    >>> fashion
    ImageDataset 'Fashion-MNIST (sample)': 1000 images of 28x28, 10 classes, MIT
    >>> fashion.class_names[fashion.labels[0]]
    'Shirt'
    """
    if whole:
        images, labels = _load_idx(split, lambda file: _read_fashion(file, cache, mirror, progress))
    else:
        images, labels = _load_idx(split, lambda file: _read_shipped(f"fashion-mnist-sample/{file}"))
    return ImageDataset(
        images,
        labels,
        _FASHION_CLASSES,
        name="Fashion-MNIST" if whole else "Fashion-MNIST (sample)",
        source="Zalando SE, article photographs",
        licence="MIT",
    )


def _read_fashion(name, cache, mirror, progress):
    checksum, content_sha256 = _FASHION_FILES[name]
    path = _FASHION_DEBIAN / name
    if not path.exists():
        path = _download(name, checksum, mirror or _FASHION_URL, _cache_folder(cache), progress)
    content = path.read_bytes()
    try:
        found = hashlib.sha256(gzip.decompress(content)).hexdigest()
    except (OSError, EOFError):
        found = "a file that is not gzip"
    if found != content_sha256:
        raise DatasetError(
            f"{path} is damaged: expected content of SHA-256 {content_sha256}, found {found}. "
            "Install the package dataset-fashion-mnist again."
        )
    return content


_CIFAR10_URL = "https://www.cs.toronto.edu/~kriz"
_CIFAR10_FILE = "cifar-10-binary.tar.gz"  # the binary edition: the other one is pickled, hence executable
_CIFAR10_CHECKSUM = "sha256:c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
_CIFAR10_FOLDER = "cifar-10-batches-bin"
_CIFAR10_BATCHES = {
    "train": [f"data_batch_{number}.bin" for number in range(1, 6)],
    "test": ["test_batch.bin"],
}
_CIFAR10_BATCHES["all"] = _CIFAR10_BATCHES["train"] + _CIFAR10_BATCHES["test"]
_CIFAR10_CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)


def load_cifar10(split="train", *, cache=None, mirror=None, download=True, progress=True):
    """Load CIFAR-10: 60 000 colour photographs of 32×32 pixels in ten classes.

    The archive (170 MB) is downloaded once; CIFAR-10 comes without a licence, so the course may not ship it.

    Parameters
    ----------
    split : {"train", "test", "all"}
        The 50 000 training images, the 10 000 test images, or the first followed by the second.
    cache : path, optional
        Folder that keeps the archive; by default the environment variable ``QBI_CACHE_DIR``, else the
        user's cache folder.
    mirror : str, optional
        URL of a folder that holds ``cifar-10-binary.tar.gz``, instead of the publisher's.
    download : bool
        False reads the archive only where it is in the cache already.
    progress : bool
        Whether the download shows a progress bar.

    Returns
    -------
    ImageDataset
        Images of shape (n, 32, 32, 3), red, green and blue.

    Raises
    ------
    ValueError
        If `split` is unknown.
    DatasetError
        If the archive is not there, cannot be downloaded, or does not hold what CIFAR-10 holds.

    References
    ----------
    A. Krizhevsky: Learning multiple layers of features from tiny images. University of Toronto (2009).

    Examples
    --------
    >>> cifar10 = load_cifar10("test")  # doctest: +SKIP
    >>> cifar10  # doctest: +SKIP
    ImageDataset 'CIFAR-10': 10000 images of 32x32x3, 10 classes, no licence stated
    """
    _validate_split(split)
    folder = _cache_folder(cache)
    if not download and not (folder / _CIFAR10_FILE).exists():
        raise DatasetError(
            f"CIFAR-10 is not in {folder}. Call load_cifar10() once, with a network, to download it (170 MB)."
        )
    path = _download(_CIFAR10_FILE, _CIFAR10_CHECKSUM, mirror or _CIFAR10_URL, folder, progress)
    images, labels = _read_cifar10(path, _CIFAR10_BATCHES[split])
    return ImageDataset(
        images,
        labels,
        _CIFAR10_CLASSES,
        name="CIFAR-10",
        source="A. Krizhevsky, V. Nair and G. Hinton, University of Toronto",
        licence="no licence stated",
    )


def _read_cifar10(path, batches):
    """Images and labels of some batches, read from the archive without unpacking it to the disk.

    A record is one byte of label, then 32×32 bytes of red, of green and of blue.
    """
    expected = {
        f"{_CIFAR10_FOLDER}/{name}" for name in _CIFAR10_BATCHES["all"] + ["batches.meta.txt", "readme.html"]
    }
    with tarfile.open(path) as archive:
        found = {member.name for member in archive if not member.isdir()}
        if found != expected:
            raise DatasetError(
                f"{path} does not hold the files of CIFAR-10: missing {sorted(expected - found)}, "
                f"unexpected {sorted(found - expected)}. Delete it and run again."
            )
        raw = [archive.extractfile(f"{_CIFAR10_FOLDER}/{name}").read() for name in batches]
    records = np.frombuffer(b"".join(raw), np.uint8).reshape(-1, 1 + 3 * 32 * 32)
    images = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), records[:, 0]


_PHOTOS = ("astronaut", "chelsea", "coffee", "retina", "rocket")  # in the public domain


def load_photo_tiles():
    """Load colour images in the format of CIFAR-10, cut from free photographs.

    Five photographs in the public domain, an astronaut, a cat, a cup of coffee, a retina and a rocket, are
    shrunk to a height of 128 pixels and cut into tiles, rows first.

    Returns
    -------
    ImageDataset
        100 images of shape (32, 32, 3), red, green and blue; the class is the photograph.

    Notes
    -----
    The tiles show how colour images are handled. They are no task for a classifier: tiles of one photograph
    share its light and colours.

    References
    ----------
    S. van der Walt et al.: scikit-image: image processing in Python. PeerJ 2 (2014) e453.

    Examples
    --------
    >>> tiles = load_photo_tiles()
    >>> tiles
    ImageDataset 'Photo tiles': 100 images of 32x32x3, 5 classes, CC0
    >>> tiles.class_names[tiles.labels[0]]
    'astronaut'
    """
    images, labels = [], []
    for label, name in enumerate(_PHOTOS):
        photo = getattr(skimage.data, name)()
        height, width = 128, 128 * photo.shape[1] // photo.shape[0] // 32 * 32
        small = resize(photo[:, : photo.shape[0] * width // height], (height, width), anti_aliasing=True)
        tiles = view_as_blocks(np.rint(255 * small).astype(np.uint8), (32, 32, 3)).reshape(-1, 32, 32, 3)
        images.append(tiles)
        labels.append(np.full(len(tiles), label))
    return ImageDataset(
        np.concatenate(images),
        np.concatenate(labels),
        _PHOTOS,
        name="Photo tiles",
        source="photographs of scikit-image",
        licence="CC0",
    )


# --------------------------------------------------------------------------- tables of digits

_KAGGLE_PIXELS = [f"pixel{index}" for index in range(28 * 28)]


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
    n_labels = len(header) - len(_KAGGLE_PIXELS)
    if table.shape[1] != len(header) or _out_of_range(table, n_labels).any():
        raise DatasetError(_describe_fault(path, header))
    images = table[:, n_labels:].astype(np.uint8).reshape(-1, 28, 28)
    return images, table[:, 0].astype(np.uint8) if n_labels else None


def _validate_header(path, header):
    names = [name.strip() for name in header]
    expected = (["label"] if names[:1] == ["label"] else []) + _KAGGLE_PIXELS
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
        If the labels are not whole numbers, such as probabilities.
    ValueError
        If they are not one digit an image, or lie outside 0-9.

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
    labels = np.asarray(labels)
    if labels.ndim != 1 or not labels.size:
        raise ValueError(f"labels must hold one digit for each image, got shape {labels.shape}")
    if not np.issubdtype(labels.dtype, np.integer):
        raise TypeError(f"labels must be whole numbers, got {labels.dtype}")
    wrong = np.flatnonzero((labels < 0) | (labels > 9))
    if wrong.size:
        raise ValueError(f"labels must lie in 0-9, got {labels[wrong[0]]} for image {wrong[0] + 1}")
    table = pd.DataFrame({"ImageId": np.arange(1, len(labels) + 1), "Label": labels})
    path = Path(path)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        unfinished = Path(folder, path.name)
        table.to_csv(unfinished, index=False)
        unfinished.replace(path)


# --------------------------------------------------------------------------- what ships


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
    rows = [(name, len(_read_shipped(name)), sha256) for name, (_, sha256) in _SHIPPED.items()]
    return pd.DataFrame(rows, columns=["file", "bytes", "SHA-256"])
