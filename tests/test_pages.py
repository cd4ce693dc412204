"""Every page of the built website keeps every rule."""

import copy

import nbformat
import pytest
from bs4 import BeautifulSoup

from lecture_tools.built_page_rules import PAGE_RULES
from lecture_tools.glossary import load_terms
from lecture_tools.paths import LECTURES, SITE, built_pages
from lecture_tools.reading import captions

pytestmark = pytest.mark.site


@pytest.mark.parametrize("path", built_pages(), ids=lambda path: path.stem)
def test_built_page_keeps_the_rules(path):
    page = BeautifulSoup(path.read_text(), "html.parser")
    # The last rule takes code out of the page, so each gets its own copy.
    if faults := [fault for rule in PAGE_RULES for fault in rule(copy.copy(page), path, SITE)]:
        pytest.fail("\n  ".join([path.stem, *faults]), pytrace=False)


@pytest.mark.parametrize("lecture", LECTURES, ids=lambda path: path.stem)
def test_built_lecture_shows_every_figure_and_hides_every_test(lecture):
    notebook = nbformat.read(lecture, as_version=4)
    article = BeautifulSoup((SITE / f"lectures/{lecture.stem}.html").read_text(), "html.parser").select_one(
        "article"
    )
    figures = {figure["id"] for figure in article.select("figure[id]")}
    assert figures == {figure["name"] for figure in captions(notebook)}
    assert not [
        block
        for block in article.select("pre")
        if "assert " in block.get_text() or "glue(" in block.get_text()
    ]


def test_search_index_knows_the_words_of_the_lectures():
    index = (SITE / "searchindex.js").read_text()
    for stem in ("mcnemar", "fair", "wilson", "preval", "vermilion"):
        assert f'"{stem}":' in index


def test_styles_ask_nothing_of_other_hosts():
    for path in SITE.rglob("*.css"):
        text = path.read_text(errors="replace")
        assert "@import url(http" not in text
        assert "url(http" not in text.replace("url(http://www.w3.org", "")


def test_each_lecture_has_a_card_with_a_picture_its_promise_and_its_minutes():
    page = BeautifulSoup((SITE / "intro.html").read_text(), "html.parser")
    cards = page.select(".lecture-cards li")
    assert [card.a["href"] for card in cards] == [f"lectures/{lecture.stem}.html" for lecture in LECTURES]
    for card in cards:
        assert (SITE / card.img["src"]).stat().st_size < 60_000
        assert card.select("p")[1].get_text().split("min")[0].split()[-1].isdigit()


def test_glossary_lists_the_terms_and_later_lectures_link_them():
    glossary = BeautifulSoup((SITE / "appendix/glossary.html").read_text(), "html.parser")
    terms = glossary.select(".course-glossary dt a[href]")
    assert len(terms) == len(load_terms())
    linked = {
        link["href"].partition("#")[2]
        for lecture in LECTURES
        for link in BeautifulSoup((SITE / f"lectures/{lecture.stem}.html").read_text(), "html.parser").select(
            "article a.term[title]"
        )
    }
    assert len(linked) >= 36
