"""Exact nearest neighbours among many images, at the speed of a matrix product."""

import math

import numpy as np

__all__ = ["nearest_neighbors"]

_BLOCK_ELEMENTS = 16_000_000  # distances held at once: 64 MB of float32


def nearest_neighbors(images, queries, n_neighbors=1):
    """Find the images that are nearest to each query.

    Parameters
    ----------
    images : ndarray, shape (n, ...)
        The images to search, of any numeric type.
    queries : ndarray, shape (m, ...)
        The images whose neighbours are wanted, each of the same shape as one of `images`.
    n_neighbors : int
        How many neighbours to return, 1 to n.

    Returns
    -------
    ndarray of int, shape (m, n_neighbors)
        Indices into `images`, nearest first by Euclidean distance.

    Raises
    ------
    ValueError
        If the shapes disagree or `n_neighbors` is out of range.

    Notes
    -----
    Up to a constant of each query, the squared distance is ‖x‖² - 2 x·q. With ‖x‖² as one pixel more, a
    single matrix product of float32 yields it for all pairs, and the rest is finding the minimum.
    `sklearn.neighbors.KNeighborsClassifier` multiplies in float64, which takes about twice as long.
    float32 resolves distances to one part in about 10⁶ of the largest squared norm: images that are
    nearer to each other than that count as equally near.

    Examples
    --------
    >>> import numpy as np
    >>> images = np.array([[0, 0], [3, 4], [10, 0]], np.uint8)
    >>> nearest_neighbors(images, np.array([[4, 4], [9, 1]]), n_neighbors=2)
    array([[1, 0],
           [2, 1]])
    """
    images, queries = np.asarray(images), np.asarray(queries)
    if images.shape[1:] != queries.shape[1:]:
        raise ValueError(
            f"queries must have the shape of images, {images.shape[1:]} each, got {queries.shape[1:]}"
        )
    if not 1 <= n_neighbors <= len(images):
        raise ValueError(f"n_neighbors must lie in 1..{len(images)}, the number of images, got {n_neighbors}")
    n_pixels = math.prod(images.shape[1:])
    train = np.empty((len(images), n_pixels + 1), np.float32)
    train[:, :-1] = images.reshape(-1, n_pixels)
    train[:, -1] = np.einsum("ij,ij->i", train[:, :-1], train[:, :-1])
    queries = queries.reshape(-1, n_pixels)

    nearest = np.empty((len(queries), n_neighbors), int)
    step = max(1, _BLOCK_ELEMENTS // len(images))
    for start in range(0, len(queries), step):
        block = -2 * queries[start : start + step].astype(np.float32)
        distances = np.column_stack([block, np.ones(len(block), np.float32)]) @ train.T
        rows = np.arange(len(distances))
        for rank in range(n_neighbors):
            best = distances.argmin(axis=1)
            nearest[start : start + step, rank] = best
            distances[rows, best] = np.inf
    return nearest
