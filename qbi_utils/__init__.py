"""Helpers shared by the lectures of *Building and Augmenting Image Datasets*.

One concept a module: `datasets` loads and verifies images, `simulate` makes them with exact ground truth, `augment` varies
them, `neighbors` finds nearest neighbours, `networks` trains small networks and loads trained ones, `mixture` clusters
binary images, `chunked` does what is too large for one machine's memory, `plotting` draws, `checks` grades the answers
to exercises. A module is imported when it is first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=[
        "augment",
        "checks",
        "chunked",
        "datasets",
        "mixture",
        "neighbors",
        "networks",
        "plotting",
        "simulate",
    ],
)
