"""Ground truth and noise of the simulations, against laws of physics worked out by hand."""

import itertools
import math

import numpy as np
import pytest
from scipy import ndimage
from skimage.measure import label, regionprops

from qbi_utils import simulate
from qbi_utils.augment import deskew
from qbi_utils.datasets import load_mnist
from qbi_utils.neighbors import nearest_neighbors

MODELS = {
    "radiograph": lambda **kw: simulate.radiograph(**{"shape": (64, 48), "n_spots": 20, **kw}),
    "nuclei": lambda **kw: simulate.nuclei(**{"n_images": 2, "shape": (64, 48), **kw}),
    "head_phantom": lambda **kw: simulate.head_phantom(**{"n_images": 2, "shape": (64, 48), **kw}),
    "porous_volume": lambda **kw: simulate.porous_volume(**{"shape": (16, 20, 24), **kw}),
}
DRAWINGS = {
    "draw_strokes": lambda **kw: simulate.draw_strokes(**{"characters": [[[(1, 2), (5, 6)]]] * 2, **kw}),
    "digits": lambda **kw: simulate.digits(**{"labels": [3, 8], **kw}),
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


# --------------------------------------------------------------------------- strokes of a pen


def _ink_by_hand(distance, radius, softness):
    """Ink at a distance from the stroke, as documented."""
    return np.clip(0.5 + (radius - distance) / softness, 0, 1)


def _dense_curve(stroke):
    """5000 points of a Bézier curve, by the definition of Bernstein polynomials."""
    t, degree = np.linspace(0, 1, 5000), len(stroke) - 1
    return sum(
        math.comb(degree, i) * np.outer(t**i * (1 - t) ** (degree - i), point)
        for i, point in enumerate(stroke)
    )


def _dense_distance(stroke, shape, oversampling):
    """Distance of each subpixel to a Bézier curve."""
    curve = _dense_curve(stroke)
    rows, columns = (((np.arange(side * oversampling) + 0.5) / oversampling) - 0.5 for side in shape)
    return np.array([[np.hypot(*(curve - (row, column)).T).min() for column in columns] for row in rows])


def test_profile_of_a_line_is_worked_out_by_hand():
    line = [[(5, -20), (5, 30)]]
    (image,) = simulate.draw_strokes([line], (11, 9), pen_radius=2, softness=1, oversampling=2)
    # Points of a pixel lie a quarter of a pixel from its middle. Row 7 is 1.75 and 2.25 away: 0.75 and 0.25.
    np.testing.assert_allclose(image[:, 4], [0, 0, 0, 0.5, 1, 1, 1, 0.5, 0, 0, 0], atol=1e-6)
    (image,) = simulate.draw_strokes([line], (11, 9), pen_radius=1, softness=2, oversampling=2)
    # 0 and 0.25 away: 0.875; 0.75 and 1.25: 0.625 and 0.375; 1.75 and 2.25: 0.125 and 0.
    np.testing.assert_allclose(image[2:9, 4], [0, 0.0625, 0.5, 0.875, 0.5, 0.0625, 0], atol=1e-6)
    np.testing.assert_allclose(image, image[:, :1] * np.ones(9), atol=1e-6)


@pytest.mark.parametrize("softness", [0, 0.7, 3])
def test_a_point_is_a_disc_and_a_line_a_capsule(softness):
    characters = [[[(10, 10), (10, 10)]], [[(8, 5), (12, 17)]]]
    point, line = simulate.draw_strokes(
        characters, (21, 22), pen_radius=3, softness=softness, oversampling=16
    )
    # The mean over the ramp of the disc's squared radius.
    disc = np.pi * (3**2 + softness**2 / 12)
    assert point.sum() == pytest.approx(disc, rel=2e-3)
    assert line.sum() == pytest.approx(disc + 2 * 3 * math.hypot(4, 12), rel=2e-3)
    np.testing.assert_allclose(point[:21, :21], point[:21, :21].T, atol=1e-5)


@pytest.mark.parametrize("oversampling", [1, 3])
@pytest.mark.parametrize("n_points", [2, 3, 4])
def test_curves_have_the_distance_of_a_dense_reference(n_points, oversampling):
    rng = np.random.default_rng(n_points)
    for softness in (0.5, 2):
        stroke = rng.uniform(1, 11, (n_points, 2))
        (image,) = simulate.draw_strokes(
            [[stroke]], (12, 13), pen_radius=1.5, softness=softness, oversampling=oversampling
        )
        ink = _ink_by_hand(_dense_distance(stroke, (12, 13), oversampling), 1.5, softness)
        expected = ink.reshape(12, oversampling, 13, oversampling).mean(axis=(1, 3))
        # Chords lie at most 0.05 pixels beside the curve; the reference steps less than 0.005.
        np.testing.assert_allclose(image, expected, atol=0.055 / softness)


def test_a_curve_of_lower_degree_is_one_of_higher_degree():
    a, b = np.array([2.0, 3.0]), np.array([11.0, 9.0])
    line = [(a, b), (a, (a + b) / 2, b), (a, a + (b - a) / 3, a + 2 * (b - a) / 3, b)]
    images = simulate.draw_strokes([[stroke] for stroke in line], (14, 14))
    np.testing.assert_allclose(images[1:], images[[0, 0]], atol=1e-5)


def test_oversampling_converges():
    _, strokes = simulate.digits(np.arange(10), rng=0, return_strokes=True)
    finest = simulate.draw_strokes(strokes, oversampling=16)
    errors = [np.abs(simulate.draw_strokes(strokes, oversampling=n) - finest).max() for n in (1, 2, 4, 8)]
    assert all(second < 0.6 * first for first, second in itertools.pairwise(errors))
    assert errors[1] < 0.06


def test_crossing_strokes_add_no_ink():
    strokes = [[(2, 2), (12, 12)], [(2, 12), (7, 0), (12, 2)], [(3, 1), (5, 14), (9, 3), (11, 12)]]
    both, *single = simulate.draw_strokes(
        [strokes, *([stroke] for stroke in strokes)], (15, 15), oversampling=1
    )
    assert np.array_equal(both, np.max(single, axis=0))
    assert np.array_equal(both, simulate.draw_strokes([strokes[::-1]], (15, 15), oversampling=1)[0])


def test_what_leaves_the_image_is_cut():
    strokes = [[(-5, 3), (30, 25)], [(10, -9), (2, 40), (25, 12)]]
    large = simulate.draw_strokes([[np.add(stroke, 10) for stroke in strokes]], (40, 40))
    cut = simulate.draw_strokes([strokes], (20, 20))
    np.testing.assert_allclose(cut, large[:, 10:30, 10:30], atol=1e-4)
    assert not simulate.draw_strokes([[[(-9, 0), (-9, 9)], [(90, 0), (90, 9)]]], (8, 8)).any()


def test_characters_may_have_no_stroke_and_each_its_own_pen():
    line = [[(5, 2), (5, 8)]]
    images = simulate.draw_strokes([[], line, line], (11, 11), pen_radius=[1, 1, 2], softness=(0.5, 1), rng=0)
    assert not images[0].any()
    assert images[2].sum() > 1.5 * images[1].sum() > 0
    assert simulate.draw_strokes([], (3, 4)).shape == (0, 3, 4)


# --------------------------------------------------------------------------- handwritten digits

LABELS = np.arange(300) % 10
PLAIN = {"slant": 0, "rotation": 0, "aspect": 1, "pen_radius": 1.3, "softness": 0.6}


@pytest.mark.parametrize("labels", [[3, 1], (3, 1), np.array([3, 1], np.uint8)])
def test_digits_are_those_asked_for(labels):
    images = simulate.digits(labels, rng=0)
    assert images.dtype == np.float32
    assert images.shape == (2, 28, 28)
    assert images.min() == 0
    assert 0.95 < images.max() <= 1
    assert images[0].sum() > 1.3 * images[1].sum()


def test_no_label_gives_no_image():
    images, strokes = simulate.digits([], return_strokes=True)
    assert images.shape == (0, 28, 28)
    assert strokes == []


def test_the_same_seed_gives_the_same_digits_whatever_the_other_labels_and_the_threads():
    images = simulate.digits(LABELS, rng=1)
    assert np.array_equal(simulate.digits(LABELS, rng=1, n_jobs=2), images)
    assert not np.array_equal(simulate.digits(LABELS, rng=2), images)
    others = LABELS.copy()
    others[10:] = 8
    again = simulate.digits(others, rng=1)
    same = others == LABELS
    assert np.array_equal(again[same], images[same])


def test_strokes_draw_the_digits_again():
    rng = np.random.default_rng(0)
    pen = {"pen_radius": rng.uniform(0.8, 2, 300), "softness": rng.uniform(0, 1, 300)}
    images, strokes = simulate.digits(LABELS, **pen, jitter=(0, 3), rng=0, return_strokes=True)
    assert {len(stroke) for character in strokes for stroke in character} == {2, 3, 4}
    redrawn = simulate.draw_strokes(strokes, **pen)
    # Where rounding adds one chord to a curve, ink moves by less than the chord's 0.05 pixels.
    hard = pen["softness"] > 0.3
    assert np.quantile(np.abs(redrawn - images), 0.9999) < 1e-3
    np.testing.assert_allclose(redrawn[hard], images[hard], atol=0.05 / 0.3)


@pytest.mark.parametrize("source", ["MNIST", "simulated"])
def test_digits_have_box_and_centre_of_mnist(source):
    if source == "MNIST":
        images = load_mnist("train").images[:3000] / 255
    else:
        images = simulate.digits(np.arange(3000) % 10, jitter=(0, 2), rng=0)
    sides = []
    for axis in (2, 1):
        mass = images.sum(axis=axis)
        inked = mass > 0
        sides.append(28 - inked[:, ::-1].argmax(axis=1) - inked.argmax(axis=1))
        centres = mass @ np.arange(28) / mass.sum(axis=1)
        assert np.abs(centres - 14).max() <= 0.5 + 1e-5
        assert centres.mean() == pytest.approx(14, abs=0.05)
    assert np.mean(np.max(sides, axis=0) == 20) > 0.999


def test_strokes_and_pen_fill_the_box():
    softness = np.linspace(0, 2, 300)
    _, characters = simulate.digits(
        LABELS, jitter=2, pen_radius=1.5, softness=softness, rng=0, return_strokes=True
    )
    extents = [np.ptp(np.concatenate([_dense_curve(stroke) for stroke in own]), axis=0) for own in characters]
    np.testing.assert_allclose(np.max(extents, axis=1) + 2 * 1.5 + softness, 20, atol=1e-4)


def test_ink_resembles_that_of_mnist():
    train = load_mnist("train")
    real, labels = train.images[:5000] / 255, train.labels[:5000]
    simulated = np.round(simulate.digits(labels, rng=0) * 255) / 255
    for digit in range(10):
        means = [images[labels == digit].mean() for images in (real, simulated)]
        assert means[1] == pytest.approx(means[0], rel=0.2)
    assert simulated.mean() == pytest.approx(real.mean(), rel=0.05)
    saturated = [(images > 0.98).sum() / (images > 0).sum() for images in (real, simulated)]
    assert saturated[1] == pytest.approx(saturated[0], abs=0.05)


def test_real_digits_are_recognised_by_simulated_ones():
    train = load_mnist("train")
    labels = np.arange(4000) % 10
    simulated = deskew(simulate.digits(labels, jitter=(0.5, 2), rng=0))
    real = deskew((train.images[:500] / 255).astype(np.float32))
    found = labels[nearest_neighbors(simulated, real)[:, 0]]
    assert (found == train.labels[:500]).mean() > 0.88


@pytest.mark.parametrize("digit", range(10))
def test_ways_of_writing_have_their_probabilities(digit):
    variants = simulate._VARIANTS[digit]
    probabilities = [variant.probability for variant in variants]
    assert sum(probabilities) == pytest.approx(1)
    images = simulate.digits(np.full(1000, digit), jitter=0, **PLAIN, rng=digit)
    # Without jitter only the ways of writing differ.
    _, counts = np.unique(images.reshape(1000, -1), axis=0, return_counts=True)
    assert len(counts) == len(variants)
    for count, probability in zip(sorted(counts), sorted(probabilities), strict=True):
        assert abs(count - 1000 * probability) < 4 * math.sqrt(1000 * probability * (1 - probability)) + 1e-9


def test_every_point_belongs_to_a_stroke():
    for variant in itertools.chain.from_iterable(simulate._VARIANTS.values()):
        letters = set("".join(variant.strokes.split()))
        assert letters == {chr(ord("A") + index) for index in range(len(variant.points))}
        assert {len(stroke) for stroke in variant.strokes.split()} <= {2, 3, 4}
        assert np.shape(variant.points)[1] == 2


@pytest.mark.parametrize("jitter", [0, 0.5, 2])
def test_jitter_is_the_standard_deviation_of_the_points(jitter):
    labels = np.full(2000, 1)
    plain = {**PLAIN, "pen_radius": 0.5, "softness": 0}
    _, strokes = simulate.digits(labels, jitter=jitter, **plain, rng=0, return_strokes=True)
    bows = np.array([character[0] for character in strokes if len(character) == 1])
    # In the frame the line is 20 rows high on average; it is scaled to 19 pixels. A bow's middle point moves
    # sideways by the jitter, the middle of its ends, which it is compared with, by 1 / sqrt(2) of it.
    sideways = (bows[:, 1] - (bows[:, 0] + bows[:, 2]) / 2)[:, 1]
    assert sideways.std() == pytest.approx(jitter * math.sqrt(1.5) * 19 / 20, rel=0.06, abs=1e-9)


def test_each_digit_may_have_its_own_jitter():
    jitter = np.where(np.arange(400) < 200, 0.0, 2.0)
    images = simulate.digits(np.zeros(400, int), jitter=jitter, **PLAIN, rng=0).reshape(400, -1)
    assert len(np.unique(images[:200], axis=0)) == len(simulate._VARIANTS[0])
    assert len(np.unique(images[200:], axis=0)) == 200


@pytest.mark.parametrize(
    ("change", "matrix"),
    [
        ({"rotation": 90}, [[0, -1], [1, 0]]),
        ({"rotation": 30}, [[math.sqrt(0.75), -0.5], [0.5, math.sqrt(0.75)]]),
        ({"slant": 0.5}, [[1, 0], [-0.5, 1]]),
        ({"aspect": 0.8}, [[1, 0], [0, 0.8]]),
        ({"rotation": 90, "slant": 0.5, "aspect": 0.8}, [[0.5, -0.8], [1, 0]]),
    ],
)
def test_slant_aspect_and_rotation_map_the_points(change, matrix):
    """Counter-clockwise: what points to the right, (0, 1), comes to point up, (-1, 0)."""
    pairs = [
        simulate.digits(LABELS[:30], **{**PLAIN, **arguments}, rng=0, return_strokes=True)[1]
        for arguments in ({}, change)
    ]
    for before, after in zip(*pairs, strict=True):
        left, right = np.concatenate(before), np.concatenate(after)
        left, right = left - left.mean(axis=0), right - right.mean(axis=0)
        mapped = left @ np.transpose(matrix)
        scale = (mapped * right).sum() / (mapped**2).sum()
        assert scale > 0
        np.testing.assert_allclose(scale * mapped, right, atol=1e-9)


def test_strokes_that_share_a_point_stay_joined():
    _, characters = simulate.digits(np.full(100, 6), jitter=2, rng=0, return_strokes=True)
    for stem, *loop in characters:
        assert np.array_equal(stem[-1], loop[0][0])


def test_a_pen_too_fine_to_see_leaves_no_ink():
    assert not simulate.digits([1], pen_radius=1e-6, softness=0, rng=0).any()


def test_strokes_and_labels_are_not_changed():
    labels, stroke = np.array([2, 5]), np.array([[1.0, 2.0], [5.0, 9.0], [3.0, 3.0]])
    before = labels.copy(), stroke.copy()
    simulate.digits(labels, rng=0)
    simulate.draw_strokes([[stroke]])
    assert np.array_equal(labels, before[0])
    assert np.array_equal(stroke, before[1])


def test_kernels_do_in_plain_python_what_they_do_compiled(decompile):
    strokes = [[[(2, 2), (1, 9), (8, 3), (9, 9)], [(5, 5), (5, 5)]], []]

    def results():
        return simulate.draw_strokes(strokes, (6, 7), oversampling=2)

    compiled = results()
    decompile(simulate)
    np.testing.assert_allclose(results(), compiled, atol=1e-5)


# --------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("model", "arguments", "message"),
    [
        ("radiograph", {"shape": (0, 4)}, r"shape must be \(height, width\), both whole and at least 1"),
        ("radiograph", {"shape": 64}, r"shape must be \(height, width\), both whole and at least 1, got 64"),
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
        (
            "draw_strokes",
            {"characters": [[], [[(1, 2)]]]},
            r"characters\[1\]\[0\] must have shape .*, got \(1, 2\)",
        ),
        (
            "draw_strokes",
            {"characters": [[[(1, 2)] * 5]]},
            r"characters\[0\]\[0\] must have .* or \(4, 2\), got \(5, 2",
        ),
        (
            "draw_strokes",
            {"characters": [[(1, 2), (3, 4)]]},
            r"characters\[0\]\[0\] must have shape .*, got \(2,\)",
        ),
        (
            "draw_strokes",
            {"characters": [[[(1, 2), (3, np.nan)]]]},
            r"characters\[0\]\[0\] must be finite, got .*nan",
        ),
        ("draw_strokes", {"shape": (28, 0)}, r"shape must be \(height, width\), both whole and at least 1"),
        ("draw_strokes", {"pen_radius": 0}, "pen_radius must be greater than 0, got 0.0"),
        (
            "draw_strokes",
            {"pen_radius": [1, 2, 3]},
            "pen_radius must hold one number for each of the 2 images",
        ),
        ("draw_strokes", {"softness": -0.1}, "softness must be at least 0, got -0.1"),
        ("draw_strokes", {"oversampling": 0}, "oversampling must be a whole number of at least 1, got 0"),
        ("draw_strokes", {"oversampling": 1.5}, "oversampling must be a whole number of at least 1, got 1.5"),
        ("digits", {"labels": 3}, r"labels must be a sequence of digits, got shape \(\)"),
        ("digits", {"labels": [[1]]}, r"labels must be a sequence of digits, got shape \(1, 1\)"),
        ("digits", {"labels": [1, 2, 10]}, "labels must be whole numbers from 0 to 9, got 10 at position 2"),
        ("digits", {"labels": [1, -1]}, "labels must be whole numbers from 0 to 9, got -1 at position 1"),
        ("digits", {"labels": [0.5]}, "labels must be whole numbers from 0 to 9, got 0.5 at position 0"),
        (
            "digits",
            {"labels": [1, np.nan]},
            "labels must be whole numbers from 0 to 9, got nan at position 1",
        ),
        ("digits", {"labels": ["3"]}, "labels must be whole numbers from 0 to 9, got '3' at position 0"),
        ("digits", {"labels": [True]}, "labels must be whole numbers from 0 to 9, got True at position 0"),
        ("digits", {"jitter": -1}, "jitter must be at least 0, got -1.0"),
        (
            "digits",
            {"jitter": (2, 1)},
            r"jitter must be a range \(low, high\) with low <= high, got \(2, 1\)",
        ),
        ("digits", {"jitter": [1, 2, 3]}, "jitter must hold one number for each of the 2 images"),
        ("digits", {"slant": np.inf}, "slant must be a number, got inf"),
        ("digits", {"rotation": np.nan}, "rotation must be a number, got nan"),
        ("digits", {"aspect": 0}, "aspect must be greater than 0, got 0.0"),
        ("digits", {"pen_radius": (-1, 1)}, "pen_radius must be greater than 0, got -1.0"),
        ("digits", {"softness": np.nan}, "softness must be at least 0, got nan"),
        (
            "digits",
            {"pen_radius": 9, "softness": 2},
            r"pen_radius \+ softness / 2 must be below 10, .*got 10",
        ),
        ("digits", {"oversampling": 0}, "oversampling must be a whole number of at least 1, got 0"),
    ],
)
def test_bad_input_is_named(model, arguments, message):
    with pytest.raises(ValueError, match=message):
        (MODELS | DRAWINGS)[model](**arguments)
