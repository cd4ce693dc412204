"""Claims that could not fail are found, and promised seconds that are not those that a lecture takes."""

import pytest

from lecture_tools.runner import misjudged_seconds, toothless_claims


@pytest.mark.parametrize(
    ("source", "toothless"),
    [
        ("glue('x', x)\nassert 0.9 < x < 1.0", []),
        ("glue('x', x)\nassert x > 0.6", []),
        ("glue('x', x)\nassert x == x", ["x"]),
        ("glue('x', x)\nassert x > 0", ["x"]),
        ("glue('x', x)\nassert True", ["x"]),
        ("glue('x', x)\nassert y == 1", ["x"]),
        ("glue('zero', zero)\nassert zero == 0", []),
        ("glue('zero', zero)\nassert zero >= 0", ["zero"]),
        ("glue('name', name)\nassert name == 'cat'", []),
        ("glue('name', name)\nassert isinstance(name, str)", ["name"]),
        ("glue('yes', yes)\nassert yes", []),
        ("glue('x', x)\nglue('y', y)\nassert 0.9 < x < 1.0\nassert y", ["y"]),
    ],
)
def test_claims_that_cannot_fail_are_found(source, toothless):
    namespace = {"x": 0.95, "y": 1, "zero": 0, "name": "cat", "yes": True}
    before = dict(namespace)
    assert toothless_claims(source, namespace) == toothless
    assert namespace == before


def measure(**changed):
    """Seconds of six lectures on a machine that takes twice what they promise."""
    promised = {"a": 10, "b": 20, "c": 30, "d": 40, "e": 50, "f": 60}
    return [(name, changed.get(name, 2 * seconds), seconds) for name, seconds in promised.items()]


@pytest.mark.parametrize("changed", [{}, {"f": 175}, {"f": 85}, {"a": 34}])
def test_a_slow_machine_is_no_fault_of_the_lectures(changed):
    assert list(misjudged_seconds(measure(**changed))) == []


@pytest.mark.parametrize(("seconds", "fair"), [(190, 100), (78, 40)])
def test_a_lecture_that_takes_longer_or_shorter_than_it_promises_is_named(seconds, fair):
    (fault,) = misjudged_seconds(measure(f=seconds))
    assert fault.startswith(f"f takes {seconds} s where the others, by their promises, let expect 120 s")
    assert fault.endswith(f"it should promise {fair} seconds to run")


def test_few_lectures_say_nothing_of_the_machine():
    assert list(misjudged_seconds(measure(f=1000)[2:])) == []
