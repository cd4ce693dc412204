"""The table of ways to write is whole."""

import itertools

import numpy as np
import pytest

from qbi_utils.simulate._glyphs import VARIANTS


def test_every_digit_is_written_in_ways_whose_probabilities_add_up_to_one():
    assert list(VARIANTS) == list(range(10))
    for variants in VARIANTS.values():
        assert sum(variant.probability for variant in variants) == pytest.approx(1)


def test_every_point_belongs_to_a_stroke():
    for variant in itertools.chain.from_iterable(VARIANTS.values()):
        letters = set("".join(variant.strokes.split()))
        assert letters == {chr(ord("A") + index) for index in range(len(variant.points))}
        assert {len(stroke) for stroke in variant.strokes.split()} <= {2, 3, 4}
        assert np.shape(variant.points)[1] == 2
