"""A lecture that was just begun keeps every rule, runs, and is listed; what cannot be begun leaves no trace."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from nbclient import NotebookClient

from lecture_tools import skeleton
from lecture_tools.notebook_rules import NOTEBOOK_RULES
from lecture_tools.paths import LECTURES, ROOT
from lecture_tools.reading import captions, report
from lecture_tools.runner import toothless_claims


@pytest.fixture
def course(tmp_path):
    shutil.copy(ROOT / "_toc.yml", tmp_path)
    shutil.copytree(ROOT / "lectures", tmp_path / "lectures", ignore=shutil.ignore_patterns(".*"))
    return tmp_path


def files_of(course):
    return {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}


def listed_in(course):
    """Lectures of each part of the table of contents."""
    parts = yaml.safe_load((course / "_toc.yml").read_text())["parts"]
    lectures = [
        [Path(chapter["file"]).name for chapter in part["chapters"] if "lectures/" in chapter["file"]]
        for part in parts
    ]
    return [part for part in lectures if part]


LAST_PART = str(len(listed_in(ROOT)))


def lecture_of(course, slug):
    """Path of a lecture, whichever number it has."""
    return next((course / "lectures").glob(f"??-{slug}.ipynb"))


def test_a_new_lecture_keeps_every_rule_and_runs(course):
    skeleton.begin_lecture("my photographs", "1", course)
    path = lecture_of(course, "my-photographs")
    notebook = nbformat.read(path, as_version=4)
    assert report(path.stem, [fault for rule in NOTEBOOK_RULES for fault in rule(notebook)]) == ""
    assert notebook.cells[0].source.startswith("# My photographs\n")
    namespace_of_claim = nbformat.v4.new_code_cell("mean_ink")
    notebook.cells.append(namespace_of_claim)
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    ).execute()
    assert any("image/png" in output.get("data", {}) for output in notebook.cells[4].outputs)
    mean_ink = float(notebook.cells[-1].outputs[0].data["text/plain"])
    assert toothless_claims(notebook.cells[6].source, {"mean_ink": mean_ink, "chosen": range(16)}) == []


@pytest.mark.parametrize("part", ["1", LAST_PART])
def test_a_new_lecture_stands_last_in_its_part_and_later_ones_move_up(course, part):
    listed = listed_in(course)
    slugs = [[name[3:] for name in lectures] for lectures in listed]
    message = skeleton.begin_lecture("my photographs", part, course)
    slugs[int(part) - 1].append("my-photographs")
    assert [[name[3:] for name in lectures] for lectures in listed_in(course)] == slugs
    numbers = [int(name[:2]) for lectures in listed_in(course) for name in lectures]
    assert numbers == list(range(1, len(LECTURES) + 2))
    assert sorted(path.stem for path in (course / "lectures").glob("*.ipynb")) == [
        name for lectures in listed_in(course) for name in lectures
    ]
    stem = lecture_of(course, "my-photographs").stem
    assert message.startswith(f"wrote lectures/{stem}.ipynb, and listed it in _toc.yml (part {part}, ")
    assert "make test LECTURE=my-photographs" in message


def test_a_last_lecture_changes_nothing_else(course):
    before = files_of(course)
    skeleton.begin_lecture("one", LAST_PART, course)
    skeleton.begin_lecture("two", LAST_PART, course)
    after = files_of(course)
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == {course / "_toc.yml", lecture_of(course, "one"), lecture_of(course, "two")}


def test_labels_are_those_of_no_other_lecture(course):
    skeleton.begin_lecture("my photographs", "1", course)
    skeleton.begin_lecture("your photographs", "1", course)
    text = [path.read_text() for path in sorted((course / "lectures").glob("*.ipynb"))]
    labels = [label for lecture in text for label in re.findall(r":label: ([\w-]+)", lecture)]
    assert len(labels) == len(set(labels))
    paths = sorted((course / "lectures").glob("*.ipynb"))
    names = [figure["name"] for path in paths for figure in captions(nbformat.read(path, as_version=4))]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "title", "stem"),
    [
        ("  my   photographs ", "My photographs", "my-photographs"),
        ("Zürich's cells: 3D?", "Zürich's cells: 3D?", "zurichs-cells-3d"),
        ("MNIST & friends", "MNIST & friends", "mnist-friends"),
    ],
)
def test_the_name_becomes_a_title_and_the_name_of_a_file(course, name, title, stem):
    skeleton.begin_lecture(name, "1", course)
    notebook = nbformat.read(lecture_of(course, stem), as_version=4)
    assert notebook.cells[0].source.splitlines()[0] == f"# {title}"


@pytest.mark.parametrize(
    ("name", "part", "message"),
    [
        ("", "1", 'NAME must say what the lecture is called, as in NAME="my photographs"'),
        (" \n", "1", "NAME must say what the lecture is called"),
        ("?!", "1", r"NAME must hold letters a to z or digits, .* got '\?!'"),
        ("写真", "1", "NAME must hold letters a to z or digits"),
        ("my `photographs`", "1", "NAME must be plain words, as it becomes a title, got `"),
        ("my <photographs>", "1", "got < >"),
        ("my_photographs", "1", "got _"),
        ("Augmentation", "1", r"lectures/\d\d-augmentation.ipynb exists already: choose another NAME"),
        ("my photographs", "", r"PART must be one of 1 \(\w.*\), 2 \(.*, got ''"),
        ("my photographs", "0", "PART must be one of"),
        ("my photographs", "99", "PART must be one of .*, got '99'"),
        ("my photographs", "two", "PART must be one of .*, got 'two'"),
    ],
)
def test_what_cannot_be_begun_is_refused_in_a_sentence_and_nothing_is_written(course, name, part, message):
    before = files_of(course)
    with pytest.raises(ValueError, match=message) as refusal:
        skeleton.begin_lecture(name, part, course)
    assert "\n" not in str(refusal.value)
    assert files_of(course) == before


def test_a_label_that_another_lecture_has_is_refused(course):
    path = next((course / "lectures").glob("01-*.ipynb"))
    path.write_text(path.read_text().replace("## Exercises", "(fig-my-photographs-examples)=\\n## Exercises"))
    with pytest.raises(
        ValueError, match=rf"lectures/{path.name} holds the label fig-my-photographs-examples already"
    ):
        skeleton.begin_lecture("my photographs", "1", course)


def test_a_file_that_cannot_be_written_leaves_all_as_it_was(course, monkeypatch):
    before = files_of(course)
    write_text, failed = Path.write_text, []

    def fail_once(path, text, **options):
        if path.name == "_toc.yml" and not failed:
            failed.append(path)
            raise OSError("no space left")
        return write_text(path, text, **options)

    monkeypatch.setattr(Path, "write_text", fail_once)
    with pytest.raises(OSError, match="no space left"):
        skeleton.begin_lecture("my photographs", "1", course)
    assert files_of(course) == before


def test_a_refusal_on_the_command_line_is_one_line():
    command = [sys.executable, "-m", "lecture_tools.skeleton", "--name", "", "--part", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: NAME must say")
    assert done.stderr.count("\n") == 1
