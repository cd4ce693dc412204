"""What the package exports."""

import importlib
import pickle

import numpy as np
import pytest

from qbi_utils import simulate


@pytest.mark.parametrize("name", ["nuclei", "digits"])
def test_a_function_keeps_its_name_where_a_module_has_the_same(name):
    function = getattr(simulate, name)
    module = importlib.import_module(f"qbi_utils.simulate.{name}")
    assert getattr(simulate, name) is function is getattr(module, name)
    assert pickle.loads(pickle.dumps(function)) is function


def test_results_can_be_sent_to_another_process():
    result = simulate.nuclei(1, (8, 8), n_nuclei=1, radius=2, rng=0)
    again = pickle.loads(pickle.dumps(result))
    assert type(again) is simulate.Nuclei
    assert np.array_equal(again.images, result.images)


def test_everything_public_is_listed():
    assert all(hasattr(simulate, name) for name in simulate.__all__)
    public = {
        name
        for name, value in vars(simulate).items()
        if getattr(value, "__module__", "").startswith("qbi_utils")
    }
    assert public | {"TISSUES"} == set(simulate.__all__)


SMALL = {
    "head_phantom": {"n_images": 2, "shape": (64, 48)},
    "nuclei": {"n_images": 2, "shape": (64, 48)},
    "porous_volume": {"shape": (16, 20, 24)},
    "radiograph": {"shape": (64, 48), "n_spots": 20},
}


@pytest.mark.parametrize("name", SMALL)
def test_the_same_seed_gives_the_same_images(name):
    function = getattr(simulate, name)
    first, again, other = (function(**SMALL[name], rng=seed) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


@pytest.mark.parametrize("name", SMALL)
def test_images_are_float32_and_truth_has_their_shape(name):
    result = getattr(simulate, name)(**SMALL[name], rng=0)
    assert result[0].dtype == result.clean.dtype == np.float32
    assert result[1].shape == result[0].shape[: result[1].ndim]
