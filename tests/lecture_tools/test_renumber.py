"""The order of the table of contents numbers the lectures, and whatever names them follows."""

import re
import shutil

import pytest

from lecture_tools.paths import LECTURES, ROOT
from lecture_tools.renumber import main, number_lectures, renumber

TOC = """root: intro
parts:
  - caption: One
    chapters:
      - file: lectures/01-masks
      - file: lectures/02-labels
  - caption: Two
    chapters:
      - file: lectures/03-labels-lost
      - file: appendix/api
"""


@pytest.fixture
def course(tmp_path):
    (tmp_path / "lectures").mkdir()
    (tmp_path / "_toc.yml").write_text(TOC)
    (tmp_path / "lectures/01-masks.ipynb").write_text("{doc}`02-labels`, {doc}`03-labels-lost`")
    (tmp_path / "lectures/02-labels.ipynb").write_text("2021-02-03")
    (tmp_path / "lectures/03-labels-lost.ipynb").write_text("see 01-masks, not 101-masks nor 01-masks-old")
    (tmp_path / "Makefile").write_text("# make test LECTURE=01-masks")
    (tmp_path / "table.csv").write_text("01-masks")
    return tmp_path


def contents(course):
    return {
        path.relative_to(course).as_posix(): path.read_text() for path in course.rglob("*") if path.is_file()
    }


def test_a_moved_lecture_is_renumbered_and_so_is_what_names_it(course):
    lines = TOC.splitlines()
    lines.insert(4, lines.pop(8))  # labels-lost goes to the front
    (course / "_toc.yml").write_text("\n".join(lines))
    renumber(course)
    after = contents(course)
    assert re.findall(r"lectures/(\S+)", after["_toc.yml"]) == ["01-labels-lost", "02-masks", "03-labels"]
    assert after["lectures/02-masks.ipynb"] == "{doc}`03-labels`, {doc}`01-labels-lost`"
    assert after["lectures/03-labels.ipynb"] == "2021-02-03"
    assert after["lectures/01-labels-lost.ipynb"] == "see 02-masks, not 101-masks nor 01-masks-old"
    assert after["Makefile"] == "# make test LECTURE=02-masks"
    assert after["table.csv"] == "01-masks"  # data are left alone
    assert sum(name.startswith("lectures/") for name in after) == 3


def test_a_second_run_finishes_an_interrupted_one_and_a_third_changes_nothing(course):
    (course / "_toc.yml").write_text(TOC.replace("01-masks", "07-masks"))
    (course / "lectures/01-masks.ipynb").rename(course / "lectures/09-masks.ipynb")
    assert renumber(course) == ["_toc.yml: 1 mentions", "09-masks is now 01-masks"]
    assert renumber(course) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("02-labels\n", "02-gone\n", "_toc.yml lists gone, but lectures/ holds no such file"),
        ("      - file: lectures/02-labels\n", "", "lectures/ holds labels, but _toc.yml does not list it"),
        ("02-labels\n", "02-masks\n", "_toc.yml lists masks twice"),
        ("02-labels\n", "labels\n", "_toc.yml must list lectures as lectures/NN-name, got lectures/labels"),
    ],
)
def test_contents_that_do_not_fit_change_nothing(course, old, new, message):
    (course / "_toc.yml").write_text(TOC.replace(old, new, 1))
    before = contents(course)
    with pytest.raises(ValueError, match=re.escape(message)):
        renumber(course)
    assert contents(course) == before


def test_the_course_is_numbered_as_its_table_of_contents_orders_it(capsys):
    main()
    assert capsys.readouterr().out == "The lectures are numbered as _toc.yml orders them.\n"


def test_a_lecture_of_the_course_moves_with_all_its_links(tmp_path):
    for name in ("lectures", "tests", "lecture_tools"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    lines = (ROOT / "_toc.yml").read_text().splitlines(keepends=True)
    first = next(index for index, line in enumerate(lines) if "lectures/" in line)
    lines.insert(first, lines.pop(first + len(LECTURES) // 2 + 2))
    (tmp_path / "_toc.yml").write_text("".join(lines))
    renumber(tmp_path)
    stems = {path.stem for path in (tmp_path / "lectures").glob("*.ipynb")}
    assert len(stems) == len(LECTURES)
    linked = {
        target
        for path in (tmp_path / "lectures").glob("*.ipynb")
        for target in re.findall(r"\{doc\}`(?:[^`<]*<)?(\d\d-[\w-]+)", path.read_text())
    }
    assert len(linked) > 5
    assert linked <= stems


def test_names_begin_with_the_place_of_a_lecture():
    parts = [{"chapters": [{"file": "lectures/11-b"}]}, {"chapters": [{"file": "lectures/03-a"}]}]
    assert number_lectures({"parts": parts}) == {"b": "01-b", "a": "02-a"}
