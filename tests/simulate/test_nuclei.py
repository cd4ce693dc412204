"""Nuclei against geometry, optics and counting statistics worked out by hand."""

import numpy as np
import pytest
from scipy import ndimage
from skimage.measure import regionprops

from qbi_utils import simulate


def simulated(**changes):
    return simulate.nuclei(**{"n_images": 2, "shape": (64, 48), **changes})


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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_images": 1.5}, "n_images must be a whole number of at least 0, got 1.5"),
        ({"shape": (5,)}, r"shape must be \(height, width\)"),
        ({"n_nuclei": (4, 2)}, r"n_nuclei must be a range \(low, high\) with low <= high"),
        ({"n_nuclei": (1, 2, 3)}, r"n_nuclei must be a whole number of at least 0, got \(1, 2, 3"),
        ({"radius": 0}, "radius must be greater than 0, got 0.0"),
        ({"radius": [3, 4]}, r"radius must be a number or a range \(low, high\), got \[3, 4\]"),
        ({"irregularity": 1}, "irregularity must be at least 0 and below 1, got 1.0"),
        ({"touching": 1.1}, "touching must be between 0 and 1, got 1.1"),
        ({"blur": (2, 1)}, r"blur must be a range \(low, high\) with low <= high"),
        ({"photons": -1}, "photons must be at least 0"),
        ({"background": [1, 2, 3]}, "background must hold one number for each of the 2 images"),
        ({"read_noise": -1}, "read_noise must be at least 0"),
        ({"illumination": 2}, "illumination must be between 0 and 1, got 2.0"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        simulated(**arguments)
