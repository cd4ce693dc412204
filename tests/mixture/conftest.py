"""Images that several tests cluster."""

import numpy as np
import pytest


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def prototypes(rng):
    """Noisy copies of three binary images of 30 pixels, and which each comes from."""
    truth = np.repeat([0, 1, 2], 40)
    clean = rng.random((3, 30)) < 0.5
    return np.where(rng.random((120, 30)) < 0.05, ~clean[truth], clean[truth]).astype(np.uint8), truth
