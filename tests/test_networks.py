import shutil

import numpy as np
import pandas as pd
import pytest

from data_scripts import train_networks as script
from lecture_tools.paths import ROOT
from qbi_utils import augment
from qbi_utils.datasets import DatasetError, _shipped, load_mnist
from qbi_utils.networks import (
    AUGMENTATION,
    fast_network,
    load_histories,
    load_network,
    load_results,
    predict,
    train,
    vgg_network,
)


def blobs(n_images):
    """Ten kinds of image that a network tells apart at a glance: a bright band, each at another height."""
    labels = np.arange(n_images) % 10
    images = np.zeros((n_images, 28, 28), np.float32)
    for image, label in zip(images, labels, strict=True):
        image[2 + 2 * label : 6 + 2 * label] = 1
    return images, labels


# --------------------------------------------------------------------------- architectures


def test_parameters_of_vgg_network_by_hand():
    convolutions = (9 * 1 + 1) * 32 + 3 * (9 * 32 + 1) * 32
    # 28 -> 26 (valid) -> 13 -> 6 pixels a side before the hidden layer
    dense = (6 * 6 * 32 + 1) * 128 + (128 + 1) * 10
    assert vgg_network().count_params() == convolutions + dense


@pytest.mark.parametrize("filters", [(32, 32, 64, 64), (3, 5, 7, 2)])
def test_parameters_of_fast_network_by_hand(filters):
    a, b, c, d = filters
    convolutions = 25 * a + 9 * a * b + 9 * b * c + 9 * c * d
    normalisation = 4 * sum(filters)  # scale, shift, running mean and variance
    assert fast_network(filters).count_params() == convolutions + normalisation + (4 * d + 1) * 10


@pytest.mark.parametrize("build", [vgg_network, fast_network])
def test_initial_weights_come_from_rng(build):
    first, again, other = (np.concatenate([w.ravel() for w in build(rng=s).get_weights()]) for s in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("build", [vgg_network, fast_network])
def test_a_network_gives_probabilities(build):
    probabilities = predict(build(rng=0), np.random.default_rng(0).random((3, 28, 28)))
    assert probabilities.shape == (3, 10)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"filters": (1, 2, 3)}, r"filters must hold four numbers, one a convolution, got \(1, 2, 3\)"),
        ({"filters": (8, 8, 0, 8)}, "filters must be a whole number of at least 1, got 0"),
        ({"filters": (8, 8, 2.5, 8)}, "filters must be a whole number of at least 1, got 2.5"),
        ({"dropout": 1}, "dropout must be at least 0 and less than 1, got 1"),
        ({"dropout": (0, 0.5)}, r"dropout must be one number, got \(0, 0.5\)"),
        ({"dropout": -0.1}, r"dropout must be at least 0 and less than 1, got -0.1"),
    ],
)
def test_an_impossible_architecture_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        fast_network(**arguments)


# --------------------------------------------------------------------------- training


def test_training_learns_what_is_easy():
    images, labels = blobs(640)
    model = fast_network((8, 8, 8, 8), rng=0)
    history = train(
        model, images, labels, epochs=6, batch_size=32, validation=(images[:50], labels[:50]), rng=0
    )
    assert history["epoch"].tolist() == [1, 2, 3, 4, 5, 6]
    assert history["loss"].iloc[-1] < history["loss"].iloc[0] / 2
    assert history["validation_accuracy"].iloc[-1] == 1
    assert (predict(model, images).argmax(axis=1) == labels).all()
    assert history["cpu_seconds"].is_monotonic_increasing


def test_learning_rate_rises_to_its_peak_and_falls_to_nothing():
    images, labels = blobs(40)
    history = train(
        fast_network((2, 2, 2, 2), rng=0), images, labels, epochs=8, batch_size=10, learning_rate=0.1, rng=0
    )
    # 32 steps: 8 to the peak, then half a cosine over 24 of them
    steps = np.arange(4, 33, 4)
    by_hand = np.where(
        steps <= 8, 0.005 + (0.1 - 0.005) * steps / 8, 0.05 * (1 + np.cos(np.pi * (steps - 8) / 24))
    )
    assert np.allclose(history["learning_rate"], by_hand, atol=1e-6)


def test_same_rng_gives_the_same_training_and_input_is_not_changed():
    images, labels = blobs(64)
    before = images.copy(), labels.copy()
    losses = []
    for seed in (0, 0, 1):
        model = fast_network((4, 4, 4, 4), rng=0)
        history = train(model, images, labels, epochs=1, augmentation=AUGMENTATION, rng=seed)
        losses.append(history["loss"].iloc[0])
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    assert losses[0] != pytest.approx(losses[2], rel=1e-3)
    assert np.array_equal(images, before[0])
    assert np.array_equal(labels, before[1])


def test_each_epoch_is_augmented_anew(monkeypatch):
    drawn = []
    draw = augment.draw_geometry

    def spy(*arguments, **options):
        drawn.append(draw(*arguments, **options))
        return drawn[-1]

    monkeypatch.setattr(augment, "draw_geometry", spy)
    images, labels = blobs(20)
    train(
        fast_network((2, 2, 2, 2), rng=0), images, labels, epochs=2, augmentation={"rotation": (-9, 9)}, rng=0
    )
    first, second = (geometry.parameters["rotation"] for geometry in drawn)
    assert (first != second).all()


def test_bytes_and_floats_are_the_same_images():
    images = np.random.default_rng(0).integers(0, 256, (4, 28, 28), dtype=np.uint8)
    model = fast_network(rng=0)
    assert np.allclose(predict(model, images), predict(model, images / 255), atol=1e-6)


def test_no_image_gives_no_probability():
    assert predict(fast_network(rng=0), np.zeros((0, 28, 28))).shape == (0, 10)


GOOD = {"images": np.zeros((4, 28, 28)), "labels": np.arange(4), "epochs": 1}


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"images": np.zeros((4, 784))}, ValueError, r"images must have shape \(n, 28, 28\), got \(4, 784\)"),
        ({"images": np.zeros((4, 28, 28), int)}, TypeError, r"images must be uint8 .* got int64"),
        (
            {"images": np.full((4, 28, 28), 255.0)},
            ValueError,
            "images must lie in 0-1 if float, got 255 to 255",
        ),
        ({"images": np.full((4, 28, 28), np.nan)}, ValueError, "images must lie in 0-1 if float, got nan"),
        (
            {"images": np.zeros((0, 28, 28)), "labels": np.arange(0)},
            ValueError,
            "images must hold at least one",
        ),
        (
            {"labels": np.arange(3)},
            ValueError,
            r"labels must hold one entry for each of the 4 images, got shape \(3,\)",
        ),
        ({"labels": np.ones(4)}, TypeError, "labels must be integers, got float64"),
        ({"labels": np.array([0, 1, 10, 2])}, ValueError, r"labels must lie in 0\.\.9, got 10 at position 2"),
        ({"labels": np.array([0, 1, -1, 2])}, ValueError, r"labels must lie in 0\.\.9, got -1 at position 2"),
        ({"epochs": 0}, ValueError, "epochs must be a whole number of at least 1, got 0"),
        ({"epochs": 1.5}, ValueError, "epochs must be a whole number"),
        ({"batch_size": 0}, ValueError, "batch_size must be a whole number of at least 1, got 0"),
        ({"learning_rate": 0}, ValueError, "learning_rate must be greater than 0, got 0"),
        ({"learning_rate": [0.1, 0.2]}, ValueError, r"learning_rate must be one number, got \[0.1, 0.2\]"),
        ({"validation": (np.zeros((4, 28)), np.arange(4))}, ValueError, r"validation must have shape"),
        (
            {"validation": (np.zeros((4, 28, 28)), np.arange(3))},
            ValueError,
            r"validation labels must hold one entry",
        ),
    ],
)
def test_bad_training_data_are_named(changes, error, message):
    model = fast_network((2, 2, 2, 2), rng=0)
    before = model.get_weights()
    with pytest.raises(error, match=message):
        train(model, **GOOD | changes)
    assert all(np.array_equal(old, new) for old, new in zip(before, model.get_weights(), strict=True))


# --------------------------------------------------------------------------- what ships


def test_trained_networks_read_digits_that_they_have_not_seen():
    test = load_mnist("test")
    for seed in range(5):
        right = (predict(load_network(seed), test.images[:2000]).argmax(axis=1) == test.labels[:2000]).mean()
        assert right > 0.98


def test_trained_networks_have_the_accuracy_of_the_table():
    """One row is made again: from the network that the training left, on all test images."""
    results = load_results().query("experiment == 'cost' and seed == 3")
    test = load_mnist("test")
    right = (predict(load_network(3), test.images).argmax(axis=1) == test.labels).mean()
    assert right == pytest.approx(
        results["test"].item(), abs=2e-4
    )  # two images: other processors round otherwise


@pytest.mark.parametrize(
    ("seed", "rule"),
    [
        (5, "at most 4, got 5"),
        (-1, "a whole number of at least 0, got -1"),
        (0.5, "a whole"),
        ("0", "a whole"),
    ],
)
def test_an_unknown_network_is_refused(seed, rule):
    with pytest.raises(ValueError, match=f"seed must be {rule}"):
        load_network(seed)


@pytest.mark.parametrize("load", [load_results, load_histories, lambda: load_network(0)])
def test_a_missing_or_damaged_file_is_named_with_its_remedy(load, monkeypatch, tmp_path):
    monkeypatch.setattr(_shipped, "DATA", tmp_path)
    with pytest.raises(DatasetError, match=r"cannot be read .* Restore it with `git checkout -- data`"):
        load()
    shutil.copytree(ROOT / "data" / "networks", tmp_path / "networks")
    for file in (tmp_path / "networks").iterdir():
        file.write_bytes(file.read_bytes().replace(b"0", b"1", 1))
    with pytest.raises(DatasetError, match=r"is damaged: expected SHA-256"):
        load()


def test_results_are_complete_and_without_repetition():
    results = load_results()
    keys = results[script.KEYS]
    assert not keys.duplicated().any()
    assert set(map(tuple, keys.to_numpy())) == {key for key, _ in script.plan()}
    assert results[["validation", "test"]].stack().between(0.3, 1).all()


def test_a_row_of_the_results_can_be_made_again(monkeypatch):
    """The cheapest training, on ten real digits; a quarter of its 600 steps is enough to come near."""
    monkeypatch.setattr(script, "N_IMAGES", script.N_IMAGES // 4)
    expected = load_results().query(
        "experiment == 'synthetic' and n_real == 10 and variant == 'real' and seed == 0"
    )
    run = dict(script.plan())["synthetic", "real", 10, 0]
    assert run()["test"] == pytest.approx(expected["test"].item(), abs=0.05)


@pytest.mark.filterwarnings("ignore:self.within_class_std_dev_")  # border pixels are always 0
def test_classical_rows_can_be_made_again():
    row = load_results().query("variant == 'nearest mean'")
    assert script.classify_classically("nearest mean")["test"] == pytest.approx(row["test"].item(), abs=1e-4)


def test_an_interrupted_run_continues_with_what_is_missing(monkeypatch, tmp_path):
    done = []
    keys = [("a", "first", 1, 0), ("a", "second", 1, 0), ("b", "third", 1, 0)]

    def plan():
        for key in keys:
            yield key, lambda key=key: done.append(key) or {"test": 0.5}

    monkeypatch.setattr(script, "plan", plan)
    monkeypatch.setattr(script, "FOLDER", tmp_path)
    pd.DataFrame([dict(zip(script.KEYS, keys[0], strict=True)) | {"n_failures": "", "test": 0.4}]).to_csv(
        tmp_path / "results.csv", index=False
    )
    script.main(["a"])
    assert done == keys[1:2]
    script.main([])
    assert done == keys[1:]
    assert pd.read_csv(tmp_path / "results.csv")["test"].tolist() == [0.4, 0.5, 0.5]


def test_mixtures_hold_what_they_promise():
    rng = np.random.default_rng(0)
    images, labels = script.mixed(10, 0, script.synthetic)(rng)
    assert images.shape == (script.N_IMAGES, 28, 28)
    assert images.dtype == np.float32
    half = script.N_IMAGES // 2
    assert len(np.unique(images[:half], axis=0)) == 10  # one of each digit, again and again
    assert np.bincount(labels[:half]).tolist() == [half // 10] * 10
    assert len(np.unique(images[half : half + 500], axis=0)) == 500
    few, many = (script.real_digits(n, 0)[0] for n in (10, 100))
    assert np.array_equal(few, many[:10])


def test_held_out_digits_are_not_trained_on():
    held_out = load_mnist("train").images[54_000:]
    assert np.array_equal(script.digits("validation")[0], held_out)
    assert len(script.digits("training")[0]) == 54_000
