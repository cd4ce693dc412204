import numpy as np
import pytest

from qbi_utils.datasets import ImageDataset, load_cifar10, load_fashion_mnist, load_mnist


def make_dataset(**changes):
    fields = {
        "images": np.zeros((2, 4, 4), np.uint8),
        "labels": np.array([0, 1]),
        "class_names": ["cat", "dog"],
        "name": "Pair",
        "source": "drawn",
        "licence": "CC0",
    }
    return ImageDataset(**fields | changes)


def test_image_dataset_is_frozen_and_leaves_the_input_writable():
    images = np.zeros((2, 4, 4), np.uint8)
    pair = make_dataset(images=images)
    with pytest.raises(ValueError, match="read-only"):
        pair.images[0] = 1
    with pytest.raises(AttributeError):
        pair.name = "other"
    images[0] = 1  # the caller's own array stays his


def test_image_dataset_takes_colour():
    assert make_dataset(images=np.zeros((2, 4, 4, 3), np.uint8)).describe()["shape"] == "4 × 4 × 3"


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"images": np.zeros((2, 4, 4))}, TypeError, "images must be uint8, got float64"),
        ({"images": np.zeros((2, 4), np.uint8)}, ValueError, r"images must have shape .* got \(2, 4\)"),
        ({"images": np.zeros((2, 4, 4, 2), np.uint8)}, ValueError, r"images must have shape .* 4, 2\)"),
        ({"labels": np.array([0.0, 1.0])}, TypeError, "labels must be integers, got float64"),
        ({"labels": np.array([0])}, ValueError, r"labels must hold .* 2 images, got shape \(1,\)"),
        ({"labels": np.array([0, 2])}, ValueError, r"labels must lie in 0\.\.1, got 2 at position 1"),
        ({"labels": np.array([-1, 0])}, ValueError, r"labels must lie in 0\.\.1, got -1 at position 0"),
    ],
)
def test_image_dataset_names_what_is_wrong(changes, error, message):
    with pytest.raises(error, match=message):
        make_dataset(**changes)


@pytest.mark.parametrize("load", [load_mnist, load_fashion_mnist, load_cifar10])
def test_unknown_split_is_refused(load):
    with pytest.raises(ValueError, match="split must be 'train', 'test' or 'all', got 'tests'"):
        load("tests")
