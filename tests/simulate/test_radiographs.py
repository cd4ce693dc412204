"""Radiographs against the law of Beer and Lambert, counting statistics, and scikit-image's regions."""

import numpy as np
import pytest
from skimage.measure import label, regionprops

from qbi_utils import simulate


def simulated(**changes):
    return simulate.radiograph(**{"shape": (64, 48), "n_spots": 20, **changes})


def test_sample_attenuates_by_the_law_of_beer_and_lambert():
    clean = simulate.radiograph((400, 1000), n_spots=0, neutrons=1000, blur=0, rng=0).clean
    rows, columns = np.linspace(-1, 1, 400), np.linspace(-1, 1, 1000)
    open_beam = 1000 * (1 - 0.1 * (rows[200] ** 2 + columns**2))
    # Steps of 3, 6, 9, 12 mm of iron with 1.2 per cm: e^-0.36, e^-0.72, ...
    for step, column in enumerate((105, 160, 215, 275), start=1):
        np.testing.assert_allclose(clean[200, column] / open_beam[column], np.exp(-0.36 * step), rtol=1e-5)
    np.testing.assert_allclose(clean[200, 350], open_beam[350], rtol=1e-5)
    assert clean.max() == pytest.approx(1000, rel=1e-3)


def test_radiograph_has_poisson_and_read_noise():
    image, spots, _, clean = simulate.radiograph((600, 600), neutrons=400, read_noise=30, rng=3)
    residual, expected = (image - clean)[~spots], clean[~spots]
    assert abs(residual.mean()) < 4 * residual.std() / np.sqrt(residual.size)
    assert residual.var() == pytest.approx(expected.mean() + 30**2, rel=0.02)
    dark, bright = expected < 150, expected > 350
    assert residual[dark].var() == pytest.approx(expected[dark].mean() + 900, rel=0.04)
    assert residual[bright].var() == pytest.approx(expected[bright].mean() + 900, rel=0.02)


def test_spots_are_where_the_mask_says_and_nowhere_else():
    with_spots = simulate.radiograph((300, 300), n_spots=200, spot_brightness=2000, rng=5)
    without = simulate.radiograph((300, 300), n_spots=200, spot_brightness=0, rng=5)
    added = with_spots.image.astype(float) - without.image
    assert np.array_equal(added > 0, with_spots.spots)
    assert (added[~with_spots.spots] == 0).all()


def test_spots_have_exponential_peaks():
    arguments = {"shape": (2000, 2000), "n_spots": 1000, "neutrons": 0, "read_noise": 0}
    image, _, boxes, _ = simulate.radiograph(**arguments, spot_brightness=500, rng=1)
    peaks = [image[top:bottom, left:right].max() for top, left, bottom, right in boxes]
    # Mean and standard deviation of an exponential distribution agree; 1000 of them, 4 standard errors.
    assert np.mean(peaks) == pytest.approx(500, rel=0.13)
    assert np.std(peaks) == pytest.approx(500, rel=0.2)
    assert np.median(peaks) == pytest.approx(500 * np.log(2), rel=0.15)


def test_boxes_are_those_of_regionprops():
    result = simulate.radiograph((500, 500), n_spots=30, rng=4)
    found = {region.bbox for region in regionprops(label(result.spots, connectivity=2))}
    boxes = {tuple(box) for box in result.boxes.tolist()}
    assert len(result.boxes) == 30
    assert len(found & boxes) >= 28  # two spots may meet
    covered = np.zeros((500, 500), bool)
    for top, left, bottom, right in result.boxes:
        covered[top:bottom, left:right] = True
        assert result.spots[top:bottom, left:right].any()
    assert covered[result.spots].all()


def test_spots_at_the_border_are_cut_and_none_is_fine():
    result = simulate.radiograph((3, 4), n_spots=50, rng=0)
    assert result.boxes[:, :2].min() == 0
    assert (result.boxes[:, 2:] <= (3, 4)).all()
    none = simulate.radiograph((8, 8), n_spots=0, rng=0)
    assert none.boxes.shape == (0, 4)
    assert not none.spots.any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"shape": (0, 4)}, r"shape must be \(height, width\), both whole and at least 1"),
        ({"shape": 64}, r"shape must be \(height, width\), both whole and at least 1, got 64"),
        ({"n_spots": -1}, "n_spots must be a whole number of at least 0, got -1"),
        ({"n_spots": True}, "n_spots must be a whole number of at least 0, got True"),
        ({"spot_brightness": -1}, "spot_brightness must be at least 0, got -1.0"),
        ({"neutrons": np.nan}, "neutrons must be at least 0, got nan"),
        ({"blur": (0, 1)}, r"blur must be one number, got \(0, 1\)"),
        ({"read_noise": -2}, "read_noise must be at least 0, got -2.0"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        simulated(**arguments)
