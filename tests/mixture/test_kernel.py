"""The compiled loops: scores against the exact joint, draws, and what they do in plain Python."""

import numpy as np

from qbi_utils.mixture import BetaBernoulliMixture, _chains, _kernel

from .reference import FAST, exact_log_joint, same_states


def test_the_conditional_is_the_normalised_joint(rng):
    """For each image, singletons among them, over all clusters and a new one; two kinds of prior on the pixels."""
    images = (rng.random((9, 7)) < 0.4).astype(np.uint8)
    model = _chains.Model(1.7, np.array([0.5, 2.0]), np.array([1.5, 0.3]))
    index = rng.integers(0, 2, 7)
    a, b = model.a[index], model.b[index]
    chain = _chains.summarize(np.array([0, 0, 1, 1, 1, 2, 3, 3, 0]), images, index)
    for place, image in enumerate(images):
        state, prior, table = _chains.set_up(model, chain)
        own, pixels = chain.labels[place], np.flatnonzero(image).astype(np.int32)
        state.sizes[own] -= 1
        state.counts[own] -= image
        scores = np.empty(5)
        _kernel.score_all(image, pixels, own, 4, state, prior, table, scores)
        joint = np.array(
            [
                exact_log_joint(np.where(np.arange(9) == place, k, chain.labels), images, 1.7, a, b)
                for k in range(5)
            ]
        )
        if state.sizes[own] == 0:
            joint[own] = -np.inf  # the same partition as a new cluster
        found, expected = (np.exp(s - s.max()) / np.exp(s - s.max()).sum() for s in (scores, joint))
        np.testing.assert_allclose(found, expected, atol=1e-10)


def test_options_are_drawn_in_proportion():
    """Each gets its share of the uniform numbers, in order: 1, 3 and 2 sixths."""
    uniforms = (np.arange(600) + 0.5) / 600
    drawn = [_kernel.draw(np.log([1.0, 3.0, 2.0]) - 1000, uniform) for uniform in uniforms]
    assert drawn == [0] * 100 + [1] * 300 + [2] * 200


def test_kernels_do_in_plain_python_what_they_do_compiled(rng, decompile):
    """The same states, with clusters that open, close and outgrow their room."""
    images = (rng.random((40, 6)) < 0.5).astype(np.uint8)

    def results():
        for concentration in (0.5, 5.0, 1e4):
            parameters = FAST | {"concentration": concentration, "n_sweeps": 10, "init": "random"}
            yield BetaBernoulliMixture(**parameters).fit(images)

    compiled = list(results())
    decompile(_kernel)
    assert all(same_states(*pair) for pair in zip(compiled, results(), strict=True))
    # A uniform number that rounding has made one.
    assert _kernel.draw(np.log([1.0, 3.0, 2.0]), 1.0) == 1
