"""Volumes of pores and roots: how much they fill, how they hang together, what their grey values are."""

import numpy as np
import pytest
from skimage.measure import label

from qbi_utils import simulate


def simulated(**changes):
    return simulate.porous_volume(**{"shape": (16, 20, 24), **changes})


@pytest.mark.parametrize("structure", ["pores", "roots"])
@pytest.mark.parametrize("fraction", [0.001, 0.02, 0.3])
def test_volume_fraction_is_exact(structure, fraction):
    mask = simulate.porous_volume((30, 40, 50), structure=structure, volume_fraction=fraction, rng=0).mask
    assert mask.sum() == round(fraction * 60_000)


@pytest.mark.parametrize("structure", ["pores", "roots"])
def test_grey_values_differ_by_the_contrast(structure):
    volume, mask, clean = simulate.porous_volume(
        structure=structure, volume_fraction=0.05, contrast=-3, rng=1
    )
    assert set(np.unique(clean)) == {-3, 0}
    assert np.array_equal(clean < 0, mask)
    assert (volume - clean).std() == pytest.approx(1, rel=0.01)
    assert volume[mask].mean() - volume[~mask].mean() == pytest.approx(-3, abs=0.05)


def test_blur_mixes_the_values_at_the_surface():
    _, mask, clean = simulate.porous_volume(volume_fraction=0.05, contrast=4, blur=1, rng=1)
    assert clean.sum() == pytest.approx(4 * mask.sum(), rel=0.02)
    assert ((clean > 0.5) & (clean < 3.5)).mean() > 0.03


def test_larger_pores_are_fewer():
    counts = [
        label(simulate.porous_volume(size=size, volume_fraction=0.05, rng=0).mask).max() for size in (1, 2, 4)
    ]
    assert counts[0] > 3 * counts[1] > 9 * counts[2] > 0


def test_roots_grow_from_a_face_without_a_gap():
    mask = simulate.porous_volume((64, 64, 64), structure="roots", volume_fraction=0.02, rng=0).mask
    parts = label(mask, connectivity=3)
    faces = [parts[[0, -1]], parts[:, [0, -1]], parts[:, :, [0, -1]]]
    touching = np.unique(np.concatenate([face.ravel() for face in faces]))
    assert parts.max() > 1
    assert set(touching) == set(range(parts.max() + 1))
    assert mask[0].mean() > 1.3 * mask[-1].mean() > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"shape": (4, 4)}, r"shape must be \(depth, height, width\), all whole"),
        ({"structure": "cracks"}, "structure must be 'pores' or 'roots', got 'cracks'"),
        ({"volume_fraction": 0}, "volume_fraction must be above 0 and below 1, got 0.0"),
        ({"size": 0}, "size must be greater than 0"),
        ({"contrast": np.nan}, "contrast must be a number, got nan"),
        ({"blur": -1}, "blur must be at least 0"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        simulated(**arguments)
