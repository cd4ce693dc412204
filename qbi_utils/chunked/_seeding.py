"""Generators that depend on their place alone, not on the chunks or on who asks first."""

import numpy as np

from .._validation import validate_number


def _seed_sequence(rng):
    """Return the sequence that all generators of a call are spawned from; a generator advances."""
    if isinstance(rng, np.random.SeedSequence):
        return rng
    if isinstance(rng, np.random.Generator):
        return np.random.SeedSequence(rng.integers(2**32, size=4).tolist())
    if rng is not None:
        validate_number("rng", rng)
    return np.random.SeedSequence(rng)


def spawn(seed, *place):
    """Make generator number `place` of a seed sequence, whoever asks and in whatever order."""
    key = {"spawn_key": (*seed["spawn_key"], *map(int, place))}
    return np.random.default_rng(np.random.SeedSequence(**seed | key))


def seed_state(rng):
    """Numbers that make the seed sequence again, and the same token in Dask, in another process."""
    return _seed_sequence(rng).state | {"n_children_spawned": 0}
