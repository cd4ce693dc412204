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
    """Exchange the kernels in modules for the Python they are compiled from: coverage cannot look into the others.

    A module that imports a kernel holds it under a name of its own: give it as well as the one that defines the kernel.
    """

    def exchange(*modules):
        for module in modules:
            for name, kernel in list(vars(module).items()):
                if isinstance(kernel, Dispatcher):
                    monkeypatch.setattr(module, name, kernel.py_func)

    return exchange
