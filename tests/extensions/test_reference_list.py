"""Roles of the list of references."""

from _extensions import reference_list


def test_references_are_items_of_a_list():
    context = {"body": '<div class="citation" id="a" role="doc-biblioentry">A book.</div>'}
    reference_list.list_references(None, "appendix/references", "page.html", context, None)
    assert context["body"] == '<div class="citation" id="a" role="listitem">A book.</div>'


def test_a_page_without_text_stays_as_it_is():
    context = {"title": "Search"}
    reference_list.list_references(None, "search", "search.html", context, None)
    assert context == {"title": "Search"}
