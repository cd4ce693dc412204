"""The website is exchanged as a whole, and only for one without a fault."""

import subprocess
from types import SimpleNamespace

import pytest

from publishing import website


@pytest.fixture
def book(tmp_path, monkeypatch):
    """Folder of a book with a website that stands; what the builder does is up to the test."""
    site = tmp_path / "_build/html"
    site.mkdir(parents=True)
    (site / "index.html").write_text("old")

    def install(status, text, said=""):
        def run(command, **options):
            folder = command[command.index("--path-output") + 1] / "_build/html"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "index.html").write_text(text)
            calls.append(([str(part) for part in command], options))
            return SimpleNamespace(returncode=status, stdout="", stderr=said)

        monkeypatch.setattr(subprocess, "run", run)

    calls = []
    return SimpleNamespace(root=tmp_path, site=site, builder_ends_with=install, calls=calls)


def test_a_website_without_a_fault_takes_the_place_of_the_older_one(book):
    (book.site / "gone.html").write_text("a page that the book has no more")
    book.builder_ends_with(0, "new")
    assert website.build(root=book.root, site=book.site) == 0
    assert [path.name for path in book.site.iterdir()] == ["index.html"]
    assert (book.site / "index.html").read_text() == "new"
    assert [path.name for path in book.site.parent.iterdir() if path.name.startswith("html")] == ["html"]
    assert "-W" in book.calls[0][0]


def test_a_fault_leaves_the_older_website_and_has_every_page_read_again(book, capsys):
    book.builder_ends_with(1, "half")
    assert website.build(root=book.root, site=book.site) == 1
    assert (book.site / "index.html").read_text() == "old"
    assert "is the older one" in capsys.readouterr().out
    assert not (book.root / "_build/website").exists()


def test_the_first_build_that_fails_leaves_none(book, capsys):
    (book.site / "index.html").unlink()
    book.site.rmdir()
    book.builder_ends_with(2, "half")
    assert website.build(root=book.root, site=book.site) == 2
    assert not book.site.exists()
    assert capsys.readouterr().out == "The website was not built.\n"


@pytest.mark.parametrize("lecture", ["6", "06", "a", "06-a"])
def test_a_preview_executes_nothing_and_tells_the_warnings_of_its_own_lecture(book, capsys, lecture):
    said = "lectures/06-a.ipynb: WARNING: mine\nlectures/07-b.ipynb: WARNING: another's\n"
    book.builder_ends_with(0, "preview", said)
    assert website.build(preview=lecture, root=book.root, site=book.site) == 0
    command, options = book.calls[0]
    assert "-W" not in command
    assert options["env"]["COURSE_PREVIEW"] == "1"
    assert (book.site / "index.html").read_text() == "preview"
    assert capsys.readouterr().out == "lectures/06-a.ipynb: WARNING: mine\n"


def test_a_preview_that_fails_tells_everything(book, capsys):
    book.builder_ends_with(1, "half", "no such theme\n")
    assert website.build(preview="6", root=book.root, site=book.site) == 1
    assert "no such theme" in capsys.readouterr().out
    assert (book.site / "index.html").read_text() == "old"


def test_pages_of_lectures_that_are_gone_are_dropped(tmp_path):
    for name in ("lectures/01-a.ipynb", "html/lectures/01-a.html", "html/lectures/01-former.html"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    website._drop_former_lectures(tmp_path, tmp_path / "html")
    assert [path.name for path in (tmp_path / "html/lectures").iterdir()] == ["01-a.html"]
