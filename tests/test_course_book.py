"""The Sphinx extension of the book: pages that never show the numbers of an older helper."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from bs4 import BeautifulSoup

from tests.book_rules import ROOT

spec = importlib.util.spec_from_file_location("course_book", ROOT / "_extensions/course_book.py")
course_book = importlib.util.module_from_spec(spec)
spec.loader.exec_module(course_book)

CONFIG = """
title: Tiny
only_build_toc_files: true
execute: {execute_notebooks: cache}
html: {favicon: ""}
sphinx:
  local_extensions: {course_book: %s}
  config: {nb_execution_raise_on_error: true}
"""
PAGE = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
# Tiny

```{code-cell}
import sys, pathlib
sys.path.insert(0, "")
from qbi_utils.answer import ANSWER
print("answer", ANSWER, pathlib.Path("data/number.txt").read_text())
```
"""


@pytest.fixture
def book(tmp_path):
    """Book of one page whose output depends on a helper and on a data file."""
    for folder in ("qbi_utils", "data", "lectures"):
        (tmp_path / folder).mkdir()
    (tmp_path / "_config.yml").write_text(CONFIG % (ROOT / "_extensions"))
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: page\n")
    (tmp_path / "page.md").write_text(PAGE)
    (tmp_path / "requirements.txt").touch()
    (tmp_path / "lectures/matplotlibrc").touch()
    (tmp_path / "qbi_utils/__init__.py").touch()
    (tmp_path / "qbi_utils/answer.py").write_text("ANSWER = 1\n")
    (tmp_path / "data/number.txt").write_text("one")
    return tmp_path


def build(book):
    """What the page shows after a build, and whether it was executed for it."""
    command = [Path(sys.executable).with_name("jupyter-book"), "build", ".", "-W"]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=book, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    page = (book / "_build/html/page.html").read_text()
    return page.split("answer ")[-1].split("\n")[0].split("<")[
        0
    ].strip(), "Executing notebook" in done.stdout + done.stderr


def test_editing_a_helper_or_a_data_file_executes_the_pages_again(book):
    assert build(book) == ("1 one", True)
    assert build(book) == ("1 one", False)
    (book / "qbi_utils/answer.py").write_text("ANSWER = 2\n")
    assert build(book) == ("2 one", True)
    (book / "data/number.txt").write_text("two")
    assert build(book) == ("2 two", True)
    assert len(list((book / "_build/.jupyter_cache").iterdir())) == 1


def run_as_lecture(book, *sources):
    """Test a page of these cells as `make test` does; whether it passed."""
    cells = [nbformat.v4.new_markdown_cell("# Tiny"), *map(nbformat.v4.new_code_cell, sources)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, book / "page.ipynb")
    flags = (
        "-p no:cacheprovider -p tests.lecture_plugin --nbval-lax --nbval-current-env -o addopts= --rootdir=."
    )
    command = [sys.executable, "-m", "pytest", *flags.split(), "page.ipynb"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=book, env=environment, capture_output=True, text=True, timeout=120)
    assert "budget" in done.stdout, done.stdout + done.stderr
    return done.returncode == 0


def test_a_lecture_that_passed_its_tests_is_not_executed_again(book):
    (book / "page.md").unlink()
    assert run_as_lecture(book, 'print("answer", 3)', "7 + 35;")
    assert build(book) == ("3", False)
    assert "42" not in BeautifulSoup((book / "_build/html/page.html").read_text(), "html.parser").article.text


def test_a_lecture_that_failed_its_tests_is_executed_again(book):
    (book / "page.md").unlink()
    once = 'import pathlib\npathlib.Path("once").touch(exist_ok=False)'
    (book / "once").touch()
    assert not run_as_lecture(book, 'print("answer", 3)', once)
    (book / "once").unlink()
    assert build(book) == ("3", True)


def test_digest_sees_every_input_but_no_bytecode(book):
    before = course_book.digest_inputs(book)
    (book / "qbi_utils/__pycache__").mkdir()
    (book / "qbi_utils/__pycache__/answer.pyc").write_text("x")
    assert course_book.digest_inputs(book) == before
    seen = {before}
    for file in ("qbi_utils/answer.py", "data/number.txt", "lectures/matplotlibrc", "requirements.txt"):
        (book / file).write_text("changed")
        seen.add(course_book.digest_inputs(book))
    (book / "data/number.txt").rename(book / "data/renamed.txt")
    seen.add(course_book.digest_inputs(book))
    assert len(seen) == 6


def test_buttons_appear_with_the_url_of_the_repository(monkeypatch):
    config = SimpleNamespace(html_theme_options={"home_page_in_toc": True})
    monkeypatch.delenv("COURSE_REPOSITORY_URL", raising=False)
    course_book.add_repository_buttons(None, config)
    assert config.html_theme_options == {"home_page_in_toc": True}
    monkeypatch.setenv("COURSE_REPOSITORY_URL", "https://example.org/owner/course")
    course_book.add_repository_buttons(None, config)
    assert config.html_theme_options["repository_url"] == "https://example.org/owner/course"
    assert config.html_theme_options["launch_buttons"]["colab_url"]
