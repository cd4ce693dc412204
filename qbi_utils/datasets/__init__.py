"""Image data sets: load them, verify their bytes, describe them.

MNIST and a sample of Fashion-MNIST ship with the course and are read from ``data/``. Fashion-MNIST as a
whole and CIFAR-10 are downloaded on request, verified against a checksum and kept in a cache.
"""

from ._dataset import DatasetError, ImageDataset
from ._shipped import verify_shipped_files
from .cifar10 import load_cifar10
from .fashion import load_fashion_mnist
from .kaggle import read_kaggle_digits, write_submission
from .mnist import load_mnist
from .photos import load_photo_tiles

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
