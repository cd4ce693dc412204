"""Bézier curves by their definition."""

import math

import numpy as np


def dense_curve(stroke):
    """5000 points of a Bézier curve, by the definition of Bernstein polynomials."""
    t, degree = np.linspace(0, 1, 5000), len(stroke) - 1
    return sum(
        math.comb(degree, i) * np.outer(t**i * (1 - t) ** (degree - i), point)
        for i, point in enumerate(stroke)
    )
