"""A claim about a number that could be quite another is found."""

import pytest

from lecture_tools.runner import toothless_claims


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
