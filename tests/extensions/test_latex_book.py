"""What the book's PDF needs: tables of pandas, and no empty chapters."""

import pytest
from docutils import nodes
from sphinx import addnodes

from _extensions import latex_book


def test_a_chapter_without_text_is_left_out_of_the_book():
    empty = nodes.section("", nodes.title("", "References"), nodes.paragraph())
    full = nodes.section("", nodes.title("", "Lecture"), nodes.paragraph("", "Text."))
    transform = latex_book.WithoutEmptyChapters.__new__(latex_book.WithoutEmptyChapters)
    full += nodes.section("", nodes.paragraph("", "A section without a title, as exercises have."))
    book = nodes.Element("", *(addnodes.start_of_file("", page) for page in (empty, full)))
    transform.document = book
    transform.run()
    assert [page.children for page in book] == [[full]]


def test_a_table_of_pandas_keeps_its_spans():
    html = """<table><thead><tr><th rowspan="2"></th><th colspan="2">gain</th></tr><tr><th>mean</th><th>±</th></tr></thead>
    <tbody><tr><th>ridge</th><td> 1.5 </td><td>0.2</td></tr></tbody></table>"""
    table = latex_book.table_from_html(html)
    assert table.children[0]["cols"] == 3
    rows = [[entry.astext() for entry in row.children] for row in table.findall(nodes.row)]
    assert rows == [["", "gain"], ["mean", "±"], ["ridge", "1.5", "0.2"]]
    first, second = next(table.findall(nodes.row)).children
    assert (first["morerows"], second["morecols"]) == (1, 1)


@pytest.mark.parametrize(("kind", "replaced"), [("text/html", True), ("text/plain", False)])
def test_tables_take_the_place_of_html_outputs(kind, replaced):
    output = nodes.container(
        "", nodes.raw("", "<table><tbody><tr><td>1</td></tr></tbody></table>"), mime_type=kind
    )
    document = nodes.section("", nodes.container("", output, nb_element="mime_bundle"))
    transform = latex_book.TablesForLatex.__new__(latex_book.TablesForLatex)
    transform.document = document
    transform.run()
    assert bool(list(document.findall(nodes.table))) is replaced
