"""Each grader takes right answers, written in more than one way, and tells typical wrong ones apart."""

import math

import numpy as np
import pytest
from scipy import ndimage, optimize, stats
from skimage.transform import rotate
from sklearn.metrics import average_precision_score, cohen_kappa_score, roc_auc_score
from sklearn.model_selection import GroupShuffleSplit, train_test_split

from qbi_utils import checks
from qbi_utils.augment import draw_geometry


def identity(*arguments):
    return arguments[0]


def constant(*arguments):
    return 0.5


def nothing(*arguments):
    return None


def broken(*arguments):
    raise KeyError("oops")


GRADERS = [getattr(checks, name) for name in checks.__all__ if name.startswith("check_")]


@pytest.mark.parametrize("check", GRADERS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("answer", [identity, constant, nothing, broken, 42])
def test_trivial_answers_never_pass(check, answer):
    verdict = check(answer)
    assert not verdict
    assert verdict.message


def test_what_the_reader_is_told_when_nothing_can_be_graded():
    def not_written(*arguments):
        raise NotImplementedError

    check = checks.check_balanced_accuracy
    assert "Hand over your function itself, not 42" in check(42).message
    assert check(not_written).message == "not_written is not written yet."
    assert check(broken).message == "broken stops with KeyError: 'oops'"
    assert check(nothing).message == "The function returns nothing."


def test_verdict_wraps_its_text_and_counts_as_a_truth_value():
    verdict = checks.Verdict(False, "word " * 30, "hint " * 30)
    assert max(len(line) for line in repr(verdict).splitlines()) <= 68
    assert not verdict
    assert checks.Verdict(True, "Right.")
    assert repr(checks.Verdict(True, "Right.")) == "✓ Right."


# --------------------------------------------------------------------------- lecture 01


def test_number_of_images_accepts():
    assert checks.check_number_of_images(lambda height, width, levels: levels ** (height * width))
    assert checks.check_number_of_images(lambda height, width, levels: pow(levels, height) ** width)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda h, w, n: (h * w) ** n, "Base and exponent"),
        (lambda h, w, n: h * w * n, "single choices"),
        (lambda h, w, n: 10, "there are 9 images, not 10"),
        (lambda h, w, n: [9], "should be one number"),
        (lambda h, w, n: np.int64(n) ** (h * w), "is int64 0, not an int"),
        (lambda h, w, n: float(n) ** min(h * w, 100), "is float"),
        (lambda h, w, n: n**h if h > 1 else n**w, "count for 28×28 pixels with 256 levels is wrong"),
    ],
)
def test_number_of_images_rejects(answer, message):
    assert message in checks.check_number_of_images(answer).message


def means_by_loop(images, labels):
    return [images[labels == label].mean(axis=0) for label in np.unique(labels)]


def means_by_sum(images, labels):
    sums = np.zeros((labels.max() + 1, *images.shape[1:]))
    np.add.at(sums, labels, images)
    return sums / np.bincount(labels)[:, None, None]


def test_class_means_accepts():
    assert checks.check_class_means(means_by_loop)
    assert checks.check_class_means(means_by_sum)


def means_that_wrap(images, labels):
    return np.stack([images[labels == k].sum(axis=0, dtype=np.uint8) / (labels == k).sum() for k in range(3)])


def means_in_place(images, labels):
    means = means_by_sum(images, labels)
    images[:] = 0
    return means


def means_in_order_of_appearance(images, labels):
    return [images[labels == label].mean(axis=0) for label in dict.fromkeys(labels.tolist())]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda images, labels: [images.mean(axis=0)] * 3, "Every class gets the same image"),
        (lambda images, labels: means_by_sum(images, labels).astype(np.uint8), "rounded down"),
        (means_in_order_of_appearance, "order of their first image"),
        (means_that_wrap, "the mean is 22.0, not 150"),
        (means_in_place, "changes its input"),
        (
            lambda images, labels: means_by_sum(images, labels)[:2],
            "should have shape (3, 1, 2), got (2, 1, 2)",
        ),
    ],
)
def test_class_means_rejects(answer, message):
    assert message in checks.check_class_means(answer).message


# --------------------------------------------------------------------------- lecture 02


def instance_counts(truth, predicted):
    truth, predicted = truth.astype(np.int64), predicted.astype(np.int64)
    shape = truth.max() + 1, predicted.max() + 1
    pairs = truth.ravel() * shape[1] + predicted.ravel()
    shared = np.bincount(pairs, minlength=shape[0] * shape[1]).reshape(shape)
    return shared, shared.sum(axis=1, keepdims=True), shared.sum(axis=0)


def instance_iou_by_counting(truth, predicted):
    shared, one, other = instance_counts(truth, predicted)
    return (shared / np.maximum(one + other - shared, 1))[1:, 1:]


def instance_iou_by_masks(truth, predicted):
    overlaps = np.zeros((truth.max(), predicted.max()))
    for i, j in np.ndindex(*overlaps.shape):
        a, b = truth == i + 1, predicted == j + 1
        overlaps[i, j] = (a & b).sum() / max((a | b).sum(), 1)
    return overlaps


def instance_ratio(ratio):
    return lambda truth, predicted: ratio(*instance_counts(truth, predicted))[1:, 1:]


def instance_iou_in_place(truth, predicted):
    overlaps = instance_iou_by_counting(truth, predicted)
    predicted[predicted > 0] = 1
    return overlaps


def instance_iou_of_the_best(truth, predicted):
    overlaps = instance_iou_by_counting(truth, predicted)
    return overlaps * (overlaps == overlaps.max(axis=1, keepdims=True))


def instance_iou_without_objects(truth, predicted):
    return instance_iou_by_counting(truth, predicted) if predicted.any() else np.zeros(0)


def instance_iou_in_uint8(truth, predicted):
    truth, predicted = truth.astype(np.uint8), predicted.astype(np.uint8)
    n_true, n_predicted = int(truth.max()) + 1, int(predicted.max()) + 1
    pairs = truth.ravel() * n_predicted + predicted.ravel()
    shared = np.bincount(pairs, minlength=n_true * n_predicted).reshape(n_true, n_predicted)
    either = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0) - shared
    return (shared / np.maximum(either, 1))[1:, 1:]


def instance_iou_in_given_type(truth, predicted):
    shape = truth.max() + 1, predicted.max() + 1
    pairs = truth.ravel() * shape[1] + predicted.ravel()
    shared = np.bincount(pairs, minlength=shape[0] * shape[1]).reshape(shape)
    either = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0) - shared
    return (shared / np.maximum(either, 1))[1:, 1:]


def test_instance_iou_accepts():
    assert checks.check_instance_iou(instance_iou_by_counting)
    assert checks.check_instance_iou(instance_iou_by_masks)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda a, b: np.zeros((3, 4)), "background is compared"),
        (lambda a, b: instance_iou_by_counting(b, a), "Rows and columns have changed places"),
        (lambda a, b: np.zeros((2, 2)), "should have shape (2, 3), got (2, 2)"),
        (instance_iou_in_place, "changes its input"),
        (instance_ratio(lambda shared, one, other: shared / (one + other)), "counts the shared pixels twice"),
        (instance_ratio(lambda shared, one, other: 2 * shared / (one + other)), "Dice"),
        (instance_ratio(lambda shared, one, other: shared / one), "divided by the true area"),
        (instance_ratio(lambda shared, one, other: shared / other), "divided by the predicted area"),
        (instance_ratio(lambda shared, one, other: shared), "numbers of shared pixels"),
        (instance_iou_of_the_best, "The first row should be [0.25, 0, 0]"),
        (instance_ratio(lambda shared, one, other: shared / (one + other - shared)), "get 0, not nan"),
        (instance_iou_without_objects, "should have shape (2, 0), got (0,)"),
        (instance_iou_in_uint8, "wrong for label images of uint8"),
        (instance_iou_in_given_type, "wrong for label images of uint8"),
    ],
)
def test_instance_iou_rejects(answer, message):
    assert message in checks.check_instance_iou(answer).message


CHOSEN = {
    "pollen": "accuracy",
    "age": "mean absolute error",
    "count": "mean absolute error",
    "lesion": "Dice coefficient",
    "spots": "precision and recall",
    "rare": "precision and recall",
    "exposure": "PSNR",
}


def test_chosen_metrics_accepts():
    assert checks.check_chosen_metrics(lambda: CHOSEN)
    assert checks.check_chosen_metrics(lambda: CHOSEN | {"lesion": "precision and recall"})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pollen": "mean absolute error"}, "mean absolute error does not fit the case 'pollen'."),
        ({"age": "accuracy"}, "one month off"),
        ({"count": "accuracy"}, "One cell too many"),
        ({"count": "Dice coefficient"}, "Two touching cells"),
        ({"lesion": "accuracy"}, "right for 99 of 100"),
        ({"spots": "Dice coefficient"}, "outvote"),
        ({"spots": "accuracy"}, "Of what?"),
        ({"rare": "accuracy"}, "199 of 200"),
        ({"exposure": "Dice coefficient"}, "does not fit the case 'exposure'."),
        ({"exposure": None}, "None for the case 'exposure' is none of the metrics."),
    ],
)
def test_chosen_metrics_rejects(changes, message):
    assert message in checks.check_chosen_metrics(lambda: CHOSEN | changes).message


def test_chosen_metrics_needs_all_cases_in_a_dict():
    assert "should return a dict" in checks.check_chosen_metrics(lambda: ["accuracy"]).message
    assert checks.check_chosen_metrics(dict).message == "The case 'pollen' is missing."
    assert checks.check_chosen_metrics(lambda: None).message == "The function returns nothing."


# --------------------------------------------------------------------------- lecture 03


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


def split_groups(groups, test_share, rng):
    patients = rng.permutation(np.unique(groups))
    in_test = np.isin(groups, patients[: round(test_share * len(patients))])
    return np.flatnonzero(~in_test), np.flatnonzero(in_test)


def split_groups_by_scikit_learn(groups, test_share, rng):
    n_test = round(test_share * len(set(groups)))
    cut = GroupShuffleSplit(1, test_size=n_test, random_state=int(rng.integers(2**31)))
    return next(cut.split(groups, groups=groups))


def split_groups_in_place(groups, test_share, rng):
    result = split_groups(groups, test_share, rng)
    groups.sort()
    return result


def test_grouped_split_accepts():
    assert checks.check_grouped_split(split_groups)
    assert checks.check_grouped_split(split_groups_by_scikit_learn)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda g, share, rng: np.split(rng.permutation(len(g)), [20]), "images on both sides"),
        (lambda g, share, rng: (np.arange(len(g)), np.array([], int)), "One side of the split is empty"),
        (lambda g, share, rng: split_groups(g, 1 - share, rng), "have changed places"),
        (lambda g, share, rng: split_groups(g, 0.5, rng), "3 of 10 patients should be in the test, not 5"),
        (lambda g, share, rng: split_groups(g, share, np.random.default_rng(1)), "same each time"),
        (lambda g, share, rng: [part[:-1] for part in split_groups(g, share, rng)], "28 are in the split"),
        (lambda g, share, rng: [np.r_[p, p] for p in split_groups(g, share, rng)], "in 60 places"),
        (lambda g, share, rng: [g[part] for part in split_groups(g, share, rng)], "rows of indices"),
        (lambda g, share, rng: split_groups(g, share, rng)[1], "should return two arrays"),
        (split_groups_in_place, "changes its input"),
    ],
)
def test_grouped_split_rejects(answer, message):
    assert message in checks.check_grouped_split(answer).message


def find_faults(table, files, classes, size):
    faults, names, hashes = set(), set(), set()
    for row, name, label in zip(table.index, table["file"], table["label"], strict=True):
        if label not in classes:
            faults.add((row, "label"))
        if name in names:
            faults.add((row, "double"))
        if name not in files:
            faults.add((row, "missing"))
            continue
        if files[name][:2] != tuple(size):
            faults.add((row, "size"))
        if files[name][2] in hashes and name not in names:
            faults.add((row, "copy"))
        names.add(name)
        hashes.add(files[name][2])
    return faults


def faults_without(*left_out):
    def answer(*arguments):
        return {pair for pair in find_faults(*arguments) if pair not in left_out and pair[1] not in left_out}

    return answer


def faults_with(*added):
    def answer(table, *arguments):
        return find_faults(table, *arguments) | {pair for pair in added if pair[0] in table.index}

    return answer


def copies_of_old_names(table, files, classes, size):
    """Take any earlier file of another name with the same bytes for the original of a copy."""
    faults, seen = find_faults(table, files, classes, size), set()
    for row, name in zip(table.index, table["file"], strict=True):
        if name in files:
            if any(other != name and files[other][2] == files[name][2] for other in seen):
                faults.add((row, "copy"))
            seen.add(name)
    return faults


def everything_is_wrong(table, files, classes, size):
    return {(row, fault) for row in table.index for fault in ("missing", "double", "copy", "size", "label")}


def faults_in_place(table, *arguments):
    faults = find_faults(table, *arguments)
    table["label"] = 0
    return faults


def test_validator_accepts():
    assert checks.check_validator(find_faults)
    assert checks.check_validator(lambda *arguments: list(find_faults(*arguments)))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (everything_is_wrong, "without a fault the function finds 15"),
        (lambda *arguments: set(), "finds nothing in a table with 9 faults"),
        (lambda *arguments: sorted(find_faults(*arguments))[:1], "Only the first fault"),
        (lambda *arguments: {(row - 10, fault) for row, fault in find_faults(*arguments)}, "table's index"),
        (faults_with((10, "double")), "first of two equal entries"),
        (faults_with((13, "copy")), 'twice is called a "copy"'),
        (faults_with((20, "copy")), 'is called a "copy", too, in row 20'),
        (copies_of_old_names, 'is called a "copy", too, in row 20'),
        (faults_with((12, "size")), "more than being missing"),
        (faults_with((19, "label")), "1 of the reported faults are false alarms, such as (19, 'label')"),
        (faults_without((17, "label")), "Row 17 has two faults"),
        (faults_without((17, "size")), "Row 17 has two faults"),
        (faults_without("missing"), '"missing" is overlooked, in row 12'),
        (faults_without("double"), '"double" is overlooked, in row 13'),
        (faults_without("copy"), '"copy" is overlooked, in row 14'),
        (faults_without("size"), '"size" is overlooked, in row 15'),
        (faults_without("label"), '"label" is overlooked, in row 16'),
        (lambda *arguments: {fault for _, fault in find_faults(*arguments)} or {"none"}, "set of pairs"),
        (faults_in_place, "changes the table"),
    ],
)
def test_validator_rejects(answer, message):
    assert message in checks.check_validator(answer).message


# --------------------------------------------------------------------------- lecture 04


def forward_model(*, law=lambda x: np.exp(-x), count=True, noise=lambda sigma: sigma, seed=None):
    """One forward model: the law of attenuation, whether counts are drawn, the noise of the read-out."""

    def answer(thickness, attenuation, neutrons, read_noise, rng):
        rng = rng if seed is None else np.random.default_rng(seed)
        expected = neutrons * law(attenuation * thickness)
        counts = rng.poisson(expected) if count else expected
        return counts + rng.normal(0, noise(read_noise), expected.shape)

    return answer


def attenuate_in_place(thickness, attenuation, neutrons, read_noise, rng):
    thickness *= -attenuation
    return rng.poisson(neutrons * np.exp(thickness)) + rng.normal(0, read_noise, thickness.shape)


@pytest.mark.parametrize("answer", [forward_model()])
def test_forward_model_accepts(answer):
    assert checks.check_forward_model(answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda *arguments: None, "returns nothing"),
        (lambda *arguments: 7.0, "shape"),
        (attenuate_in_place, "changes its input"),
        (forward_model(law=lambda x: np.ones_like(x)), "absorbs nothing"),
        (forward_model(law=lambda x: 10**-x), "exponent of 10"),
        (forward_model(law=lambda x: 1 - x / 2), "should be 368 on average, not 500"),
        (forward_model(count=False, noise=lambda sigma: 0), "has no noise"),
        (forward_model(count=False), "does not depend on the signal"),
        (forward_model(noise=lambda sigma: 0), "read-out adds no noise"),
        (forward_model(noise=np.sqrt), "taken for a variance"),
        (forward_model(noise=lambda sigma: 2 * sigma), "The variance should be 1268"),
        (forward_model(seed=3), "does not come from `rng`"),
    ],
)
def test_forward_model_names_the_mistake(answer, message):
    verdict = checks.check_forward_model(answer)
    assert not verdict
    assert message in verdict.message


# --------------------------------------------------------------------------- lecture 05


def average_precision(labels, scores):
    ranked = np.asarray(labels)[np.argsort(scores)[::-1]]
    precision = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    return precision[ranked == 1].mean()


def average_precision_in_place(labels, scores):
    result = average_precision(labels, scores)
    scores.sort()
    return result


def average_precision_relabels(labels, scores):
    result = average_precision(labels, scores)
    labels[:] = 1
    return result


def mean_over_all_ranks(labels, scores):
    ranked = labels[np.argsort(scores)[::-1]]
    return np.mean(np.cumsum(ranked) / np.arange(1, len(ranked) + 1))


def test_average_precision_accepts():
    assert checks.check_average_precision(average_precision)
    assert checks.check_average_precision(average_precision_score)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda labels, scores: labels.mean(), "share of the class"),
        (lambda labels, scores: average_precision(labels, -scores), "lowest score first"),
        (lambda labels, scores: average_precision(labels, -np.arange(len(labels))), "in which they came"),
        (roc_auc_score, "area under the ROC curve"),
        (mean_over_all_ranks, "mean over all ranks"),
        (lambda labels, scores: 5 / 6, "it is 5/6, not"),
        (lambda labels, scores: np.mean((scores > 0.5) == labels) - 0.1, "it is 5/6, not"),
        (lambda labels, scores: scores, "should be one number"),
        (average_precision_in_place, "changes its input"),
        (average_precision_relabels, "changes its input"),
    ],
)
def test_average_precision_rejects(answer, message):
    assert message in checks.check_average_precision(answer).message


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


def wilson(n_wrong, n):
    interval = stats.binomtest(int(n_wrong), n).proportion_ci(0.95, method="wilson")
    return n_wrong / n, interval.low, interval.high


def error_by_group(wrong, groups):
    return {name: wilson(wrong[groups == name].sum(), (groups == name).sum()) for name in np.unique(groups)}


def normal_interval(wrong, groups):
    report = {}
    for name in np.unique(groups):
        own = wrong[groups == name]
        half = 1.96 * np.sqrt(own.mean() * (1 - own.mean()) / len(own))
        report[name] = own.mean(), own.mean() - half, own.mean() + half
    return report


def interval_of_all(wrong, groups):
    report = {}
    for name in np.unique(groups):
        own = wrong[groups == name]
        report[name] = own.mean(), *wilson(own.sum(), len(wrong))[1:]
    return report


def exact_interval(wrong, groups):
    report = {}
    for name in np.unique(groups):
        own = wrong[groups == name]
        report[name] = own.mean(), *stats.binomtest(int(own.sum()), len(own)).proportion_ci(0.95)
    return report


def error_in_place(wrong, groups):
    report = error_by_group(wrong, groups)
    wrong[:] = False
    return report


def groups_in_place(wrong, groups):
    report = error_by_group(wrong, groups)
    groups[:] = "a"
    return report


def test_error_by_group_accepts():
    assert checks.check_error_by_group(error_by_group)
    assert checks.check_error_by_group(
        lambda wrong, groups: {name: list(row) for name, row in error_by_group(wrong, groups).items()}
    )


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda wrong, groups: {name: wilson(wrong.sum(), 60) for name in set(groups)}, "of all images"),
        (lambda wrong, groups: error_by_group(~wrong, groups), "accuracies"),
        (
            lambda wrong, groups: {name: (wrong[groups == name].sum(), 0, 1) for name in set(groups)},
            "of 5 of 20, 1 of 30 and 0 of 10",
        ),
        (lambda wrong, groups: {"a": wilson(5, 20)}, "one entry for each group"),
        (lambda wrong, groups: wrong.mean(), "one entry for each group"),
        (lambda wrong, groups: {name: wrong[groups == name].mean() for name in "abc"}, "three numbers"),
        (normal_interval, "interval of no width"),
        (interval_of_all, "counts all 60 images"),
        (exact_interval, "Wilson's 95 % interval for 5 of 20"),
        (error_in_place, "changes its input"),
        (groups_in_place, "changes its input"),
    ],
)
def test_error_by_group_rejects(answer, message):
    assert message in checks.check_error_by_group(answer).message


# --------------------------------------------------------------------------- lecture 06


def rotate_by_scipy(images, max_angle, rng):
    angles = rng.uniform(-max_angle, max_angle, len(images))
    pairs = zip(images, angles, strict=True)
    return np.stack([ndimage.rotate(image, angle, reshape=False) for image, angle in pairs]), angles


def rotate_by_geometry(images, max_angle, rng):
    geometry = draw_geometry(len(images), images.shape[1:], rotation=(-max_angle, max_angle), rng=rng)
    return geometry.warp_images(images), geometry.parameters["rotation"]


def rotation_with(angles_of, sign=1):
    def answer(images, max_angle, rng):
        angles = angles_of(max_angle, rng, len(images))
        return rotate_by_geometry_angles(images, sign * angles), angles

    return answer


def rotate_by_geometry_angles(images, angles):
    return draw_geometry(len(images), images.shape[1:], rotation=angles).warp_images(images)


def uniform(max_angle, rng, n):
    return rng.uniform(-max_angle, max_angle, n)


def rotate_in_radians(images, max_angle, rng):
    angles = np.deg2rad(uniform(max_angle, rng, len(images)))
    return rotate_by_geometry_angles(images, np.rad2deg(angles)), angles


def rotate_too_far(images, max_angle, rng):
    angles = uniform(max_angle, rng, len(images)) / 3
    return rotate_by_geometry_angles(images, np.rad2deg(angles)), angles


def rotate_in_place(images, max_angle, rng):
    rotated, angles = rotate_by_geometry(images, max_angle, rng)
    images[:] = rotated
    return images, angles


def rotate_off_centre(images, max_angle, rng):
    angles = uniform(max_angle, rng, len(images))
    pairs = zip(images, angles, strict=True)
    turned = [rotate(image, angle, center=(0, 0), order=1) for image, angle in pairs]
    return np.stack(turned), angles


@pytest.mark.parametrize("answer", [rotate_by_scipy, rotate_by_geometry, rotation_with(uniform)])
def test_random_rotation_accepts(answer):
    assert checks.check_random_rotation(answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda images, a, rng: images, "should return two arrays"),
        (lambda images, a, rng: (images, uniform(a, rng, 40)), "are not rotated"),
        (lambda images, a, rng: (images[:3], uniform(a, rng, 3)), "should have shape (40, 41, 41)"),
        (rotation_with(lambda a, rng, n: np.full(n, rng.uniform(5, a))), "by the same angle"),
        (rotation_with(uniform, sign=-1), "rotated clockwise"),
        (rotate_in_radians, "Degrees and radians"),
        (rotate_too_far, "Degrees and radians"),
        (rotate_in_place, "changes its input"),
        (rotate_off_centre, "The first image should be turned by"),
        (rotation_with(lambda a, rng, n: rng.uniform(0, a, n)), "the angles reach from"),
        (rotation_with(lambda a, rng, n: rng.uniform(-90, 90, n)), "the angles reach from"),
        (
            rotation_with(lambda a, rng, n: np.random.default_rng(3).uniform(-a, a, n)),
            "Another generator gives the same angles",
        ),
    ],
)
def test_random_rotation_rejects(answer, message):
    assert message in checks.check_random_rotation(answer).message


def augmented_split(images, labels, augment, n_copies, n_test, rng):
    test, train = np.split(rng.permutation(len(images)), [n_test])
    repeated = np.repeat(train, n_copies)
    variants = augment(images[repeated], rng)
    return (
        np.concatenate([images[train], variants]),
        np.concatenate([labels[train], labels[repeated]]),
        images[test],
        labels[test],
    )


def augmented_split_by_scikit_learn(images, labels, augment, n_copies, n_test, rng):
    train, test, train_labels, test_labels = train_test_split(
        images, labels, test_size=n_test, random_state=int(rng.integers(1000))
    )
    variants = [train] + [augment(train, rng) for _ in range(n_copies)]
    return np.concatenate(variants), np.tile(train_labels, n_copies + 1), test, test_labels


def split_after_augmenting(images, labels, augment, n_copies, n_test, rng):
    images = np.concatenate([images, augment(np.repeat(images, 3, axis=0), rng)])
    labels = np.concatenate([labels, np.repeat(labels, 3)])
    test, train = np.split(rng.permutation(len(images)), [n_test])
    return images[train], labels[train], images[test], labels[test]


def spoiled(spoil):
    """The right answer, with its four arrays changed by `spoil`."""

    def answer(images, labels, augment, n_copies, n_test, rng):
        return spoil(list(augmented_split(images, labels, augment, n_copies, n_test, rng)), augment, rng)

    return answer


def swap(position, change):
    def spoil(arrays, augment, rng):
        arrays[position] = change(arrays, augment, rng)
        return tuple(arrays)

    return spoiled(spoil)


def test_augmented_split_accepts():
    assert checks.check_augmented_split(augmented_split)
    assert checks.check_augmented_split(augmented_split_by_scikit_learn)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda *arguments: arguments[:2], "should return four arrays"),
        (split_after_augmenting, "is among the training images"),
        (
            lambda images, labels, *rest: (images, labels, images[:20], labels[:20]),
            "is among the training images",
        ),
        (swap(2, lambda arrays, augment, rng: augment(arrays[2], rng)), "The test images are augmented"),
        (swap(2, lambda arrays, augment, rng: arrays[2][[0] * 20]), "holds 1"),
        (swap(0, lambda arrays, augment, rng: arrays[0][:120]), "make 160, not 120"),
        (swap(0, lambda arrays, augment, rng: arrays[0][list(range(40)) * 4]), "plain copies"),
        (
            swap(0, lambda arrays, augment, rng: arrays[0][list(range(80)) + list(range(40, 120))]),
            "plain copies",
        ),
        (
            swap(0, lambda arrays, augment, rng: augment(arrays[0], rng)),
            "The originals of the training images are missing",
        ),
        (swap(1, lambda arrays, augment, rng: arrays[1][::-1]), "no longer belong together"),
        (swap(3, lambda arrays, augment, rng: arrays[3][::-1]), "no longer belong together"),
        (
            lambda *arguments: augmented_split(*arguments[:-1], np.random.default_rng(0)),
            "the same each time",
        ),
    ],
)
def test_augmented_split_rejects(answer, message):
    assert message in checks.check_augmented_split(answer).message


# --------------------------------------------------------------------------- lecture 08


def augmentation_ranges(pixel_size, max_tilt, max_offset, magnification_error):
    shift = (-max_offset / pixel_size, max_offset / pixel_size)
    return {
        "rotation": (-max_tilt, max_tilt),
        "vertical_shift": shift,
        "horizontal_shift": shift,
        "zoom": (1 - magnification_error, 1 + magnification_error),
    }


def ranges_with(**changes):
    return lambda *arguments: augmentation_ranges(*arguments) | changes


def test_augmentation_ranges_accepts():
    assert checks.check_augmentation_ranges(augmentation_ranges)
    assert checks.check_augmentation_ranges(ranges_with(zoom=[1 / 1.02, 1.02]))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda *arguments: (1, 2), "should return a dict"),
        (lambda *arguments: {"rotation": (-5, 5)}, "horizontal_shift, vertical_shift, zoom are missing"),
        (ranges_with(flip_horizontal=0.5), "would allow flip_horizontal"),
        (ranges_with(vertical_shift=(-10, 10)), "in micrometres"),
        (ranges_with(rotation=(0, 5)), "range of rotation lies on one side"),
        (ranges_with(zoom=(1.02, 0.98)), "range of zoom lies on one side"),
        (ranges_with(zoom=(-0.02, 0.02)), "makes the image vanish"),
        (ranges_with(rotation=(-90, 90)), "range of rotation is (-5, 5)"),
        (ranges_with(horizontal_shift=(-20, 20)), "range of horizontal_shift is (-5, 5)"),
        (ranges_with(zoom=(0.8, 1.2)), "range of zoom is (0.98, 1.02)"),
    ],
)
def test_augmentation_ranges_rejects(answer, message):
    assert message in checks.check_augmentation_ranges(answer).message


# --------------------------------------------------------------------------- lecture 09


def test_squared_distances_accepts():
    check = checks.check_squared_distances
    assert check(lambda images, query: ((images.astype(float) - query) ** 2).sum(axis=(1, 2)))
    assert check(
        lambda images, query: [np.sum((image.astype(int) - query.astype(int)) ** 2) for image in images]
    )


def distances_in_place(images, query):
    result = ((images.astype(float) - query) ** 2).sum(axis=(1, 2))
    images -= query
    images[:] = 0
    return result


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda images, query: ((images - query) ** 2).sum(axis=(1, 2)), "wrap around"),
        (lambda images, query: ((query - images) ** 2).sum(axis=(1, 2)), "wrap around"),
        (
            lambda images, query: ((images.astype(np.int8) - query.astype(np.int8)) ** 2).sum(axis=(1, 2)),
            "wrap",
        ),
        (
            lambda images, query: np.sqrt(((images.astype(float) - query) ** 2).sum(axis=(1, 2))),
            "distances, not squared distances",
        ),
        (lambda images, query: abs(images.astype(float) - query).sum(axis=(1, 2)), "absolute differences"),
        (
            lambda images, query: ((images.astype(float) - query) ** 2).mean(axis=(1, 2)),
            "not [0.0, 32512.5, 12.5]",
        ),
        (lambda images, query: ((images.astype(float) - query) ** 2).sum(), "shape (3,), got ()"),
        (distances_in_place, "changes its input"),
    ],
)
def test_squared_distances_rejects(answer, message):
    assert message in checks.check_squared_distances(answer).message


def split(images, n_train, rng):
    order = rng.permutation(len(images))
    return order[:n_train], order[n_train:]


def held_out(classifier, images, labels, n_train, rng):
    chosen, others = split(images, n_train, rng)
    return classifier.fit(images[chosen], labels[chosen]).score(images[others], labels[others])


def held_out_by_mask(classifier, images, labels, n_train, rng):
    chosen = np.isin(np.arange(len(images)), rng.choice(len(images), n_train, replace=False))
    classifier.fit(images[chosen], labels[chosen])
    return np.mean(classifier.predict(images[~chosen]) == labels[~chosen])


def test_held_out_accuracy_accepts():
    assert checks.check_held_out_accuracy(held_out)
    assert checks.check_held_out_accuracy(held_out_by_mask)


def on_everything(classifier, images, labels, n_train, rng):
    chosen, _ = split(images, n_train, rng)
    return classifier.fit(images[chosen], labels[chosen]).score(images, labels)


def always_the_first(classifier, images, labels, n_train, rng):
    classifier.fit(images[:n_train], labels[:n_train])
    return classifier.score(images[n_train:], labels[n_train:])


def own_generator(classifier, images, labels, n_train, rng):
    return held_out(classifier, images, labels, n_train, np.random.default_rng(0))


def with_replacement(classifier, images, labels, n_train, rng):
    chosen = rng.integers(0, len(images), n_train)
    others = np.setdiff1d(np.arange(len(images)), chosen)
    return classifier.fit(images[chosen], labels[chosen]).score(images[others], labels[others])


def shuffled_labels(classifier, images, labels, n_train, rng):
    chosen, others = split(images, n_train, rng)
    return classifier.fit(images[chosen], rng.permutation(labels[chosen])).score(
        images[others], labels[others]
    )


def half_of_the_others(classifier, images, labels, n_train, rng):
    chosen, others = split(images, n_train, rng)
    classifier.fit(images[chosen], labels[chosen])
    return classifier.score(images[others[:35]], labels[others[:35]])


def in_percent(*arguments):
    return 100 * held_out(*arguments)


def never_fitted(classifier, images, labels, n_train, rng):
    return 0.9


def copies_of_few_images(classifier, images, labels, n_train, rng):
    chosen, others = split(images, n_train // 5, rng)
    chosen = np.tile(chosen, 5)
    return classifier.fit(images[chosen], labels[chosen]).score(images[others], labels[others])


def in_place(classifier, images, labels, n_train, rng):
    accuracy = held_out(classifier, images, labels, n_train, rng)
    rng.shuffle(images)
    return accuracy


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (on_everything, "judged on images that it was trained on"),
        (always_the_first, "Every call trains on the same images"),
        (own_generator, "Every call trains on the same images"),
        (with_replacement, "should see 30 different images"),
        (copies_of_few_images, "should see 30 different images, it saw 6"),
        (shuffled_labels, "no longer belong together"),
        (half_of_the_others, "should count all 70 other images, it counts 35"),
        (in_percent, "the answer says"),
        (never_fitted, "never fitted"),
        (in_place, "changes its input"),
    ],
)
def test_held_out_accuracy_rejects(answer, message):
    assert message in checks.check_held_out_accuracy(answer).message


# --------------------------------------------------------------------------- lecture 10


def precision_recall(matrix):
    correct = np.diag(matrix)
    return correct / np.maximum(matrix.sum(axis=0), 1), correct / np.maximum(matrix.sum(axis=1), 1)


def unprotected(matrix):
    correct = np.diag(matrix)
    return correct / matrix.sum(axis=0), correct / matrix.sum(axis=1)


def test_precision_recall_accepts():
    assert checks.check_precision_recall(precision_recall)
    assert checks.check_precision_recall(lambda matrix: list(precision_recall(matrix)))


def precision_recall_in_place(matrix):
    result = precision_recall(matrix)
    matrix[:] = 0
    return result


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda matrix: precision_recall(matrix)[::-1], "changed places"),
        (lambda matrix: [np.diag(matrix) / matrix.sum()] * 2, "shares of all images"),
        (lambda matrix: [precision_recall(matrix)[1]] * 2, "The precision of"),
        (lambda matrix: [precision_recall(matrix)[0], np.ones(3)], "The recall of"),
        (unprotected, "never predicted has precision 0, not nan"),
        (lambda matrix: precision_recall(matrix)[0], "should return two arrays"),
        (precision_recall_in_place, "changes its input"),
    ],
)
def test_precision_recall_rejects(answer, message):
    assert message in checks.check_precision_recall(answer).message


def test_balanced_accuracy_accepts():
    assert checks.check_balanced_accuracy(lambda matrix: precision_recall(matrix)[1].mean())


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda matrix: np.trace(matrix) / matrix.sum(), "That is the accuracy"),
        (lambda matrix: precision_recall(matrix)[0].mean(), "mean precision"),
        (lambda matrix: precision_recall(matrix)[1], "should be one number"),
        (lambda matrix: np.median(precision_recall(matrix)[1]) + 0.1, "it is 0.803"),
        (lambda matrix: (6 / 8 + 3 / 4 + 80 / 88) / 3, "it is 0.803"),
    ],
)
def test_balanced_accuracy_rejects(answer, message):
    assert message in checks.check_balanced_accuracy(answer).message


def predictive_value(sensitivity, specificity, prevalence):
    found = sensitivity * prevalence
    return found / (found + (1 - specificity) * (1 - prevalence))


def test_positive_predictive_value_accepts():
    assert checks.check_positive_predictive_value(predictive_value)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda sensitivity, specificity, prevalence: sensitivity, "That is the sensitivity"),
        (
            lambda sensitivity, specificity, prevalence: predictive_value(sensitivity, specificity, 0.5),
            "left out",
        ),
        (
            lambda sensitivity, specificity, prevalence: predictive_value(
                sensitivity, 1 - specificity, prevalence
            ),
            "false alarms",
        ),
        (lambda sensitivity, specificity, prevalence: 1 / 3, "it is 1/3, not"),
        (lambda sensitivity, specificity, prevalence: sensitivity * prevalence, "it is 1/3, not"),
    ],
)
def test_positive_predictive_value_rejects(answer, message):
    assert message in checks.check_positive_predictive_value(answer).message


# --------------------------------------------------------------------------- lecture 11


def test_parameter_count_accepts():
    assert checks.check_parameter_count(lambda size, n_in, n_out: n_out * n_in * size * size + n_out)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda size, n_in, n_out: size**2 * n_in * n_out, "biases are missing"),
        (lambda size, n_in, n_out: (size**2 + 1) * n_out, "one map below only"),
        (lambda size, n_in, n_out: (size**2 + 1) * n_in * n_out, "one bias, not one for each"),
        (lambda size, n_in, n_out: (size * n_in + 1) * n_out, "taken for a line"),
        (lambda size, n_in, n_out: size**2 * n_in + 1, "That is one filter"),
        (lambda size, n_in, n_out: size**2 * 28**2, "it is 1216, not 19600"),
        (lambda size, n_in, n_out: 1216, "it is 320, not 1216"),
        (lambda size, n_in, n_out: None, "returns nothing"),
        (lambda size, n_in, n_out: [1216], "should be one number"),
    ],
)
def test_parameter_count_rejects(answer, message):
    assert message in checks.check_parameter_count(answer).message


def see(layers, start=1, early=False, product=True):
    field, step = start, 1
    for size, stride in layers:
        if early:
            step *= stride
        field += (size - 1) * step
        if not early:
            step = step * stride if product else stride
    return field


def see_from_above(layers):
    field = 1
    for size, stride in reversed(layers):
        field = (field - 1) * stride + size
    return field


@pytest.mark.parametrize("answer", [see, see_from_above])
def test_receptive_field_accepts(answer):
    assert checks.check_receptive_field(answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda layers: 1 + sum(size - 1 for size, _ in layers), "strides make no difference"),
        (lambda layers: sum(size for size, _ in layers), "sizes are added up"),
        (lambda layers: see(layers, early=True), "acts on its own layer"),
        (lambda layers: see(layers, start=0), "One pixel is missing"),
        (lambda layers: see(layers, product=False), "strides of single layers"),
        (lambda layers: 27, "it is 3 pixels, not 27"),
        (lambda layers: see(layers) if len(layers) < 4 else 9, "it is 10 pixels, not 9"),
        (lambda layers: None, "returns nothing"),
    ],
)
def test_receptive_field_rejects(answer, message):
    assert message in checks.check_receptive_field(answer).message


def normalize_pair(training, test, *, reference=None, ddof=0, axis=0, floor=None, epsilon=0.0):
    reference = training if reference is None else reference
    mean, deviation = (
        reference.mean(axis=axis, keepdims=True),
        reference.std(axis=axis, ddof=ddof, keepdims=True),
    )
    deviation = np.where(deviation == 0, 1 if floor is None else floor, deviation) + epsilon
    return (training - mean) / deviation, (test - mean) / deviation


def normalize_in_place(training, test):
    mean = training.mean(axis=0)
    training -= mean
    return training, test - mean


@pytest.mark.parametrize("ddof", [0, 1])
def test_leak_free_normalization_accepts(ddof):
    assert checks.check_leak_free_normalization(
        lambda training, test: normalize_pair(training, test, ddof=ddof)
    )


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            lambda training, test: (
                normalize_pair(training, training)[0],
                normalize_pair(test, test)[0],
            ),
            "other test images come with it",
        ),
        (
            lambda training, test: normalize_pair(training, test, reference=np.concatenate([training, test])),
            "other test images come with it",
        ),
        (
            lambda training, test: (
                normalize_pair(training, test, reference=np.concatenate([training, test]))[0],
                normalize_pair(training, test)[1],
            ),
            "training images come out differently",
        ),
        (
            lambda training, test: tuple(
                normalize_pair(images, images, axis=(1, 2))[0] for images in (training, test)
            ),
            "normalised by itself",
        ),
        (lambda training, test: normalize_pair(training, test, axis=None), "share one mean"),
        (lambda training, test: normalize_pair(training, test, floor=0), "standard deviation, zero"),
        (
            lambda training, test: normalize_pair(training, test, epsilon=1e-8, floor=0),
            "divided by something",
        ),
        (lambda training, test: (training, test), "do not have mean 0"),
        (
            lambda training, test: (training - training.mean(axis=0), test - training.mean(axis=0)),
            "standard deviation 1",
        ),
        (lambda training, test: (normalize_pair(training, test)[0], test), "not shifted and scaled"),
        (normalize_in_place, "changes its input"),
        (lambda training, test: training, "should return two arrays"),
        (lambda training, test: (training, test[0]), "should have shape"),
    ],
)
def test_leak_free_normalization_rejects(answer, message):
    assert message in checks.check_leak_free_normalization(answer).message


def test_leak_free_normalization_rejects_changed_test_images():
    def answer(training, test):
        result = normalize_pair(training, test)
        test += 1
        return result

    assert "changes its input" in checks.check_leak_free_normalization(answer).message


# --------------------------------------------------------------------------- lecture 12


def calibration_error(
    probabilities, labels, n_bins, weights=None, confidence=None, last=True, combine=np.sum
):
    confidence = probabilities.max(axis=1) if confidence is None else confidence
    right = probabilities.argmax(axis=1) == labels
    bins = np.floor(confidence * n_bins)
    if last:
        bins = np.minimum(bins, n_bins - 1)
    parts = [bins == number for number in range(n_bins) if (bins == number).any()]
    gaps = [abs(confidence[part].mean() - right[part].mean()) for part in parts]
    return combine(
        [gap * (part.mean() if weights is None else weights) for gap, part in zip(gaps, parts, strict=True)]
    )


def calibration_error_by_mass(probabilities, labels, n_bins):
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    parts = np.array_split(np.argsort(confidence, kind="stable"), n_bins)
    return sum(len(part) * abs(confidence[part].mean() - right[part].mean()) for part in parts) / len(labels)


def calibration_error_with_empty_bins(probabilities, labels, n_bins):
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.floor(confidence * n_bins)
    weights = np.bincount(bins.astype(int), minlength=n_bins)
    gaps = np.bincount(bins.astype(int), confidence - right, n_bins) / weights
    return (weights * np.abs(gaps)).sum() / len(labels)


def calibration_error_in_place(probabilities, labels, n_bins):
    result = calibration_error(probabilities, labels, n_bins)
    probabilities /= 2
    return result


def calibration_error_relabelled(probabilities, labels, n_bins):
    result = calibration_error(probabilities, labels, n_bins)
    labels += 1
    return result


def test_calibration_error_accepts():
    assert checks.check_calibration_error(calibration_error)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            lambda probabilities, labels, n_bins: calibration_error(
                probabilities, labels, n_bins, confidence=probabilities[np.arange(len(labels)), labels]
            ),
            "probability of the true class",
        ),
        (
            lambda probabilities, labels, n_bins: calibration_error(probabilities, labels, 1),
            "cancel each other",
        ),
        (
            lambda probabilities, labels, n_bins: calibration_error(
                probabilities, labels, n_bins, weights=1, combine=np.max
            ),
            "largest distance",
        ),
        (
            lambda probabilities, labels, n_bins: calibration_error(
                probabilities, labels, n_bins, weights=1, combine=np.mean
            ),
            "Every bin counts the same, however",
        ),
        (
            lambda probabilities, labels, n_bins: calibration_error(
                probabilities, labels, n_bins, weights=1 / n_bins
            ),
            "even the empty one",
        ),
        (calibration_error_by_mass, "hold equally many"),
        (calibration_error_with_empty_bins, "not a number"),
        (
            lambda probabilities, labels, n_bins: calibration_error(probabilities, labels, 10),
            "it is 0.156, not",
        ),
        (lambda probabilities, labels, n_bins: 0.156, "it is 0.3625, not"),
        (
            lambda probabilities, labels, n_bins: calibration_error(
                probabilities, labels, n_bins, last=False
            ),
            "it is 0.3625, not",
        ),
        (lambda probabilities, labels, n_bins: None, "returns nothing"),
        (lambda probabilities, labels, n_bins: probabilities.max(axis=1), "should be one number"),
        (calibration_error_in_place, "changes its input"),
        (calibration_error_relabelled, "changes its input"),
    ],
)
def test_calibration_error_rejects(answer, message):
    assert message in checks.check_calibration_error(answer).message


def soften(probabilities, temperature):
    logits = np.log(probabilities) / temperature
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def fit_temperature(probabilities, labels, bounds=(0.05, 20), objective=None):
    def log_loss(softened):
        return -np.log(softened[np.arange(len(labels)), labels]).mean()

    loss = objective or log_loss
    return optimize.minimize_scalar(
        lambda temperature: loss(soften(probabilities, temperature)), bounds=bounds, method="bounded"
    ).x


def fit_by_calibration_error(probabilities, labels):
    return fit_temperature(
        probabilities, labels, objective=lambda softened: calibration_error(softened, labels, 10)
    )


def fit_in_place(probabilities, labels):
    result = fit_temperature(probabilities, labels)
    np.log(probabilities, out=probabilities)
    return result


def fit_relabelled(probabilities, labels):
    result = fit_temperature(probabilities, labels)
    labels += 1
    return result


def test_temperature_accepts():
    assert checks.check_temperature(fit_temperature)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda probabilities, labels: 1 / fit_temperature(probabilities, labels), "the inverse"),
        (lambda probabilities, labels: fit_temperature(probabilities, labels, (1, 20)), "need a T below 1"),
        (lambda probabilities, labels: fit_temperature(probabilities, labels, (0.5, 20)), "T is 0.18, not"),
        (fit_by_calibration_error, "best common one is 2, not"),
        (
            lambda probabilities, labels: fit_temperature(
                probabilities,
                labels,
                objective=lambda softened: (softened.argmax(axis=1) != labels).mean(),
            ),
            "T is 2.59, not",
        ),
        (lambda probabilities, labels: 1.0, "T is 2.59, not"),
        (lambda probabilities, labels: 2.593, "T is 0.18, not"),
        (lambda probabilities, labels: None, "returns nothing"),
        (lambda probabilities, labels: [2.593], "should be one number"),
        (fit_in_place, "changes its input"),
        (fit_relabelled, "changes its input"),
    ],
)
def test_temperature_rejects(answer, message):
    assert message in checks.check_temperature(answer).message


# --------------------------------------------------------------------------- lecture 13


def de_casteljau(points, t):
    points = np.asarray(points)
    while len(points) > 1:
        points = (1 - t) * points[:-1] + t * points[1:]
    return points[0]


def bernstein(points, t, *, binomial=math.comb):
    degree = len(points) - 1
    return sum(binomial(degree, i) * t**i * (1 - t) ** (degree - i) * p for i, p in enumerate(points))


def along_polygon(points, t):
    place = t * (len(points) - 1)
    return np.array([np.interp(place, range(len(points)), points[:, axis]) for axis in range(2)])


def bezier_in_place(points, t):
    result = de_casteljau(points, t)
    points[:] = 0
    return result


@pytest.mark.parametrize(
    "answer", [de_casteljau, bernstein, lambda points, t: de_casteljau(points, t).tolist()]
)
def test_bezier_point_accepts(answer):
    assert checks.check_bezier_point(answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda points, t: (1 - t) * points[0] + t * points[-1], "a straight line from the first"),
        (lambda points, t: points.mean(axis=0), "mean of the control points"),
        (along_polygon, "walks along the polygon"),
        (lambda points, t: bernstein(points, t, binomial=lambda n, i: 1), "binomial coefficients"),
        (lambda points, t: de_casteljau(points, 1 - t), "backwards"),
        (lambda points, t: de_casteljau(points[:4], t), "With 6 control points"),
        (lambda points, t: points, "should have shape (2,)"),
        (bezier_in_place, "changes its input"),
    ],
)
def test_bezier_point_rejects(answer, message):
    assert message in checks.check_bezier_point(answer).message


CORNERS = np.array([(4.0, 14.0), (24.0, 6.0), (24.0, 22.0)])


def letter_a(corners, *, bar=0.6):
    top, left, right = corners
    ends = (1 - bar) * top + bar * left, (1 - bar) * top + bar * right
    return [np.array([top, left]), np.array([top, right]), np.array(ends)]


def write_a(jitter, rng):
    return letter_a(CORNERS + jitter * rng.standard_normal(CORNERS.shape))


def write_round_a(jitter, rng):
    points = np.array([(24, 6), (2, 10), (2, 18), (24, 22)], float) + jitter * rng.standard_normal((4, 2))
    low, high = bernstein(points, 0.2), bernstein(points, 0.8)
    return [points, [low, (low + high) / 2, high]]


def apart(jitter, rng):
    return [stroke + jitter * rng.standard_normal(stroke.shape) for stroke in letter_a(CORNERS)]


def by_radius(jitter, rng):
    radius, angle = rng.uniform(0, jitter, 3), rng.uniform(0, 2 * np.pi, 3)
    return letter_a(CORNERS + (radius * [np.cos(angle), np.sin(angle)]).T)


def with_moves(move):
    return lambda jitter, rng: letter_a(CORNERS + move(jitter, rng))


def spoil(change):
    return lambda jitter, rng: change(write_a(jitter, rng))


@pytest.mark.parametrize("answer", [write_a, write_round_a, spoil(tuple)])
def test_character_accepts(answer):
    assert checks.check_character(answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda jitter, rng: None, "returns nothing"),
        (lambda jitter, rng: [], "should return a list of strokes, got []"),
        (spoil(lambda strokes: strokes[0]), "shape (2, 2), (3, 2) or (4, 2), got (2,)"),
        (with_moves(lambda jitter, rng: rng.standard_normal((3, 2))), "With jitter 0 two letters differ"),
        (spoil(lambda strokes: [2 * stroke for stroke in strokes]), "lie between 8 and 48"),
        (spoil(lambda strokes: [*strokes[:2], [(24, 13), (24, 15)]]), "falls into 2 pieces"),
        (spoil(lambda strokes: strokes[:2]), "encloses 0"),
        (spoil(lambda strokes: [*strokes[:2], CORNERS[1:]]), "two feet"),
        (spoil(lambda strokes: [28 - stroke for stroke in strokes]), "two feet"),
        (lambda jitter, rng: letter_a(CORNERS), "two letters are the same"),
        (lambda jitter, rng: write_a(jitter, np.random.default_rng(0)), "two letters are the same"),
        (lambda jitter, rng: write_a(jitter, np.random.default_rng()), "The same generator"),
        (with_moves(lambda jitter, rng: jitter * rng.standard_normal((3, 2)) * [1, 0]), "one axis only"),
        (by_radius, "A radius and an angle"),
        (with_moves(lambda jitter, rng: jitter**2 * rng.standard_normal((3, 2))), "jitter, once"),
        (with_moves(lambda jitter, rng: jitter * rng.standard_normal(2)), "move together"),
        (apart, "of 200 letters fall apart"),
    ],
)
def test_character_rejects(answer, message):
    verdict = checks.check_character(answer)
    assert message in f"{verdict.message} {verdict.hint}"


# --------------------------------------------------------------------------- lecture 14


@pytest.mark.parametrize(
    "answer",
    [
        lambda on, n, a, b: (a + on) / (a + b + n),
        lambda on, n, a, b: 1 - (b + n - on) / (a + b + n),
        lambda on, n, a, b: stats.beta.mean(a + on, b + n - on),
    ],
)
def test_beta_bernoulli_accepts(answer):
    assert checks.check_beta_bernoulli(answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda on, n, a, b: on / n, "the prior has no influence"),
        (lambda on, n, a, b: (b + on) / (a + b + n), "changed places"),
        (lambda on, n, a, b: (b + n - on) / (a + b + n), "probability of off"),
        (lambda on, n, a, b: (a + on - 1) / (a + b + n - 2), "mode"),
        (lambda on, n, a, b: (a + on) / n, "above the fraction line only"),
        (lambda on, n, a, b: (a + on) / (a + n), "lacks b"),
        (lambda on, n, a, b: (0.5 + on) / (1 + n), "is 5/9, not 0.7"),
        (lambda on, n, a, b: 5 / 9, "Before any image"),
        (lambda on, n, a, b: (a + on) / (a + b + n) if n else 0, "Before any image"),
        (lambda on, n, a, b: round((a + np.sum(on)) / (a + b + np.sum(n)), 9), "shape (3,)"),
        (lambda on, n, a, b: (a + on) / (int(a + b) + n) if np.ndim(on) == 0 else on / n, "With arrays"),
    ],
)
def test_beta_bernoulli_rejects(answer, message):
    assert message in checks.check_beta_bernoulli(answer).message


def seat_guests(n, concentration, rng, weigh=lambda sizes: sizes, new=lambda c, i: c, dtype=int):
    seats, sizes = [], []
    for i in range(n):
        weights = np.array([*weigh(sizes), new(concentration, i)], float)
        table = rng.choice(len(weights), p=weights / weights.sum())
        if table == len(sizes):
            sizes.append(0)
        sizes[table] += 1
        seats.append(table)
    return np.array(seats, dtype)


def seat_beside_someone(n, concentration, rng):
    """Another way: sit with a guest drawn at random, or alone."""
    seats = []
    for i in range(n):
        place = rng.random() * (i + concentration)
        seats.append(seats[int(place)] if place < i else max(seats, default=-1) + 1)
    return seats


def with_own_generator(seed):
    return lambda n, c, rng: seat_guests(n, c, np.random.default_rng(seed))


@pytest.mark.parametrize("answer", [seat_guests, seat_beside_someone])
def test_chinese_restaurant_accepts(answer):
    assert checks.check_chinese_restaurant(answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda n, c, rng: np.zeros(n, int), "No guest opens a second table"),
        (lambda n, c, rng: np.arange(n), "Every night is the same"),
        (with_own_generator(1), "Every night is the same"),
        (with_own_generator(None), "The same generator seats the guests differently"),
        (lambda n, c, rng: seat_guests(n, c, rng, dtype=float), "should be integers, got float64"),
        (lambda n, c, rng: seat_guests(n, c, rng) + 1, "not numbered in the order"),
        (lambda n, c, rng: seat_guests(n, c, rng)[::-1], "not numbered in the order"),
        (lambda n, c, rng: rng.permutation(n), "not numbered in the order"),
        (lambda n, c, rng: seat_guests(n, c, rng)[1:], "should have shape (4,), got (3,)"),
        (lambda n, c, rng: seat_guests(n, c, rng, weigh=np.ones_like), "regardless of how many"),
        (lambda n, c, rng: seat_guests(n, 1, rng), "The concentration has no influence"),
        (
            lambda n, c, rng: seat_guests(
                n, c, rng, weigh=lambda sizes: np.array(sizes) / max(1, sum(sizes))
            ),
            "does not fall",
        ),
        (
            lambda n, c, rng: seat_guests(n, c, rng, new=lambda c, i: c * i / (i + 1) if i else 1),
            "counts among those who sit",
        ),
        (lambda n, c, rng: seat_guests(n, 3 * c, rng), "With concentration 0.5, four guests share one table"),
    ],
)
def test_chinese_restaurant_rejects(answer, message):
    assert message in checks.check_chinese_restaurant(answer).message


def conditional(index, images, labels, concentration, *, leave_out=True, weigh=True, new=True, empty=-np.inf):
    """Beta-binomial ratios, cluster by cluster, unlike the page."""
    scores = []
    for k in range(labels.max() + 1):
        members = images[(labels == k) & ((np.arange(len(labels)) != index) | (not leave_out))]
        size, on = len(members), members.sum(axis=0)
        if not size:
            scores.append(empty)
            continue
        p = np.where(images[index] == 1, 1 + on, 1 + size - on) / (2 + size)
        scores.append(np.log(p).sum() + weigh * np.log(size))
    return np.array([*scores, new * np.log(concentration) - images.shape[1] * np.log(2)])


def normalised(*arguments):
    scores = conditional(*arguments)
    return scores - np.logaddexp.reduce(scores)


def spoil_conditional(**faults):
    return lambda *arguments: conditional(*arguments, **faults)


def drop_empty(index, images, labels, concentration):
    scores = conditional(index, images, labels, concentration)
    if np.isfinite(scores).all():
        return scores
    return np.where(np.isfinite(scores), scores + np.eye(4)[0], scores)


def conditional_in_place(index, images, labels, concentration):
    scores = conditional(index, images, labels, concentration)
    labels[index] = -1
    return scores


@pytest.mark.parametrize("answer", [conditional, normalised])
def test_conditional_accepts(answer):
    assert checks.check_conditional(answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda *arguments: conditional(*arguments)[:-1], "The new cluster has no score"),
        (lambda *arguments: conditional(*arguments)[None], "should have shape (4,), got (1, 4)"),
        (lambda *arguments: np.exp(normalised(*arguments)), "These are not logarithms"),
        (spoil_conditional(leave_out=False), "Wrong: the image is still among those of its cluster."),
        (spoil_conditional(weigh=False), "Wrong: the sizes of the clusters have no influence."),
        (spoil_conditional(new=False), "Wrong: the concentration has no influence."),
        (
            spoil_conditional(leave_out=False, weigh=False),
            "Wrong: the image is still among those of its cluster; the sizes",
        ),
        (
            spoil_conditional(leave_out=False, weigh=False, new=False),
            "its cluster; the sizes of the clusters have no influence; the concentration has no influence.",
        ),
        (lambda *arguments: conditional(*arguments) * 2, "For image 0 and concentration 1.7 the scores"),
        (spoil_conditional(empty=-5.0), "still it scores -5.00 there"),
        (drop_empty, "the other scores are wrong"),
        (conditional_in_place, "changes its input"),
    ],
)
def test_conditional_rejects(answer, message):
    assert message in checks.check_conditional(answer).message


def noise_of(seed, number, shape):
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,))).standard_normal(shape)


def noisy(images, first, seed):
    return images + np.stack([noise_of(seed, first + i, image.shape) for i, image in enumerate(images)])


def noisy_from_the_start(images, first, seed):
    """Another way: draw the noise of all images up to the last, and throw the first ones away."""
    noise = np.random.default_rng(seed).standard_normal((first + len(images), *images.shape[1:]))
    return images + noise[first:]


def noisy_in_place(images, first, seed):
    images += noisy(images, first, seed) - images
    return images


def noisy_twins(images, first, seed):
    return images + np.stack(
        [noise_of(seed, (first + i) // 2, image.shape) for i, image in enumerate(images)]
    )


@pytest.mark.parametrize("answer", [noisy, noisy_from_the_start])
def test_chunk_seeds_accepts(answer):
    assert checks.check_chunk_seeds(answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda images, first, seed: images, "No noise is added"),
        (lambda images, first, seed: images[0], "should have shape (12, 16, 16), got (16, 16)"),
        (
            lambda images, first, seed: images + np.random.default_rng().random(images.shape),
            "in the next call",
        ),
        (lambda images, first, seed: images + noise_of(seed, 0, images.shape), "again and again"),
        (lambda images, first, seed: images + noise_of(seed, 0, images.shape[1:]), "again and again"),
        (
            lambda images, first, seed: images + noise_of(seed, first, images.shape),
            "changes with the chunk size",
        ),
        (
            lambda images, first, seed: images + noise_of(seed, first, images.shape[1:]),
            "changes with the chunk",
        ),
        (noisy_twins, "Some images have the same noise"),
        (lambda images, first, seed: noisy(images, first, 0), "The seed has no influence"),
        (lambda images, first, seed: 2 * noisy(images, first, seed) - images, "standard deviation 1.98"),
        (lambda images, first, seed: noisy(images, first, seed) + 1, "The noise has mean"),
        (noisy_in_place, "changes its input"),
    ],
)
def test_chunk_seeds_rejects(answer, message):
    assert message in checks.check_chunk_seeds(answer).message


def count_depth(sigma, shift):
    """Smooth and shift one bright pixel, and see how far it gets."""
    line = np.zeros(201)
    line[100] = 1
    line = ndimage.shift(ndimage.gaussian_filter1d(line, sigma), shift, order=1)
    return int(np.abs(np.flatnonzero(line) - 100).max())


@pytest.mark.parametrize(
    "answer", [count_depth, lambda sigma, shift: np.int64(int(4 * sigma + 0.5) + math.ceil(abs(shift)))]
)
def test_overlap_depth_accepts(answer):
    assert checks.check_overlap_depth(answer)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda sigma, shift: 4 * sigma + abs(shift), "is 8.3, not an integer"),
        (lambda sigma, shift: [count_depth(sigma, shift)] * 2, "should have shape (), got (2,)"),
        (lambda sigma, shift: int(4 * sigma + 0.5), "The shift has no influence"),
        (lambda sigma, shift: math.ceil(abs(shift)), "The filter has no influence"),
        (lambda sigma, shift: max(int(4 * sigma + 0.5), math.ceil(abs(shift))), "the larger of the two"),
        (
            lambda sigma, shift: math.ceil(sigma) + math.ceil(abs(shift)),
            "farther than one standard deviation",
        ),
        (lambda sigma, shift: int(4 * sigma + 0.5) + math.ceil(shift), "A shift to the other side"),
        (lambda sigma, shift: int(4 * sigma + 0.5) + int(abs(shift)), "is rounded down"),
        (lambda sigma, shift: int(4 * sigma + 0.5) + round(abs(shift)), "rounded to the nearest"),
        (lambda sigma, shift: count_depth(sigma, shift) + 1, "For sigma 1 and shift 0 the depth should be 4"),
    ],
)
def test_overlap_depth_rejects(answer, message):
    assert message in checks.check_overlap_depth(answer).message
