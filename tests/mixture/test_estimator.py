"""The estimator: what it predicts, what it finds in digits, and how it behaves."""

import itertools
import re
from collections import Counter

import distributed
import joblib
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.metrics.cluster import contingency_matrix
from sklearn.utils.estimator_checks import parametrize_with_checks

from qbi_utils.datasets import load_mnist
from qbi_utils.mixture import BetaBernoulliMixture, _chains, estimator

from .reference import FAST, same_states

# --------------------------------------------------------------------------- what it predicts


def predictive(image, chain, concentration):
    """Probability of a whole image by the formula, cluster by cluster, a = b = 1."""
    n, total = chain.cluster_sizes.sum(), 0.0
    for size, on in zip([*chain.cluster_sizes, 0], [*chain.on_counts, 0 * image], strict=True):
        share = (1 + on) / (2 + size)
        weight = size if size else concentration
        total += weight / (n + concentration) * np.where(image, share, 1 - share).prod()
    return total


@pytest.fixture(scope="module")
def tiny():
    """A mixture of images of five pixels, so that all 32 images can be listed."""
    rng = np.random.default_rng(1)
    images = np.concatenate([rng.random((20, 5)) < 0.8, rng.random((20, 5)) < [0.1, 0.1, 0.1, 0.9, 0.5]])
    return BetaBernoulliMixture(1.5, **FAST).fit(images), np.array(list(itertools.product([0, 1], repeat=5)))


def test_the_density_is_the_formula_and_sums_to_one(tiny):
    fitted, every = tiny
    expected = [np.mean([predictive(image, chain, 1.5) for chain in fitted.chains_]) for image in every]
    np.testing.assert_allclose(np.exp(fitted.score_samples(every)), expected, rtol=1e-12)
    assert np.exp(fitted.score_samples(every)).sum() == pytest.approx(1)
    assert fitted.score(every) == pytest.approx(np.log(expected).mean())


@pytest.mark.parametrize("observed", [[1, 1, 0, 0, 0], [0, 0, 0, 0, 0], [0, 1, 0, 1, 1], [1, 1, 1, 1, 1]])
def test_completion_is_the_conditional_of_the_density(tiny, observed):
    """Summed over all images that agree with what was observed."""
    fitted, every = tiny
    observed, density = np.array(observed, bool), np.exp(fitted.score_samples(every))
    for image in every[::5]:
        agree = (every == image)[:, observed].all(axis=1)
        expected = density[agree] @ every[agree] / density[agree].sum()
        np.testing.assert_allclose(fitted.complete([image], observed)[0], expected, atol=1e-12)
        found = fitted.score_samples([image], observed)[0]
        assert found == pytest.approx(np.log(density[agree].sum()))


def test_each_image_may_have_its_own_mask(tiny):
    fitted, every = tiny
    masks = np.random.default_rng(0).random(every.shape) < 0.5
    together = fitted.complete(every, masks)
    alone = [fitted.complete([image], mask)[0] for image, mask in zip(every, masks, strict=True)]
    np.testing.assert_allclose(together, alone)
    densities = [fitted.score_samples([image], mask)[0] for image, mask in zip(every, masks, strict=True)]
    np.testing.assert_allclose(fitted.score_samples(every, masks), densities)


def test_more_images_than_a_block(tiny):
    fitted, every = tiny
    many = np.tile(every, (40, 1))
    assert len(many) > _chains.BLOCK
    np.testing.assert_allclose(fitted.score_samples(many), np.tile(fitted.score_samples(every), 40))


def test_samples_follow_the_density(tiny):
    fitted, every = tiny
    drawn = fitted.sample(40_000, random_state=0)
    counts = Counter(map(tuple, drawn.tolist()))
    expected = np.exp(fitted.score_samples(every))
    found = np.array([counts[tuple(image)] for image in every.tolist()]) / 40_000
    assert drawn.dtype == np.uint8
    np.testing.assert_allclose(found, expected, atol=4 * np.sqrt(0.25 / 40_000))
    assert fitted.sample(0).shape == (0, 5)


def test_responsibilities(tiny):
    fitted, every = tiny
    chain = fitted.chains_[fitted.best_chain_]
    share = (1 + chain.on_counts) / (2 + chain.cluster_sizes[:, None])
    weights = [
        size * np.where(every, p, 1 - p).prod(axis=1)
        for size, p in zip(chain.cluster_sizes, share, strict=True)
    ]
    expected = np.transpose(weights) / np.sum(weights, axis=0)[:, None]
    np.testing.assert_allclose(fitted.predict_proba(every), expected)
    assert np.array_equal(fitted.predict(every), expected.argmax(axis=1))
    assert np.array_equal(fitted.labels_, chain.labels)
    assert chain.log_joint[-1] == max(other.log_joint[-1] for other in fitted.chains_)


def test_three_prototypes_are_found(prototypes):
    images, truth = prototypes
    labels = BetaBernoulliMixture(random_state=0).fit_predict(images)
    assert len({(k, t) for k, t in zip(labels, truth, strict=True)}) == 3 == len(set(labels))


# --------------------------------------------------------------------------- on the digits of the source


def twos_and_threes(split):
    digits = load_mnist(split)
    chosen = np.isin(digits.labels, (2, 3))
    return (digits.images[chosen].reshape(-1, 784) > 0).astype(np.uint8), digits.labels[chosen]


def test_every_chain_comes_further_than_the_source():
    """The chain of datamicroscopes (Qadium 2015) stayed at -2 398 800.

    After 4 sweeps, 30 chains of 6 seeds were at -2 348 400 with a standard deviation of 2600, had 71 to 84 clusters
    and put .9814 of the images, with a standard deviation of .0025, with the majority of their cluster.
    """
    images, truth = twos_and_threes("all")
    assert images.shape == (14_131, 784)
    fitted = BetaBernoulliMixture(n_chains=2, n_sweeps=4, n_jobs=2, random_state=1).fit(images)
    for chain in fitted.chains_:
        members = contingency_matrix(truth, chain.labels)
        assert chain.log_joint[-1] > -2_356_300
        assert members.max(axis=0).sum() > 0.9738 * len(truth)
        assert 60 <= len(chain.cluster_sizes) <= 100


def test_halves_of_unseen_digits_are_completed():
    """Better than the mean of each pixel, .835, and its joint density, -125.9."""
    fitted = BetaBernoulliMixture(n_sweeps=2, n_jobs=2, random_state=1).fit(twos_and_threes("train")[0])
    images, _ = twos_and_threes("test")
    top = np.arange(784) < 392
    filled = fitted.complete(images, top)
    assert ((filled > 0.5) == images)[:, ~top].mean() > 0.883
    assert (fitted.score_samples(images) - fitted.score_samples(images, top)).mean() > -83


# --------------------------------------------------------------------------- how it behaves


def test_threads_and_repetition_do_not_change_the_result(prototypes):
    images, _ = prototypes
    given = images.copy()
    parameters = FAST | {"n_chains": 3, "a": [0.5, 1.0], "b": [0.5, 1.0]}
    once, again = (BetaBernoulliMixture(**parameters, n_jobs=n).fit(images) for n in (None, 1))
    threads = BetaBernoulliMixture(**parameters, n_jobs=3).fit(images)
    other = BetaBernoulliMixture(**parameters | {"random_state": 1}).fit(images)
    assert same_states(once, again)
    assert same_states(once, threads)
    assert not same_states(once, other)
    assert np.array_equal(given, images)


@parametrize_with_checks([BetaBernoulliMixture(n_chains=2, binarize=0.0)])
def test_scikit_learn_accepts_it(estimator, check):
    check(estimator)


def test_interrupted_it_keeps_the_last_whole_sweep(prototypes, monkeypatch):
    images, _ = prototypes
    n_calls, sweep = 0, _chains.sweep_chain

    def interrupted(*state):
        nonlocal n_calls
        n_calls += 1
        if n_calls > 2 * 3:
            raise KeyboardInterrupt
        return sweep(*state)

    whole = BetaBernoulliMixture(**FAST | {"n_sweeps": 3}).fit(images)
    monkeypatch.setattr(estimator, "sweep_chain", interrupted)
    with pytest.warns(
        UserWarning, match="fit was interrupted; the chains are as the last whole sweep left them"
    ):
        fitted = BetaBernoulliMixture(**FAST).fit(images)
    assert fitted.n_sweeps_ == 3
    assert same_states(fitted, whole)


def test_chains_away_from_here_run_to_their_end_and_to_the_same(prototypes):
    images, _ = prototypes
    here = BetaBernoulliMixture(**FAST).fit(images)
    with distributed.Client(processes=False, dashboard_address="127.0.0.1:0"), joblib.parallel_config("dask"):
        away = BetaBernoulliMixture(**FAST).fit(images)
    assert same_states(away, here)
    assert away.n_sweeps_ == 5


def test_progress_is_shown_on_demand(prototypes, capsys):
    BetaBernoulliMixture(**FAST).fit(prototypes[0])
    assert capsys.readouterr().err == ""
    BetaBernoulliMixture(**FAST, progress=True).fit(prototypes[0])
    assert "5/5" in capsys.readouterr().err


def test_equal_random_states_give_equal_results(prototypes, monkeypatch):
    """Whole numbers seed a generator, a `RandomState` draws its seed; so either kind goes on as it should."""
    images, _ = prototypes

    def fit(random_state):
        return BetaBernoulliMixture(**FAST | {"random_state": random_state}).fit(images)

    generator, state = np.random.default_rng(3), np.random.RandomState(3)
    by_generator, by_state = fit(generator), fit(state)
    assert same_states(by_generator, fit(3))
    assert same_states(by_generator, fit(np.int64(3)))
    assert same_states(by_state, fit(np.random.RandomState(3)))
    monkeypatch.setattr(np.random.mtrand, "_rand", np.random.RandomState(3))
    assert same_states(by_state, fit(np.random))
    for other in (
        by_generator,
        fit(np.random.RandomState(4)),
        fit(state),
        fit(np.random.mtrand._rand),
        fit(None),
    ):
        assert not same_states(by_state, other)


def test_equal_random_states_draw_equal_samples(tiny):
    fitted, _ = tiny
    generator, state = np.random.default_rng(3), np.random.RandomState(3)
    by_generator, by_state = fitted.sample(50, generator), fitted.sample(50, state)
    assert np.array_equal(by_generator, fitted.sample(50, 3))
    assert np.array_equal(by_state, fitted.sample(50, np.random.RandomState(3)))
    for other in (by_generator, fitted.sample(50, state), fitted.sample(50)):
        assert not np.array_equal(by_state, other)


@pytest.mark.parametrize("random_state", [-1, 1.5, "0", [1, 2]])
def test_bad_random_states(prototypes, tiny, random_state):
    message = (
        "random_state must be None, a whole number of at least 0, a numpy.random.Generator or a"
        f" numpy.random.RandomState, got {random_state!r}"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        BetaBernoulliMixture(**FAST | {"random_state": random_state}).fit(prototypes[0])
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        tiny[0].sample(1, random_state)


@pytest.mark.parametrize("random_state", [0, np.int64(0), np.random.default_rng(0), np.random.RandomState(0)])
def test_saved_and_loaded(prototypes, tmp_path, random_state):
    images, _ = prototypes
    parameters = FAST | {"a": np.array([0.5, 1.0]), "b": [0.5, 1.0], "random_state": random_state}
    fitted = BetaBernoulliMixture(**parameters).fit(images)
    path = tmp_path / "digits"
    fitted.save(path)
    fitted.save(path)
    again = BetaBernoulliMixture.load(path)
    assert [file.name for file in tmp_path.iterdir()] == ["digits"]
    assert same_states(fitted, again)
    assert again.best_chain_ == fitted.best_chain_
    assert np.array_equal(again.score_samples(images), fitted.score_samples(images))
    assert again.get_params()["random_state"] == (0 if random_state == 0 else None)
    np.testing.assert_allclose(again.get_params()["a"], [0.5, 1.0])


def test_a_failed_save_leaves_the_old_file(prototypes, tmp_path, monkeypatch):
    fitted, path = BetaBernoulliMixture(**FAST).fit(prototypes[0]), tmp_path / "mixture.npz"
    fitted.save(path)
    before = path.read_bytes()

    def full(file, **arrays):
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(OSError, match="No space left"):
        fitted.save(path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_what_save_did_not_write_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", x=np.arange(3))
    np.save(tmp_path / "array.npy", np.arange(3))
    np.save(tmp_path / "pickle.npy", np.array([{}], object))
    (tmp_path / "text.npz").write_text("not an archive")
    (tmp_path / "empty.npz").write_bytes(b"")
    for path in tmp_path.iterdir():
        with pytest.raises(ValueError, match=f"path must name a file written by .*save, got .*{path.name}"):
            BetaBernoulliMixture.load(path)
    with pytest.raises(FileNotFoundError):
        BetaBernoulliMixture.load(tmp_path / "nothing.npz")


@pytest.mark.parametrize(
    ("images", "shape"),
    [
        ([[0, 1, 1]], (1, 3)),
        (np.zeros((5, 4)), (5, 4)),
        (np.tile([1, 0, 1], (6, 1)), (6, 3)),
        (np.array([[True], [False], [True]]), (3, 1)),
    ],
    ids=["one image", "all zero", "constant pixels", "one pixel"],
)
def test_degenerate_images(images, shape):
    """Exact answers exist for them too: with one cluster, Laplace's rule of succession."""
    fitted = BetaBernoulliMixture(1e-9, **FAST | {"init_clusters": 1}).fit(images)
    images = np.asarray(images, int)
    n, on = shape[0], images.sum(axis=0)
    for chain in fitted.chains_:
        assert chain.cluster_sizes.tolist() == [n]
    observed = np.zeros(shape[1], bool)
    np.testing.assert_allclose(fitted.complete(images[:1], observed)[0], (on + 1) / (n + 2), atol=1e-8)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"concentration": 0}, "concentration must be greater than 0, got 0.0"),
        ({"concentration": -1}, "concentration must be greater than 0, got -1.0"),
        ({"a": 0}, "a must be greater than 0, got 0.0"),
        ({"b": [1.0, -2.0], "a": [1.0, 1.0]}, "b must be greater than 0, got -2.0"),
        (
            {"a": [1.0, 2.0]},
            r"a and b must be numbers or lists of equal length, got shapes \(2,\) and \(1,\)",
        ),
        ({"n_chains": 0}, "n_chains must be a whole number of at least 1, got 0"),
        ({"n_sweeps": -1}, "n_sweeps must be a whole number of at least 0, got -1"),
        ({"init_clusters": 2.5}, "init_clusters must be a whole number of at least 1, got 2.5"),
        ({"init": "k-means"}, "init must be 'blocked' or 'random', got 'k-means'"),
    ],
)
def test_bad_parameters(prototypes, parameters, message):
    with pytest.raises(ValueError, match=message):
        BetaBernoulliMixture(**FAST | parameters).fit(prototypes[0])


@pytest.mark.parametrize(
    ("images", "message"),
    [
        ([[0, 255], [128, 0]], "zeros and ones only, got 255; .* set binarize, for example to 127.5"),
        ([[0.0, 0.5], [1.0, 0.0]], "zeros and ones only, got 0.5"),
        ([[0.0, np.nan]], "NaN"),
        ([0, 1, 1], "Expected 2D array"),
        (np.zeros((0, 3)), "minimum of 1 is required"),
    ],
)
def test_bad_images(images, message):
    with pytest.raises(ValueError, match=message):
        BetaBernoulliMixture(**FAST).fit(images)


def test_grey_values_are_binarised_on_demand(prototypes):
    images, _ = prototypes
    plain = BetaBernoulliMixture(**FAST).fit(images)
    grey = BetaBernoulliMixture(**FAST, binarize=100).fit(images * 155 + 50)
    assert same_states(plain, grey)
    np.testing.assert_allclose(grey.score_samples(images * 155 + 50), plain.score_samples(images))


def test_bad_arguments_after_fit(prototypes):
    images, _ = prototypes
    fitted = BetaBernoulliMixture(**FAST).fit(images)
    for call in (fitted.predict, fitted.predict_proba, fitted.score_samples, fitted.score):
        with pytest.raises(ValueError, match="X has 29 features, but BetaBernoulliMixture is expecting 30"):
            call(images[:, :-1])
    for observed, what in (
        (np.ones(29, bool), "bool of shape"),
        (np.ones(30), "float64 of shape"),
        (np.ones((3, 30), bool), "shape"),
    ):
        with pytest.raises(
            ValueError, match=rf"observed must be boolean, of shape \(30,\) or .* got .*{what}"
        ):
            fitted.complete(images[:2], observed)
    with pytest.raises(ValueError, match="n_samples must be a whole number of at least 0, got -1"):
        fitted.sample(-1)


def test_before_fit(tmp_path):
    unfitted, images = BetaBernoulliMixture(), [[0, 1]]
    for call in (unfitted.predict, unfitted.predict_proba, unfitted.score_samples, unfitted.score):
        with pytest.raises(NotFittedError):
            call(images)
    with pytest.raises(NotFittedError):
        unfitted.complete(images, [True, False])
    with pytest.raises(NotFittedError):
        unfitted.sample()
    with pytest.raises(NotFittedError):
        unfitted.save(tmp_path / "mixture.npz")
    assert not list(tmp_path.iterdir())
