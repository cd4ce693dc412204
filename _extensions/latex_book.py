"""What the book's PDF needs from Sphinx.

1. Tables of pandas: LaTeX knows nothing of HTML, and of a styled table pandas offers nothing else but
   ``<Styler at 0x...>``.
2. No chapter without text: LaTeX gives the references a chapter of its own, at the end.
"""

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform


def table_from_html(html):
    """Make a docutils table of an HTML table; cells may span rows and columns, and hold text only.

    Parameters
    ----------
    html : str

    Returns
    -------
    docutils.nodes.table
    """
    rows = BeautifulSoup(html, "html.parser").table.find_all("tr")
    n_columns = max(sum(int(cell.get("colspan", 1)) for cell in row.find_all(["th", "td"])) for row in rows)
    parts = {"thead": nodes.thead(), "tbody": nodes.tbody()}
    for row in rows:
        node = nodes.row()
        for cell in row.find_all(["th", "td"]):
            entry = nodes.entry("", nodes.paragraph("", " ".join(cell.get_text().split())))
            for span, more in (("colspan", "morecols"), ("rowspan", "morerows")):
                if int(cell.get(span, 1)) > 1:
                    entry[more] = int(cell[span]) - 1
            node += entry
        parts[row.parent.name] += node
    columns = [nodes.colspec(colwidth=1) for _ in range(n_columns)]
    group = nodes.tgroup("", *columns, *(part for part in parts.values() if part.children), cols=n_columns)
    return nodes.table("", group, classes=["colwidths-auto"])


class TablesForLatex(SphinxPostTransform):
    """Put tables in the place of outputs that are HTML tables, before myst-nb chooses what LaTeX can read."""

    default_priority = 3
    formats = ("latex",)

    def run(self):
        """Run the transform on one document."""
        for bundle in list(self.document.findall(nodes.container)):
            kinds = {
                kind.get("mime_type"): kind for kind in bundle.children if isinstance(kind, nodes.container)
            }
            html = kinds["text/html"].astext() if "text/html" in kinds else ""
            if bundle.get("nb_element") == "mime_bundle" and "<table" in html:
                small = nodes.raw("", r"\begingroup\footnotesize", format="latex")  # or wide ones stick out
                bundle.replace_self(
                    [small, table_from_html(html), nodes.raw("", r"\endgroup", format="latex")]
                )


class WithoutEmptyChapters(SphinxPostTransform):
    """Drop a page of which only the title is left."""

    default_priority = 800  # after Sphinx has moved the references out of theirs
    formats = ("latex",)

    def run(self):
        """Run the transform on the book."""
        for page in list(self.document.findall(addnodes.start_of_file)):
            if not any(child.astext() for section in page for child in section.children[1:]):
                page.parent.remove(page)


def setup(app):
    """Register with Sphinx."""
    app.add_post_transform(TablesForLatex)
    app.add_post_transform(WithoutEmptyChapters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
