"""Ground truth and noise of the simulations, against laws of physics worked out by hand."""

import math

import numpy as np
import pytest
from scipy import ndimage
from skimage.measure import label, regionprops

from qbi_utils import simulate

MODELS = {
    "radiograph": lambda **kw: simulate.radiograph(**{"shape": (64, 48), "n_spots": 20, **kw}),
    "nuclei": lambda **kw: simulate.nuclei(**{"n_images": 2, "shape": (64, 48), **kw}),
    "head_phantom": lambda **kw: simulate.head_phantom(**{"n_images": 2, "shape": (64, 48), **kw}),
    "porous_volume": lambda **kw: simulate.porous_volume(**{"shape": (16, 20, 24), **kw}),
}


@pytest.mark.parametrize("model", MODELS)
def test_the_same_seed_gives_the_same_images(model):
    first, again, other = (MODELS[model](rng=seed) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


@pytest.mark.parametrize("model", MODELS)
def test_images_are_float32_and_truth_has_their_shape(model):
    result = MODELS[model](rng=0)
    assert result[0].dtype == result.clean.dtype == np.float32
    assert result[1].shape == result[0].shape[: result[1].ndim]


# --------------------------------------------------------------------------- radiograph


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


# --------------------------------------------------------------------------- nuclei


def _gap_between(labels):
    """Whether no pixel has a neighbour, diagonals included, of another nucleus."""
    largest = ndimage.maximum_filter(labels, 3)
    smallest = ndimage.minimum_filter(np.where(labels, labels, labels.max() + 1), 3)
    return (largest[labels > 0] == labels[labels > 0]).all() and (
        smallest[labels > 0] == labels[labels > 0]
    ).all()


def test_labels_count_the_nuclei():
    result = simulate.nuclei(30, (160, 160), n_nuclei=(3, 6), rng=0)
    counts = result.labels.max(axis=(1, 2))
    assert set(counts) == {3, 4, 5, 6}
    for image, count in zip(result.labels, counts, strict=True):
        assert np.array_equal(np.unique(image), np.arange(count + 1))


def test_nuclei_keep_a_gap_unless_they_are_to_touch():
    apart = simulate.nuclei(10, n_nuclei=10, touching=0, irregularity=0.3, rng=1)
    together = simulate.nuclei(10, n_nuclei=10, touching=1, irregularity=0.3, rng=1)
    assert all(_gap_between(labels) for labels in apart.labels)
    assert not any(_gap_between(labels) for labels in together.labels)


def test_circles_have_the_area_of_circles():
    labels = simulate.nuclei(20, radius=9.0, irregularity=0, touching=0, rng=2).labels
    areas = [
        region.area
        for image in labels
        for region in regionprops(image)
        if min(region.bbox[:2]) > 0 and max(region.bbox[2:]) < 128
    ]
    assert np.mean(areas) == pytest.approx(np.pi * 81, rel=0.01)
    assert np.std(areas) < 6


def test_outlines_deviate_no_more_than_asked():
    labels = simulate.nuclei(40, (64, 64), n_nuclei=1, radius=9.0, irregularity=0.3, rng=2).labels
    areas = labels.sum(axis=(1, 2))
    inside = [not (image[[0, -1]].any() or image[:, [0, -1]].any()) for image in labels]
    assert areas.max() < np.pi * (9 * 1.3 + 1) ** 2
    # The mean of (1 + s)^2 exceeds 1 by half the sum of the squared amplitudes.
    assert np.pi * 81 * 0.98 < areas[inside].mean() < np.pi * 81 * (1 + 0.3**2 / 2) * 1.02


def test_crowded_images_leave_nuclei_out():
    labels = simulate.nuclei(1, (40, 40), n_nuclei=50, radius=8.0, rng=0).labels
    assert 1 < labels.max() < 20


def test_nuclei_shine_as_bright_as_asked():
    plain = {"blur": 0, "illumination": 0, "photons": 300, "background": 50, "rng": 3}
    _, labels, clean = simulate.nuclei(20, **plain)
    assert (clean[labels == 0] == 50).all()
    means = [clean[i][labels[i] == k].mean() for i in range(20) for k in range(1, labels[i].max() + 1)]
    assert np.mean(means) == pytest.approx(350, rel=0.03)
    # Uniform between 0.7 and 1.3; the mottle averages out within a nucleus.
    assert np.std(means) == pytest.approx(300 * 0.6 / np.sqrt(12), rel=0.2)


def test_micrographs_have_poisson_and_read_noise():
    images, labels, clean = simulate.nuclei(20, photons=400, background=10, read_noise=5, rng=4)
    residual = images - clean
    for pixels in (labels == 0, labels > 0):
        assert residual[pixels].var() == pytest.approx(clean[pixels].mean() + 25, rel=0.03)
        assert abs(residual[pixels].mean()) < 4 * residual[pixels].std() / np.sqrt(pixels.sum())


def test_light_falls_off_with_the_square_of_the_distance():
    clean = simulate.nuclei(5, photons=0, background=100, illumination=0.5, rng=5).clean
    rows, columns = np.indices((128, 128))
    for image in clean:
        top, left = np.unravel_index(image.argmax(), image.shape)
        expected = 100 - 50 * ((rows - top) ** 2 + (columns - left) ** 2) / (2 * 128**2)
        np.testing.assert_allclose(image, expected, atol=0.5)
        assert image.max() == pytest.approx(100, abs=0.01)


# --------------------------------------------------------------------------- head phantom


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


# --------------------------------------------------------------------------- porous volume


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


# --------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("model", "arguments", "message"),
    [
        ("radiograph", {"shape": (0, 4)}, r"shape must be \(height, width\), both whole and at least 1"),
        ("radiograph", {"n_spots": -1}, "n_spots must be a whole number of at least 0, got -1"),
        ("radiograph", {"n_spots": True}, "n_spots must be a whole number of at least 0, got True"),
        ("radiograph", {"spot_brightness": -1}, "spot_brightness must be at least 0, got -1.0"),
        ("radiograph", {"neutrons": np.nan}, "neutrons must be at least 0, got nan"),
        ("radiograph", {"blur": (0, 1)}, r"blur must be one number, got \(0, 1\)"),
        ("radiograph", {"read_noise": -2}, "read_noise must be at least 0, got -2.0"),
        ("nuclei", {"n_images": 1.5}, "n_images must be a whole number of at least 0, got 1.5"),
        ("nuclei", {"shape": (5,)}, r"shape must be \(height, width\)"),
        ("nuclei", {"n_nuclei": (4, 2)}, r"n_nuclei must be a range \(low, high\) with low <= high"),
        ("nuclei", {"n_nuclei": (1, 2, 3)}, r"n_nuclei must be a whole number of at least 0, got \(1, 2, 3"),
        ("nuclei", {"radius": 0}, "radius must be greater than 0, got 0.0"),
        ("nuclei", {"radius": [3, 4]}, r"radius must be a number or a range \(low, high\), got \[3, 4\]"),
        ("nuclei", {"irregularity": 1}, "irregularity must be at least 0 and below 1, got 1.0"),
        ("nuclei", {"touching": 1.1}, "touching must be between 0 and 1, got 1.1"),
        ("nuclei", {"blur": (2, 1)}, r"blur must be a range \(low, high\) with low <= high"),
        ("nuclei", {"photons": -1}, "photons must be at least 0"),
        ("nuclei", {"background": [1, 2, 3]}, "background must hold one number for each of the 2 images"),
        ("nuclei", {"read_noise": -1}, "read_noise must be at least 0"),
        ("nuclei", {"illumination": 2}, "illumination must be between 0 and 1, got 2.0"),
        ("head_phantom", {"n_images": -1}, "n_images must be a whole number of at least 0"),
        ("head_phantom", {"shape": (3.5, 4)}, "shape must be"),
        ("head_phantom", {"lesion_radius": 0}, "lesion_radius must be greater than 0"),
        ("head_phantom", {"lesion_contrast": 1.5}, "lesion_contrast must be between 0 and 1"),
        ("head_phantom", {"bias": -0.1}, "bias must be at least 0"),
        ("head_phantom", {"noise": (0.1, np.inf)}, "noise must be at least 0, got inf"),
        ("porous_volume", {"shape": (4, 4)}, r"shape must be \(depth, height, width\), all whole"),
        ("porous_volume", {"structure": "cracks"}, "structure must be 'pores' or 'roots', got 'cracks'"),
        ("porous_volume", {"volume_fraction": 0}, "volume_fraction must be above 0 and below 1, got 0.0"),
        ("porous_volume", {"size": 0}, "size must be greater than 0"),
        ("porous_volume", {"contrast": np.nan}, "contrast must be a number, got nan"),
        ("porous_volume", {"blur": -1}, "blur must be at least 0"),
    ],
)
def test_bad_input_is_named(model, arguments, message):
    with pytest.raises(ValueError, match=message):
        MODELS[model](**arguments)
