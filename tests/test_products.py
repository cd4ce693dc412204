"""The handouts, decks and the book's PDF as they were built, read as their readers' programs read them."""

import copy
import re
import unicodedata

import nbformat
import pypdfium2
import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from lecture_tools.paths import LECTURES, SITE
from lecture_tools.reader_rules import MIN_POINTS
from lecture_tools.reading import captions
from publishing import book_pdf, handouts, slides
from publishing.pages import COURSE, without_section_numbers

pytestmark = pytest.mark.site
MARGIN = 40  # points; the handouts' is 51, and an italic may lean out of its box
HANDOUTS = [(lecture.stem, edition) for lecture in LECTURES for edition in handouts.EDITIONS]
RAW_MARKUP = re.compile(r"\?\?|\{(?:glue|numref|cite|eq|ref|doc)\b[^}]*\}`|:::|\\\(|\\begin\{|�")


def resolve(value):
    return value.get_object() if hasattr(value, "get_object") else value


def structure(root):
    """Every element of the tree of tags, in no particular order."""
    waiting = [root]
    while waiting:
        node = resolve(waiting.pop())
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            yield node
            waiting.append(node.get("/K", []))


def fonts_without_file(reader):
    """Names of the fonts that a PDF leaves to the reader's computer."""
    for page in reader.pages:
        for font in map(resolve, resolve(page["/Resources"].get("/Font", {})).values()):
            if font["/Subtype"] == "/Type3":  # its glyphs are drawings
                continue
            descendant = resolve(resolve(font.get("/DescendantFonts", [font]))[0])
            if not any(key.startswith("/FontFile") for key in resolve(descendant.get("/FontDescriptor", {}))):
                yield font["/BaseFont"]


def texts(pdf):
    """Text of each page: pdfium reads the same as pypdf, forty times as fast."""
    pages = (page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))
    return [text.replace("\r\n", "\n").replace("\x02", "-") for text in pages]  # \x02: a hyphen ends the line


def outside(pdf, margin):
    """What lies in the side margins of a PDF, or beyond its pages."""
    for number, page in enumerate(pypdfium2.PdfDocument(pdf), 1):
        width, height = page.get_size()
        text = page.get_textpage()
        boxes = [(text.get_rect(i), None) for i in range(text.count_rects())]
        images = page.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
        boxes += [(image.get_bounds(), "an image") for image in images]
        for (left, bottom, right, top), what in boxes:
            if left >= margin and right <= width - margin and bottom >= 0 and top <= height:
                continue
            what = what or text.get_text_bounded(left, bottom, right, top)
            is_formula = any(unicodedata.category(sign) == "Sm" for sign in what)
            if is_formula or top - bottom > height / 2:  # pdfium mistakes the boxes of stretched bars
                continue
            yield number, what, round(left), round(right)


def titles(outline):
    for entry in outline:
        yield from titles(entry) if isinstance(entry, list) else [entry.title]


def squeeze(text):
    """Leave out the spaces, which get lost where a heading breaks."""
    return "".join(text.split())


@pytest.fixture(scope="module", params=HANDOUTS, ids="-".join)
def handout(request):
    name, edition = request.param
    return name, edition, handouts.OUTPUT / f"{name}-{edition}.pdf"


@pytest.fixture(scope="module")
def article(handout, article_of):
    return article_of(SITE / f"lectures/{handout[0]}.html")


@pytest.fixture(scope="module")
def reader(handout):
    return PdfReader(handout[2], strict=True)


@pytest.fixture(scope="module")
def text(handout):
    return texts(handout[2])


def test_handout_is_tagged_and_describes_each_figure(handout, reader, article):
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    tags = list(structure(root["/StructTreeRoot"]))
    left_out = "div.solution *, section.further-down *" if handout[1] == "student" else "nothing"
    expected = [image["alt"] for image in article.select(f"figure img:not({left_out})")]
    described = [str(tag["/Alt"]) for tag in tags if tag.get("/S") == "/Figure" and "/Alt" in tag]
    assert expected
    assert not set(expected) - set(described)
    assert {"/H1", "/H2", "/P", "/Table"} & {tag.get("/S") for tag in tags} >= {"/H1", "/H2", "/P"}


def test_handout_has_outline_and_numbered_pages_with_a_running_title(handout, reader, article, text):
    headings = [copy.copy(heading) for heading in article.select("h1, :not(.further-down) > h2")]
    for heading in headings:
        heading.select_one("a.headerlink").decompose()
        without_section_numbers(heading)
    assert set(map(squeeze, titles(reader.outline))) >= {squeeze(heading.get_text()) for heading in headings}
    for number, page in enumerate(text, 1):
        assert f"{number} / {len(text)}" in page
        assert COURSE in page
        assert f"({handout[1]})" in page


def test_handout_embeds_its_fonts(reader):
    assert set(fonts_without_file(reader)) == set()


def test_only_the_instructors_handout_has_solutions(handout, text):
    solutions = [line for page in text for line in page.splitlines() if line.startswith("Solution to")]
    assert bool(solutions) == (handout[1] == "instructor")


def test_handout_shows_no_markup_and_no_navigation(text):
    for page in text:
        assert not RAW_MARKUP.findall(page)
        assert not re.search(r"^(Previous|Next|Contents|Skip to main content)$", page, re.MULTILINE)


def test_nothing_in_a_handout_is_clipped(handout):
    assert not list(outside(handout[2], MARGIN))


def test_links_of_a_handout_lead_within_it_to_its_neighbours_or_to_the_web(handout, reader):
    annotations = [resolve(note) for page in reader.pages for note in resolve(page.get("/Annots", []))]
    uris = {str(resolve(note["/A"])["/URI"]) for note in annotations if "/URI" in resolve(note.get("/A", {}))}
    neighbours = {uri for uri in uris if "://" not in uri}
    assert neighbours <= {f"{name}-{handout[1]}.pdf" for name, _ in HANDOUTS}
    assert not [uri for uri in uris if uri.startswith("file:")]
    assert len(annotations) > len(uris)


OVERFLOW = """() => {
  const slide = Reveal.getCurrentSlide(), frame = slide.getBoundingClientRect(), found = [];
  for (const node of slide.querySelectorAll(":scope *:not(aside, aside *, mjx-container *)")) {
    const box = node.getBoundingClientRect();
    if (box.width && (box.right > frame.right || box.bottom > frame.bottom || box.left < frame.left || box.top < frame.top))
      found.push(node.tagName);
  }
  const image = slide.querySelector("img");
  if (image && image.getBoundingClientRect().height < frame.height / 4) found.push("an image too small to see");
  return found;
}"""
# Of each picture of the slide: whether it keeps its proportions, and the share of its size in the file.
PICTURES = """async () => {
  const pictures = [...Reveal.getCurrentSlide().querySelectorAll("img")];
  await Promise.all(pictures.map((picture) => picture.decode()));
  return pictures.map((picture) => {
    const { width, height } = picture.getBoundingClientRect();
    const scales = [width / picture.naturalWidth, height / picture.naturalHeight];
    const fits = getComputedStyle(picture).objectFit === "contain" || Math.abs(scales[0] / scales[1] - 1) < 0.01;
    return [fits, Math.min(...scales)];
  });
}"""


@pytest.mark.parametrize("lecture", LECTURES, ids=lambda path: path.stem)
def test_slides_hold_their_content_and_need_no_network(lecture, browser):
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    asked, errors, pictures = [], [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: errors.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((slides.OUTPUT / f"{lecture.stem}.html").as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    overflow = {}
    for number in range(page.evaluate("Reveal.getTotalSlides()")):
        page.evaluate(f"Reveal.slide({number})")
        overflow[number + 1] = page.evaluate(OVERFLOW)
        pictures += page.evaluate(PICTURES)
    page.close()
    assert len(overflow) > 10
    assert not {number: found for number, found in overflow.items() if found}
    assert pictures
    assert all(fits for fits, _ in pictures)
    assert min(scale for _, scale in pictures) * MIN_POINTS * 120 / 72 >= 8  # pixels of the smallest letter
    assert not errors
    assert all(url.startswith(("file:", "data:")) for url in asked)


@pytest.mark.parametrize("lecture", LECTURES, ids=lambda path: path.stem)
def test_deck_shows_the_chosen_cells_and_prints_one_slide_a_page(lecture):
    notebook = nbformat.read(lecture, nbformat.NO_CONVERT)
    kinds = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in notebook.cells]
    deck = BeautifulSoup((slides.OUTPUT / f"{lecture.stem}.html").read_text(), "html.parser")
    assert len(deck.select("section.code")) == kinds.count("slide") >= 2
    assert all(image["alt"] for image in deck.select("img"))
    for formula in deck.select(".math"):
        formula.decompose()
    assert not RAW_MARKUP.findall(deck.select_one(".slides").get_text().replace(r"\(", ""))
    pdf = PdfReader(slides.OUTPUT / f"{lecture.stem}.pdf", strict=True)
    assert len(pdf.pages) == len(deck.select("section"))
    assert not list(outside(slides.OUTPUT / f"{lecture.stem}.pdf", 0))


def test_book_has_every_lecture_references_figures_and_links(article_of):
    book = PdfReader(book_pdf.OUTPUT, strict=True)
    chapters = {re.sub(r"\W", "", title) for title in titles(book.outline)}
    for lecture in LECTURES:
        notebook = nbformat.read(lecture, nbformat.NO_CONVERT)
        assert re.sub(r"\W", "", notebook.cells[0].source.splitlines()[0]) in chapters
    text = "\n".join(texts(book_pdf.OUTPUT))
    figures = sum(len(list(captions(nbformat.read(lecture, nbformat.NO_CONVERT)))) for lecture in LECTURES)
    everything = squeeze(text)
    assert len(set(re.findall(r"Fig\.\s*([\d.]+):", text))) == figures
    # Who has the website open and who reads the book agree.
    for page in sorted((SITE / "lectures").glob("*.html")):
        for caption in article_of(page).select("figcaption"):
            number, finding = caption.select_one(".caption-number"), caption.select_one(".caption-text")
            start = re.split(r"[^\w,. ]", " ".join(finding.get_text().split()))[0][:30]
            assert squeeze(f"{number.get_text().strip()}: {start}") in everything
        for task in article_of(page).select(":is(.exercise, .solution) section > p"):
            assert squeeze(re.split(r"[^\w,. ]", task.get_text())[0][:40]) in everything
    assert "LISTOFFIGURES" in squeeze(text).upper()
    assert "Styler object" not in text
    assert {"References", "Aboutthiscourse"} <= chapters
    assert sum(len(resolve(page.get("/Annots", ()))) for page in book.pages) > 1000
    assert set(fonts_without_file(book)) == set()
    assert not list(outside(book_pdf.OUTPUT, 10))
