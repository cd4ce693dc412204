"""Definitions get an anchor, and the first use in each section of a later lecture leads there."""

from types import SimpleNamespace

import pytest
from docutils import nodes
from sphinx import addnodes

from _extensions import glossary
from lecture_tools.glossary import load_terms

ENTRIES = "[{term: recall, means: A share.}, {term: Dice coefficient, means: A ratio.}]"


def paragraph(*parts):
    return nodes.paragraph("", "", *(nodes.Text(part) if isinstance(part, str) else part for part in parts))


def page(*paragraphs):
    """A lecture of one section with these paragraphs."""
    section = nodes.section("", nodes.title("", "Recall"), *paragraphs)
    return nodes.section("", nodes.title("", "Lecture"), paragraph("Opening: recall"), section)


@pytest.fixture
def app(tmp_path):
    (tmp_path / "glossary.yml").write_text(ENTRIES)
    noted = []
    domain = SimpleNamespace(note_hyperlink_target=lambda *target: noted.append(target))
    env = SimpleNamespace(docname="lectures/02-b", get_domain=lambda name: domain)
    return SimpleNamespace(
        env=env,
        noted=noted,
        course_terms=load_terms(tmp_path / "glossary.yml"),
        course_places={"recall": "02-b", "Dice coefficient": "01-a"},
        course_order=["01-a", "02-b", "03-c"],
    )


def links(doctree):
    return [(link.astext(), link["reftarget"]) for link in doctree.findall(addnodes.pending_xref)]


def test_the_definition_gets_an_anchor(app):
    doctree = page(paragraph("The ", nodes.strong("", "recall"), " is a share."))
    glossary.link_terms(app, doctree)
    (target,) = doctree.findall(nodes.target)
    assert target["ids"] == ["term-recall"]
    assert target.next_node(nodes.strong, siblings=True).astext() == "recall"
    assert app.noted == [("term-recall", "lectures/02-b", "term-recall", "recall")]
    assert links(doctree) == []


def test_the_first_use_in_a_section_of_a_later_lecture_is_a_link(app):
    app.env.docname = "lectures/03-c"
    doctree = page(paragraph("High Recall, and recall again."), paragraph("More recall; a Dice coefficient."))
    text = doctree.astext()
    glossary.link_terms(app, doctree)
    assert links(doctree) == [("Recall", "term-recall"), ("Dice coefficient", "term-dice-coefficient")]
    assert doctree.astext() == text


def test_earlier_lectures_and_other_pages_have_no_link(app):
    for docname in ("lectures/01-a", "appendix/api"):
        app.env.docname = docname
        doctree = page(paragraph("High recall."))
        glossary.link_terms(app, doctree)
        assert links(doctree) == []


def test_code_links_and_bold_are_left_alone(app):
    app.env.docname = "lectures/03-c"
    parts = [kind("", "recall") for kind in (nodes.literal, nodes.strong)]
    parts.append(nodes.reference("", "recall", refuri="x"))
    doctree = page(paragraph(*parts), nodes.literal_block("", "recall"))
    glossary.link_terms(app, doctree)
    assert links(doctree) == []


def test_a_link_of_a_lecture_is_marked_and_the_pointer_shows_the_meaning(app):
    def resolved():
        return [
            nodes.reference("", "", nodes.inline("", "recall"), refuri="02-b.html#term-recall"),
            nodes.reference("", "", nodes.inline("", "other"), refuri="02-b.html#other"),
        ]

    links = resolved()
    glossary.explain_links(app, nodes.section("", paragraph(*links)), "lectures/03-c")
    assert [link.get("reftitle") for link in links] == ["A share.", None]
    assert [link["classes"] for link in links] == [["term"], []]
    links = resolved()
    glossary.explain_links(app, nodes.section("", paragraph(*links)), "appendix/glossary")
    assert not any(link.get("reftitle") for link in links)
