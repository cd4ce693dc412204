"""MNIST, as it ships with the course."""

from ._dataset import ImageDataset
from ._idx import load_idx
from ._shipped import read_shipped


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
    images, labels = load_idx(split, lambda file: read_shipped(f"mnist/{file}"))
    return ImageDataset(
        images,
        labels,
        tuple("0123456789"),
        name="MNIST",
        source="Y. LeCun, C. Cortes and C. J. C. Burges, from NIST Special Databases 1 and 3",
        licence="CC BY-SA 3.0",
    )
