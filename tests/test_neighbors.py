import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from qbi_utils import neighbors
from qbi_utils.datasets import load_mnist
from qbi_utils.neighbors import nearest_neighbors


@given(st.integers(1, 30), st.integers(1, 10), st.integers(0, 10**6))
def test_distances_equal_those_of_all_pairs(n_images, n_queries, seed):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (n_images, 3, 4), dtype=np.uint8)
    queries = rng.integers(0, 256, (n_queries, 3, 4), dtype=np.uint8)
    k = int(rng.integers(1, n_images + 1))
    distances = ((images[None].astype(int) - queries[:, None]) ** 2).sum(axis=(2, 3))
    found = np.take_along_axis(distances, nearest_neighbors(images, queries, k), axis=1)
    assert np.array_equal(found, np.sort(distances, axis=1)[:, :k])


def test_blocks_do_not_change_the_result(monkeypatch):
    rng = np.random.default_rng(0)
    images, queries = rng.random((40, 5)), rng.random((23, 5))
    at_once = nearest_neighbors(images, queries, 3)
    monkeypatch.setattr(neighbors, "_BLOCK_ELEMENTS", 100)
    assert np.array_equal(nearest_neighbors(images, queries, 3), at_once)


def test_agrees_with_scikit_learn_on_digits():
    images, queries = load_mnist("train").images[:2000], load_mnist("test").images[:300]
    slow = NearestNeighbors(n_neighbors=5, algorithm="brute").fit(images.reshape(2000, -1).astype(float))
    expected = slow.kneighbors(queries.reshape(300, -1).astype(float), return_distance=False)
    assert (nearest_neighbors(images, queries, 5) == expected).mean() > 0.999


def test_input_is_not_changed():
    images = np.arange(12.0).reshape(3, 4)
    before = images.copy()
    nearest_neighbors(images, images)
    assert np.array_equal(images, before)


def test_no_query_gives_no_neighbour():
    assert nearest_neighbors(np.zeros((3, 4)), np.zeros((0, 4))).shape == (0, 1)


@pytest.mark.parametrize(
    ("queries", "k", "message"),
    [
        (np.zeros((2, 5)), 1, r"queries must have the shape of images, \(4,\) each, got \(5,\)"),
        (np.zeros((2, 4)), 0, r"n_neighbors must lie in 1..3, the number of images, got 0"),
        (np.zeros((2, 4)), 4, r"n_neighbors must lie in 1..3, the number of images, got 4"),
    ],
)
def test_bad_input_is_named(queries, k, message):
    with pytest.raises(ValueError, match=message):
        nearest_neighbors(np.zeros((3, 4)), queries, k)
