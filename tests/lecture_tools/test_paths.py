"""Lectures are found by their numbers and names."""

import pytest

from lecture_tools.paths import LECTURES, SITE, built_pages, choose_lectures


def test_a_lecture_is_found_by_its_number():
    assert choose_lectures(LECTURES) == choose_lectures(LECTURES, "") == LECTURES
    assert choose_lectures(LECTURES, "06") == choose_lectures(LECTURES, "6") == [LECTURES[5]]


def test_a_lecture_is_found_by_its_name():
    found = choose_lectures(LECTURES, "augmentation")
    assert [path.stem[3:] for path in found] == ["augmentation"]
    assert choose_lectures(LECTURES, found[0].stem) == found


def test_a_number_that_no_lecture_has_is_an_error_that_names_those_there_are():
    with pytest.raises(ValueError, match=r"LECTURE should be a number or a name of 01-\S+, .*, but got '99'"):
        choose_lectures(LECTURES, "99")


def test_pages_of_the_website_are_the_front_page_then_those_of_the_table_of_contents():
    pages = built_pages()
    assert pages[0] == SITE / "intro.html"
    assert [page.stem for page in pages if page.parent.name == "lectures"] == [path.stem for path in LECTURES]
