"""Handouts, slides, the book's PDF and notebooks for Colab: what is taken from a page, and what goes wrong."""

import errno
import os
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link

from lecture_tools.paths import ROOT
from publishing import book_pdf, colab, handouts, pages, slide_marks, slides

PAGE = """<!doctype html><html><head><title>x</title>
<link rel="stylesheet" href="../_static/pygments.css"><link rel="next" href="02-next.html">
<script src="../_static/theme.js"></script><script>window.MathJax = {}</script>
<script src="../_static/mathjax/tex-mml-chtml.js"></script></head>
<body><nav class="bd-links">Contents <a href="02-next.html">2. The next lecture</a></nav><article class="bd-article"><section>
<h1>Tiny lecture<a class="headerlink" href="#x">#</a></h1>
<div class="admonition-in-this-lecture admonition"><ul><li>find</li><li>judge</li></ul></div>
<section><h2>One <em>idea</em><a class="headerlink" href="#y">#</a></h2>
<p>Why? Because of <a href="../appendix/references.html#id1">Author, 2000</a>,
<a href="../appendix/references.html#id2">Abel, 1900</a>,
<a href="02-next.html#fig-b">Fig. 2</a>, <a href="../appendix/api.html">helpers</a>,
<a href="https://example.org">the web</a>, <a href="#fig-a">Fig. 1</a>.</p>
<div class="cell slide-slide"><div class="cell_input"><pre>answer = 42</pre></div>
<div class="cell_output"><pre>42</pre></div></div>
<div class="math" id="equation-e"><span class="eqno">(1)</span>a = b</div><div class="math">unlabelled</div>
<div class="cell"><div class="cell_input"><pre>plot()</pre></div><div class="cell_output">
<details class="hide"><summary>Show code cell source</summary><pre>folded()</pre></details>
<figure id="fig-a"><img alt="A line." src="../_images/a.png"><figcaption><span class="caption-number">Fig. 1 </span>
<span class="caption-text">It rises. Bars: one standard deviation.</span></figcaption></figure></div></div>
<div class="cell slide-subslide"><div class="cell_input"><pre>table</pre></div><div class="cell_output"><pre>7</pre></div></div>
<p>It rises by 7. See <a href="02-next.html"><span class="doc std-doc">The next lecture</span></a>.</p>
<div class="cell slide-skip"><figure><img alt="Skipped." src="../_images/b.png"></figure></div></section>
<section class="further-down" id="deep"><h2>Further down: proof</h2><details><summary>Unfold</summary>
<p>Deep reasons.</p></details></section>
<section><h2>Exercises</h2>
<div class="exercise"><p class="admonition-title">Exercise 1</p><section><p>Add up. Twice.</p></section></div>
<div class="solution"><p>Solution to Exercise 1</p></div></section>
<section><h2>Take-aways</h2><ul><li>Add.</li></ul></section></section></article><footer>Previous</footer></body></html>"""
REFERENCES = '<html><div class="citation" id="id2"><span class="label">[Abel] </span><p>An older book.</p></div><div class="citation" id="id1"><span class="label">[Author] </span><p>A book.</p></div><div class="citation" id="id3">Not cited.</div></html>'


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Website of two lectures."""
    for folder in ("lectures", "appendix", "_images", "_static/mathjax", "_static/reveal"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "lectures/01-tiny.html").write_text(PAGE)
    (tmp_path / "lectures/02-next.html").write_text(PAGE)
    (tmp_path / "appendix/references.html").write_text(REFERENCES)
    for name in ("_images/a.png", "_static/pygments.css", "_static/slides.css", "_static/handout.css"):
        (tmp_path / name).touch()
    for module in (handouts, slides):
        monkeypatch.setattr(module, "SITE", tmp_path)
    monkeypatch.delenv("COURSE_SITE_URL", raising=False)
    return tmp_path


def prepare(site, edition):
    return BeautifulSoup(handouts.prepare_handout(site / "lectures/01-tiny.html", edition), "html.parser")


def test_a_lecture_is_found_by_its_number(site):
    assert [page.stem for page in pages.find_lectures(None, site)] == ["01-tiny", "02-next"]
    assert [page.stem for page in pages.find_lectures("2", site)] == ["02-next"]


def test_an_unknown_lecture_is_named_with_those_there_are(site):
    with pytest.raises(
        pages.PublishingError, match=r"LECTURE should be a number or a name of 01-tiny, 02-next, but got '3'"
    ):
        pages.find_lectures("3", site)


def test_a_website_that_is_not_built_is_a_sentence(tmp_path):
    with pytest.raises(pages.PublishingError, match="holds no lectures: make html"):
        pages.find_lectures(None, tmp_path)


def test_a_handout_is_the_lecture_without_what_only_a_screen_can_use(site):
    soup = prepare(site, "instructor")
    assert soup.title.string == "Tiny lecture (instructor handout)"
    assert "Lecture 1 · " in soup.select_one("h1 + .about").string
    assert "folded" not in soup.get_text()
    assert not soup.select("nav, footer, a.headerlink, link[rel=next]")
    assert ["mathjax" in str(script).lower() for script in soup.find_all("script")] == [True, True]


def test_solutions_are_in_the_instructors_edition_and_room_in_the_students(site):
    student, instructor = prepare(site, "student"), prepare(site, "instructor")
    assert "Solution" in instructor.get_text()
    assert not instructor.select(".room")
    assert "Solution" not in student.get_text()
    assert [room.parent["class"] for room in student.select(".room")] == [["exercise"]]


@pytest.mark.parametrize("edition", ["student", "instructor"])
def test_what_is_folded_is_left_out_and_named(site, edition):
    text = prepare(site, edition).get_text()
    assert "folded()" not in text
    assert "Unfold" not in text
    assert ("Deep reasons." in text) == (edition == "instructor")
    named = "the code that draws the figures"
    if edition == "student":
        named += " and “Further down: proof”"
    assert f"Left out on paper: {named}. The page of this lecture has it." in text


def test_a_link_to_what_is_left_out_is_text(site):
    page = site / "lectures/01-tiny.html"
    page.write_text(PAGE.replace('href="#fig-a"', 'href="#deep"'))
    links = [link["href"] for link in prepare(site, "student").select("a[href]")]
    assert "#deep" not in links
    assert "#deep" in [link["href"] for link in prepare(site, "instructor").select("a[href]")]


def test_sections_further_down_are_on_no_slide(site):
    assert "Deep reasons." not in slides.make_deck(site / "lectures/01-tiny.html").get_text()


def test_the_first_slide_has_the_promise(site):
    page = site / "lectures/01-tiny.html"
    page.write_text(PAGE.replace("</a></h1>", "</a></h1><p>What is tiny?</p>"))
    opening = slides.make_deck(page).select_one("section.opening")
    assert opening.p.get_text() == "What is tiny?"


def test_a_handout_brings_the_references_that_it_cites(site):
    soup = prepare(site, "student")
    assert soup.find("a", string="Author, 2000")["href"] == "#id1"
    assert [entry.get_text().strip() for entry in soup.select(".references .citation")] == [
        "[Abel] An older book.",
        "[Author] A book.",
    ]


def test_links_lead_within_the_handout_to_other_lectures_and_to_the_web(site, monkeypatch):
    links = {link.string: link["href"] for link in prepare(site, "student").select("article a")}
    there = {
        "Author, 2000": "#id1",
        "Abel, 1900": "#id2",
        "“The next lecture”": "02-next.html",
        "Fig. 2": "02-next.html#fig-b",
        "the web": "https://example.org",
        "Fig. 1": "#fig-a",
    }
    assert links == there
    monkeypatch.setenv("COURSE_SITE_URL", "https://course.org/")
    links = {link.string: link["href"] for link in prepare(site, "student").select("article a")}
    published = {
        "“The next lecture”": "https://course.org/lectures/02-next.html",
        "Fig. 2": "https://course.org/lectures/02-next.html#fig-b",
        "helpers": "https://course.org/appendix/api.html",
        "page of this lecture": "https://course.org/lectures/01-tiny.html",
    }
    assert links == there | published


def write_pdf(path, *uris):
    writer = PdfWriter()
    page = writer.add_blank_page(100, 100)
    for uri in uris:
        writer.add_annotation(page, Link(rect=(0, 0, 9, 9), url=uri))
    writer.write(path)


def test_links_to_other_lectures_open_their_handouts(tmp_path):
    write_pdf(tmp_path / "a.pdf", "file:///x/lectures/02-next.html#fig-b", "https://example.org")
    handouts._point_to_neighbours(tmp_path / "a.pdf", "student").write(tmp_path / "b.pdf")
    annotations = PdfReader(tmp_path / "b.pdf").pages[0]["/Annots"]
    uris = [annotation.get_object()["/A"]["/URI"] for annotation in annotations]
    assert uris == ["02-next-student.pdf", "https://example.org"]


@pytest.fixture
def fake_browser(tmp_path, monkeypatch):
    """Stand-in for Chromium: a script that gets the name of the PDF as $pdf."""

    def install(script):
        path = tmp_path / "browser"
        find = 'for a; do case "$a" in --print-to-pdf=*) pdf="${a#--print-to-pdf=}";; esac; done'
        path.write_text(f"#!/bin/sh\n{find}\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("BROWSER_PATH", str(path))

    return install


def test_without_a_browser_there_is_one_sentence(monkeypatch):
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    monkeypatch.setattr(pages, "BROWSERS", ("no-such-browser",))
    with pytest.raises(pages.PublishingError, match="needs Chromium or Google Chrome, and neither was found"):
        pages.find_browser()
    monkeypatch.setenv("BROWSER_PATH", "/no/such")
    with pytest.raises(pages.PublishingError, match="BROWSER_PATH names /no/such"):
        pages.find_browser()


@pytest.mark.parametrize(
    "script",
    ["echo out of memory >&2; exit 1", 'printf "%%PDF-1.4 half" > "$pdf"', "true"],
    ids=["fails", "writes half a file", "writes nothing"],
)
@pytest.mark.parametrize("product", [handouts.print_handouts, slides.write_slides])
def test_a_failed_print_leaves_the_older_pdf(site, tmp_path, fake_browser, script, product):
    fake_browser(script)
    output = tmp_path / "output"
    output.mkdir()
    older = [output / "01-tiny-student.pdf", output / "01-tiny.pdf"]
    for pdf in older:
        pdf.write_text("older")
    with pytest.raises(pages.PublishingError, match="printed no readable PDF"):
        list(product(site / "lectures/01-tiny.html", output))
    assert [pdf.read_text() for pdf in older] == ["older", "older"]
    assert not list(output.glob("*.part"))
    assert not list((site / "lectures").glob("tmp*"))


def test_a_full_disk_is_one_sentence_and_leaves_the_older_pdf(
    site, tmp_path, fake_browser, monkeypatch, capsys
):
    write_pdf(tmp_path / "whole.pdf")
    fake_browser(f'cp {tmp_path / "whole.pdf"} "$pdf"')
    output = tmp_path / "output"
    output.mkdir()
    (output / "01-tiny-student.pdf").write_text("older")

    def is_full(self, path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(PdfWriter, "write", is_full)
    monkeypatch.setattr(pages, "find_lectures", lambda number: [site / "lectures/01-tiny.html"])
    monkeypatch.setattr(sys, "argv", ["handouts"])
    with pytest.raises(SystemExit) as stop:
        pages.run(lambda page: handouts.print_handouts(page, output), "Print.")
    assert str(stop.value).startswith("error: No space left on device")
    assert [path.name for path in output.iterdir()] == ["01-tiny-student.pdf"]
    assert (output / "01-tiny-student.pdf").read_text() == "older"


def test_the_command_line_names_what_it_wrote(site, tmp_path, fake_browser, monkeypatch, capsys):
    write_pdf(tmp_path / "whole.pdf")
    fake_browser(f'cp {tmp_path / "whole.pdf"} "$pdf"')
    monkeypatch.setattr(pages, "SITE", site)
    monkeypatch.setattr(sys, "argv", ["handouts", "--lecture", "2"])
    pages.run(lambda page: handouts.print_handouts(page, tmp_path / "new"), "Print.")
    written = capsys.readouterr().out.splitlines()
    assert [line.split("/")[-1].split(":")[0] for line in written] == [
        "02-next-student.pdf",
        "02-next-instructor.pdf",
    ]


def test_a_deck_takes_aims_questions_code_equations_figures_exercises_and_take_aways(site):
    deck = slides.make_deck(site / "lectures/01-tiny.html")
    found = [(*slide["class"], slide.find(["h1", "h2"]).string) for slide in deck.select("section")]
    assert found == [
        ("opening", "Tiny lecture"),
        ("list", "You will be able to"),
        ("question", "One idea"),
        ("code", "One idea"),
        ("equation", "One idea"),
        ("figure", "One idea"),
        ("result", "One idea"),
        ("list", "Exercises"),
        ("list", "Take-aways"),
    ]
    text = deck.select_one(".slides").get_text()
    assert "answer = 42" in text
    assert "Exercise 1: Add up. Twice." in text
    assert not any(absent in text for absent in ("plot()", "Solution", "unlabelled", "Contents"))
    assert "Lecture 1 · Building and Augmenting Image Datasets" in text
    assert "CC BY 4.0" in text
    assert "See “The next lecture”." in text


def test_a_question_without_figures_is_answered_by_what_the_section_prints(site):
    page = site / "lectures/01-tiny.html"
    printed = '<div class="cell"><div class="cell_output"><pre>{}</pre></div></div>'
    page.write_text(
        PAGE.replace(
            "<section><h2>Exercises",
            f"<section><h2>Why?</h2><p>Who knows?</p>{printed.format('It is 7.')}"
            f"{printed.format('x' * 900)}</section><section><h2>Exercises",
        )
    )
    asked, answered = slides.make_deck(page).select(".question, .result")[-2:]
    assert (asked.p.string, answered.pre.string) == ("Who knows?", "It is 7.")


def test_an_equation_brings_the_sentences_around_it(site):
    page = site / "lectures/01-tiny.html"
    page.write_text(
        PAGE.replace(
            '<div class="math" id="equation-e">',
            '<p>Add what you have. Then</p><div class="math" id="equation-e">',
        ).replace("a = b</div>", "a = b</div><p>where a is one. More.</p>")
    )
    lead, rest = slides.make_deck(page).select(".equation > p")
    assert (lead.string, rest.string) == ("Add what you have. Then", "where a is one.")


def test_a_caption_that_names_panels_stays_whole(site):
    page = site / "lectures/01-tiny.html"
    page.write_text(PAGE.replace("It rises. Bars: one", "It rises. Left: one"))
    caption = slides.make_deck(page).select_one(".caption-text")
    assert " ".join(caption.get_text().split()) == "It rises. Left: one standard deviation."


def test_a_slide_shows_the_finding_and_the_speaker_gets_the_whole_caption(site):
    slide = slides.make_deck(site / "lectures/01-tiny.html").select_one("section.figure")
    assert slide.figcaption.select_one(".caption-text").string == "It rises."
    assert "Fig. 1 It rises. Bars: one standard deviation." in slide.aside.get_text()


def test_an_exercise_that_does_not_fit_says_where_the_rest_is(monkeypatch):
    exercise = BeautifulSoup(
        '<div><p class="admonition-title">Exercise 2</p><section><p>Add. Multiply.</p><p>Say why.</p></section></div>',
        "html.parser",
    )
    assert slides.summarize_exercise(exercise) == "Exercise 2: Add. Multiply. Say why."
    exercise.section.append(BeautifulSoup("<pre>raise NotImplementedError</pre>", "html.parser"))
    assert slides.summarize_exercise(exercise) == "Exercise 2: Add. Multiply. Say why."
    exercise.section.append(BeautifulSoup("<ul><li>a case</li></ul><p>End.</p>", "html.parser"))
    assert slides.summarize_exercise(exercise) == "Exercise 2: Add. Multiply. Say why. (More in the handout.)"
    monkeypatch.setattr(slides, "EXERCISE_CHARACTERS", 15)
    assert slides.summarize_exercise(exercise) == "Exercise 2: Add. Multiply. (More in the handout.)"


def test_prose_becomes_the_notes_of_the_slide_before_it(site):
    deck = slides.make_deck(site / "lectures/01-tiny.html")
    notes = {slide["class"][0]: slide.aside.get_text() for slide in deck.select("section")}
    assert notes["question"].startswith("Why?")
    assert "rises by 7" in deck.select_one("section.result").aside.get_text()
    assert not slides.without_reveal(deck).select("aside, script[src*=reveal]")


def test_a_long_list_is_shared_out_evenly():
    items = BeautifulSoup("<li>aaaa</li><li>bbb</li><li>cc</li><li>dddddddd</li>", "html.parser").find_all(
        "li"
    )
    shares = slides.split_list(items, limit=7)
    assert [[item.string for item in share] for share in shares] == [["aaaa"], ["bbb", "cc"], ["dddddddd"]]
    assert slides.split_list([]) == []


def test_leads_end_with_a_sentence():
    assert slides.shorten("One. Two? Three", 9) == "One. Two?"
    assert slides.shorten("Too long by far.", 9) == ""
    assert slides.shorten("One. What follows is this:") == "One."
    assert slides.shorten("This announces:") == ""


def test_faults_of_the_book_are_found():
    log = r"Overfull \hbox (4.9pt too wide)" + "\nMissing character: There is no ✗ (U+2717) in font\n" * 2
    assert book_pdf.find_faults(log, "fine") == ["a missing glyph: ✗ (U+2717)"]
    log = (
        "Overfull \\vbox (5.1pt too high)\nLaTeX Warning: Reference `a' on page 1 undefined on input line 2."
    )
    assert book_pdf.find_faults(log, "") == [
        "a line or page sticks out by 5.1pt",
        "an undefined reference: Reference `a' on page 1 undefined",
    ]


def test_without_latex_there_is_one_sentence(monkeypatch):
    monkeypatch.setattr(book_pdf.shutil, "which", lambda tool: None if tool == "xindy" else tool)
    with pytest.raises(pages.PublishingError, match="needs xindy"):
        book_pdf.build()


@pytest.mark.parametrize(
    ("returncode", "built", "message"), [(1, True, "intro.md:3: WARNING: no"), (0, False, "not built")]
)
def test_a_failed_build_of_the_book_leaves_the_older_pdf(tmp_path, monkeypatch, returncode, built, message):
    monkeypatch.setattr(book_pdf.shutil, "which", lambda tool: tool)
    monkeypatch.setattr(book_pdf, "LATEX", tmp_path)
    monkeypatch.setattr(book_pdf, "OUTPUT", tmp_path / "older.pdf")
    (tmp_path / "older.pdf").write_text("older")
    if built:
        write_pdf(tmp_path / "image-datasets.pdf")
    done = SimpleNamespace(
        returncode=returncode, stdout="fine\nintro.md:3: WARNING: no such document\n", stderr=""
    )
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: done)
    with pytest.raises(pages.PublishingError, match=message):
        book_pdf.build()
    assert (tmp_path / "older.pdf").read_text() == "older"


def test_a_book_with_faults_leaves_the_older_pdf(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(book_pdf.shutil, "which", lambda tool: tool)
    monkeypatch.setattr(book_pdf, "LATEX", tmp_path)
    monkeypatch.setattr(book_pdf, "OUTPUT", tmp_path / "course.pdf")
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: SimpleNamespace(returncode=0))
    write_pdf(tmp_path / "image-datasets.pdf")
    (tmp_path / "image-datasets.log").write_text(r"Overfull \hbox (50.0pt too wide)")
    with pytest.raises(pages.PublishingError, match=r"has faults:\na line or page sticks out by 50.0pt"):
        book_pdf.build()
    assert not (tmp_path / "course.pdf").exists()
    (tmp_path / "image-datasets.log").write_text("fine")
    book_pdf.build()
    assert "1 pages" in capsys.readouterr().out
    assert (tmp_path / "course.pdf").exists()


def test_colab_gets_one_more_cell(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_REPOSITORY_URL", "https://example.org/owner/course")
    lecture = next((ROOT / "lectures").glob("*-baselines.ipynb"))
    (path,) = colab.write_notebook(lecture.with_suffix(".html"), tmp_path)
    first, *others = nbformat.read(path, nbformat.NO_CONVERT).cells
    assert '"qbi-utils[lab] @ git+https://example.org/owner/course@main"' in first.source
    assert others == nbformat.read(lecture, nbformat.NO_CONVERT).cells


def test_colab_needs_to_know_the_repository(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_REPOSITORY_URL", raising=False)
    with pytest.raises(pages.PublishingError, match="COURSE_REPOSITORY_URL should say"):
        list(colab.write_notebook(ROOT / "lectures/10-baselines.html", tmp_path))


def test_the_slide_type_of_a_cell_becomes_a_class():
    chosen, plain = (
        nodes.container(nb_element="cell_code", cell_metadata=metadata, classes=["cell"])
        for metadata in ({"slideshow": {"slide_type": "slide"}}, {})
    )
    slide_marks.mark_slides(None, nodes.section("", chosen, plain, nodes.paragraph()))
    assert (chosen["classes"], plain["classes"]) == (["cell", "slide-slide"], ["cell"])
