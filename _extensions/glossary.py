"""The glossary: an appendix that lists the terms of ``appendix/glossary.yml``, and links from their uses to their definition.

The lecture that has a term in bold first defines it (`lecture_tools.glossary`). In the lectures after it the first use in
each section is a link to that place, with the meaning as its tooltip: one a section, since ten a paragraph would be in the
way of reading. The directive ``{course-glossary}`` writes the list.
"""

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from lecture_tools.glossary import TERMS, check_terms, load_terms, read_lectures

FOLDER = "lectures/"
# What is read as something else than prose, or is a link already.
APART = (
    nodes.title,
    nodes.reference,
    nodes.literal,
    nodes.literal_block,
    nodes.strong,
    nodes.caption,
    addnodes.pending_xref,
)


def refer(kind, target, text=None):
    """Make a link that Sphinx resolves: to a page (kind "doc"), whose title it shows, or to an anchor ("ref")."""
    options = {"reftype": kind, "reftarget": target, "refexplicit": text is not None}
    return addnodes.pending_xref("", text or nodes.inline(), refdomain="std", refwarn=True, **options)


def find_places(app):
    """Look up the lecture that defines each term."""
    lectures = read_lectures()
    app.course_terms = load_terms()
    app.course_places, _ = check_terms(app.course_terms, lectures)
    app.course_order = list(lectures)


def link_terms(app, doctree):
    """Give the definitions of a lecture an anchor, and link the terms that lectures before it define."""
    name = app.env.docname.removeprefix(FOLDER)
    if name not in app.course_order:
        return
    sections = [section for section in doctree.findall(nodes.section) if _count(nodes.section, section) == 2]
    for term in app.course_terms:
        place = app.course_places.get(term.name)
        if place == name:
            _anchor(app, doctree, term)
        elif place and app.course_order.index(place) < app.course_order.index(name):
            for section in sections:
                _link_first(section, term)


def _anchor(app, doctree, term):
    for strong in doctree.findall(nodes.strong):
        text = strong.astext()
        words = text[4:] if text.lower().startswith("the ") else text
        if term.pattern.fullmatch(words) and _count(nodes.section, strong) >= 2:
            strong.parent.insert(strong.parent.index(strong), nodes.target("", "", ids=[term.anchor]))
            app.env.get_domain("std").note_hyperlink_target(
                term.anchor, app.env.docname, term.anchor, term.name
            )
            return


def _count(kind, node):
    """Count the nodes of a kind that a node is or stands in."""
    count = 0
    while node is not None:
        count += isinstance(node, kind)
        node = node.parent
    return count


def _link_first(section, term):
    for text in section.findall(nodes.Text):
        if not _count(nodes.paragraph, text) or _count(APART, text):
            continue
        if found := term.pattern.search(text):
            before, use, after = text[: found.start()], found[0], text[found.end() :]
            link = refer("ref", term.anchor, nodes.inline(use, use))
            parts = [nodes.Text(before), link, nodes.Text(after)]
            parent = text.parent
            place = parent.index(text)
            parent[place : place + 1] = [part for part in parts if part is link or part]
            return


def explain_links(app, doctree, docname):
    """Mark the links of a lecture to terms, and let the pointer show their meaning."""
    if not docname.startswith(FOLDER):
        return
    meanings = {term.anchor: term.means for term in app.course_terms}
    for link in doctree.findall(nodes.reference):
        meaning = meanings.get(link.get("refuri", "").partition("#")[2])
        if meaning:
            link["reftitle"] = meaning
            link["classes"].append("term")


class CourseGlossary(SphinxDirective):
    """All terms in alphabetical order, each with its meaning and the lecture that defines it."""

    def run(self):
        """Write a definition list."""
        self.env.note_dependency(str(TERMS))
        places, items = self.env.app.course_places, []
        for term in self.env.app.course_terms:
            if term.name not in places:
                continue
            docname = FOLDER + places[term.name]
            self.env.note_dependency(f"{docname}.ipynb")
            meaning, _ = self.state.inline_text(term.means, self.lineno)
            titled = refer("doc", f"/{docname}")
            link = refer("ref", term.anchor, nodes.inline("", term.name))
            body = nodes.paragraph("", "", *meaning, nodes.Text(" ("), titled, nodes.Text(")"))
            items.append(nodes.definition_list_item("", nodes.term("", "", link), nodes.definition("", body)))
        return [nodes.definition_list("", *items, classes=["course-glossary"])]


def setup(app):
    """Register with Sphinx."""
    app.add_directive("course-glossary", CourseGlossary)
    app.connect("builder-inited", find_places)
    app.connect("doctree-read", link_terms)
    app.connect("doctree-resolved", explain_links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
