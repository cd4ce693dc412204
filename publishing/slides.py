"""Slides: a reveal.js deck of each lecture, for a room without a network, and its PDF.

A deck takes from the built page: the aims, each section's title and opening question, figures with their finding,
labelled equations, tables of the prose, exercises, take-aways. The prose becomes the speaker's notes. In JupyterLab the property
inspector of a code cell decides the rest: slide type "Slide" shows its code as well, "Sub-Slide" its output alone,
"Skip" leaves its figure out; slide_marks.py brings the type to the page. A section that would ask and show nothing shows
the last thing that it prints.
"""

import itertools
import re
import shutil

from bs4 import BeautifulSoup

from publishing.pages import (
    COURSE,
    LICENCE,
    ROOT,
    SITE,
    number_of,
    print_page,
    quote_titles,
    read_page,
    run,
    without_section_numbers,
)

OUTPUT = ROOT / "_build/slides"
LEAD_CHARACTERS, EXERCISE_CHARACTERS, LIST_CHARACTERS = 240, 420, 520
TABLE_CHARACTERS = 500
WIDE_EQUATION = 120  # characters of TeX in a line
PANELS = re.compile(r"\b(left|middle|right|top|bottom|above|below)\b", re.IGNORECASE)
SHORT_LEAD = 40
WITHOUT_SLIDES = ("Exercises", "Take-aways", "Further reading")
DECK = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title></title>
<link rel="stylesheet" href="_static/reveal/reveal.css">
<link rel="stylesheet" href="_static/pygments.css">
<link rel="stylesheet" href="_static/slides.css">
</head>
<body>
<div class="reveal"><div class="slides"></div></div>
<script>MathJax = {chtml: {matchFontHeight: false}};</script>
<script src="_static/mathjax/tex-mml-chtml.js"></script>
<script src="_static/reveal/reveal.js"></script>
<script src="_static/reveal/notes.js"></script>
<script>
MathJax.startup.promise.then(() => Reveal.initialize({
  width: 1280, height: 720, margin: 0, center: false, display: "flex", hash: true, slideNumber: "c/t",
  transition: "none", plugins: [RevealNotes],
}));
</script>
</body>
</html>
"""


class Deck:
    """Slides in the order in which they are added; prose that comes before the first one waits for it."""

    def __init__(self, title):
        self.soup = BeautifulSoup(DECK, "html.parser")
        self.soup.title.string = f"{title}: slides"
        self.slides = self.soup.select_one(".slides")
        self.notes, self.waiting = None, []

    def add(self, kind, title, *content):
        """Add a slide of a kind that slides.css knows."""
        slide = self.soup.new_tag("section", attrs={"class": kind})
        slide.append(self.soup.new_tag("h1" if kind == "opening" else "h2", string=title))
        slide.extend(content)
        self.notes = self.soup.new_tag("aside", attrs={"class": "notes"})
        self.notes.extend(self.waiting)
        slide.append(self.notes)
        self.slides.append(slide)
        self.waiting = []

    def say(self, prose):
        """Give the speaker a paragraph or a list."""
        self.notes.append(prose.__copy__())

    def text(self, content):
        """Make a paragraph."""
        return self.soup.new_tag("p", string=content)


def shorten(prose, limit=LEAD_CHARACTERS):
    """First sentences of a text, as many as fit.

    Parameters
    ----------
    prose : str
    limit : int, optional
        In characters.

    Returns
    -------
    str
        Empty if the first sentence alone is longer, or only announces what follows it.

    Examples
    --------
    >>> shorten("Do you believe it? We repeat the study.", limit=20)
    'Do you believe it?'
    """
    kept = ""
    for sentence in sentences(prose):
        if len(kept) + len(sentence) > limit or sentence[-1] not in ".?!":
            break
        kept = f"{kept} {sentence}".strip()
    return kept


def sentences(prose):
    """Sentences of a text, without needless spaces."""
    return re.split(r"(?<=[.?!])\s+(?=[A-Z0-9])", " ".join(prose.split()))


def heading(section):
    """Title of a section, without the sign that links to it."""
    return section.find(["h1", "h2", "h3"], recursive=False).get_text().strip()


def add_section(deck, section):
    """Add the slides of a section, and those of the sections within it; sections "Further down" have none."""
    if "further-down" in section.get("class", []):
        return
    title, is_major = heading(section), section.h2 is not None and section.h2.parent is section
    if is_major:
        first = section.find("p", recursive=False)
        if lead := shorten(first.get_text()) if first else "":
            deck.add("question", title, deck.text(lead))
    for block in section.find_all(True, recursive=False):
        classes = block.get("class", [])
        if block.name == "section":
            add_section(deck, block)
        elif "cell" in classes:
            add_cell(deck, title, block)
        elif "math" in classes and block.get("id"):
            is_wide = max(map(len, block.get_text().splitlines())) > WIDE_EQUATION
            deck.add("wide equation" if is_wide else "equation", title, *surround_equation(deck, block))
        elif table := block if block.name == "table" else block.select_one(":scope > table"):
            if len(table.get_text()) <= TABLE_CHARACTERS:
                deck.add("table", title, table.__copy__())
        elif block.name in ("p", "ul", "ol"):
            deck.say(block)
    last = deck.slides.find_all("section", recursive=False)[-1]
    if is_major and last["class"] == ["question"] and (answer := find_answer(section)):
        deck.add("result", title, answer)


def find_answer(section):
    """Copy the last small table or text that the code of a section prints, for a section that shows nothing else."""
    outputs = [
        output
        for output in section.select(".cell_output:has(table, pre)")
        if len(output.get_text()) <= TABLE_CHARACTERS
    ]
    return outputs[-1].__copy__() if outputs else None


def surround_equation(deck, equation):
    """Take an equation with the sentence that leads to it and the one that goes on with it."""
    before, after = equation.find_previous_sibling(), equation.find_next_sibling()
    lead, rest = [], []
    if before is not None and before.name == "p":
        last = sentences(before.get_text())[-1]
        lead = [deck.text(last if len(last) > SHORT_LEAD else " ".join(before.get_text().split()))]
    if after is not None and after.name == "p" and after.get_text()[:1].islower():
        rest = [deck.text(sentences(after.get_text())[0])]
    return [*lead, equation.__copy__(), *rest]


def add_cell(deck, title, cell):
    """Add the slides of a code cell: its code and text output if it was chosen, its figure unless it was skipped."""
    classes, figure = cell["class"], cell.find("figure")
    if "slide-slide" in classes:
        output = cell.select_one(".cell_output") if not figure else None
        deck.add(
            "code", title, *(part.__copy__() for part in (cell.select_one(".cell_input"), output) if part)
        )
    if "slide-subslide" in classes:
        deck.add("result", title, cell.select_one(".cell_output").__copy__())
    if figure and "slide-skip" not in classes:
        deck.add("figure", title, shorten_caption(deck, figure.__copy__()))


def shorten_caption(deck, figure):
    """Leave a figure the finding alone, unless the caption names panels; the speaker gets the whole caption."""
    caption, text = figure.figcaption, figure.select_one(".caption-text")
    if text and not PANELS.search(text.get_text()):
        deck.waiting.append(deck.text(" ".join(caption.get_text().split())))
        text.string = sentences(text.get_text())[0]
    return figure


def split_list(items, limit=LIST_CHARACTERS):
    """Share the items of a list out evenly to as few slides as hold at most `limit` characters each."""
    fewest = len(_fill_slides(items, limit))
    fillings = (_fill_slides(items, size) for size in range(1, limit + 1))
    return next(shares for shares in fillings if len(shares) == fewest)


def _fill_slides(items, limit):
    shares, room = [], 0
    for item in items:
        length = len(item.get_text())
        if length > room:
            shares.append([])
            room = limit
        shares[-1].append(item)
        room -= length
    return shares


def add_lists(deck, title, items):
    """Add list items, on as many slides as they need."""
    for share in split_list(items):
        block = deck.soup.new_tag("ul")
        block.extend(item.__copy__() for item in share)
        deck.add("list", title, block)


def summarize_exercise(exercise):
    """Title and task of an exercise, up to its first list or given code, as far as they fit."""
    title, blocks = exercise.select_one(".admonition-title"), exercise.section.find_all(True, recursive=False)
    paragraphs = list(itertools.takewhile(lambda block: block.name == "p", blocks))
    rest = [block for block in blocks[len(paragraphs) :] if "NotImplementedError" not in block.get_text()]
    text = " ".join(" ".join(paragraph.get_text() for paragraph in paragraphs).split())
    summary = shorten(text, EXERCISE_CHARACTERS)
    more = "(More in the handout.)" if rest or summary != text else ""
    return " ".join(f"{title.get_text()}: {summary} {more}".split())


def make_deck(page):
    """Choose a deck's slides from a built page.

    Parameters
    ----------
    page : Path
        The built page of a lecture.

    Returns
    -------
    bs4.BeautifulSoup
        The deck; its addresses are relative to the folder of the decks.
    """
    soup = read_page(page)
    quote_titles(soup)
    article = soup.select_one("article.bd-article")
    for link in article.select("a.headerlink"):
        link.decompose()
    without_section_numbers(article)
    lecture = article.section
    deck = Deck(heading(lecture))
    promise = [deck.text(paragraph.get_text()) for paragraph in lecture.select(":scope > p")[:1]]
    about = deck.text(f"Lecture {number_of(page)} · {COURSE} · {LICENCE}")
    deck.add("opening", heading(lecture), *promise, about)
    add_lists(deck, "You will be able to", lecture.select(".admonition-in-this-lecture li"))
    sections = lecture.find_all("section", recursive=False)
    for section in sections:
        if heading(section) not in WITHOUT_SLIDES:
            add_section(deck, section)
    exercises = lecture.select(".exercise")
    add_lists(
        deck,
        "Exercises",
        [deck.soup.new_tag("li", string=summarize_exercise(exercise)) for exercise in exercises],
    )
    for section in sections:
        if heading(section) == "Take-aways":
            add_lists(deck, "Take-aways", section.select("li"))
    for link in deck.soup.select("section a[href]"):
        link.unwrap()
    return deck.soup


def without_reveal(deck):
    """Make a deck a plain page of slides, one on each sheet, without the notes.

    Printed by itself, reveal.js 5 breaks slides over two sheets, and waits for what a browser without a window never
    draws.
    """
    plain = deck.__copy__()
    for node in plain.select('aside, script[src*="reveal/"], link[href*="reveal/"]'):
        node.decompose()
    plain.find_all("script")[-1].decompose()
    plain.html["class"] = "printed"
    return plain


def write_slides(page, output=OUTPUT):
    """Write the deck of a lecture, and its PDF where there is a browser to print it.

    Parameters
    ----------
    page : Path
        The built page.
    output : Path, optional
        Folder of the decks; what they share lies beside them.

    Yields
    ------
    Path
        The deck, then its PDF.
    """
    deck = make_deck(page)
    (output / "_images").mkdir(parents=True, exist_ok=True)
    for name in ("mathjax", "reveal"):
        shutil.copytree(SITE / "_static" / name, output / "_static" / name, dirs_exist_ok=True)
    for name in ("pygments.css", "slides.css"):
        shutil.copy(SITE / "_static" / name, output / "_static")
    for image in deck.select("img"):
        source = page.parent / image["src"]
        image["src"] = f"_images/{source.name}"
        shutil.copy(source, output / "_images")
    html, pdf = output / f"{page.stem}.html", output / f"{page.stem}.pdf"
    part = html.with_suffix(".part")
    try:
        part.write_text(str(deck), encoding="utf-8")
        part.replace(html)
    finally:
        part.unlink(missing_ok=True)
    yield html
    print_page(str(without_reveal(deck)), output, pdf)
    yield pdf


if __name__ == "__main__":
    run(write_slides, "Write slides of the lectures, and print them.")
