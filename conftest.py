"""Run the tests without a screen, and give each one figures of its own."""

import matplotlib.pyplot
import pytest
from numba.core.dispatcher import Dispatcher

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    matplotlib.pyplot.close("all")


@pytest.fixture
def decompile(monkeypatch):
    """Exchange the kernels of a module for the Python they are compiled from: coverage cannot look into the others."""

    def exchange(module):
        for name, kernel in list(vars(module).items()):
            if isinstance(kernel, Dispatcher):
                monkeypatch.setattr(module, name, kernel.py_func)

    return exchange
