"""Sections "Further down" are folded, and say how long they take."""

from docutils import nodes

from _extensions import further_down


def fold(title):
    text = nodes.paragraph("", "", nodes.Text("word " * 220))
    code = nodes.container("", nodes.literal_block("", "x = 1\n" * 12), classes=["cell_input"])
    printed = nodes.container("", nodes.literal_block("", "1\n" * 120), classes=["cell_output"])
    section = nodes.section("", nodes.title("", title), text, code, printed)
    page = nodes.section("", nodes.title("", "Lecture"), section)
    further_down.fold_sections(None, page)
    return section, [text, code, printed]


def test_all_but_the_title_is_folded():
    section, content = fold("Further down: a proof")
    title, box = section.children
    assert title.astext() == "Further down: a proof"
    assert box.children == content
    assert section["classes"] == ["further-down"]


def test_a_minute_is_110_words_or_12_lines_and_what_is_printed_takes_none():
    section, _ = fold("Further down: a proof")
    assert section.children[1]["minutes"] == 220 / 110 + 12 / 12


def test_other_sections_stay_open():
    section, content = fold("Downhill")
    assert section.children[1:] == content


class Writer:
    def __init__(self):
        self.body = []


def test_html_folds_and_tells_the_minutes():
    writer = Writer()
    for minutes in (1, 3):
        further_down._open(writer, further_down.FurtherDown(minutes=minutes))
        further_down._close(writer, None)
    assert writer.body[0] == "<details><summary>Unfold (1 minute to read)</summary>\n"
    assert writer.body[2] == "<details><summary>Unfold (3 minutes to read)</summary>\n"
    assert writer.body[1] == writer.body[3] == "</details>\n"
