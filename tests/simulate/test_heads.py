"""Heads against the equation of the spin echo and the statistics of magnitudes."""

import math

import numpy as np
import pytest
from scipy import ndimage

from qbi_utils import simulate


def simulated(**changes):
    return simulate.head_phantom(**{"n_images": 2, "shape": (64, 48), **changes})


def test_tissues_have_the_signals_of_the_spin_echo():
    _, _, tissues, clean = simulate.head_phantom(3, bias=0, rng=0)
    signals = {name: clean[tissues == index] for index, name in enumerate(simulate.TISSUES)}
    assert all((values == values[0]).all() for values in signals.values())
    grey, white, fluid, lesion = (
        signals[name][0] for name in ("grey matter", "white matter", "fluid", "lesion")
    )
    np.testing.assert_allclose(white, 1)
    e = math.exp
    t1_weighted = 0.86 * (1 - e(-500 / 833)) * e(-15 / 83) / (0.77 * (1 - e(-500 / 500)) * e(-15 / 70))
    t2_weighted = 0.86 * (1 - e(-4000 / 833)) * e(-100 / 83) / (0.77 * (1 - e(-4000 / 500)) * e(-100 / 70))
    np.testing.assert_allclose(grey[:2], [t1_weighted, t2_weighted], rtol=1e-5)
    assert fluid[2] < 1e-6
    assert lesion[2] > 1.5 * grey[2] > 1.5
    assert fluid[0] < grey[0] < white[0]
    assert white[1] < grey[1] < lesion[1] < fluid[1]
    assert (signals["air"] == 0).all()
    assert (signals["bone"] == 0).all()


def test_lesion_without_contrast_is_white_matter():
    _, lesions, _, clean = simulate.head_phantom(2, bias=0, lesion_contrast=0, rng=0)
    np.testing.assert_allclose(clean[lesions], 1)


def test_lesions_lie_in_the_brain_and_have_the_size_asked():
    small, large = (simulate.head_phantom(20, lesion_radius=radius, rng=1) for radius in (3.0, 9.0))
    for result, radius in ((small, 3.0), (large, 9.0)):
        areas = result.lesions.sum(axis=(1, 2))
        assert (areas > 0).all()
        assert areas.max() <= np.pi * (1.3 * radius + 1) ** 2
        assert np.array_equal(result.lesions, result.tissues == 6)
        for image, lesion in zip(result.tissues, result.lesions, strict=True):
            around = ndimage.binary_dilation(lesion) & ~lesion
            assert not np.isin(image[around], (0, 1, 2)).any()
    assert 2 < large.lesions.sum() / small.lesions.sum() < 9


def test_magnitude_has_rician_noise():
    images, _, tissues, _ = simulate.head_phantom(10, bias=0, noise=0.1, rng=2)
    air, white = images[tissues == 0], images[tissues == 5]
    # Where there is no signal: Rayleigh.
    assert air.mean() == pytest.approx(0.1 * np.sqrt(np.pi / 2), rel=0.01)
    assert (air**2).mean() == pytest.approx(2 * 0.1**2, rel=0.01)
    # Where there is much: normal, shifted up by half the variance.
    assert white.mean() == pytest.approx(1 + 0.1**2 / 2, abs=0.002)
    assert white.std() == pytest.approx(0.1, rel=0.02)
    assert (images >= 0).all()


def test_bias_stays_in_its_range():
    _, _, tissues, clean = simulate.head_phantom(20, bias=0.4, rng=3)
    white = clean[tissues == 5]
    assert np.exp(-0.4) * 0.999 <= white.min() < 0.85
    assert 1.15 < white.max() <= np.exp(0.4) * 1.001
    np.testing.assert_allclose(white, white[:, :1] * [1, 1, 1], rtol=1e-5)  # one coil for all contrasts


def test_a_head_without_white_matter_has_no_lesion():
    assert not simulate.head_phantom(1, (2, 2), rng=0).lesions.any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_images": -1}, "n_images must be a whole number of at least 0"),
        ({"shape": (3.5, 4)}, "shape must be"),
        ({"lesion_radius": 0}, "lesion_radius must be greater than 0"),
        ({"lesion_contrast": 1.5}, "lesion_contrast must be between 0 and 1"),
        ({"bias": -0.1}, "bias must be at least 0"),
        ({"noise": (0.1, np.inf)}, "noise must be at least 0, got inf"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        simulated(**arguments)
