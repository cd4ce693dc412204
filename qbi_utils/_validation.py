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


def validate_one(name, value, **rule):
    """Return one number, neither a range nor an array, as a float that obeys a rule."""
    if np.ndim(value):
        raise ValueError(f"{name} must be one number, got {value!r}")
    return float(validate_values(name, value, **rule))


def validate_range(name, values, **rule):
    """Return the lowest and the highest value of a range (a tuple), or a number twice, as floats that obey a rule."""
    given = validate_values(name, values, **rule)
    if given.ndim and not isinstance(values, tuple):
        raise ValueError(f"{name} must be a number or a range (low, high), got {values!r}")
    return np.broadcast_to(given, 2)


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


def validate_labels(name, labels, n_images=None, n_classes=None):
    """Return labels as an array of integers: one for each image, each a class, as far as either number is given."""
    labels = np.asarray(labels)
    if labels.ndim != 1 or n_images not in (None, len(labels)):
        count = "each image" if n_images is None else f"each of the {n_images} images"
        raise ValueError(f"{name} must hold one entry for {count}, got shape {labels.shape}")
    if labels.size and not np.issubdtype(labels.dtype, np.integer):
        raise TypeError(f"{name} must be integers, got {labels.dtype}")
    if n_classes is not None:
        wrong = np.flatnonzero((labels < 0) | (labels >= n_classes))
        if wrong.size:
            place = wrong[0]
            raise ValueError(
                f"{name} must lie in 0..{n_classes - 1}, got {labels[place]} at position {place}"
            )
    return labels


def validate_dask(name, array, *axes):
    """Refuse anything but a Dask array with the axes of one of the tuples of names."""
    import dask.array  # takes .3 s, and only `chunked` needs it

    if not isinstance(array, dask.array.Array):
        raise TypeError(f"{name} must be a dask array, got {type(array).__name__}; see dask.array.from_array")
    if array.ndim not in map(len, axes):
        expected = " or ".join(f"({', '.join(names)})" for names in axes)
        raise ValueError(f"{name} must have shape {expected}, got {array.shape}")
