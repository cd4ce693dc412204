"""Graders of exercises on labels: how far annotators agree, and which labels to doubt."""

import numpy as np

from ._grading import WrongAnswer, as_array, as_number, brief, expect, grader, refuse_known

# --------------------------------------------------------------------------- building your own


@grader
def check_cohen_kappa(answer):
    """Grade a function that computes Cohen's kappa of two annotators.

    Parameters
    ----------
    answer : callable
        ``answer(first, second)`` returns kappa for two arrays of labels, numbers or texts; NaN where both
        annotators gave one and the same label throughout.

    Returns
    -------
    Verdict
        Tells raw agreement, a chance term that ignores how often each label is used, one that takes both
        annotators for the same, a division by zero, and classes that are taken for indices apart.

    Examples
    --------
    >>> check_cohen_kappa(lambda first, second: np.mean(np.asarray(first) == np.asarray(second)))
    ✗ That is the raw agreement.
      Hint: Subtract the agreement that chance brings, and divide by what it leaves.
    """
    first = np.array([0, 0, 0, 0, 0, 0, 1, 1, 2, 2])
    second = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 2])
    result = as_number(answer(first, second))
    observed, chance = 0.7, 0.6 * 0.4 + 0.2 * 0.5 + 0.2 * 0.1
    squares = ((np.bincount(np.r_[first, second]) / 20) ** 2).sum()
    mistakes = {
        observed: (
            "That is the raw agreement.",
            "Subtract the agreement that chance brings, and divide by what it leaves.",
        ),
        observed - chance: (
            "The agreement beyond chance is not divided by what chance leaves.",
            "The largest value of kappa is 1.",
        ),
        (observed - 1 / 3) / (1 - 1 / 3): (
            "Chance is taken to use every class equally often.",
            "How often does each annotator use each class?",
        ),
        (observed - squares) / (1 - squares): (
            "Chance takes the two annotators for one (this is Scott's pi).",
            "Multiply the share of a class at the first annotator by its share at the second.",
        ),
    }
    refuse_known(result, mistakes)
    expect(
        np.isclose(result, (observed - chance) / (1 - chance)),
        f"With an agreement of 0.7 and a chance agreement of 0.36 kappa is 0.53125, not {result}.",
        "Sum over the classes, then put the sum into the equation.",
    )
    words = as_number(answer(np.array(["ill", "well", "well"]), np.array(["well", "well", "ill"])))
    expect(
        np.isclose(words, -0.5),
        f"For labels that are texts the result is {words}, not -0.5.",
        "Loop over the classes that occur, for example np.union1d(first, second).",
    )
    try:
        with np.errstate(all="raise"):
            alone = as_number(answer(np.ones(3, int), np.ones(3, int)))
    except WrongAnswer as mistake:
        expect(
            not isinstance(mistake.__cause__, ArithmeticError),
            "Where both give one and the same answer throughout, the function divides by zero.",
            "Return np.nan if the chance agreement is 1.",
        )
        raise
    expect(
        np.isnan(alone),
        f"Where both give one and the same answer throughout, the result is {alone}, not NaN.",
        "Chance alone explains this agreement; there is nothing to be measured.",
    )


# --------------------------------------------------------------------------- what goes wrong


@grader
def check_label_suspects(answer):
    """Grade a function that ranks labels by how much a model doubts them.

    Parameters
    ----------
    answer : callable
        ``answer(probabilities, labels, n)`` returns the indices of the `n` images whose given label has
        the lowest probability, lowest first. `probabilities` are out of fold, shape (images, classes).

    Returns
    -------
    Verdict
        Tells uncertain images, trusted labels, all disagreements and the wrong number apart.

    Examples
    --------
    >>> check_label_suspects(lambda probabilities, labels, n: np.argsort(probabilities.max(axis=1))[:n])
    ✗ These are the images about which the model is uncertain.
      Hint: Rank by the probability of the label that was given, not by the largest one.
    """
    probabilities = np.array(
        [
            [0.35, 0.33, 0.32],  # uncertain, label right
            [0.90, 0.06, 0.04],  # sure, label wrong
            [0.10, 0.70, 0.20],  # label right
            [0.01, 0.01, 0.98],  # very sure, label wrong
            [0.40, 0.38, 0.22],  # uncertain, label wrong
            [0.95, 0.03, 0.02],  # label right
        ]
    )
    labels = np.array([0, 1, 1, 0, 1, 0])
    chosen = as_array(answer(probabilities, labels, 2))
    mistakes = {
        (0, 4): (
            "These are the images about which the model is uncertain.",
            "Rank by the probability of the label that was given, not by the largest one.",
        ),
        (2, 5): (
            "These are the labels that the model trusts most.",
            "np.argsort sorts upwards: the most doubtful come first.",
        ),
    }
    refuse_known(np.unique(chosen), mistakes)
    expect(
        chosen.shape == (2,) and chosen.dtype.kind in "iu",
        f"For n = 2 the answer should be 2 indices, got {brief(chosen.tolist())}.",
        "Keep the first n of the ranking.",
    )
    expect(
        chosen.tolist() == [3, 1],
        f"The two most doubtful labels are those of images 3 and 1, in this order, not {chosen.tolist()}.",
        "probabilities[np.arange(len(labels)), labels] is the probability of each given label.",
    )
    everything = as_array(answer(probabilities, labels, 6)).tolist()
    expect(
        everything == [3, 1, 0, 4, 2, 5],
        f"For all six images the ranking should be 3, 1, 0, 4, 2, 5, got {brief(everything)}.",
        "An image whose label the model shares has a place in the ranking, too.",
    )
