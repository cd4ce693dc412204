"""The model, and chains of states that follow its posterior distribution."""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.special import betaln, gammaln
from sklearn.utils import gen_batches

from . import _kernel
from ._kernel import Data, Draws, Prior, State, Table

BLOCK = 1000  # images scored at once
SPARE_CLUSTERS = 8  # room for clusters that a sweep opens


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
    >>> from qbi_utils.mixture import BetaBernoulliMixture
    >>> chain = BetaBernoulliMixture(n_chains=1, random_state=0).fit([[0, 1], [0, 1], [1, 0]]).chains_[0]
    >>> len(chain.log_joint), chain.cluster_sizes.sum()
    (41, np.int64(3))
    """

    labels: np.ndarray
    cluster_sizes: np.ndarray
    on_counts: np.ndarray
    prior: np.ndarray
    log_joint: tuple = ()


class Components(NamedTuple):
    """What the next image is drawn from: log weights, and for each pixel the logs of the probabilities of on and off."""

    log_weights: np.ndarray
    log_on: np.ndarray
    log_off: np.ndarray

    def score_blocks(self, images, observed):
        """Yield, block after block, which images, and their joint log densities with the components, where observed."""
        for block in gen_batches(len(images), BLOCK):
            image, seen = images[block], observed[block]
            yield block, (image & seen) @ self.log_on.T + (seen > image) @ self.log_off.T + self.log_weights


@dataclass(frozen=True, eq=False)
class Model:
    """What sampling leaves as it is: the concentration and the possible Beta priors of a pixel."""

    concentration: float
    a: np.ndarray
    b: np.ndarray

    def tabulate_prior(self, index, n_images):
        """Compute logs for the kernel; counts and sizes reach from 0 to `n_images`."""
        counts = np.arange(n_images + 1)
        n_pixels = np.bincount(index, minlength=len(self.a))
        log_total = n_pixels @ np.log((self.a + self.b)[:, None] + counts)
        return Prior(index, np.log(self.a[:, None] + counts), np.log(self.b[:, None] + counts), log_total)

    def new_cluster(self, index):
        """Compute the terms of the score of a new cluster, as `refresh_cluster` has them for the others."""
        a, b = self.a[index], self.b[index]
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

    def components(self, chains):
        """Compute what the next image is drawn from: the clusters of each chain, each time followed by a new one."""
        return Components(*map(np.concatenate, zip(*map(self._components, chains), strict=True)))

    def _components(self, chain):
        a, b = self.a[chain.prior], self.b[chain.prior]
        on = np.vstack([chain.on_counts, np.zeros_like(chain.on_counts[:1])])
        sizes = np.append(chain.cluster_sizes, 0)[:, None]
        total = np.log(a + b + sizes)
        weights = np.append(chain.cluster_sizes, self.concentration)
        return np.log(weights / weights.sum()), np.log(a + on) - total, np.log(b + sizes - on) - total


def list_on_pixels(images):
    """Images and, for the kernel, where they are on."""
    starts = np.concatenate([[0], np.cumsum(np.count_nonzero(images, axis=1))])
    return Data(images, np.nonzero(images)[1].astype(np.int32), starts)


def summarize(labels, images, prior):
    """Chain with labels that leave out no cluster, sizes and counts."""
    labels = np.unique(labels, return_inverse=True)[1]
    sizes = np.bincount(labels)
    counts = np.zeros((len(sizes), images.shape[1]), np.int32)
    for k, members in enumerate(np.split(np.argsort(labels, kind="stable"), np.cumsum(sizes)[:-1])):
        counts[k] = images[members].sum(axis=0, dtype=np.int32)
    return GibbsChain(labels.astype(np.int32), sizes.astype(np.int32), counts, prior)


def reassign_at_once(model, images, chain, rng):
    """Draw pixel probabilities from the clusters, then the cluster of each image, and summarise them."""
    sizes, counts = chain.cluster_sizes, chain.on_counts
    weights = np.log(np.maximum(rng.dirichlet(sizes), np.finfo(float).tiny))
    on = rng.beta(model.a[0] + counts, model.b[0] + sizes[:, None] - counts).clip(1e-12, 1 - 1e-12)
    odds, rest = np.log(on) - np.log1p(-on), weights + np.log1p(-on).sum(axis=1)
    labels = []
    for block in gen_batches(len(images), BLOCK):
        scores = images[block] @ odds.T + rest
        labels.append((scores + rng.gumbel(size=scores.shape)).argmax(axis=1))
    return summarize(np.concatenate(labels), images, chain.prior)


def start_chain(model, images, n_clusters, blocked, rng):
    """Put the images into random groups; then, if blocked, all at once where drawn pixel probabilities want them."""
    prior = np.zeros(images.shape[1], int)
    chain = summarize(rng.integers(0, n_clusters, len(images)), images, prior)
    if blocked:
        chain = reassign_at_once(model, images, chain, rng)
    return replace(chain, log_joint=(model.log_joint(chain),)), rng


def set_up(model, chain):
    """State, prior and table with which the kernel continues a chain, and room for new clusters in them."""
    n_clusters, n_pixels = chain.on_counts.shape
    sizes = np.pad(chain.cluster_sizes, (0, SPARE_CLUSTERS))
    counts = np.pad(chain.on_counts, ((0, SPARE_CLUSTERS), (0, 0)))
    state = State(chain.labels.copy(), sizes, counts)
    prior = model.tabulate_prior(chain.prior, len(chain.labels))
    log_odds, base = np.zeros((n_pixels, len(sizes))), np.zeros(len(sizes))
    table = Table(log_odds, base, *model.new_cluster(chain.prior))
    for k in range(n_clusters):
        _kernel.refresh_cluster(k, state, prior, table)
    return state, prior, table


def sweep_chain(model, data, chain, rng):
    """Continue a chain by one sweep in random order; the chain given stays as it is."""
    n_images = len(data.images)
    draws, place = Draws(rng.permutation(n_images), rng.random(n_images)), 0
    while place < n_images:
        state, *look_up = set_up(model, chain)
        place, n_clusters = _kernel.sweep(place, len(chain.cluster_sizes), draws, data, state, *look_up)
        sizes, counts = state.sizes[:n_clusters], state.counts[:n_clusters]
        chain = replace(chain, labels=state.labels, cluster_sizes=sizes, on_counts=counts)
    chain = replace(chain, prior=model.draw_prior(chain, rng))
    return replace(chain, log_joint=(*chain.log_joint, model.log_joint(chain))), rng


def run_chain(model, data, n_clusters, blocked, n_sweeps, rng):
    """Start a chain and follow it to the end, in another process."""
    # What arrived there may be read-only, for which the kernel would be compiled anew.
    data = Data(*(np.require(array, requirements="W") for array in data))
    state = start_chain(model, data.images, n_clusters, blocked, rng)
    for _ in range(n_sweeps):
        state = sweep_chain(model, data, *state)
    return state
