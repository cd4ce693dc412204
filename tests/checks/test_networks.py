"""Graders on networks take right answers, written in more than one way, and tell typical wrong ones apart."""

import numpy as np
import pytest
from scipy import optimize

from qbi_utils import checks

# --------------------------------------------------------------------------- networks


def test_parameter_count_accepts():
    assert checks.check_parameter_count(lambda size, n_in, n_out: n_out * n_in * size * size + n_out)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda size, n_in, n_out: size**2 * n_in * n_out, "biases are missing"),
        (lambda size, n_in, n_out: (size**2 + 1) * n_out, "one map below only"),
        (lambda size, n_in, n_out: (size**2 + 1) * n_in * n_out, "one bias, not one for each"),
        (lambda size, n_in, n_out: (size * n_in + 1) * n_out, "taken for a line"),
        (lambda size, n_in, n_out: size**2 * n_in + 1, "That is one filter"),
        (lambda size, n_in, n_out: size**2 * 28**2, "it is 1216, not 19600"),
        (lambda size, n_in, n_out: 1216, "it is 320, not 1216"),
        (lambda size, n_in, n_out: None, "returns nothing"),
        (lambda size, n_in, n_out: [1216], "should be one number"),
    ],
)
def test_parameter_count_rejects(answer, message):
    assert message in checks.check_parameter_count(answer).message


def see(layers, start=1, early=False, product=True):
    field, step = start, 1
    for size, stride in layers:
        if early:
            step *= stride
        field += (size - 1) * step
        if not early:
            step = step * stride if product else stride
    return field


def see_from_above(layers):
    field = 1
    for size, stride in reversed(layers):
        field = (field - 1) * stride + size
    return field


@pytest.mark.parametrize("answer", [see, see_from_above])
def test_receptive_field_accepts(answer):
    assert checks.check_receptive_field(answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda layers: 1 + sum(size - 1 for size, _ in layers), "strides make no difference"),
        (lambda layers: sum(size for size, _ in layers), "sizes are added up"),
        (lambda layers: see(layers, early=True), "acts on its own layer"),
        (lambda layers: see(layers, start=0), "One pixel is missing"),
        (lambda layers: see(layers, product=False), "strides of single layers"),
        (lambda layers: 27, "it is 3 pixels, not 27"),
        (lambda layers: see(layers) if len(layers) < 4 else 9, "it is 10 pixels, not 9"),
        (lambda layers: None, "returns nothing"),
    ],
)
def test_receptive_field_rejects(answer, message):
    assert message in checks.check_receptive_field(answer).message


def normalize_pair(training, test, *, reference=None, ddof=0, axis=0, floor=None, epsilon=0.0):
    reference = training if reference is None else reference
    mean, deviation = (
        reference.mean(axis=axis, keepdims=True),
        reference.std(axis=axis, ddof=ddof, keepdims=True),
    )
    deviation = np.where(deviation == 0, 1 if floor is None else floor, deviation) + epsilon
    return (training - mean) / deviation, (test - mean) / deviation


def normalize_in_place(training, test):
    mean = training.mean(axis=0)
    training -= mean
    return training, test - mean


@pytest.mark.parametrize("ddof", [0, 1])
def test_leak_free_normalization_accepts(ddof):
    assert checks.check_leak_free_normalization(
        lambda training, test: normalize_pair(training, test, ddof=ddof)
    )


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            lambda training, test: (
                normalize_pair(training, training)[0],
                normalize_pair(test, test)[0],
            ),
            "other test images come with it",
        ),
        (
            lambda training, test: normalize_pair(training, test, reference=np.concatenate([training, test])),
            "other test images come with it",
        ),
        (
            lambda training, test: (
                normalize_pair(training, test, reference=np.concatenate([training, test]))[0],
                normalize_pair(training, test)[1],
            ),
            "training images come out differently",
        ),
        (
            lambda training, test: tuple(
                normalize_pair(images, images, axis=(1, 2))[0] for images in (training, test)
            ),
            "normalised by itself",
        ),
        (lambda training, test: normalize_pair(training, test, axis=None), "share one mean"),
        (lambda training, test: normalize_pair(training, test, floor=0), "standard deviation, zero"),
        (
            lambda training, test: normalize_pair(training, test, epsilon=1e-8, floor=0),
            "divided by something",
        ),
        (lambda training, test: (training, test), "do not have mean 0"),
        (
            lambda training, test: (training - training.mean(axis=0), test - training.mean(axis=0)),
            "standard deviation 1",
        ),
        (lambda training, test: (normalize_pair(training, test)[0], test), "not shifted and scaled"),
        (normalize_in_place, "changes its input"),
        (lambda training, test: training, "should return two arrays"),
        (lambda training, test: (training, test[0]), "should have shape"),
    ],
)
def test_leak_free_normalization_rejects(answer, message):
    assert message in checks.check_leak_free_normalization(answer).message


def test_leak_free_normalization_rejects_changed_test_images():
    def answer(training, test):
        result = normalize_pair(training, test)
        test += 1
        return result

    assert "changes its input" in checks.check_leak_free_normalization(answer).message


# --------------------------------------------------------------------------- reading errors


def calibration_error(
    probabilities, labels, n_bins, weights=None, confidence=None, last=True, combine=np.sum
):
    confidence = probabilities.max(axis=1) if confidence is None else confidence
    right = probabilities.argmax(axis=1) == labels
    bins = np.floor(confidence * n_bins)
    if last:
        bins = np.minimum(bins, n_bins - 1)
    parts = [bins == number for number in range(n_bins) if (bins == number).any()]
    gaps = [abs(confidence[part].mean() - right[part].mean()) for part in parts]
    return combine(
        [gap * (part.mean() if weights is None else weights) for gap, part in zip(gaps, parts, strict=True)]
    )


def calibration_error_by_mass(probabilities, labels, n_bins):
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    parts = np.array_split(np.argsort(confidence, kind="stable"), n_bins)
    return sum(len(part) * abs(confidence[part].mean() - right[part].mean()) for part in parts) / len(labels)


def calibration_error_with_empty_bins(probabilities, labels, n_bins):
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.floor(confidence * n_bins)
    weights = np.bincount(bins.astype(int), minlength=n_bins)
    gaps = np.bincount(bins.astype(int), confidence - right, n_bins) / weights
    return (weights * np.abs(gaps)).sum() / len(labels)


def calibration_error_in_place(probabilities, labels, n_bins):
    result = calibration_error(probabilities, labels, n_bins)
    probabilities /= 2
    return result


def calibration_error_relabelled(probabilities, labels, n_bins):
    result = calibration_error(probabilities, labels, n_bins)
    labels += 1
    return result


def test_calibration_error_accepts():
    assert checks.check_calibration_error(calibration_error)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            lambda probabilities, labels, n_bins: calibration_error(
                probabilities, labels, n_bins, confidence=probabilities[np.arange(len(labels)), labels]
            ),
            "probability of the true class",
        ),
        (
            lambda probabilities, labels, n_bins: calibration_error(probabilities, labels, 1),
            "cancel each other",
        ),
        (
            lambda probabilities, labels, n_bins: calibration_error(
                probabilities, labels, n_bins, weights=1, combine=np.max
            ),
            "largest distance",
        ),
        (
            lambda probabilities, labels, n_bins: calibration_error(
                probabilities, labels, n_bins, weights=1, combine=np.mean
            ),
            "Every bin counts the same, however",
        ),
        (
            lambda probabilities, labels, n_bins: calibration_error(
                probabilities, labels, n_bins, weights=1 / n_bins
            ),
            "even the empty one",
        ),
        (calibration_error_by_mass, "hold equally many"),
        (calibration_error_with_empty_bins, "not a number"),
        (
            lambda probabilities, labels, n_bins: calibration_error(probabilities, labels, 10),
            "it is 0.156, not",
        ),
        (lambda probabilities, labels, n_bins: 0.156, "it is 0.3625, not"),
        (
            lambda probabilities, labels, n_bins: calibration_error(
                probabilities, labels, n_bins, last=False
            ),
            "it is 0.3625, not",
        ),
        (lambda probabilities, labels, n_bins: None, "returns nothing"),
        (lambda probabilities, labels, n_bins: probabilities.max(axis=1), "should be one number"),
        (calibration_error_in_place, "changes its input"),
        (calibration_error_relabelled, "changes its input"),
    ],
)
def test_calibration_error_rejects(answer, message):
    assert message in checks.check_calibration_error(answer).message


def soften(probabilities, temperature):
    logits = np.log(probabilities) / temperature
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def fit_temperature(probabilities, labels, bounds=(0.05, 20), objective=None):
    def log_loss(softened):
        return -np.log(softened[np.arange(len(labels)), labels]).mean()

    loss = objective or log_loss
    return optimize.minimize_scalar(
        lambda temperature: loss(soften(probabilities, temperature)), bounds=bounds, method="bounded"
    ).x


def fit_by_calibration_error(probabilities, labels):
    return fit_temperature(
        probabilities, labels, objective=lambda softened: calibration_error(softened, labels, 10)
    )


def fit_in_place(probabilities, labels):
    result = fit_temperature(probabilities, labels)
    np.log(probabilities, out=probabilities)
    return result


def fit_relabelled(probabilities, labels):
    result = fit_temperature(probabilities, labels)
    labels += 1
    return result


def test_temperature_accepts():
    assert checks.check_temperature(fit_temperature)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda probabilities, labels: 1 / fit_temperature(probabilities, labels), "the inverse"),
        (lambda probabilities, labels: fit_temperature(probabilities, labels, (1, 20)), "need a T below 1"),
        (lambda probabilities, labels: fit_temperature(probabilities, labels, (0.5, 20)), "T is 0.18, not"),
        (fit_by_calibration_error, "best common one is 2, not"),
        (
            lambda probabilities, labels: fit_temperature(
                probabilities,
                labels,
                objective=lambda softened: (softened.argmax(axis=1) != labels).mean(),
            ),
            "T is 2.59, not",
        ),
        (lambda probabilities, labels: 1.0, "T is 2.59, not"),
        (lambda probabilities, labels: 2.593, "T is 0.18, not"),
        (lambda probabilities, labels: None, "returns nothing"),
        (lambda probabilities, labels: [2.593], "should be one number"),
        (fit_in_place, "changes its input"),
        (fit_relabelled, "changes its input"),
    ],
)
def test_temperature_rejects(answer, message):
    assert message in checks.check_temperature(answer).message
