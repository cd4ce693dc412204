"""Graders of exercises on images in chunks: their noise, and their overlap."""

import math

import numpy as np

from ._grading import as_array, as_floats, expect, grader, refuse_known

# --------------------------------------------------------------------------- beyond one machine


@grader
def check_chunk_seeds(answer):
    """Grade a function that adds noise to a chunk of a stack, the same noise however the stack is chunked.

    Parameters
    ----------
    answer : callable
        ``answer(images, first, seed)`` returns `images`, shape (n, height, width), plus standard normal noise;
        `first` is the number of the first of them in the whole stack. The noise of an image depends on the seed
        and on its number in the stack only, and differs from that of every other image.

    Returns
    -------
    Verdict
        Tells a generator for each chunk, the same seed in each chunk or for each image, a seed that is ignored,
        noise that differs from call to call, that is not added or is not standard normal.

    Examples
    --------
    >>> def noisy(images, first, seed):
    ...     return images + np.random.default_rng([seed, first]).standard_normal(images.shape)
    >>> check_chunk_seeds(noisy)
    ✗ The noise of an image changes with the chunk size.
      Hint: Make a generator for each image, from the seed and its number in
      the stack.
    """
    images = np.arange(12 * 16 * 16, dtype=float).reshape(12, 16, 16) / 100

    def noise_in_chunks(size, seed):
        noise = []
        for first in range(0, len(images), size):
            chunk = images[first : first + size]
            noise.append(as_floats(answer(chunk, first, seed), chunk.shape, finite=True) - chunk)
        return np.concatenate(noise)

    whole = noise_in_chunks(12, 1)
    expect(whole.any(), "No noise is added.", "Add to `images` what a generator draws.")
    expect(
        np.array_equal(whole, noise_in_chunks(12, 1)),
        "The same seed gives another noise in the next call.",
        "Make the generator from the seed: an unseeded one, or one kept between calls, goes on.",
    )
    in_chunks = {size: noise_in_chunks(size, 1) for size in (1, 3, 4)}
    expect(
        not any(np.allclose(noise[:size], noise[-size:]) for size, noise in in_chunks.items()),
        "The same noise comes again and again.",
        "What does the noise depend on besides the seed? Each image needs its number in the stack.",
    )
    expect(
        all(np.array_equal(whole, noise) for noise in in_chunks.values()),
        "The noise of an image changes with the chunk size.",
        "Make a generator for each image, from the seed and its number in the stack.",
    )
    expect(
        np.abs(np.corrcoef(whole.reshape(12, -1)) - np.eye(12)).max() < 0.4,
        "Some images have the same noise, or nearly.",
        "Each image needs a generator of its own, and only one.",
    )
    expect(
        not np.allclose(whole, noise_in_chunks(12, 2)),
        "The seed has no influence.",
        "Make the generator from the seed and the number.",
    )
    expect(
        abs(whole.mean()) < 0.1 and abs(whole.std() - 1) < 0.1,
        f"The noise has mean {whole.mean():.2f} and standard deviation {whole.std():.2f}, not 0 and 1.",
        "Draw it by `standard_normal`.",
    )


def _radius(sigma):
    """Pixels from the centre to where `scipy.ndimage` cuts a Gaussian off."""
    return int(4 * sigma + 0.5)


@grader
def check_overlap_depth(answer):
    """Grade a function for the overlap that a Gaussian filter followed by a shift needs.

    Parameters
    ----------
    answer : callable
        ``answer(sigma, shift)`` returns the smallest sufficient depth as an integer: the radius ``int(4 * sigma +
        0.5)``, where `scipy.ndimage` cuts the Gaussian off, plus the shift, rounded away from 0.

    Returns
    -------
    Verdict
        Tells a missing filter or shift, the larger of both instead of the sum, `sigma` in place of the radius, a
        shift that is rounded down or to the nearest, a sign that is kept, and a number that is not an integer.

    Examples
    --------
    >>> check_overlap_depth(lambda sigma, shift: int(4 * sigma + 0.5))
    ✗ The shift has no influence.
      Hint: A pixel is smoothed where it comes from: the depths add up.
    """
    cases = [(1, 0), (2, 3), (2, -3), (1.5, 2.3), (3, 0.7), (0.9, 5.5), (1.2, -7.2)]
    found = []
    for sigma, shift in cases:
        depth = as_array(answer(sigma, shift), ())
        expect(
            depth.dtype.kind in "iu",
            f"The depth for sigma {sigma:g} and shift {shift:g} is {depth}, not an integer.",
            "Half a pixel cannot be borrowed: wrap it in int(...), after rounding up.",
        )
        found.append(int(depth))
    mistakes = {
        lambda sigma, shift: _radius(sigma): (
            "The shift has no influence.",
            "A pixel is smoothed where it comes from: the depths add up.",
        ),
        lambda sigma, shift: math.ceil(abs(shift)): (
            "The filter has no influence.",
            "The Gaussian reaches as far as it is cut off.",
        ),
        lambda sigma, shift: max(_radius(sigma), math.ceil(abs(shift))): (
            "This is the larger of the two depths.",
            "The farthest pixel of the shift is smoothed too: the depths add up.",
        ),
        lambda sigma, shift: math.ceil(sigma) + math.ceil(abs(shift)): (
            "The filter looks farther than one standard deviation.",
            "It is cut off at a radius of int(4 * sigma + 0.5) pixels.",
        ),
        lambda sigma, shift: _radius(sigma) + math.ceil(shift): (
            "A shift to the other side makes the depth smaller.",
            "The direction does not matter for a margin: take abs.",
        ),
        lambda sigma, shift: _radius(sigma) + int(abs(shift)): (
            "A shift that is not a whole number is rounded down.",
            "2.3 pixels, with bilinear interpolation, touch the pixels 2 and 3.",
        ),
        lambda sigma, shift: _radius(sigma) + round(abs(shift)): (
            "A shift that is not a whole number is rounded to the nearest.",
            "2.3 pixels, with bilinear interpolation, touch the pixels 2 and 3.",
        ),
    }
    refuse_known(found, {tuple(rule(*case) for case in cases): texts for rule, texts in mistakes.items()})
    for (sigma, shift), depth in zip(cases, found, strict=True):
        right = _radius(sigma) + math.ceil(abs(shift))
        expect(
            depth == right,
            f"For sigma {sigma:g} and shift {shift:g} the depth should be {right}, it is {depth}.",
            "Draw the pixels that one result needs, on paper, in one dimension.",
        )
