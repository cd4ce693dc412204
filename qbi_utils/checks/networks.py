"""Graders of exercises on networks: their size, their field of view, their input and their probabilities."""

import numpy as np

from ._grading import as_floats, as_number, expect, grader, refuse_known, unpack

# --------------------------------------------------------------------------- networks


@grader
def check_parameter_count(answer):
    """Grade a function that counts the parameters of a convolution.

    Parameters
    ----------
    answer : callable
        ``answer(kernel_size, n_in, n_out)`` returns the number of weights and biases of `n_out` square filters
        over `n_in` maps.

    Returns
    -------
    Verdict
        Tells forgotten biases, maps below, and a filter taken for a line apart.

    Examples
    --------
    >>> check_parameter_count(lambda kernel_size, n_in, n_out: kernel_size**2 * n_in * n_out)
    ✗ The biases are missing.
      Hint: Each filter adds one number of its own to its map.
    """
    size, n_in, n_out = 5, 3, 16
    mistakes = {
        size**2 * n_in * n_out: (
            "The biases are missing.",
            "Each filter adds one number of its own to its map.",
        ),
        (size**2 + 1) * n_out: (
            "That is right for one map below only.",
            "A filter spans all maps below it: how many weights has it with three of them?",
        ),
        (size**2 + 1) * n_in * n_out: (
            "Each filter has one bias, not one for each map below.",
            "The sum over the maps comes first, then the bias is added once.",
        ),
        (size * n_in + 1) * n_out: (
            "The filter is taken for a line.",
            "It is a square: size 5 means 5 × 5 weights for each map below.",
        ),
        size**2 * n_in + 1: ("That is one filter.", "How many of them has the layer?"),
    }
    refuse_known(as_number(answer(size, n_in, n_out)), mistakes)
    for size, n_in, n_out in ((5, 3, 16), (3, 1, 32), (1, 128, 10)):
        expected, found = (size**2 * n_in + 1) * n_out, as_number(answer(size, n_in, n_out))
        expect(
            found == expected,
            f"For size {size}, {n_in} maps below and {n_out} filters it is {expected}, not {found}.",
            "Count the weights of one filter, add its bias, then multiply.",
        )


@grader
def check_receptive_field(answer):
    """Grade a function that computes how far a value of the last layer sees.

    Parameters
    ----------
    answer : callable
        ``answer(sizes_and_strides)`` takes pairs of size and stride, from the image upwards, and returns the side of
        the square of pixels that one value of the last layer depends on.

    Returns
    -------
    Verdict
        Tells ignored strides, a stride that acts too early, and a product or sum of sizes apart.

    Examples
    --------
    >>> check_receptive_field(lambda layers: 1 + sum(size - 1 for size, stride in layers))
    ✗ The strides make no difference.
      Hint: After a stride of 2, neighbours lie two pixels apart in the image.
    """
    layers = [(5, 2), (3, 3), (4, 1)]
    mistakes = {
        10: (
            "The strides make no difference.",
            "After a stride of 2, neighbours lie two pixels apart in the image.",
        ),
        12: ("The sizes are added up.", "Two filters of size 3 on top of one another see 5 pixels, not 6."),
        39: (
            "A stride acts on its own layer.",
            "It moves the layers above apart: first widen the field, then the step.",
        ),
        26: ("One pixel is missing.", "A value of the image itself sees one pixel: begin with 1."),
        18: (
            "The steps are the strides of single layers.",
            "A step is the product of all strides below, not the last of them.",
        ),
    }
    refuse_known(as_number(answer(layers)), mistakes)
    for case, expected in ((layers, 27), ([(3, 1)], 3), ([(3, 1), (3, 1), (2, 2), (3, 1)], 10), ([], 1)):
        found = as_number(answer(case))
        expect(
            found == expected,
            f"For {case} it is {expected} pixels, not {found}.",
            "A layer of size k widens the field by k - 1 steps.",
        )


def _is_normalized(found, images, reference, axis):
    """Whether the pixels that vary are normalised by the statistics of a reference along an axis."""
    varying = np.delete(np.arange(6), 3)
    expected = (images - reference.mean(axis=axis, keepdims=True)) / reference.std(axis=axis, keepdims=True)
    return np.allclose(found.reshape(-1, 6)[:, varying], expected.reshape(-1, 6)[:, varying], atol=1e-4)


@grader
def check_leak_free_normalization(answer):
    """Grade a function that normalises training and test images by what is known before the test.

    Parameters
    ----------
    answer : callable
        ``answer(training_images, test_images)`` returns both, each pixel less its mean over the training images,
        divided by its standard deviation there; a constant pixel is not divided.

    Returns
    -------
    Verdict
        Tells statistics of the test images, of both, of each image or of all pixels, and a division by zero apart.

    Examples
    --------
    >>> def leaking(training, test):
    ...     return tuple((images - images.mean(axis=0)) / (images.std(axis=0) + 1e-9) for images in (training, test))
    >>> check_leak_free_normalization(leaking)
    ✗ A test image comes out differently if other test images come with it.
      Hint: Take mean and standard deviation of the training images for both.
    """
    rng = np.random.default_rng(0)
    training, test = rng.random((7, 3, 2)), rng.random((5, 3, 2)) / 2 + 0.4
    training[:, 1, 1] = 0.25

    def normalize(n_test):
        result = unpack(
            answer(training, test[:n_test]),
            2,
            "The function should return two arrays: the training and the test images.",
            "End with `return training_images, test_images`, normalised.",
        )
        return as_floats(result[0], (7, 3, 2)), as_floats(result[1], (n_test, 3, 2))

    found_training, found_test = normalize(5)
    expect(
        np.isfinite(found_training).all() and np.isfinite(found_test).all(),
        "A constant pixel is divided by its standard deviation, zero.",
        "Replace a standard deviation of 0 by 1: `np.where(deviation == 0, 1, deviation)`.",
    )
    expect(
        not _is_normalized(found_training, training, training, (1, 2)),
        "Each image is normalised by itself.",
        "Take the statistics of one pixel over the images, axis 0.",
    )
    expect(
        not _is_normalized(found_training, training, training, None),
        "All pixels share one mean and one standard deviation.",
        "Each pixel has its own: axis=0.",
    )
    few, found_few = normalize(2)
    expect(
        np.allclose(found_few, found_test[:2]),
        "A test image comes out differently if other test images come with it.",
        "Take mean and standard deviation of the training images for both.",
    )
    expect(
        np.allclose(few, found_training),
        "The training images come out differently if other test images come with them.",
        "Take mean and standard deviation before you join anything.",
    )
    expect(
        np.allclose(found_training.mean(axis=0), 0, atol=1e-6),
        "The pixels of the training images do not have mean 0.",
        "Subtract `training_images.mean(axis=0)`.",
    )
    scale = found_training.std(axis=0)[training.std(axis=0) > 0]
    unbiased = np.allclose(scale, np.sqrt(6 / 7), atol=1e-4)  # divided by n - 1, which is fine
    expect(
        unbiased or np.allclose(scale, 1, atol=1e-4),
        "The pixels of the training images do not have standard deviation 1.",
        "Divide by `training_images.std(axis=0)`.",
    )
    expect(
        _is_normalized(found_test * (np.sqrt(7 / 6) if unbiased else 1), test, training, 0),
        "The test images are not shifted and scaled as the training images are.",
        "Use the same mean and the same standard deviation for both.",
    )
    expect(
        np.allclose(found_test[:, 1, 1], test[:, 1, 1] - 0.25),
        "A pixel that is constant in training is divided by something in the test.",
        "Only subtract its mean; a tiny number below the fraction makes it huge.",
    )


# --------------------------------------------------------------------------- reading errors


@grader
def check_calibration_error(answer):
    """Grade a function that computes the expected calibration error over bins of equal width.

    Parameters
    ----------
    answer : callable
        ``answer(probabilities, labels, n_bins)`` cuts 0 to 1 into `n_bins` bins of equal width, takes the
        distance of mean confidence and accuracy in each, and returns their mean, each bin weighted by its
        share of the images. `probabilities` have shape (images, classes); the confidence is the largest.

    Returns
    -------
    Verdict
        Tells the confidence of the true class, bins that count the same, the largest distance, a missing
        absolute value, bins of equal mass, empty bins and a lost confidence of 1 apart.

    Examples
    --------
    >>> def one_bin(probabilities, labels, n_bins):
    ...     right = probabilities.argmax(axis=1) == labels
    ...     return abs(probabilities.max(axis=1).mean() - right.mean())
    >>> check_calibration_error(one_bin)
    ✗ Too high and too low confidence cancel each other.
      Hint: Take the absolute value in each bin, before you add up.
    """
    probabilities = np.array(
        [
            *([0.40, 0.35, 0.25], [0.30, 0.45, 0.25]),
            *([0.20, 0.60, 0.20], [0.10, 0.20, 0.70], [0.30, 0.60, 0.10]),
            *([0.90, 0.06, 0.04], [0.04, 0.95, 0.01], [0.02, 0.08, 0.90]),
            *([0.80, 0.10, 0.10], [0.96, 0.02, 0.02]),
        ]
    )
    labels = np.array([0, 0, 1, 0, 0, 0, 1, 2, 1, 0])
    result = as_number(answer(probabilities, labels, 4))
    expect(
        not np.isnan(result),
        "The result is not a number.",
        "No image has a confidence below 0.25: an empty bin has no mean. Leave it out.",
    )
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    gaps = np.array([confidence[own].mean() - right[own].mean() for own in np.split(np.arange(10), [2, 5])])
    of_truth = probabilities[np.arange(10), labels]
    truth_bins = [np.floor(of_truth * 4) == own for own in range(4)]
    by_mass = np.array_split(np.argsort(confidence, kind="stable"), 4)
    weight = "Weight each bin by its share of the images."
    mistakes = {
        sum(abs((of_truth - right)[own].sum()) for own in truth_bins) / 10: (
            "That is the probability of the true class, which nobody knows when the answer is given.",
            "The confidence is the largest of the probabilities of an image.",
        ),
        abs(gaps @ [2, 3, 5]) / 10: (
            "Too high and too low confidence cancel each other.",
            "Take the absolute value in each bin, before you add up.",
        ),
        np.abs(gaps).max(): ("That is the largest distance of a bin.", "Average over the bins."),
        np.abs(gaps).mean(): ("Every bin counts the same, however few images it holds.", weight),
        np.abs(gaps).sum() / 4: ("Every bin counts the same, even the empty one.", weight),
        sum(abs((confidence - right)[own].sum()) for own in by_mass) / 10: (
            "Your bins hold equally many images.",
            "Here they are equally wide: 0 to 0.25, 0.25 to 0.5, and so on.",
        ),
    }
    refuse_known(result, mistakes)
    expected = np.abs(gaps) @ [2, 3, 5] / 10
    expect(
        np.isclose(result, expected),
        f"For the ten images and four bins it is {expected:.3f}, not {result}.",
        "Two images have a confidence of 0.25 to 0.5, three of 0.5 to 0.75, and five more.",
    )
    probabilities = np.array([[1, 0], [0, 1], [1, 0], [0.55, 0.45]])
    result = as_number(answer(probabilities, np.array([0, 1, 1, 0]), 5))
    expect(
        np.isclose(result, 0.75 / 3 + 0.45 / 4),
        f"With confidences 1, 1, 1 and 0.55, the third answer wrong, and five bins it is 0.3625, not {result}.",
        "A confidence of exactly 1 belongs to the last bin.",
    )


@grader
def check_temperature(answer):
    """Grade a function that fits the temperature of probabilities.

    Parameters
    ----------
    answer : callable
        ``answer(probabilities, labels)`` returns the temperature T > 0 for which softmax(log p / T) has the
        lowest mean negative log-likelihood; `probabilities` have shape (images, classes).

    Returns
    -------
    Verdict
        Tells the inverse, a T that cannot fall below 1, the calibration error or the accuracy as the
        objective, and a constant apart.

    Examples
    --------
    >>> check_temperature(lambda probabilities, labels: np.log(7 / 3) / np.log(9))
    ✗ That is the inverse of the temperature.
      Hint: Divide the logarithms by T: above 1 it makes the answers less sure.
    """
    # Where all images have odds o and a share a is right, T = log o / log(a / (1 - a)).
    result = as_number(answer(np.tile([0.9, 0.1], (10, 1)), np.repeat([0, 1], [7, 3])))
    expected = np.log(9) / np.log(7 / 3)
    expect(
        not np.isclose(result, 1 / expected, rtol=0.02),
        "That is the inverse of the temperature.",
        "Divide the logarithms by T: above 1 it makes the answers less sure.",
    )
    expect(
        np.isclose(result, expected, rtol=0.02),
        f"With probability 0.9 for ten answers, seven of them right, T is {expected:.2f}, not {result}.",
        "At this T the probability is 0.7. Do you minimise the mean of -log p of the true class?",
    )
    result = as_number(answer(np.tile([0.4, 0.6], (10, 1)), np.repeat([1, 0], [9, 1])))
    expect(
        not np.isclose(result, 1, rtol=0.05),
        f"Answers that are not sure enough need a T below 1, not {result}.",
        "Let the search start near 0.",
    )
    expected = np.log(1.5) / np.log(9)
    expect(
        np.isclose(result, expected, rtol=0.02),
        f"With probability 0.6 for ten answers, nine of them right, T is {expected:.2f}, not {result}.",
        "Does the search reach that far down?",
    )
    # At T = 2 the odds 9 and 81 become 3 and 9. The first kind is then too unsure, the second too sure, and the
    # slopes of the likelihood cancel; the calibration error is smaller elsewhere.
    probabilities = np.repeat([[0.9, 0.1], [81 / 82, 1 / 82]], 20, axis=0)
    result = as_number(answer(probabilities, np.repeat([0, 1, 0, 1], [19, 1, 16, 4])))
    expect(
        np.isclose(result, 2, rtol=0.02),
        f"Where two kinds of answers need different temperatures the best common one is 2, not {result}.",
        "Minimise the mean of -log p of the true class. The calibration error depends on bins, and the accuracy "
        "does not depend on T at all.",
    )
