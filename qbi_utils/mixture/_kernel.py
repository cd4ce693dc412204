"""The loops of a Gibbs sweep that Numba compiles.

A score is the log of size times predictive probability. A sweep adds it up from a table instead of taking logs: a
base for each cluster, and a term for each pixel that is on.
"""

import math
from typing import NamedTuple

import numpy as np

from .._parallel import compile_exactly


class Data(NamedTuple):
    """Images: uint8, shape (n_images, n_pixels); their on pixels one after the other, and where each image starts."""

    images: np.ndarray
    on_pixels: np.ndarray
    starts: np.ndarray


class Draws(NamedTuple):
    """What a sweep needs of chance: the order of the images, and a number from [0, 1) for each place in it."""

    order: np.ndarray
    uniforms: np.ndarray


class State(NamedTuple):
    """Cluster of each image, images in each cluster, and in how many of them a pixel is on; a sweep changes them.

    `sizes` and `counts` have room for more clusters than there are; the rest is zero.
    """

    labels: np.ndarray
    sizes: np.ndarray
    counts: np.ndarray


class Prior(NamedTuple):
    """Index of each pixel's prior, and logs to look up.

    Of a + count and of b + count, shape (n_priors, n_images + 1), and of a + b + size, summed over the pixels.
    """

    index: np.ndarray
    log_a: np.ndarray
    log_b: np.ndarray
    log_total: np.ndarray


class Table(NamedTuple):
    """Terms of the scores: for each pixel and cluster, for each cluster, and both for a new cluster."""

    log_odds: np.ndarray
    base: np.ndarray
    new_log_odds: np.ndarray
    new_base: float


@compile_exactly
def refresh_cluster(k, state, prior, table):
    """Recompute the terms of cluster k."""
    index, log_a, log_b, log_total = prior
    counts, log_odds = state.counts, table.log_odds
    size = state.sizes[k]
    total = math.log(size) - log_total[size]
    for pixel in range(counts.shape[1]):
        on = counts[k, pixel]
        off = log_b[index[pixel], size - on]
        total += off
        log_odds[pixel, k] = log_a[index[pixel], on] - off
    table.base[k] = total


@compile_exactly
def score_one(k, image, state, prior):
    """Score of cluster k from its counts, without the table; for the cluster that the image has just left."""
    index, log_a, log_b, log_total = prior
    counts = state.counts
    size = state.sizes[k]
    if size == 0:
        return -np.inf
    total = math.log(size) - log_total[size]
    for pixel in range(image.size):
        on = counts[k, pixel]
        total += log_a[index[pixel], on] if image[pixel] else log_b[index[pixel], size - on]
    return total


@compile_exactly
def score_all(image, pixels, own, n_clusters, state, prior, table, scores):
    """Scores of all clusters and, last, of a new one, for an image that has left its own cluster."""
    log_odds, base, new_log_odds, new_base = table
    scores[:n_clusters] = base[:n_clusters]
    scores[n_clusters] = new_base
    for pixel in pixels:
        odds = log_odds[pixel]
        for k in range(n_clusters):
            scores[k] += odds[k]
        scores[n_clusters] += new_log_odds[pixel]
    # The table still counts the image itself.
    scores[own] = score_one(own, image, state, prior)


@compile_exactly
def draw(scores, uniform):
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


@compile_exactly
def sweep(place, n_clusters, draws, data, state, prior, table):
    """Remove, score, draw and add each image from order[place] on; stop where there is no room for a new cluster.

    Returns the place of the next image, and how many clusters there are.
    """
    order, uniforms = draws
    images, on_pixels, starts = data
    labels, sizes, counts = state
    log_odds, base = table.log_odds, table.base
    scores = np.empty(sizes.size + 1)
    while place < order.size:
        index = order[place]
        own = labels[index]
        pixels = on_pixels[starts[index] : starts[index + 1]]
        sizes[own] -= 1
        for pixel in pixels:
            counts[own, pixel] -= 1
        score_all(images[index], pixels, own, n_clusters, state, prior, table, scores)
        chosen = draw(scores[: n_clusters + 1], uniforms[place])
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
        refresh_cluster(chosen, state, prior, table)
        if sizes[own]:
            refresh_cluster(own, state, prior, table)
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
