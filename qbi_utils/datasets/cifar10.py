"""CIFAR-10, downloaded on request and read from its archive."""

import tarfile

import numpy as np

from ._dataset import DatasetError, ImageDataset, validate_split
from ._download import download_file, find_cache

_URL = "https://www.cs.toronto.edu/~kriz"
_FILE = "cifar-10-binary.tar.gz"  # the binary edition: the other one is pickled, hence executable
_CHECKSUM = "sha256:c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
_FOLDER = "cifar-10-batches-bin"
_BATCHES = {
    "train": [f"data_batch_{number}.bin" for number in range(1, 6)],
    "test": ["test_batch.bin"],
}
_BATCHES["all"] = _BATCHES["train"] + _BATCHES["test"]
_CLASSES = (
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
    validate_split(split)
    folder = find_cache(cache)
    if not download and not (folder / _FILE).exists():
        raise DatasetError(
            f"CIFAR-10 is not in {folder}. Call load_cifar10() once, with a network, to download it (170 MB)."
        )
    path = download_file(_FILE, _CHECKSUM, mirror or _URL, folder, progress)
    images, labels = _read_cifar10(path, _BATCHES[split])
    return ImageDataset(
        images,
        labels,
        _CLASSES,
        name="CIFAR-10",
        source="A. Krizhevsky, V. Nair and G. Hinton, University of Toronto",
        licence="no licence stated",
    )


def _read_cifar10(path, batches):
    """Images and labels of some batches, read from the archive without unpacking it to the disk.

    A record is one byte of label, then 32×32 bytes of red, of green and of blue.
    """
    expected = {f"{_FOLDER}/{name}" for name in _BATCHES["all"] + ["batches.meta.txt", "readme.html"]}
    with tarfile.open(path) as archive:
        found = {member.name for member in archive if not member.isdir()}
        if found != expected:
            raise DatasetError(
                f"{path} does not hold the files of CIFAR-10: missing {sorted(expected - found)}, "
                f"unexpected {sorted(found - expected)}. Delete it and run again."
            )
        raw = [archive.extractfile(f"{_FOLDER}/{name}").read() for name in batches]
    records = np.frombuffer(b"".join(raw), np.uint8).reshape(-1, 1 + 3 * 32 * 32)
    images = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), records[:, 0]
