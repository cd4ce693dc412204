"""Chains against exact laws: of partitions, by enumeration, and of the priors of the pixels."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from scipy.special import betaln

from qbi_utils.mixture import BetaBernoulliMixture, _chains, _kernel

from .reference import FAST, exact_log_joint, same_states

# --------------------------------------------------------------------------- partitions


def canonical(labels):
    """The same tuple for all ways to number the clusters of a partition."""
    names = {}
    return tuple(names.setdefault(label, len(names)) for label in labels)


def count_partitions(images, concentration, n_sweeps):
    """How often each partition is the state after a sweep."""
    model = _chains.Model(concentration, np.ones(1), np.ones(1))
    state = _chains.start_chain(model, images, 3, False, np.random.default_rng(0))
    data, seen = _chains.list_on_pixels(images), Counter()
    for _ in range(n_sweeps):
        state = _chains.sweep_chain(model, data, *state)
        seen[canonical(state[0].labels)] += 1
    return seen


@pytest.fixture(scope="module")
def small_world():
    """Six images of four pixels, and how far counts of partitions are from the exact law of all 203.

    The distances are total variations, of the partitions and of the sizes of their clusters, of which there are 11
    kinds. Both are in units of what as many independent draws would miss.
    """
    rng = np.random.default_rng(4)
    images = (rng.random((6, 4)) < 0.5).astype(np.uint8)
    every = sorted({canonical(labels) for labels in itertools.product(range(6), repeat=6)})
    assert len(every) == 203
    log_joint = np.array([exact_log_joint(labels, images, 1.3, 1.0, 1.0) for labels in every])
    law = np.exp(log_joint - log_joint.max())
    law /= law.sum()
    kinds, kind = np.unique(
        [sorted(np.bincount(labels, minlength=6)) for labels in every], axis=0, return_inverse=True
    )
    assert len(kinds) == 11

    def total_variations(shares):
        difference = shares - law
        return np.array([np.abs(d).sum() / 2 for d in (difference, np.bincount(kind, difference))])

    def distances(seen):
        n_draws = seen.total()
        independent = rng.multinomial(n_draws, law, 200) / n_draws
        floor = np.mean([total_variations(shares) for shares in independent], axis=0)
        return total_variations(np.array([seen[labels] for labels in every]) / n_draws) / floor

    return images, distances


def score_all_keeping_the_image(image, pixels, own, n_clusters, state, prior, table, scores):
    scores[:n_clusters] = table.base[:n_clusters]
    scores[n_clusters] = table.new_base
    for pixel in pixels:
        scores[:n_clusters] += table.log_odds[pixel, :n_clusters]
        scores[n_clusters] += table.new_log_odds[pixel]


refresh_cluster, score_one = _kernel.refresh_cluster.py_func, _kernel.score_one.py_func


def refresh_cluster_without_size(k, state, prior, table):
    refresh_cluster(k, state, prior, table)
    table.base[k] -= math.log(state.sizes[k])


def score_one_without_size(k, image, state, prior):
    score = score_one(k, image, state, prior)
    return score - math.log(state.sizes[k]) if state.sizes[k] else score


FAULTS = {
    "no leave-one-out": {"score_all": score_all_keeping_the_image},
    "doubled concentration": {},
    "no cluster sizes": {
        "refresh_cluster": refresh_cluster_without_size,
        "score_one": score_one_without_size,
    },
}


def test_partitions_follow_the_exact_law(small_world):
    images, distances = small_world
    assert (distances(count_partitions(images, 1.3, 5000)) < 1.5).all()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_sampler_misses_the_law(small_world, fault, decompile, monkeypatch):
    """In plain Python, where a function of the kernel can be exchanged."""
    images, distances = small_world
    decompile(_kernel)
    for name, function in FAULTS[fault].items():
        monkeypatch.setattr(_kernel, name, function)
    concentration = 2.6 if fault == "doubled concentration" else 1.3
    assert distances(count_partitions(images, concentration, 3000)).max() > 3


# --------------------------------------------------------------------------- priors


def test_the_prior_of_a_pixel_follows_its_exact_law(rng):
    """Two possible priors, given clusters: their normalised marginal likelihoods."""
    model = _chains.Model(1.0, np.array([0.2, 3.0]), np.array([0.2, 3.0]))
    images = (rng.random((8, 2)) < [0.9, 0.5]).astype(np.uint8)
    chain = _chains.summarize(np.repeat([0, 1], 4), images, np.zeros(2, int))
    drawn = np.mean([model.draw_prior(chain, rng) for _ in range(20_000)], axis=0)
    for pixel, share in enumerate(drawn):
        on = chain.on_counts[:, pixel]
        likelihood = np.exp([(betaln(p + on, p + 4 - on) - betaln(p, p)).sum() for p in (0.2, 3.0)])
        assert share == pytest.approx(likelihood[1] / likelihood.sum(), abs=4 * 0.5 / math.sqrt(20_000))


def test_pixels_draw_their_priors_independently(rng):
    """Two pixels that are on in the same images: of 2000 draws, the correlation has a standard deviation of 0.022."""
    model = _chains.Model(1.0, np.array([1.0, 3.0]), np.array([1.0, 3.0]))
    images = np.repeat([[1, 1], [0, 0]], [3, 5], axis=0).astype(np.uint8)
    chain = _chains.summarize(np.zeros(8, int), images, np.zeros(2, int))
    drawn = np.array([model.draw_prior(chain, rng) for _ in range(2000)])
    assert ((drawn.mean(axis=0) > 0.2) & (drawn.mean(axis=0) < 0.8)).all()
    assert abs(np.corrcoef(drawn.T)[0, 1]) < 0.09


# --------------------------------------------------------------------------- states


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


def test_a_sweep_leaves_the_chain_that_it_continues_as_it_is(prototypes):
    images, _ = prototypes
    model = _chains.Model(1.0, np.ones(1), np.ones(1))
    chain, rng = _chains.start_chain(model, images, 5, True, np.random.default_rng(0))
    before = [chain.labels.copy(), chain.cluster_sizes.copy(), chain.on_counts.copy()]
    after, _ = _chains.sweep_chain(model, _chains.list_on_pixels(images), chain, rng)
    assert not np.array_equal(after.labels, chain.labels)
    for given, kept in zip((chain.labels, chain.cluster_sizes, chain.on_counts), before, strict=True):
        assert np.array_equal(given, kept)


def test_more_clusters_open_than_there_was_room_for(rng, monkeypatch):
    """With such a concentration nearly every image wants a cluster of its own."""
    images = (rng.random((50, 3)) < 0.5).astype(np.uint8)
    parameters = FAST | {"init": "random", "init_clusters": 1, "concentration": 1e4}
    fitted = BetaBernoulliMixture(**parameters).fit(images)
    assert all(len(chain.cluster_sizes) > 40 for chain in fitted.chains_)
    monkeypatch.setattr(_chains, "SPARE_CLUSTERS", 50)
    assert same_states(fitted, BetaBernoulliMixture(**parameters).fit(images))
