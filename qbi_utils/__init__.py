"""Helpers shared by the lectures of *Building and Augmenting Image Datasets*.

One concept a module: `datasets` loads and verifies images, `neighbors` finds nearest neighbours,
`plotting` draws, `checks` grades the answers to exercises.
"""

__all__ = ["checks", "datasets", "neighbors", "plotting"]
