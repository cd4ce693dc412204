"""What JupyterLab writes into a lecture is taken away, and nothing else."""

import json

import nbformat
import pytest

from lecture_tools import stripping
from lecture_tools.notebook_rules import is_stripped
from lecture_tools.paths import LECTURES

FULL_LANGUAGE_INFO = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": "3.11.2",
}
TIMING = {"iopub.execute_input": "2026-01-01T12:00:00Z", "shell.execute_reply": "2026-01-01T12:00:01Z"}


def run_in_jupyterlab(path):
    """Write into a lecture what JupyterLab writes when it is opened, inspected, run and saved."""
    notebook = json.loads(path.read_text())
    notebook["metadata"]["language_info"] = FULL_LANGUAGE_INFO
    notebook["metadata"]["kernelspec"]["display_name"] = "Python 3 (ipykernel)"
    notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    for count, cell in enumerate(notebook["cells"], 1):
        cell["metadata"] |= {"editable": True, "deletable": False}
        cell["metadata"].setdefault("slideshow", {"slide_type": ""})
        cell["metadata"].setdefault("tags", [])
        if cell["cell_type"] == "markdown":
            cell["metadata"]["jp-MarkdownHeadingCollapsed"] = True
            continue
        cell["metadata"] |= {"execution": TIMING, "collapsed": False, "scrolled": True}
        cell["execution_count"] = count
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["3\n"]}]
    path.write_text(json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


@pytest.fixture
def lecture(tmp_path):
    path = tmp_path / "06-lecture.ipynb"
    path.write_bytes(LECTURES[5].read_bytes())
    return path


def test_formatting_undoes_what_jupyterlab_writes(lecture, capsys):
    original = lecture.read_bytes()
    run_in_jupyterlab(lecture)
    touched = lecture.read_bytes()
    assert list(is_stripped(nbformat.read(lecture, as_version=4)))
    assert stripping.main(["--verify", str(lecture)]) == 1
    assert lecture.read_bytes() == touched
    printed = capsys.readouterr().out
    for leftover in (
        "06-lecture.ipynb is not stripped (make format does it)",
        "  the metadata 'widgets'",
        "  the metadata 'language_info' should be {'name': 'python'}",
        "  cell 1: the metadata 'editable'",
        "  cell 1: the metadata 'jp-MarkdownHeadingCollapsed'",
        "  cell 1: the metadata 'tags', which is empty",
        "  cell 2: an output",
        "  cell 2: a count",
        "  cell 2: the metadata 'execution'",
    ):
        assert leftover in printed
    assert stripping.main([str(lecture)]) == 0
    assert lecture.read_bytes() == original
    assert list(is_stripped(nbformat.read(lecture, as_version=4))) == []


def test_a_stripped_lecture_is_left_alone(lecture, capsys):
    before = lecture.stat().st_mtime_ns
    assert stripping.main(["--verify", str(lecture)]) == 0
    assert stripping.main([str(lecture)]) == 0
    assert lecture.stat().st_mtime_ns == before
    assert capsys.readouterr() == ("", "")


def test_another_way_to_write_the_same_notebook_is_not_stripped(lecture, capsys):
    original = lecture.read_bytes()
    lecture.write_text(json.dumps(json.loads(original)))
    assert stripping.main(["--verify", str(lecture)]) == 1
    assert "it is not written as JupyterLab writes it" in capsys.readouterr().out
    assert stripping.main([str(lecture)]) == 0
    assert lecture.read_bytes() == original


def test_every_file_is_read_though_one_is_no_notebook(lecture, tmp_path, capsys):
    conflict = tmp_path / "05-conflict.ipynb"
    conflict.write_text("<<<<<<< HEAD\n{}")
    run_in_jupyterlab(lecture)
    assert stripping.main([str(conflict), str(lecture)]) == 1
    printed = capsys.readouterr()
    assert printed.err == f"{conflict} is no notebook: its text is not JSON\n"
    assert printed.out == f"{lecture} stripped\n"
    assert conflict.read_text() == "<<<<<<< HEAD\n{}"


def test_slides_and_tags_and_figures_stay(tmp_path):
    metadata = {
        "tags": ["test"],
        "slideshow": {"slide_type": "skip"},
        "mystnb": {"figure": {"name": "fig-one"}},
    }
    cell = nbformat.v4.new_code_cell("1 + 1", id="mine", metadata=metadata)
    stripped = stripping.strip(nbformat.v4.new_notebook(cells=[cell]))
    assert stripped.cells[0] == {
        "cell_type": "code",
        "id": "mine",
        "source": "1 + 1",
        "metadata": metadata,
        "outputs": [],
        "execution_count": None,
    }
    assert list(stripping.find_leftovers(stripped)) == []
