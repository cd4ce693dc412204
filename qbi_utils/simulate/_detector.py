"""The noise of a detector that counts."""

import numpy as np


def record(clean, read_noise, rng):
    """Count quanta whose mean is `clean`, and read them out: Poisson and normal noise."""
    counts = rng.poisson(clean).astype(np.float32)
    counts += np.float32(read_noise) * rng.standard_normal(clean.shape, np.float32)
    return counts
