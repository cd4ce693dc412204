"""Every lecture keeps every rule, and the lectures agree with each other."""

import json

import nbformat
import pytest
import yaml

from lecture_tools.notebook_rules import NOTEBOOK_RULES
from lecture_tools.paths import LECTURES, ROOT
from lecture_tools.reading import captions, report


@pytest.mark.parametrize("rule", NOTEBOOK_RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("lecture", LECTURES, ids=lambda path: path.stem)
def test_lecture_follows(lecture, rule):
    if faults := report(lecture.stem, rule(nbformat.read(lecture, as_version=4))):
        pytest.fail(faults, pytrace=False)


def test_figure_names_are_unique_across_lectures():
    names = [figure["name"] for path in LECTURES for figure in captions(nbformat.read(path, as_version=4))]
    assert len(names) == len(set(names))


def test_lectures_are_numbered_and_each_part_lists_its_own_in_order():
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text())["parts"]
    listed = [
        [
            chapter["file"].removeprefix("lectures/")
            for chapter in part["chapters"]
            if "lectures/" in chapter["file"]
        ]
        for part in parts
    ]
    assert all(part == sorted(part) for part in listed)
    assert sorted(stem for part in listed for stem in part) == sorted(path.stem for path in LECTURES)
    assert [path.stem[:3] for path in LECTURES] == [
        f"{number:02d}-" for number in range(1, len(LECTURES) + 1)
    ]


def test_lectures_carry_no_path_of_a_machine():
    for path in LECTURES:
        text = json.dumps(json.loads(path.read_text()))
        assert not any(trace in text for trace in ("/home/", "/Users/", "C:\\\\", "/tmp/", str(ROOT)))
