"""Cards of the first page: the picture that a lecture's own code made, its promise and its minutes."""

import nbformat
import numpy as np
import pytest
from docutils import nodes
from PIL import Image

from _extensions import lecture_cards
from _extensions.lecture_cards import SIZE, find_picture, make_thumbnail


@pytest.fixture
def picture(tmp_path):
    """Left half red, right half transparent."""
    pixels = np.zeros((100, 400, 4), np.uint8)
    pixels[:, :200] = 255, 0, 0, 255
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    return tmp_path / "picture.png"


def colours(path):
    with Image.open(path) as card:
        assert card.size == SIZE
        return np.asarray(card.convert("RGB")).astype(int)


def test_a_whole_picture_keeps_its_proportions_on_white(picture, tmp_path):
    make_thumbnail(picture, (0, 0, 1, 1), tmp_path / "new/card.webp")
    card = colours(tmp_path / "new/card.webp")
    is_red = (card[..., 0] > 200) & (card[..., 1] < 60)
    rows, columns = np.nonzero(is_red)
    assert abs(np.ptp(rows) + 1 - 120) <= 2  # 480 wide, so 120 high
    assert abs(np.ptp(columns) + 1 - 240) <= 2
    assert abs(rows.mean() - 159.5) < 1
    assert (card[160, 300:] > 240).all()  # what is transparent is white


def test_a_part_of_the_picture_fills_the_card(picture, tmp_path):
    make_thumbnail(picture, (0, 0, 0.375, 1), tmp_path / "card.webp")  # 150 by 100, all red
    card = colours(tmp_path / "card.webp")
    assert (card[..., 0] > 200).all()
    assert (card[..., 1] < 60).all()


def cell(card=None, uri="a.png", alt="A line."):
    metadata = {} if card is None else {"card": card}
    image = nodes.image(uri=uri, alt=alt)
    return nodes.container("", image, nb_element="cell_code", cell_metadata=metadata)


def test_the_marked_cell_gives_the_picture():
    page = nodes.section("", cell(uri="b.png"), cell(card=True))
    assert find_picture(page) == ("a.png", (0, 0, 1, 1), "A line.")
    page = nodes.section("", cell(card=[0, 0, 0.5, 1]))
    assert find_picture(page) == ("a.png", [0, 0, 0.5, 1], "A line.")


def test_a_lecture_that_was_not_executed_has_no_picture():
    empty = nodes.container("", nb_element="cell_code", cell_metadata={"card": True})
    assert find_picture(nodes.section("", empty)) is None
    assert find_picture(nodes.section("", cell())) is None


def test_promise_and_minutes_come_from_the_opening(tmp_path, monkeypatch):
    opening = "# Title\n\nHow far?\n\n:::{admonition} In this lecture\n**Time:** 35 minutes to read, 1 seconds to run.\n:::"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(opening)])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    monkeypatch.setattr(lecture_cards, "ROOT", tmp_path)
    assert lecture_cards.describe("a") == ("How far?", "35")


def test_the_first_page_is_written_again_whatever_changes():
    assert lecture_cards.rewrite_cards(None, None) == ["intro"]
