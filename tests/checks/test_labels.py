"""Graders on labels take right answers, written in more than one way, and tell typical wrong ones apart."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from qbi_utils import checks

# --------------------------------------------------------------------------- building your own


def kappa_by_counting(first, second):
    first, second = np.asarray(first), np.asarray(second)
    observed = (first == second).mean()
    chance = sum((first == c).mean() * (second == c).mean() for c in set(first) | set(second))
    return np.nan if chance == 1 else (observed - chance) / (1 - chance)


def kappa_by_scikit_learn(first, second):
    return np.nan if len({*first, *second}) == 1 else cohen_kappa_score(first, second)


def kappa_with(chance_of, guard=True):
    def answer(first, second):
        observed = np.mean(first == second)
        chance = chance_of(first, second)
        if guard and chance == 1:
            return np.nan
        return (observed - chance) / (1 - chance)

    return answer


def chance_by_bincount(first, second):
    sizes = [np.bincount(answers, minlength=3) / len(answers) for answers in (first, second)]
    return (sizes[0] * sizes[1]).sum()


def chance_of_integers_only(first, second):
    return sum((first == c).mean() * (second == c).mean() for c in range(3))


def chance_of_all(first, second):
    return sum((first == c).mean() * (second == c).mean() for c in np.union1d(first, second))


def kappa_in_place(first, second):
    kappa = kappa_by_counting(first, second)
    first[:] = 0
    return kappa


def test_cohen_kappa_accepts():
    assert checks.check_cohen_kappa(kappa_by_counting)
    assert checks.check_cohen_kappa(kappa_by_scikit_learn)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda a, b: (a == b).mean(), "That is the raw agreement"),
        (lambda a, b: (a == b).mean() - chance_of_all(a, b), "not divided by what chance leaves"),
        (kappa_with(lambda a, b: 1 / len(np.union1d(a, b))), "every class equally often"),
        (
            kappa_with(lambda a, b: sum(np.mean(np.r_[a, b] == c) ** 2 for c in np.union1d(a, b))),
            "Scott's pi",
        ),
        (kappa_with(lambda a, b: 0.5), "kappa is 0.53125, not"),
        (kappa_with(chance_by_bincount), "stops with"),
        (kappa_with(chance_of_integers_only), "labels that are texts"),
        (kappa_with(chance_of_all, guard=False), "divides by zero"),
        (lambda a, b: 1.0 if (a == b).all() else kappa_by_counting(a, b), "the result is 1.0, not NaN"),
        (lambda a, b: [kappa_by_counting(a, b)], "should be one number"),
        (kappa_in_place, "changes its input"),
    ],
)
def test_cohen_kappa_rejects(answer, message):
    assert message in checks.check_cohen_kappa(answer).message


# --------------------------------------------------------------------------- what goes wrong


def suspect_labels(probabilities, labels, n):
    return np.argsort(probabilities[np.arange(len(labels)), labels])[:n]


def suspects_as_list(probabilities, labels, n):
    ranking = sorted(range(len(labels)), key=lambda image: probabilities[image, labels[image]])
    return ranking[:n]


def only_disagreements(probabilities, labels, n):
    ranking = suspect_labels(probabilities, labels, len(labels))
    return ranking[(probabilities.argmax(axis=1) != labels)[ranking]][:n]


def suspects_in_place(probabilities, labels, n):
    result = suspect_labels(probabilities, labels, n)
    probabilities[result] = 0
    return result


def suspects_relabelled(probabilities, labels, n):
    result = suspect_labels(probabilities, labels, n)
    labels[result] = probabilities[result].argmax(axis=1)
    return result


def test_label_suspects_accepts():
    assert checks.check_label_suspects(suspect_labels)
    assert checks.check_label_suspects(suspects_as_list)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda probabilities, labels, n: np.argsort(probabilities.max(axis=1))[:n], "uncertain"),
        (lambda probabilities, labels, n: suspect_labels(probabilities, labels, 6)[::-1][:n], "trusts most"),
        (lambda probabilities, labels, n: suspect_labels(probabilities, labels, 6), "should be 2 indices"),
        (lambda probabilities, labels, n: [3.0, 1.0], "should be 2 indices"),
        (lambda probabilities, labels, n: [1, 3], "in this order, not [1, 3]"),
        (lambda probabilities, labels, n: [3, 1], "For all six images"),
        (only_disagreements, "For all six images"),
        (suspects_in_place, "changes its input"),
        (suspects_relabelled, "changes its input"),
    ],
)
def test_label_suspects_rejects(answer, message):
    assert message in checks.check_label_suspects(answer).message
