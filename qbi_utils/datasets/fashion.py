"""Fashion-MNIST: a tenth ships with the course, the whole is downloaded."""

import gzip
import hashlib
from pathlib import Path

from ._dataset import DatasetError, ImageDataset
from ._download import download_file, find_cache
from ._idx import load_idx
from ._shipped import read_shipped

_URL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"
_DEBIAN = Path("/usr/share/datasets/fashion-mnist")
# The MD5 sums are the publisher's, of the compressed files; Debian compressed them anew, hence a SHA-256 of
# the content, which holds for both.
_FILES = {
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
_CLASSES = (
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
        images, labels = load_idx(split, lambda file: _read_fashion(file, cache, mirror, progress))
    else:
        images, labels = load_idx(split, lambda file: read_shipped(f"fashion-mnist-sample/{file}"))
    return ImageDataset(
        images,
        labels,
        _CLASSES,
        name="Fashion-MNIST" if whole else "Fashion-MNIST (sample)",
        source="Zalando SE, article photographs",
        licence="MIT",
    )


def _read_fashion(name, cache, mirror, progress):
    checksum, content_sha256 = _FILES[name]
    path = _DEBIAN / name
    if not path.exists():
        path = download_file(name, checksum, mirror or _URL, find_cache(cache), progress)
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
