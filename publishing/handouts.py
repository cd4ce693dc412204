"""Handouts: each lecture as an A4 PDF, with its solutions for instructors, with room to write for students."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path

from pypdf import PdfWriter
from pypdf.generic import NameObject, TextStringObject

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

OUTPUT = ROOT / "_build/handouts"
EDITIONS = ("student", "instructor")
LINES_TO_WRITE = 7


def prepare_handout(page, edition):
    """Turn a built page into what is printed: the lecture alone, without what only a screen can use.

    Parameters
    ----------
    page : Path
        The built page of a lecture.
    edition : {"student", "instructor"}
        Solutions are dropped from the first, and each exercise gets room to write.

    Returns
    -------
    str
        HTML, to be opened from the folder of `page`, as its links are relative.
    """
    soup = read_page(page)
    quote_titles(soup)
    article = soup.select_one("article.bd-article")
    for link in article.select("a.headerlink"):
        link.decompose()
    without_section_numbers(article)
    title = article.h1.get_text()
    if edition == "student":
        for solution in article.select("div.solution"):
            solution.decompose()
        for exercise in article.select("div.exercise"):
            room = soup.new_tag("div", attrs={"class": "room"})
            room.extend(soup.new_tag("div") for _ in range(LINES_TO_WRITE))
            exercise.append(room)
    for output in article.select("div.exercise .cell_output"):  # that nothing was written yet
        output.decompose()
    left_out = _leave_out_folded(article, edition)
    about = f"Lecture {number_of(page)} · {COURSE} · {edition} edition · {LICENCE}"
    article.h1.insert_after(soup.new_tag("p", attrs={"class": "about"}, string=about))
    if left_out:
        article.append(_say_what_is_left_out(soup, page, left_out))
    _append_references(soup, article, page)
    _mend_links(article, page)

    for script in soup.find_all("script"):
        if "mathjax" not in (script.get("src") or script.text).lower():
            script.decompose()
    for link in soup.head.find_all("link", rel=lambda rel: "stylesheet" not in rel):
        link.decompose()
    short = f"{number_of(page)} · {title} ({edition})"
    running = f'@page {{ @top-left {{ content: "{COURSE}"; }} @top-right {{ content: "{short}"; }} }}'
    soup.head.append(soup.new_tag("style", string=running))
    soup.head.append(
        soup.new_tag(
            "link", rel="stylesheet", href=os.path.relpath(SITE / "_static/handout.css", page.parent)
        )
    )
    soup.title.string = f"{title} ({edition} handout)"
    soup.html.attrs = {"lang": "en", "data-theme": "light", "data-mode": "light"}
    soup.body.clear()
    soup.body.attrs = {}
    soup.body.append(article)
    return str(soup)


def _leave_out_folded(article, edition):
    """Drop code that is folded on the page; unfold sections "Further down" for instructors, drop them for students.

    Returns
    -------
    list of str
        What was dropped.
    """
    left_out = []
    for folded in article.select("details.hide"):
        folded.decompose()
        left_out = ["the code that draws the figures"]
    for section in article.select("section.further-down"):
        if edition == "student":
            left_out.append(f"“{section.find(['h2', 'h3', 'h4']).get_text().strip()}”")
            section.decompose()
        else:
            section.details.summary.decompose()
            section.details.unwrap()
    return left_out


def _say_what_is_left_out(soup, page, left_out):
    *first, last = left_out
    named = f"{', '.join(first)} and {last}" if first else last
    note = soup.new_tag("p", attrs={"class": "left-out"}, string=f"Left out on paper: {named}. The ")
    where = {"name": "a", "href": page.name} if os.environ.get("COURSE_SITE_URL") else {"name": "span"}
    note.append(soup.new_tag(**where, string="page of this lecture"))
    note.append(" has it.")
    return note


_read_references = cache(read_page)


def _append_references(soup, article, page):
    """Add the references that the lecture cites: on paper nobody can follow a link to another page."""
    cited = set()
    for link in article.select('a[href*="appendix/references.html#"]'):
        link["href"] = "#" + link["href"].split("#")[1]
        cited.add(link["href"][1:])
    if not cited:
        return
    section = soup.new_tag("section", attrs={"class": "references"})
    section.append(soup.new_tag("h2", string="References"))
    for entry in _read_references(page.parent / "../appendix/references.html").select(".citation"):
        if entry["id"] in cited:
            section.append(entry.__copy__())
    for back in section.select("a[role=doc-backlink], span.backrefs"):
        back.decompose()
    article.append(section)


def _mend_links(article, page):
    """Keep links within the handout, to other lectures and to the web; print others as text.

    Where the address of the published website is known, links to its pages lead there.
    """
    website = os.environ.get("COURSE_SITE_URL", "").rstrip("/")
    for link in article.select("a[href]"):
        target, _, fragment = link["href"].partition("#")
        if not target and not article.find(id=fragment):  # to what is left out
            link.unwrap()
            continue
        if not target or "://" in target or target.startswith("mailto:"):
            continue
        path = os.path.relpath(page.parent / target, SITE)
        if website:
            link["href"] = f"{website}/{path}" + ("#" + fragment if fragment else "")
        elif not path.startswith("lectures/"):
            link.unwrap()


def _point_to_neighbours(pdf, edition):
    """Let links to other lectures open their handouts, which lie in the same folder."""
    writer = PdfWriter(clone_from=pdf)
    for page in writer.pages:
        for annotation in page.get("/Annots", ()):
            action = annotation.get_object().get("/A", {})
            if (uri := str(action.get("/URI", ""))).startswith("file:"):
                name = Path(uri.partition("#")[0]).stem
                action[NameObject("/URI")] = TextStringObject(f"{name}-{edition}.pdf")
    writer.add_metadata({"/Author": "The course contributors", "/Subject": COURSE})
    return writer


def print_handouts(page, output=OUTPUT):
    """Print both editions of a lecture.

    Parameters
    ----------
    page : Path
        The built page.
    output : Path, optional
        Folder of the handouts.

    Yields
    ------
    Path
        Each PDF, which replaces an older one only when it is whole.

    Raises
    ------
    PublishingError
        If there is no browser, or it prints nothing.
    """
    output.mkdir(parents=True, exist_ok=True)

    def print_edition(edition):
        pdf = output / f"{page.stem}-{edition}.pdf"
        finish = partial(_point_to_neighbours, edition=edition)
        print_page(prepare_handout(page, edition), page.parent, pdf, finish)
        return pdf

    with ThreadPoolExecutor(len(EDITIONS)) as pool:  # one browser leaves half of the time unused
        yield from pool.map(print_edition, EDITIONS)


if __name__ == "__main__":
    run(print_handouts, "Print the handouts of the lectures, in two editions.")
