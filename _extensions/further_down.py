"""Sections whose title begins with "Further down:" are folded on the website: the deep ends of a lecture, for a second reading.

All that follows the title goes into a `<details>`, with the minutes that it takes; a link or a search into it opens it.
In the book's PDF they are sections like any other.
"""

from docutils import nodes

from lecture_tools.reader_rules import FURTHER_DOWN, LINES_A_MINUTE, WORDS_A_MINUTE


class FurtherDown(nodes.General, nodes.Element):
    """What is folded; its attribute `minutes` says how long it takes to read."""


def fold_sections(app, doctree):
    """Fold the sections of a page."""
    for section in list(doctree.findall(nodes.section)):
        title = section.next_node(nodes.title, descend=True)
        if title is not None and title.astext().startswith(FURTHER_DOWN.strip()):
            content = [child for child in section.children if child is not title]
            box = FurtherDown("", *content, minutes=_minutes(content))
            section.children = [title]
            section.append(box)
            section["classes"].append("further-down")


def _minutes(content):
    texts = [node for part in content for node in part.findall(nodes.TextElement)]
    code = [
        node for node in texts if isinstance(node, nodes.literal_block) and "input" in str(_classes(node))
    ]
    words = sum(len(node.astext().split()) for node in texts if isinstance(node, nodes.paragraph))
    lines = sum(len(node.astext().splitlines()) for node in code)
    return max(1, round(words / WORDS_A_MINUTE + lines / LINES_A_MINUTE))


def _classes(node):
    return node.parent.get("classes", [])


def _open(writer, node):
    minutes = f"{node['minutes']} minute{'s' * (node['minutes'] > 1)}"
    writer.body.append(f"<details><summary>Unfold ({minutes} to read)</summary>\n")


def _close(writer, node):
    writer.body.append("</details>\n")


def _as_it_is(writer, node):
    """Other formats show what is in it."""


def setup(app):
    """Register with Sphinx."""
    app.add_node(
        FurtherDown, html=(_open, _close), **dict.fromkeys(("latex", "text"), (_as_it_is, _as_it_is))
    )
    app.connect("doctree-read", fold_sections)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
