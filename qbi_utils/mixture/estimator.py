"""The estimator, with scikit-learn's interface."""

import json
import math
import warnings
import zipfile
from dataclasses import fields, replace
from numbers import Integral

import joblib
import numpy as np
from scipy.special import logsumexp, softmax
from sklearn.base import BaseEstimator, ClusterMixin, DensityMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data
from tqdm.auto import tqdm

from .._files import replace_file
from .._validation import POSITIVE, validate_number, validate_values
from ._chains import Components, GibbsChain, Model, list_on_pixels, run_chain, start_chain, sweep_chain

_CHAIN_ARRAYS = [field.name for field in fields(GibbsChain)]


def _as_generator(random_state):
    """Return a generator: the one given, a seeded one, or one that a `RandomState` seeds."""
    if random_state is np.random:
        random_state = check_random_state(random_state)  # the global RandomState
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(2**32, size=4, dtype=np.uint32))
    seed = isinstance(random_state, Integral) and random_state >= 0
    if seed or random_state is None or isinstance(random_state, np.random.Generator):
        return np.random.default_rng(random_state)
    raise ValueError(
        "random_state must be None, a whole number of at least 0, a numpy.random.Generator or a"
        f" numpy.random.RandomState, got {random_state!r}"
    )


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
    random_state : int, numpy.random.Generator or numpy.random.RandomState, optional
        Seed or generator. A `RandomState`, or `numpy.random` for the global one, draws the seed of a generator, and
        so goes on: equal ones give equal results.

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
        rngs = _as_generator(self.random_state).spawn(self.n_chains)
        data, begin = list_on_pixels(images), (self.init_clusters, self.init == "blocked")
        start, sweep, run = map(joblib.delayed, (start_chain, sweep_chain, run_chain))
        # The kernel lets go of the interpreter, so threads share the images and suffice.
        backend, _ = joblib.parallel.get_active_backend(prefer="threads")
        shared = getattr(backend, "supports_sharedmem", False)
        with joblib.Parallel(self.n_jobs, prefer="threads") as parallel:
            if not shared:  # a chain that came back after each sweep would need the images sent again
                chains = parallel(run(self._model, data, *begin, self.n_sweeps, rng) for rng in rngs)
            else:
                chains = parallel(start(self._model, images, *begin, rng) for rng in rngs)
                try:
                    for _ in tqdm(range(self.n_sweeps), disable=not self.progress, unit="sweep"):
                        chains = parallel(sweep(self._model, data, *state) for state in chains)
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
        return Model(float(concentration), a, b)

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

    def _validate_observed(self, observed, shape):
        observed = np.asarray(True if observed is None else observed)
        if observed.dtype != bool or observed.shape not in ((), shape[1:], shape):
            raise ValueError(
                f"observed must be boolean, of shape {shape[1:]} or {shape}, got"
                f" {observed.dtype} of shape {observed.shape}"
            )
        return np.broadcast_to(observed, shape)

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
        images = self._as_binary(X)
        components = self._model.components([self.chains_[self.best_chain_]])
        clusters = Components(*(part[:-1] for part in components))  # the last one does not exist yet
        scored = clusters.score_blocks(images, np.broadcast_to(True, images.shape))
        return np.concatenate([softmax(scores, axis=1) for _, scores in scored])

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
        images = self._as_binary(X)
        observed = self._validate_observed(observed, images.shape)
        scored = self._model.components(self.chains_).score_blocks(images, observed)
        densities = np.concatenate([logsumexp(scores, axis=1) for _, scores in scored])
        return densities - math.log(len(self.chains_))

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
        images = self._as_binary(X)
        observed, components = (
            self._validate_observed(observed, images.shape),
            self._model.components(self.chains_),
        )
        on = np.exp(components.log_on)
        return np.concatenate(
            [
                np.where(observed[block], images[block], softmax(scores, axis=1) @ on)
                for block, scores in components.score_blocks(images, observed)
            ]
        )

    def sample(self, n_samples=1, random_state=None):
        """Draw images from the posterior predictive distribution.

        Parameters
        ----------
        n_samples : int
            How many, at least 0.
        random_state : int, numpy.random.Generator or numpy.random.RandomState, optional
            Seed or generator, as for the estimator.

        Returns
        -------
        ndarray of uint8, shape (n_samples, n_pixels)
            Binary images, independent given the chains.

        Raises
        ------
        ValueError
            If `n_samples` is not a whole number of at least 0, or `random_state` is none of the above.

        Examples
        --------
        >>> mixture = BetaBernoulliMixture(random_state=0).fit(np.repeat([[1, 1, 0, 0], [0, 0, 1, 1]], 500, axis=0))
        >>> mixture.sample(2, random_state=1).shape
        (2, 4)
        """
        check_is_fitted(self)
        validate_number("n_samples", n_samples)
        rng, components = _as_generator(random_state), self._model.components(self.chains_)
        weights, on = softmax(components.log_weights), components.log_on
        chosen = rng.choice(len(weights), n_samples, p=weights)
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
        seed = isinstance(self.random_state, Integral)
        parameters["random_state"] = int(self.random_state) if seed else None
        arrays = {
            f"{name}_{number}": getattr(chain, name)
            for number, chain in enumerate(self.chains_)
            for name in _CHAIN_ARRAYS
        }
        with replace_file(path) as unfinished, open(unfinished, "wb") as file:
            np.savez_compressed(file, parameters=json.dumps(parameters), **arrays)

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
