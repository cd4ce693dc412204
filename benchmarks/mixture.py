"""Seconds for the clusters of twos and threes, and how the sampler compares with the textbook written in NumPy.

Run: `.venv/bin/python benchmarks/mixture.py`, on an otherwise idle machine. The job is that of the page "Digit recognition
with the MNIST dataset" in the documentation of datamicroscopes (Qadium 2015), which took 156.39 minutes for 5 chains
of 5 sweeps over the 14 131 twos and threes of MNIST. It ran on the hardware of its time and also drew the prior of
each pixel, so the ratio is between two jobs, not between two programs.
"""

import resource
import statistics
from time import perf_counter

import numpy as np
import pandas as pd

from qbi_utils import datasets
from qbi_utils.mixture import BetaBernoulliMixture, _chains, _kernel

N_ROUNDS = 5
N_REASSIGNED = 500
DATAMICROSCOPES_SECONDS = 156.39 * 60


def reassign(images, labels, order, uniforms):
    """Collapsed Gibbs sampling as the textbook has it, a = b = concentration = 1: all logs for each image anew."""
    labels = labels.copy()
    sizes = np.bincount(labels).astype(float)
    on = np.array([images[labels == k].sum(axis=0) for k in range(len(sizes))], float)
    for index, uniform in zip(order, uniforms, strict=True):
        image, own = images[index], labels[index]
        sizes[own] -= 1
        on[own] -= image
        n, m = np.append(sizes, 0)[:, None], np.vstack([on, np.zeros_like(on[:1])])
        p = (1 + m) / (2 + n)
        with np.errstate(divide="ignore"):
            scores = np.log(np.append(sizes, 1.0)) + np.where(image, np.log(p), np.log(1 - p)).sum(axis=1)
        cumulated = np.cumsum(np.exp(scores - scores.max()))
        chosen = int(np.searchsorted(cumulated, uniform * cumulated[-1], side="right"))
        assert chosen < len(sizes), "a new cluster: choose another seed"
        sizes[chosen] += 1
        on[chosen] += image
        labels[index] = chosen
    return labels


def time_sweeps(images):
    """Both samplers from the same settled state, with the same random numbers; the clusters must be the same."""
    fitted = BetaBernoulliMixture(n_chains=1, random_state=0).fit(images)
    chain, seconds = fitted.chains_[0], {"kernel": [], "textbook": []}
    data = _chains.list_on_pixels(images)
    for seed in range(N_ROUNDS):
        start = perf_counter()
        _chains.sweep_chain(fitted._model, data, chain, np.random.default_rng(seed))
        seconds["kernel"].append((perf_counter() - start) / len(images))
        # The kernel of a whole sweep, stopped after some images, is what the reference has to repeat.
        rng = np.random.default_rng(seed)
        order, uniforms = rng.permutation(len(images)), rng.random(len(images))
        draws = _kernel.Draws(order[:N_REASSIGNED], uniforms[:N_REASSIGNED])
        start = perf_counter()
        expected = reassign(images, chain.labels, *draws)
        seconds["textbook"].append((perf_counter() - start) / N_REASSIGNED)
        assert np.array_equal(reassign_by_kernel(fitted._model, data, chain, draws), expected)
    print(f"{len(chain.cluster_sizes)} clusters")
    for name, values in seconds.items():
        report(f"s a sweep, {name}", [value * len(images) for value in values])
    report("ratio", [slow / fast for fast, slow in zip(*seconds.values(), strict=True)])


def reassign_by_kernel(model, data, chain, draws):
    """Labels after the kernel has reassigned the images that are to be drawn."""
    state, prior, table = _chains.set_up(model, chain)
    _kernel.sweep(0, len(chain.cluster_sizes), draws, data, state, prior, table)
    return state.labels


def time_job(images):
    """Time the job of the source: five chains, one blocked sweep and five others."""
    seconds = []
    for seed in range(N_ROUNDS):
        start = perf_counter()
        BetaBernoulliMixture(n_sweeps=5, n_jobs=2, random_state=seed).fit(images)
        seconds.append(perf_counter() - start)
    report("s for the whole job", seconds)
    report("156.39 minutes against it", [DATAMICROSCOPES_SECONDS / value for value in seconds])


def follow(images, truth):
    """Where the chains arrive, from both starts."""
    for init, n_chains in (("blocked", 5), ("random", 1)):
        fitted = BetaBernoulliMixture(init=init, n_chains=n_chains, n_jobs=2, random_state=0).fit(images)
        for chain in fitted.chains_:
            counts = pd.crosstab(chain.labels, truth)
            purity = counts.max(axis=1).sum() / len(truth)
            print(
                f"{init:8} log joint {chain.log_joint[-1]:.0f}, {len(counts)} clusters, purity {purity:.3f}"
            )


def report(name, values):
    print(
        f"{name:28} {statistics.median(values):.4g} ({min(values):.4g}-{max(values):.4g}, {len(values)} rounds)"
    )


def main():
    mnist = datasets.load_mnist("all")
    chosen = np.isin(mnist.labels, (2, 3))
    # As datamicroscopes has it: whatever is not black is on.
    images = (mnist.images[chosen].reshape(-1, 784) > 0).astype(np.uint8)
    truth = mnist.labels[chosen]
    del mnist
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = perf_counter()
    BetaBernoulliMixture(n_chains=1, n_sweeps=1, random_state=0).fit(images[:100])
    print(f"{'s for the first, compiling':28} {perf_counter() - start:.3g}; from the cache if there is one")
    time_job(images)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{'MB at most':28} {peak / 1024:.0f}, {before / 1024:.0f} of them before the first")
    time_sweeps(images)
    follow(images, truth)


if __name__ == "__main__":
    main()
