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
