"""What executes a lecture again, and what does not; on a course of a few lines."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from _extensions.execution_cache import find_outputs, key_of, mark
from lecture_tools.paths import ROOT

FILES = {
    "qbi_utils/__init__.py": "import lazy_loader\n",
    "qbi_utils/answer.py": '"""Answer."""\nfrom ._numbers import SMALL\n\nANSWER = SMALL + 1\n',
    "qbi_utils/_numbers.py": "SMALL = 1  # small\n",
    "qbi_utils/other.py": "OTHER = 1\n",
    "qbi_utils/shapes/__init__.py": "from .squares import square\n",
    "qbi_utils/shapes/squares.py": "def square(x):\n    '''Square.'''\n    return x * x\n",
    "qbi_utils/checks/__init__.py": "from .numbers import check_answer\n",
    "qbi_utils/checks/_grading.py": "def grade(hint):\n    return hint\n",
    "qbi_utils/checks/numbers.py": "from ._grading import grade\n\nHINTS = {'a': 'look'}\nFAR = 1\n\n\ndef _hint():\n"
    "    return HINTS['a']\n\n\ndef check_answer(f):\n    return grade(_hint())\n\n\ndef check_more(f):\n    return grade(FAR)\n",
    "qbi_utils/checks/words.py": "def check_word(f):\n    return f\n",
    "data/README.md": "About.\n",
    "lectures/matplotlibrc": "savefig.dpi: 100\n",
    "requirements-lab.txt": "numpy==2.4.6\n    # via scipy\n",
    "_config.yml": f"""title: Tiny
only_build_toc_files: true
execute: {{execute_notebooks: cache}}
html: {{favicon: ""}}
sphinx:
  local_extensions: {{execution_cache: {ROOT / "_extensions"}}}
  config: {{nb_execution_raise_on_error: true}}
""",
    "_toc.yml": "format: jb-book\nroot: lectures/01-tiny\n",
}
CODE = """import sys
sys.path.insert(0, "..")
from qbi_utils import checks
from qbi_utils.answer import ANSWER
from qbi_utils.shapes import square
print("answer", ANSWER, square(3))
checks.check_answer(print)"""


def lecture(*sources):
    cells = [nbformat.v4.new_markdown_cell("# Tiny"), *map(nbformat.v4.new_code_cell, sources)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


@pytest.fixture
def course(tmp_path):
    """Folder of a course with one lecture."""
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    nbformat.write(lecture(CODE), tmp_path / "lectures/01-tiny.ipynb")
    return tmp_path


def change(course, name, old, new):
    path = course / name
    content = path.read_text()
    assert old in content
    path.write_text(content.replace(old, new, 1))
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("qbi_utils/answer.py", "+ 1", "+ 2"),
        ("qbi_utils/_numbers.py", "= 1", "= 2"),
        ("qbi_utils/shapes/squares.py", "x * x", "x ** 3"),
        ("qbi_utils/shapes/__init__.py", "import square", "import square as square"),
        ("qbi_utils/checks/_grading.py", "return hint", "return hint + hint"),
        ("qbi_utils/checks/numbers.py", "grade(_hint())", "grade(_hint)"),
        ("qbi_utils/checks/numbers.py", "HINTS['a']", "HINTS"),
        ("qbi_utils/checks/numbers.py", "'look'", "'look twice'"),
        ("lectures/matplotlibrc", "100", "200"),
        ("requirements-lab.txt", "2.4.6", "2.4.7"),
    ],
)
def test_what_a_lecture_runs_changes_its_key(course, name, old, new):
    before = key_of(course, lecture(CODE))
    change(course, name, old, new)
    assert key_of(course, lecture(CODE)) != before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("qbi_utils/__init__.py", "lazy_loader", "lazy_loader, math"),
        ("qbi_utils/answer.py", "Answer.", "The answer."),
        ("qbi_utils/answer.py", "ANSWER =", "# A comment.\nANSWER ="),
        ("qbi_utils/_numbers.py", "  # small", ""),
        ("qbi_utils/shapes/squares.py", "Square.", "Square of a number."),
        ("qbi_utils/other.py", "1", "2"),
        ("qbi_utils/checks/__init__.py", "check_answer", "check_answer, check_more"),
        ("qbi_utils/checks/numbers.py", "def check_more", "def check_new(f):\n    pass\n\n\ndef check_more"),
        ("qbi_utils/checks/numbers.py", "FAR = 1", "FAR = 2"),
        ("qbi_utils/checks/words.py", "return f", "return None"),
        ("data/README.md", "About", "All about"),
        ("requirements-lab.txt", "via scipy", "via pandas"),
    ],
)
def test_what_it_does_not_run_leaves_its_key(course, name, old, new):
    before = key_of(course, lecture(CODE))
    change(course, name, old, new)
    (course / ".DS_Store").touch()
    (course / "qbi_utils/.answer.py.swp").touch()
    assert key_of(course, lecture(CODE)) == before


@pytest.mark.parametrize(
    "statement",
    [
        "import qbi_utils.answer",
        "from qbi_utils.answer import ANSWER as a",
        "from qbi_utils import other, answer",
    ],
)
def test_every_way_to_import_a_helper_counts(course, statement):
    before = key_of(course, lecture(statement))
    change(course, "qbi_utils/_numbers.py", "1", "2")
    assert key_of(course, lecture(statement)) != before


def test_the_listed_data_files_are_part_of_the_keys_of_this_course():
    """Their checksums stand in a module that each lecture with data runs, and the loaders hold the files to them."""
    from qbi_utils.datasets import _shipped

    path = Path(_shipped.__file__)
    assert path.relative_to(ROOT) == Path("qbi_utils/datasets/_shipped.py")
    from _extensions import execution_cache

    sources = execution_cache._sources(ROOT, "from qbi_utils.datasets import load_mnist")
    assert "qbi_utils.datasets._shipped" in sources


def build(course, **environment):
    """What the page shows after a build, and whether it was executed for it."""
    command = [Path(sys.executable).with_name("jupyter-book"), "build", ".", "-W"]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"} | environment
    done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True, timeout=120)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    page = (course / "_build/html/lectures/01-tiny.html").read_text()
    shown = re.search(r"answer (\d+ \d+)", page)
    return shown and shown[1], "Executing notebook" in said


def has_outputs(course):
    return find_outputs(course, mark(course, lecture(CODE))) is not None


def test_pages_follow_their_helpers_and_other_states_are_kept(course):
    assert build(course, COURSE_PREVIEW="1") == (None, False)
    assert build(course) == ("2 9", True)
    change(course, "qbi_utils/_numbers.py", "1", "2")
    assert not has_outputs(course)
    assert build(course) == ("3 9", True)
    change(course, "qbi_utils/_numbers.py", "2", "1")
    assert has_outputs(course)


def run(course):
    """Run the lecture as `make test` does."""
    flags = (
        "-p no:cacheprovider -p lecture_tools.runner --nbval-lax --nbval-current-env -o addopts= --rootdir=."
    )
    command = [sys.executable, "-m", "pytest", *flags.split(), "lectures/01-tiny.ipynb"]
    # Not as one of the processes that may run this test.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    environment |= {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True, timeout=120)


def test_a_lecture_that_passed_its_tests_is_not_executed_again(course):
    done = run(course)
    assert done.returncode == 0, done.stdout
    assert "01-tiny " in done.stdout
    assert has_outputs(course)
    assert build(course) == ("2 9", False)


def test_a_lecture_that_failed_is_executed_again(course):
    nbformat.write(lecture(CODE, "assert ANSWER == 3"), course / "lectures/01-tiny.ipynb")
    done = run(course)
    assert done.returncode == 1
    assert "FAILED" in done.stdout
    assert find_outputs(course, mark(course, lecture(CODE, "assert ANSWER == 3"))) is None
