"""Clusters of binary images without labels: a Dirichlet-process mixture of Beta-Bernoulli pixels.

The number of clusters is not fixed: an image joins a cluster in proportion to its size and to how well its pixels fit,
or opens a new one. The probabilities of the pixels are integrated out; what remains, who belongs together, is sampled
by collapsed Gibbs sampling.
"""

import functools
import json
import math
import tempfile
import warnings
import zipfile
from dataclasses import dataclass, fields, replace
from pathlib import Path

import joblib
import numba
import numpy as np
from scipy.special import betaln, gammaln, logsumexp, softmax
from sklearn.base import BaseEstimator, ClusterMixin, DensityMixin
from sklearn.utils import gen_batches
from sklearn.utils.validation import check_is_fitted, validate_data
from tqdm.auto import tqdm

from ._validation import POSITIVE, validate_number, validate_values

__all__ = ["BetaBernoulliMixture", "GibbsChain"]

_BLOCK = 1000  # images scored at once
_SPARE_CLUSTERS = 8  # room for clusters that a sweep opens

_compile = functools.partial(numba.njit, nogil=True, cache=True)


# --------------------------------------------------------------------------- kernel
# `tables` are logs that a sweep looks up: of a + count and of b + count for each possible prior, and of a + b + size
# summed over the pixels. `scores` are logs of size times predictive probability.


@_compile
def _refresh_cluster(k, sizes, counts, prior, tables, log_odds, base):
    """Recompute what cluster k adds to the score of an image: a base, and a term for each pixel that is on."""
    log_a, log_b, log_total = tables
    size = sizes[k]
    total = math.log(size) - log_total[size]
    for pixel in range(counts.shape[1]):
        on = counts[k, pixel]
        off = log_b[prior[pixel], size - on]
        total += off
        log_odds[pixel, k] = log_a[prior[pixel], on] - off
    base[k] = total


@_compile
def _score_one(k, image, sizes, counts, prior, tables):
    """Score of cluster k from its counts, without the table; for the cluster that the image has just left."""
    log_a, log_b, log_total = tables
    size = sizes[k]
    if size == 0:
        return -np.inf
    total = math.log(size) - log_total[size]
    for pixel in range(image.size):
        on = counts[k, pixel]
        total += log_a[prior[pixel], on] if image[pixel] else log_b[prior[pixel], size - on]
    return total


@_compile
def _score_all(image, pixels, own, n_clusters, sizes, counts, prior, tables, log_odds, base, new, scores):
    """Scores of all clusters and, last, of a new one, for an image that has left its own cluster."""
    new_odds, new_base = new
    scores[:n_clusters] = base[:n_clusters]
    scores[n_clusters] = new_base
    for pixel in pixels:
        odds = log_odds[pixel]
        for k in range(n_clusters):
            scores[k] += odds[k]
        scores[n_clusters] += new_odds[pixel]
    # The table still counts the image itself.
    scores[own] = _score_one(own, image, sizes, counts, prior, tables)


@_compile
def _draw(scores, uniform):
    """Index of an option, drawn in proportion to exp(score); the scores are overwritten."""
    highest = scores.max()
    total = 0.0
    for option in range(scores.size):
        scores[option] = math.exp(scores[option] - highest)
        total += scores[option]
    rest = uniform * total
    for option in range(scores.size):
        rest -= scores[option]
        if rest < 0:
            return option
    return scores.argmax()  # the uniform number was one, but for rounding


@_compile
def _sweep(
    place,
    order,
    uniforms,
    images,
    on_pixels,
    starts,
    labels,
    n_clusters,
    sizes,
    counts,
    prior,
    tables,
    log_odds,
    base,
    new,
):
    """Remove, score, draw and add each image from order[place] on; stop where there is no room for a new cluster."""
    scores = np.empty(sizes.size + 1)
    while place < order.size:
        index = order[place]
        own = labels[index]
        pixels = on_pixels[starts[index] : starts[index + 1]]
        sizes[own] -= 1
        for pixel in pixels:
            counts[own, pixel] -= 1
        _score_all(
            images[index], pixels, own, n_clusters, sizes, counts, prior, tables, log_odds, base, new, scores
        )
        chosen = _draw(scores[: n_clusters + 1], uniforms[place])
        if chosen == n_clusters and sizes[own] == 0:
            chosen = own  # an image alone that opens a new cluster stays as it is
        full = chosen == sizes.size
        joined = own if full else chosen
        sizes[joined] += 1
        for pixel in pixels:
            counts[joined, pixel] += 1
        if full:
            break
        place += 1
        if chosen == own:
            continue
        labels[index] = chosen
        n_clusters = max(n_clusters, chosen + 1)
        _refresh_cluster(chosen, sizes, counts, prior, tables, log_odds, base)
        if sizes[own]:
            _refresh_cluster(own, sizes, counts, prior, tables, log_odds, base)
            continue
        # The last cluster takes the place of the empty one.
        n_clusters -= 1
        sizes[own], base[own] = sizes[n_clusters], base[n_clusters]
        counts[own] = counts[n_clusters]
        log_odds[:, own] = log_odds[:, n_clusters]
        sizes[n_clusters] = 0
        counts[n_clusters] = 0
        for other in range(labels.size):
            if labels[other] == n_clusters:
                labels[other] = own
    return place, n_clusters


# --------------------------------------------------------------------------- model and chain


@dataclass(frozen=True, eq=False)
class GibbsChain:
    """State of a chain after a sweep.

    Parameters
    ----------
    labels : ndarray of int32, shape (n_images,)
        Cluster of each image, 0 to K - 1, every cluster having at least one.
    cluster_sizes : ndarray of int32, shape (K,)
        Images in each cluster.
    on_counts : ndarray of int32, shape (K, n_pixels)
        In how many images of the cluster a pixel is on.
    prior : ndarray of int, shape (n_pixels,)
        Index of each pixel's Beta prior among those of the estimator.
    log_joint : tuple of float
        Log probability of images and labels together, at the start and after each sweep.

    Examples
    --------
    >>> chain = BetaBernoulliMixture(n_chains=1, random_state=0).fit([[0, 1], [0, 1], [1, 0]]).chains_[0]
    >>> len(chain.log_joint), chain.cluster_sizes.sum()
    (41, np.int64(3))
    """

    labels: np.ndarray
    cluster_sizes: np.ndarray
    on_counts: np.ndarray
    prior: np.ndarray
    log_joint: tuple = ()


_CHAIN_ARRAYS = [field.name for field in fields(GibbsChain)]


@dataclass(frozen=True, eq=False)
class _Model:
    """What sampling leaves as it is: the concentration and the possible Beta priors of a pixel."""

    concentration: float
    a: np.ndarray
    b: np.ndarray

    def tables(self, prior, n_images):
        """Compute logs for the kernel; counts and sizes reach from 0 to `n_images`."""
        counts = np.arange(n_images + 1)
        n_pixels = np.bincount(prior, minlength=len(self.a))
        log_total = n_pixels @ np.log((self.a + self.b)[:, None] + counts)
        return np.log(self.a[:, None] + counts), np.log(self.b[:, None] + counts), log_total

    def new_cluster(self, prior):
        """Compute the terms of the score of a new cluster, as `_refresh_cluster` has them for the others."""
        a, b = self.a[prior], self.b[prior]
        return np.log(a) - np.log(b), math.log(self.concentration) + (np.log(b) - np.log(a + b)).sum()

    def log_joint(self, chain):
        """Log probability of images, labels and priors, the probabilities of the pixels integrated out."""
        sizes, n_images = chain.cluster_sizes, chain.cluster_sizes.sum()
        partition = len(sizes) * math.log(self.concentration) + gammaln(sizes).sum()
        partition += gammaln(self.concentration) - gammaln(self.concentration + n_images)
        a, b = self.a[chain.prior], self.b[chain.prior]
        pixels = betaln(a + chain.on_counts, b + sizes[:, None] - chain.on_counts) - betaln(a, b)
        return float(partition + pixels.sum() - len(chain.prior) * math.log(len(self.a)))

    def draw_prior(self, chain, rng):
        """Draw the prior of each pixel from the possible ones, equally likely before, given the clusters."""
        if len(self.a) == 1:
            return chain.prior
        sizes, on = chain.cluster_sizes[:, None], chain.on_counts
        scores = [
            (betaln(a + on, b + sizes - on) - betaln(a, b)).sum(axis=0)
            for a, b in zip(self.a, self.b, strict=True)
        ]
        return (np.array(scores) + rng.gumbel(size=(len(scores), on.shape[1]))).argmax(axis=0)

    def components(self, chain):
        """Log weights of the clusters and a new one for the next image, and logs of pixels on and off in each."""
        a, b = self.a[chain.prior], self.b[chain.prior]
        on = np.vstack([chain.on_counts, np.zeros_like(chain.on_counts[:1])])
        sizes = np.append(chain.cluster_sizes, 0)[:, None]
        total = np.log(a + b + sizes)
        weights = np.append(chain.cluster_sizes, self.concentration)
        return np.log(weights / weights.sum()), np.log(a + on) - total, np.log(b + sizes - on) - total


def _summarize(labels, images, prior, trace=()):
    """Chain with labels that leave out no cluster, sizes and counts."""
    labels = np.unique(labels, return_inverse=True)[1]
    sizes = np.bincount(labels)
    counts = np.zeros((len(sizes), images.shape[1]), np.int32)
    for k, members in enumerate(np.split(np.argsort(labels, kind="stable"), np.cumsum(sizes)[:-1])):
        counts[k] = images[members].sum(axis=0, dtype=np.int32)
    return GibbsChain(labels.astype(np.int32), sizes.astype(np.int32), counts, prior, trace)


def _list_on_pixels(images):
    """Pixels that are on, image after image, and where each image starts among them."""
    starts = np.concatenate([[0], np.cumsum(np.count_nonzero(images, axis=1))])
    return np.nonzero(images)[1].astype(np.int32), starts


def _start_chain(model, images, n_clusters, blocked, rng):
    """Put the images into random groups; then, if blocked, all at once where drawn pixel probabilities want them."""
    prior = np.zeros(images.shape[1], int)
    chain = _summarize(rng.integers(0, n_clusters, len(images)), images, prior)
    if blocked:
        sizes, counts = chain.cluster_sizes, chain.on_counts
        weights = np.log(np.maximum(rng.dirichlet(sizes), np.finfo(float).tiny))
        on = rng.beta(model.a[0] + counts, model.b[0] + sizes[:, None] - counts).clip(1e-12, 1 - 1e-12)
        odds, rest = np.log(on) - np.log1p(-on), weights + np.log1p(-on).sum(axis=1)
        labels = np.concatenate(
            [
                (images[block] @ odds.T + rest + rng.gumbel(size=(len(images[block]), len(rest)))).argmax(
                    axis=1
                )
                for block in gen_batches(len(images), _BLOCK)
            ]
        )
        chain = _summarize(labels, images, prior)
    return replace(chain, log_joint=(model.log_joint(chain),)), rng


def _sweep_chain(model, images, on_pixels, starts, chain, rng):
    """Continue a chain by one sweep in random order; the chain given stays as it is."""
    order, uniforms = rng.permutation(len(images)), rng.random(len(images))
    tables, new = model.tables(chain.prior, len(images)), model.new_cluster(chain.prior)
    labels, sizes, counts = chain.labels.copy(), chain.cluster_sizes, chain.on_counts
    place, n_clusters = 0, len(sizes)
    while place < len(order):
        room = n_clusters + _SPARE_CLUSTERS
        sizes = np.pad(sizes[:n_clusters], (0, room - n_clusters))
        counts = np.pad(counts[:n_clusters], ((0, room - n_clusters), (0, 0)))
        log_odds, base = np.zeros((images.shape[1], room)), np.zeros(room)
        for k in range(n_clusters):
            _refresh_cluster(k, sizes, counts, chain.prior, tables, log_odds, base)
        state = labels, n_clusters, sizes, counts, chain.prior, tables, log_odds, base, new
        place, n_clusters = _sweep(place, order, uniforms, images, on_pixels, starts, *state)
    chain = replace(chain, labels=labels, cluster_sizes=sizes[:n_clusters], on_counts=counts[:n_clusters])
    chain = replace(chain, prior=model.draw_prior(chain, rng))
    return replace(chain, log_joint=(*chain.log_joint, model.log_joint(chain))), rng


def _run_chain(model, images, on_pixels, starts, n_clusters, blocked, n_sweeps, rng):
    """Start a chain and follow it to the end, in another process."""
    # What arrived there may be read-only, for which the kernel would be compiled anew.
    images, on_pixels, starts = (np.require(array, requirements="W") for array in (images, on_pixels, starts))
    state = _start_chain(model, images, n_clusters, blocked, rng)
    for _ in range(n_sweeps):
        state = _sweep_chain(model, images, on_pixels, starts, *state)
    return state


# --------------------------------------------------------------------------- the estimator


class BetaBernoulliMixture(ClusterMixin, DensityMixin, BaseEstimator):
    """Cluster binary images, and estimate their density, with a Dirichlet-process mixture of Beta-Bernoulli pixels.

    Each cluster has a probability of being on for each pixel, independent of the other pixels. Those probabilities
    have Beta priors and are integrated out. The number of clusters follows from the data.

    Parameters
    ----------
    concentration : float
        Of the Dirichlet process, greater than 0: the weight of a new cluster, where an existing one has its size.
    a, b : float or array-like of float
        Of the Beta prior of each pixel, greater than 0; `a` counts images with the pixel on, `b` with it off. Arrays,
        of equal length, hold several possible priors; each pixel then draws its own from them after each sweep,
        and starts with the first.
    n_chains : int
        Independent chains, at least 1.
    n_sweeps : int
        How often each chain reconsiders every image, at least 0.
    init : {"blocked", "random"}
        Start from random groups, or go on from there by a blocked sweep, which reassigns all images at once. From
        random groups a chain of many images gets stuck.
    init_clusters : int
        Number of random groups, at least 1.
    binarize : float, optional
        Values above are on, all others off; without it, the data must hold zeros and ones only.
    n_jobs : int, optional
        Chains that run at the same time, as in joblib; whatever it is, the result is the same. In processes of their
        own or on a Dask cluster (`joblib.parallel_config`), each chain runs to its end, without `progress`.
    progress : bool
        Show a progress bar over the sweeps.
    random_state : int or numpy.random.Generator, optional
        Seed or generator.

    Attributes
    ----------
    chains_ : list of GibbsChain
        The last state of each chain.
    labels_ : ndarray of int32, shape (n_images,)
        Cluster of each image in the chain whose last state is the most probable.
    best_chain_ : int
        Index of that chain.
    n_sweeps_ : int
        Sweeps done, fewer than `n_sweeps` if `fit` was interrupted.
    n_features_in_ : int
        Number of pixels.

    References
    ----------
    R. M. Neal: Markov chain sampling methods for Dirichlet process mixture models. Journal of Computational and
    Graphical Statistics 9 (2000) 249-265, algorithm 3.

    Examples
    --------
    >>> images = np.repeat([[1, 1, 0, 0, 0, 1], [0, 0, 1, 1, 1, 0]], 20, axis=0)
    >>> mixture = BetaBernoulliMixture(random_state=0).fit(images)
    >>> mixture.chains_[mixture.best_chain_].cluster_sizes
    array([20, 20], dtype=int32)
    >>> observed = np.array([True, True, True, False, False, False])
    >>> mixture.complete([[1, 1, 0, 0, 0, 0]], observed).round(1)
    array([[1. , 1. , 0. , 0.1, 0.1, 0.9]])
    """

    def __init__(
        self,
        concentration=1.0,
        *,
        a=1.0,
        b=1.0,
        n_chains=5,
        n_sweeps=40,
        init="blocked",
        init_clusters=100,
        binarize=None,
        n_jobs=None,
        progress=False,
        random_state=None,
    ):
        self.concentration = concentration
        self.a = a
        self.b = b
        self.n_chains = n_chains
        self.n_sweeps = n_sweeps
        self.init = init
        self.init_clusters = init_clusters
        self.binarize = binarize
        self.n_jobs = n_jobs
        self.progress = progress
        self.random_state = random_state

    def fit(self, X, y=None):
        """Sample who belongs together. Threads that Ctrl-C interrupts keep the state after the last whole sweep.

        Parameters
        ----------
        X : array-like, shape (n_images, n_pixels)
            Binary images, or any numbers if `binarize` is given; not changed.
        y : None
            Ignored.

        Returns
        -------
        BetaBernoulliMixture
            The estimator itself.

        Raises
        ------
        ValueError
            If the images are not binary, or a parameter is out of range.

        Examples
        --------
        >>> BetaBernoulliMixture(n_sweeps=5, random_state=0).fit([[0, 1], [0, 1], [1, 0]]).n_sweeps_
        5
        """
        images = self._as_binary(X, reset=True)
        self._model = self._validate_parameters()
        data = images, *_list_on_pixels(images)
        begin = self.init_clusters, self.init == "blocked"
        rngs = np.random.default_rng(self.random_state).spawn(self.n_chains)
        start, sweep, run = map(joblib.delayed, (_start_chain, _sweep_chain, _run_chain))
        # The kernel lets go of the interpreter, so threads share the images and suffice.
        backend, _ = joblib.parallel.get_active_backend(prefer="threads")
        shared = getattr(backend, "supports_sharedmem", False)
        with joblib.Parallel(self.n_jobs, prefer="threads") as parallel:
            if not shared:  # a chain that came back after each sweep would need the images sent again
                chains = parallel(run(self._model, *data, *begin, self.n_sweeps, rng) for rng in rngs)
            else:
                chains = parallel(start(self._model, images, *begin, rng) for rng in rngs)
                try:
                    for _ in tqdm(range(self.n_sweeps), disable=not self.progress, unit="sweep"):
                        chains = parallel(sweep(self._model, *data, *state) for state in chains)
                except KeyboardInterrupt:
                    warnings.warn(
                        "fit was interrupted; the chains are as the last whole sweep left them", stacklevel=2
                    )
        self._learn([chain for chain, _ in chains])
        return self

    def _learn(self, chains):
        self.chains_ = chains
        self.best_chain_ = int(np.argmax([chain.log_joint[-1] for chain in chains]))
        self.labels_ = chains[self.best_chain_].labels
        self.n_sweeps_ = len(chains[0].log_joint) - 1

    def _validate_parameters(self):
        concentration = validate_values("concentration", self.concentration, **POSITIVE)
        a, b = (np.atleast_1d(validate_values(name, getattr(self, name), **POSITIVE)) for name in "ab")
        if a.shape != b.shape or a.ndim != 1:
            raise ValueError(
                f"a and b must be numbers or lists of equal length, got shapes {a.shape} and {b.shape}"
            )
        for name, minimum in (("n_chains", 1), ("n_sweeps", 0), ("init_clusters", 1)):
            validate_number(name, getattr(self, name), minimum)
        if self.init not in ("blocked", "random"):
            raise ValueError(f"init must be 'blocked' or 'random', got {self.init!r}")
        return _Model(float(concentration), a, b)

    def _as_binary(self, X, *, reset=False):
        X = validate_data(self, X, reset=reset)
        if self.binarize is not None:
            return np.ascontiguousarray(np.greater(X, self.binarize), np.uint8)
        wrong = X[(X != 0) & (X != 1)]
        if wrong.size:
            raise ValueError(
                f"X must hold zeros and ones only, got {wrong[0]:g}; to binarise grey values, set binarize, for example"
                f" to {(X.min() + X.max()) / 2:g}"
            )
        return np.ascontiguousarray(X, np.uint8)

    def _score_components(self, X, observed, chains):
        """Yield for blocks of images: the images, where observed, joint log density with each component, pixels on."""
        images = self._as_binary(X)
        observed = np.asarray(True if observed is None else observed)
        if observed.dtype != bool or observed.shape not in ((), images.shape[1:], images.shape):
            raise ValueError(
                f"observed must be boolean, of shape {images.shape[1:]} or {images.shape}, got"
                f" {observed.dtype} of shape {observed.shape}"
            )
        observed = np.broadcast_to(observed, images.shape)
        parts = zip(*map(self._model.components, chains), strict=True)
        weights, on, off = map(np.concatenate, parts)
        for block in gen_batches(len(images), _BLOCK):
            image, seen = images[block], observed[block]
            yield image, seen, (image & seen) @ on.T + (seen > image) @ off.T + weights, np.exp(on)

    def predict(self, X):
        """Find the most probable cluster of each image, in the best chain.

        Parameters
        ----------
        X : array-like, shape (n_images, n_pixels)
            Images, as for `fit`.

        Returns
        -------
        ndarray of int, shape (n_images,)
            Clusters, as `labels_` numbers them. For images of `fit` it may differ from `labels_`, which is one draw.

        Examples
        --------
        >>> mixture = BetaBernoulliMixture(random_state=0).fit(np.repeat(np.eye(4, 8), 10, axis=0))
        >>> np.array_equal(mixture.predict(np.eye(4, 8)), mixture.labels_[::10])
        True
        """
        return self.predict_proba(X).argmax(axis=1)

    def predict_proba(self, X):
        """Compute the responsibilities: how probable each cluster of the best chain is for each image.

        Parameters
        ----------
        X : array-like, shape (n_images, n_pixels)
            Images, as for `fit`.

        Returns
        -------
        ndarray, shape (n_images, n_clusters)
            Rows that sum to 1; a cluster that does not exist yet is left out.

        Examples
        --------
        >>> mixture = BetaBernoulliMixture(random_state=0).fit(np.repeat(np.eye(4, 8), 10, axis=0))
        >>> mixture.predict_proba(np.eye(4, 8)).max(axis=1).round(2)
        array([1., 1., 1., 1.])
        """
        check_is_fitted(self)
        scored = self._score_components(X, None, [self.chains_[self.best_chain_]])
        return np.concatenate([softmax(scores[:, :-1], axis=1) for _, _, scores, _ in scored])

    def score_samples(self, X, observed=None):
        """Compute the log density of images, or of the observed part of them.

        Parameters
        ----------
        X : array-like, shape (n_images, n_pixels)
            Images, as for `fit`.
        observed : array-like of bool, shape (n_pixels,) or (n_images, n_pixels), optional
            Which pixels to consider; all by default.

        Returns
        -------
        ndarray, shape (n_images,)
            Natural logs of the posterior predictive probability, the chains having equal weights. The difference
            between all pixels and the observed ones is the log density of the others, given these.

        Examples
        --------
        >>> mixture = BetaBernoulliMixture(random_state=0).fit(np.repeat(np.eye(2, 8), 50, axis=0))
        >>> mixture.score_samples(np.eye(3, 8)).round()
        array([-1., -1., -8.])
        """
        check_is_fitted(self)
        scored = self._score_components(X, observed, self.chains_)
        return np.concatenate([logsumexp(scores, axis=1) for _, _, scores, _ in scored]) - math.log(
            len(self.chains_)
        )

    def score(self, X, y=None):
        """Compute the mean log density of images.

        Parameters
        ----------
        X : array-like, shape (n_images, n_pixels)
            Images, as for `fit`.
        y : None
            Ignored.

        Returns
        -------
        float
            Mean of `score_samples`.

        Examples
        --------
        >>> mixture = BetaBernoulliMixture(random_state=0).fit(np.repeat(np.eye(2, 8), 50, axis=0))
        >>> round(mixture.score(np.eye(2, 8)))
        -1
        """
        return float(self.score_samples(X).mean())

    def complete(self, X, observed):
        """Compute the probability that each unobserved pixel is on, given the observed ones of its image.

        Parameters
        ----------
        X : array-like, shape (n_images, n_pixels)
            Images, as for `fit`; the values of unobserved pixels have no influence, but must be valid.
        observed : array-like of bool, shape (n_pixels,) or (n_images, n_pixels)
            Which pixels are known, for all images or for each.

        Returns
        -------
        ndarray, shape (n_images, n_pixels)
            The exact posterior predictive given the chains; observed pixels as they are, 0 or 1.

        Raises
        ------
        ValueError
            If the mask is not boolean or has the wrong shape.

        Examples
        --------
        >>> mixture = BetaBernoulliMixture(random_state=0).fit(np.repeat([[1, 1, 0, 0], [0, 0, 1, 1]], 50, axis=0))
        >>> mixture.complete([[1, 0, 0, 0]], [True, False, False, True]).round(1)
        array([[1., 1., 0., 0.]])
        """
        check_is_fitted(self)
        scored = self._score_components(X, observed, self.chains_)
        return np.concatenate(
            [np.where(seen, images, softmax(scores, axis=1) @ on) for images, seen, scores, on in scored]
        )

    def sample(self, n_samples=1, random_state=None):
        """Draw images from the posterior predictive distribution.

        Parameters
        ----------
        n_samples : int
            How many, at least 0.
        random_state : int or numpy.random.Generator, optional
            Seed or generator.

        Returns
        -------
        ndarray of uint8, shape (n_samples, n_pixels)
            Binary images, independent given the chains.

        Examples
        --------
        >>> mixture = BetaBernoulliMixture(random_state=0).fit(np.repeat([[1, 1, 0, 0], [0, 0, 1, 1]], 500, axis=0))
        >>> mixture.sample(2, random_state=1).shape
        (2, 4)
        """
        check_is_fitted(self)
        validate_number("n_samples", n_samples)
        rng = np.random.default_rng(random_state)
        weights, on, _ = map(np.concatenate, zip(*map(self._model.components, self.chains_), strict=True))
        chosen = rng.choice(len(weights), n_samples, p=softmax(weights))
        return (rng.random((n_samples, on.shape[1])) < np.exp(on[chosen])).astype(np.uint8)

    def save(self, path):
        """Write a fitted mixture to a file of NumPy arrays, without pickle.

        Parameters
        ----------
        path : str or path-like
            File to write, `.npz` by custom; replaced if it exists.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If `fit` was not called.

        Examples
        --------
        >>> import tempfile, pathlib
        >>> mixture = BetaBernoulliMixture(n_sweeps=3, random_state=0).fit([[0, 1], [0, 1], [1, 0]])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "mixture.npz")
        ...     mixture.save(path)
        ...     again = BetaBernoulliMixture.load(path)
        >>> np.array_equal(again.labels_, mixture.labels_)
        True
        """
        check_is_fitted(self)
        parameters = self.get_params() | {"a": self._model.a.tolist(), "b": self._model.b.tolist()}
        if not isinstance(self.random_state, int):
            parameters["random_state"] = None
        arrays = {
            f"{name}_{number}": getattr(chain, name)
            for number, chain in enumerate(self.chains_)
            for name in _CHAIN_ARRAYS
        }
        path = Path(path)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
            unfinished = Path(folder, "mixture.npz")
            np.savez_compressed(unfinished, parameters=json.dumps(parameters), **arrays)
            unfinished.replace(path)

    @classmethod
    def load(cls, path):
        """Read a mixture that `save` wrote.

        Parameters
        ----------
        path : str or path-like
            File to read; nothing in it is executed.

        Returns
        -------
        BetaBernoulliMixture
            Fitted. Its `random_state` is None if it was a generator.

        Raises
        ------
        ValueError
            If the file is not one that `save` wrote.

        Examples
        --------
        >>> BetaBernoulliMixture.load("README.md")
        Traceback (most recent call last):
        ...
        ValueError: path must name a file written by BetaBernoulliMixture.save, got README.md
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                mixture = cls(**json.loads(file["parameters"].item()))
                chains = [
                    GibbsChain(*(file[f"{name}_{number}"] for name in _CHAIN_ARRAYS))
                    for number in range(mixture.n_chains)
                ]
        except (ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(f"path must name a file written by {cls.__name__}.save, got {path}") from error
        mixture._model = mixture._validate_parameters()
        mixture.n_features_in_ = chains[0].on_counts.shape[1]
        mixture._learn([replace(chain, log_joint=tuple(chain.log_joint.tolist())) for chain in chains])
        return mixture
