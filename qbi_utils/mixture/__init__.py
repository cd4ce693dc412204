"""Clusters of binary images without labels: a Dirichlet-process mixture of Beta-Bernoulli pixels.

The number of clusters is not fixed: an image joins a cluster in proportion to its size and to how well its pixels fit,
or opens a new one. The probabilities of the pixels are integrated out; what remains, who belongs together, is sampled
by collapsed Gibbs sampling.
"""

from ._chains import GibbsChain
from .estimator import BetaBernoulliMixture

__all__ = ["BetaBernoulliMixture", "GibbsChain"]
