"""Counts and their readout against the moments of Poisson and normal distributions."""

import numpy as np
import pytest

from qbi_utils.simulate._detector import record


@pytest.mark.parametrize(("mean", "read_noise"), [(0, 5), (9, 0), (40, 3)])
def test_variance_is_that_of_the_counts_and_of_the_readout(mean, read_noise):
    values = record(np.full((500, 400), mean, np.float32), read_noise, np.random.default_rng(0))
    assert values.dtype == np.float32
    variance = mean + read_noise**2
    assert values.var() == pytest.approx(variance, rel=0.02)
    assert abs(values.mean() - mean) < 4 * np.sqrt(variance / values.size)


def test_counts_without_read_noise_are_whole():
    values = record(np.linspace(0, 20, 1000, dtype=np.float32), 0, np.random.default_rng(0))
    assert np.array_equal(values, values.round())
    assert values[0] == 0
