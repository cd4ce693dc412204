"""The lectures as cards on the first page: a picture that the lecture's own code made, its promise, its minutes.

The directive ``{lecture-cards}`` writes a row of cards for each part of the table of contents. The picture is the output of
the code cell whose metadata has ``card``: true, or the part of the picture to show as fractions [left, top, right, bottom].
In the book's PDF the lectures are a plain list.
"""

import html
import re
from pathlib import Path

import nbformat
import yaml
from docutils import nodes
from PIL import Image
from sphinx.util.docutils import SphinxDirective

from _extensions.glossary import refer
from lecture_tools.paths import ROOT
from lecture_tools.reader_rules import promise_of

SIZE = 480, 320
NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


class CardList(nodes.General, nodes.Element):
    """A list of parts and lectures; its attribute `parts` holds the names of their files."""


class LectureCards(SphinxDirective):
    """All lectures, part by part."""

    def run(self):
        """Write the plain list, and keep what cards need."""
        self.env.note_dependency("_toc.yml")
        contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
        node, parts = CardList(), []
        for part in contents["parts"]:
            docnames = [
                chapter["file"] for chapter in part["chapters"] if chapter["file"].startswith("lectures/")
            ]
            if not docnames:
                continue
            title = f"{NUMERALS[len(parts)]} {part['caption']}"
            parts.append((title, docnames))
            items = [nodes.list_item("", nodes.paragraph("", "", *_line(name))) for name in docnames]
            node += [
                nodes.paragraph("", "", nodes.strong("", title)),
                nodes.bullet_list("", *items),
            ]
        node["parts"] = parts
        return [node]


def _line(docname):
    promise, minutes = describe(docname)
    return [refer("doc", f"/{docname}"), nodes.Text(f": {promise} ({minutes} min)")]


def describe(docname):
    """Promise of a lecture, and the minutes that its opening names."""
    notebook = nbformat.read(ROOT / f"{docname}.ipynb", as_version=4)
    minutes = re.search(r"\*\*Time:\*\* (\d+) minutes", notebook.cells[0].source)
    return promise_of(notebook) or "", minutes[1] if minutes else "?"


def find_picture(doctree):
    """Picture, the part of it and the alt text of the cell that is marked for the card; None if none has a picture."""
    for cell in doctree.findall(nodes.container):
        part = cell.get("cell_metadata", {}).get("card") if cell.get("nb_element") == "cell_code" else None
        if part and (image := next(cell.findall(nodes.image), None)):
            return image["uri"], (0, 0, 1, 1) if part is True else part, image.get("alt", "")
    return None


def make_thumbnail(source, part, path):
    """Write a part of a picture, as large as it fits into a white card of 480 × 320 pixels.

    Parameters
    ----------
    source : path-like
        The picture.
    part : sequence of float
        Left, top, right and bottom, as fractions of its width and height.
    path : pathlib.Path
        Where the WebP file goes.
    """
    with Image.open(source) as picture:
        box = [round(edge * picture.size[index % 2]) for index, edge in enumerate(part)]
        detail = Image.alpha_composite(
            Image.new("RGBA", picture.size, "white"), picture.convert("RGBA")
        ).crop(box)
    scale = min(SIZE[0] / detail.width, SIZE[1] / detail.height)
    detail = detail.resize([max(1, round(side * scale)) for side in detail.size], Image.Resampling.LANCZOS)
    card = Image.new("RGB", SIZE, "white")
    card.paste(
        detail.convert("RGB"), [(whole - side) // 2 for whole, side in zip(SIZE, detail.size, strict=True)]
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    card.save(path, quality=80)


def _write_cards(writer, node):
    for title, docnames in node["parts"]:
        writer.body.append(f'<h3 class="course-part">{html.escape(title)}</h3>\n<ul class="lecture-cards">\n')
        writer.body += [_card(writer.builder, docname) for docname in docnames]
        writer.body.append("</ul>\n")
    raise nodes.SkipNode


def _card(builder, docname):
    promise, minutes = describe(docname)
    number, _, slug = docname.removeprefix("lectures/").partition("-")
    picture = find_picture(builder.env.get_doctree(docname))
    image = '<span class="no-picture"></span>'
    if picture:
        uri, part, alt = picture
        make_thumbnail(
            Path(builder.srcdir, uri), part, Path(builder.outdir, builder.imagedir, f"card-{slug}.webp")
        )
        image = (
            f'<img src="{builder.imagedir}/card-{slug}.webp" alt="{html.escape(alt)}" '
            f'width="{SIZE[0]}" height="{SIZE[1]}" loading="lazy">'
        )
    title, link = builder.env.titles[docname].astext(), builder.get_relative_uri("intro", docname)
    return (
        f'<li>{image}<p class="card-title"><span class="card-number">{number}</span> '
        f'<a href="{html.escape(link)}">{html.escape(title)}</a></p>'
        f'<p>{html.escape(promise)} <span class="card-minutes">{minutes} min</span></p></li>\n'
    )


def _as_it_is(writer, node):
    """Other formats show the list."""


def rewrite_cards(app, env):
    """Write the page of the cards again, since any lecture may have changed."""
    return ["intro"]


def setup(app):
    """Register with Sphinx."""
    app.add_node(
        CardList,
        html=(_write_cards, None),
        **dict.fromkeys(("latex", "text"), (_as_it_is, _as_it_is)),
    )
    app.add_directive("lecture-cards", LectureCards)
    app.connect("env-updated", rewrite_cards)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
