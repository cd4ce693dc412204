"""The mixture of binary images, against exact enumeration, slow references and known limits."""

import itertools
import math
import types
from collections import Counter

import distributed
import joblib
import numba
import numpy as np
import pytest
from scipy.special import betaln, gammaln
from sklearn.exceptions import NotFittedError
from sklearn.metrics.cluster import contingency_matrix
from sklearn.utils.estimator_checks import parametrize_with_checks

from qbi_utils import mixture
from qbi_utils.datasets import load_mnist
from qbi_utils.mixture import BetaBernoulliMixture

FAST = {"n_chains": 2, "n_sweeps": 5, "init_clusters": 5, "random_state": 0}


def exact_log_joint(labels, images, concentration, a, b):
    """Chinese-restaurant probability of the partition times beta-binomial sequences, written down plainly."""
    total = gammaln(concentration) - gammaln(concentration + len(images))
    for k in set(labels):
        members = images[np.asarray(labels) == k]
        total += math.log(concentration) + gammaln(len(members))
        on = members.sum(axis=0)
        total += (betaln(a + on, b + len(members) - on) - betaln(a, b)).sum()
    return total


def canonical(labels):
    """The same tuple for all ways to number the clusters of a partition."""
    names = {}
    return tuple(names.setdefault(label, len(names)) for label in labels)


def partitions(n):
    return sorted({canonical(labels) for labels in itertools.product(range(n), repeat=n)})


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def prototypes(rng):
    """Noisy copies of three binary images of 30 pixels, and which each comes from."""
    truth = np.repeat([0, 1, 2], 40)
    clean = rng.random((3, 30)) < 0.5
    return np.where(rng.random((120, 30)) < 0.05, ~clean[truth], clean[truth]).astype(np.uint8), truth


# --------------------------------------------------------------------------- is it right?


def test_the_conditional_of_the_kernel_is_the_normalised_joint(rng):
    """For each image, singletons among them, over all clusters and a new one; two kinds of prior on the pixels."""
    images = (rng.random((9, 7)) < 0.4).astype(np.uint8)
    model = mixture._Model(1.7, np.array([0.5, 2.0]), np.array([1.5, 0.3]))
    prior = rng.integers(0, 2, 7)
    a, b = model.a[prior], model.b[prior]
    chain = mixture._summarize(np.array([0, 0, 1, 1, 1, 2, 3, 3, 0]), images, prior)
    tables, new = model.tables(prior, len(images)), model.new_cluster(prior)
    n_clusters = len(chain.cluster_sizes)
    log_odds, base = np.zeros((7, n_clusters)), np.zeros(n_clusters)
    state = chain.cluster_sizes, chain.on_counts, prior, tables
    for k in range(n_clusters):
        mixture._refresh_cluster(k, *state, log_odds, base)
    for index, image in enumerate(images):
        own, pixels = chain.labels[index], np.flatnonzero(image)
        sizes, counts = chain.cluster_sizes.copy(), chain.on_counts.copy()
        sizes[own] -= 1
        counts[own] -= image
        scores = np.empty(n_clusters + 1)
        mixture._score_all(
            image, pixels, own, n_clusters, sizes, counts, prior, tables, log_odds, base, new, scores
        )
        joint = np.array(
            [
                exact_log_joint(np.where(np.arange(9) == index, k, chain.labels), images, 1.7, a, b)
                for k in range(n_clusters + 1)
            ]
        )
        if sizes[own] == 0:
            joint[own] = -np.inf  # the same partition as a new cluster
        found, expected = (np.exp(s - s.max()) / np.exp(s - s.max()).sum() for s in (scores, joint))
        np.testing.assert_allclose(found, expected, atol=1e-10)


def law_of_partitions(images, concentration, n_sweeps, **faults):
    """How often each partition is the state after a sweep, with some functions of the kernel exchanged."""
    model = mixture._Model(concentration, np.ones(1), np.ones(1))
    chain, rng = mixture._start_chain(model, images, 3, False, np.random.default_rng(0))
    data = images, *mixture._list_on_pixels(images)
    seen = Counter()
    with pytest.MonkeyPatch.context() as patch:
        for name, function in faults.items():
            patch.setattr(mixture, name, function)
        for _ in range(n_sweeps):
            chain, rng = mixture._sweep_chain(model, *data, chain, rng)
            seen[canonical(chain.labels)] += 1
    return seen


@pytest.fixture(scope="module")
def small_world():
    """Six images of four pixels, the exact law of their 203 partitions, and what independent draws would miss."""
    rng = np.random.default_rng(4)
    images = (rng.random((6, 4)) < 0.5).astype(np.uint8)
    every = partitions(6)
    assert len(every) == 203
    log_joint = np.array([exact_log_joint(labels, images, 1.3, 1.0, 1.0) for labels in every])
    law = np.exp(log_joint - log_joint.max())
    law /= law.sum()
    n_draws = 20_000
    floor = np.mean([np.abs(rng.multinomial(n_draws, law) / n_draws - law).sum() / 2 for _ in range(200)])

    def distance(seen):
        return np.abs(np.array([seen[labels] for labels in every]) / n_draws - law).sum() / 2

    return images, n_draws, floor, distance


def compile_again(function, **replaced):
    """The kernel, with some of the functions that it calls exchanged."""
    plain = function.py_func
    return numba.njit(types.FunctionType(plain.__code__, vars(mixture) | replaced, plain.__name__))


@numba.njit
def score_all_keeping_the_image(
    image, pixels, own, n_clusters, sizes, counts, prior, tables, log_odds, base, new, scores
):
    scores[:n_clusters] = base[:n_clusters]
    scores[n_clusters] = new[1]
    for pixel in pixels:
        scores[:n_clusters] += log_odds[pixel, :n_clusters]
        scores[n_clusters] += new[0][pixel]


refresh_cluster, score_one = mixture._refresh_cluster, mixture._score_one


@numba.njit
def refresh_cluster_without_size(k, sizes, counts, prior, tables, log_odds, base):
    refresh_cluster(k, sizes, counts, prior, tables, log_odds, base)
    base[k] -= math.log(sizes[k])


@numba.njit
def score_one_without_size(k, image, sizes, counts, prior, tables):
    score = score_one(k, image, sizes, counts, prior, tables)
    return score - math.log(sizes[k]) if sizes[k] else score


def test_partitions_follow_the_exact_law(small_world):
    images, n_draws, floor, distance = small_world
    assert distance(law_of_partitions(images, 1.3, n_draws)) < 1.5 * floor


@pytest.mark.parametrize("fault", ["no leave-one-out", "doubled concentration", "no cluster sizes"])
def test_a_wrong_sampler_misses_the_law(small_world, fault):
    images, n_draws, floor, distance = small_world
    concentration, faults = 1.3, {}
    if fault == "doubled concentration":
        concentration *= 2
    elif fault == "no leave-one-out":
        faults["_sweep"] = compile_again(mixture._sweep, _score_all=score_all_keeping_the_image)
    else:
        faults["_refresh_cluster"] = refresh_cluster_without_size
        score_all = compile_again(mixture._score_all, _score_one=score_one_without_size)
        faults["_sweep"] = compile_again(mixture._sweep, _score_all=score_all, **faults)
    assert distance(law_of_partitions(images, concentration, n_draws, **faults)) > 3 * floor


def test_the_prior_of_a_pixel_follows_its_exact_law(rng):
    """Two possible priors, given clusters: their normalised marginal likelihoods."""
    model = mixture._Model(1.0, np.array([0.2, 3.0]), np.array([0.2, 3.0]))
    images = (rng.random((8, 2)) < [0.9, 0.5]).astype(np.uint8)
    chain = mixture._summarize(np.repeat([0, 1], 4), images, np.zeros(2, int))
    drawn = np.mean([model.draw_prior(chain, rng) for _ in range(20_000)], axis=0)
    for pixel, share in enumerate(drawn):
        on = chain.on_counts[:, pixel]
        likelihood = np.exp([(betaln(p + on, p + 4 - on) - betaln(p, p)).sum() for p in (0.2, 3.0)])
        assert share == pytest.approx(likelihood[1] / likelihood.sum(), abs=4 * 0.5 / math.sqrt(20_000))


@pytest.mark.parametrize("init", ["blocked", "random"])
@pytest.mark.parametrize("prior", [{}, {"a": [0.1, 1.0, 4.0], "b": [0.1, 2.0, 4.0]}])
def test_states_and_their_log_joint_agree_with_the_labels(prototypes, init, prior):
    images, _ = prototypes
    fitted = BetaBernoulliMixture(2.0, init=init, **prior, **FAST).fit(images)
    a, b = (np.atleast_1d(prior.get(name, 1.0)) for name in "ab")
    for chain in fitted.chains_:
        n_clusters = len(chain.cluster_sizes)
        assert np.array_equal(np.unique(chain.labels), np.arange(n_clusters))
        assert np.array_equal(np.bincount(chain.labels), chain.cluster_sizes)
        for k in range(n_clusters):
            assert np.array_equal(images[chain.labels == k].sum(axis=0), chain.on_counts[k])
        expected = exact_log_joint(chain.labels, images, 2.0, a[chain.prior], b[chain.prior])
        assert chain.log_joint[-1] == pytest.approx(expected - 30 * math.log(len(a)))
        assert len(chain.log_joint) == FAST["n_sweeps"] + 1


def test_three_prototypes_are_found(prototypes):
    images, truth = prototypes
    labels = BetaBernoulliMixture(random_state=0).fit_predict(images)
    assert len({(k, t) for k, t in zip(labels, truth, strict=True)}) == 3 == len(set(labels))


def test_more_clusters_open_than_there_was_room_for(rng, monkeypatch):
    """With such a concentration nearly every image wants a cluster of its own."""
    images = (rng.random((50, 3)) < 0.5).astype(np.uint8)
    parameters = FAST | {"init": "random", "init_clusters": 1, "concentration": 1e4}
    fitted = BetaBernoulliMixture(**parameters).fit(images)
    assert all(len(chain.cluster_sizes) > 40 for chain in fitted.chains_)
    monkeypatch.setattr(mixture, "_SPARE_CLUSTERS", 50)
    assert same_states(fitted, BetaBernoulliMixture(**parameters).fit(images))


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
    assert len(many) > mixture._BLOCK
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


# --------------------------------------------------------------------------- on the digits of document 002


def twos_and_threes(split):
    digits = load_mnist(split)
    chosen = np.isin(digits.labels, (2, 3))
    return (digits.images[chosen].reshape(-1, 784) > 0).astype(np.uint8), digits.labels[chosen]


def test_every_chain_comes_further_than_the_source():
    """The chain of document 002 stayed at -2 398 800; bounds as measured with a prototype."""
    images, truth = twos_and_threes("all")
    assert images.shape == (14_131, 784)
    fitted = BetaBernoulliMixture(n_sweeps=15, n_jobs=2, random_state=1).fit(images)
    for chain in fitted.chains_:
        members = contingency_matrix(truth, chain.labels)
        assert chain.log_joint[-1] > -2_335_000
        assert members.max(axis=0).sum() > 0.98 * len(truth)
        assert 60 <= len(chain.cluster_sizes) <= 100


def test_halves_of_unseen_digits_are_completed():
    """Better than the mean of each pixel, .835, and its joint density, -125.9."""
    fitted = BetaBernoulliMixture(n_sweeps=15, n_jobs=2, random_state=1).fit(twos_and_threes("train")[0])
    images, _ = twos_and_threes("test")
    top = np.arange(784) < 392
    filled = fitted.complete(images, top)
    assert ((filled > 0.5) == images)[:, ~top].mean() > 0.883
    assert (fitted.score_samples(images) - fitted.score_samples(images, top)).mean() > -83


# --------------------------------------------------------------------------- how it behaves


def same_states(one, other):
    return all(
        np.array_equal(getattr(a, name), getattr(b, name))
        for a, b in zip(one.chains_, other.chains_, strict=True)
        for name in mixture._CHAIN_ARRAYS
    )


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


def test_kernels_do_in_plain_python_what_they_do_compiled(rng, decompile):
    """The same states, with clusters that open, close and outgrow their room."""
    images = (rng.random((40, 6)) < 0.5).astype(np.uint8)

    def results():
        for concentration in (0.5, 5.0, 1e4):
            parameters = FAST | {"concentration": concentration, "n_sweeps": 10, "init": "random"}
            yield BetaBernoulliMixture(**parameters).fit(images)

    compiled = list(results())
    decompile(mixture)
    assert all(same_states(*pair) for pair in zip(compiled, results(), strict=True))
    # A uniform number that rounding has made one.
    assert mixture._draw(np.log([1.0, 3.0, 2.0]), 1.0) == 1


@parametrize_with_checks([BetaBernoulliMixture(n_chains=2, binarize=0.0)])
def test_scikit_learn_accepts_it(estimator, check):
    check(estimator)


def test_interrupted_it_keeps_the_last_whole_sweep(prototypes, monkeypatch):
    images, _ = prototypes
    n_calls, sweep = 0, mixture._sweep_chain

    def interrupted(*state):
        nonlocal n_calls
        n_calls += 1
        if n_calls > 2 * 3:
            raise KeyboardInterrupt
        return sweep(*state)

    whole = BetaBernoulliMixture(**FAST | {"n_sweeps": 3}).fit(images)
    monkeypatch.setattr(mixture, "_sweep_chain", interrupted)
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


@pytest.mark.parametrize("random_state", [0, np.random.default_rng(0)])
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
