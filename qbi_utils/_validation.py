"""Rules that the arguments of several modules obey, and the draw of a value from a number or a range."""

import numpy as np

POSITIVE = {"rule": "greater than 0", "fits": lambda values: values > 0}
NOT_NEGATIVE = {"rule": "at least 0", "fits": lambda values: values >= 0}
SHARE = {"rule": "between 0 and 1", "fits": lambda values: (values >= 0) & (values <= 1)}


def validate_values(name, values, rule="a number", fits=np.isfinite):
    """Return a number, a range (a tuple) or an array as floats that obey a rule."""
    given = np.asarray(values, float)
    if isinstance(values, tuple):
        if given.shape != (2,):
            raise ValueError(f"{name} must be a range (low, high), a number or an array, got {values}")
        if given[0] > given[1]:
            raise ValueError(f"{name} must be a range (low, high) with low <= high, got {values}")
    wrong = given[~(np.isfinite(given) & fits(given))]
    if wrong.size:
        raise ValueError(f"{name} must be {rule}, got {wrong[0]}")
    return given


def draw_values(name, values, n_images, rng, **rule):
    """One value an image: from a range (a tuple), or given, one for all or one for each."""
    given = validate_values(name, values, **rule)
    if isinstance(values, tuple):
        return rng.uniform(*given, n_images)
    if given.shape not in ((), (n_images,)):
        raise ValueError(
            f"{name} must hold one number for each of the {n_images} images, got shape {given.shape}"
        )
    return np.full(n_images, given)


def validate_number(name, value, minimum=0):
    """Refuse anything but a whole number of at least the minimum."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < minimum:
        raise ValueError(f"{name} must be a whole number of at least {minimum}, got {value!r}")


def validate_shape(name, shape, axes="height, width"):
    """Return a shape as a tuple with one whole side of at least 1 for each of the axes."""
    sides, n_axes = tuple(shape) if np.iterable(shape) else (shape,), len(axes.split(", "))
    whole = all(isinstance(side, int | np.integer) and side > 0 for side in sides)
    if len(sides) != n_axes or not whole:
        count = "both" if n_axes == 2 else "all"
        raise ValueError(f"{name} must be ({axes}), {count} whole and at least 1, got {shape}")
    return sides
