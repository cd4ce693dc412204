"""What handouts and slides share: the built pages, and the browser that prints them."""

import argparse
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from bs4 import BeautifulSoup
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from lecture_tools.paths import ROOT, SITE, choose_lectures

# Chromium miscounts the objects of a PDF by a few, and pypdf says so each time.
logging.getLogger("pypdf").setLevel(logging.ERROR)

COURSE = yaml.safe_load((ROOT / "_config.yml").read_text())["title"]
LICENCE = "text and figures CC BY 4.0, code BSD-3-Clause"
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


class PublishingError(Exception):
    """Something that whoever asked for the product can mend; the text says how."""


def find_browser():
    """Path of Chromium or Chrome; the variable BROWSER_PATH goes first."""
    chosen = os.environ.get("BROWSER_PATH")
    for name in (chosen,) if chosen else BROWSERS:
        if path := shutil.which(name):
            return path
    where = f"BROWSER_PATH names {chosen}, which cannot be run" if chosen else "neither was found"
    raise PublishingError(
        f"Printing needs Chromium or Google Chrome, and {where}. On Debian and Ubuntu: apt-get install chromium"
    )


def find_lectures(number=None, site=None):
    """Built pages of the lectures, in reading order; of the one with this number, if one is given.

    Parameters
    ----------
    number : str, optional
        Such as "06" or "6".
    site : Path, optional
        Folder of the website, by default where ``make html`` builds it.

    Returns
    -------
    list of Path

    Raises
    ------
    PublishingError
        If the website is not built, or no lecture has this number.
    """
    site = site or SITE
    pages = sorted(Path(site, "lectures").glob("[0-9][0-9]-*.html"))
    if not pages:
        raise PublishingError(f"{site} holds no lectures: make html builds them.")
    try:
        return choose_lectures(pages, number)
    except ValueError as error:
        raise PublishingError(str(error)) from error


def number_of(page):
    """Read the number of a lecture, as people say it, off the name of its page."""
    return int(page.stem.split("-")[0])


def read_page(page):
    """Parse a built page; its pictures load at once, as nobody scrolls on paper or on a slide."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    for image in soup.select("img[loading]"):
        del image["loading"]
    return soup


def without_section_numbers(article):
    """Drop the number that Sphinx puts before the title of a page, in place."""
    for number in article.select("span.section-number"):
        number.decompose()


def quote_titles(soup):
    """Put the titles of other lectures, links on a screen, in quotation marks; else they read as part of a sentence.

    Links with a text of their own stay as they are.
    """
    titles = {link.get_text().strip().lstrip("0123456789. ") for link in soup.select("nav.bd-links a")}
    for link in soup.select("article a:has(.std-doc)"):
        if link.get_text() in titles:
            link.string = f"“{link.get_text()}”"


def print_page(html, folder, pdf, finish=None):
    """Print a page; the PDF takes the place of an older one once it is whole.

    Parameters
    ----------
    html : str
        The page.
    folder : Path
        Where its relative addresses start.
    pdf : Path
        Where to write.
    finish : callable, optional
        Takes the path of the printed PDF, returns the `pypdf.PdfWriter` that writes what is kept.

    Raises
    ------
    PublishingError
        If there is no browser, or no readable PDF comes out of it.
    """
    browser, part = find_browser(), pdf.with_suffix(".part")
    try:
        with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".html", encoding="utf-8") as page:
            page.write(html)
            page.flush()
            _print_address(browser, Path(page.name).as_uri(), part)
        if finish:
            finish(part).write(part)
        part.replace(pdf)
    finally:
        part.unlink(missing_ok=True)


def _print_address(browser, address, pdf):
    """Have the browser print; its exit status says little (0 for a missing page), so the PDF itself is read."""
    with tempfile.TemporaryDirectory() as profile:
        command = [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update", f"--user-data-dir={profile}"),
            *("--allow-file-access-from-files", "--virtual-time-budget=20000"),
            *("--generate-pdf-document-outline", "--no-pdf-header-footer", f"--print-to-pdf={pdf}", address),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=180)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PublishingError(f"{browser} could not print: {error}") from error
    try:
        if not PdfReader(pdf, strict=True).pages:
            raise PyPdfError("it has no page")
    except (OSError, PyPdfError) as error:
        said = done.stderr.strip().splitlines()
        reason = f"{error}; its last words: {said[-1]}" if said else error
        raise PublishingError(f"{browser} printed no readable PDF: {reason}") from error


def run(build, description):
    """Command line of a product: ``--lecture augmentation`` for one; a problem is one sentence, and exit status 1.

    Parameters
    ----------
    build : callable
        Takes the page of a lecture, yields what it wrote.
    description : str
        For the help text.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--lecture", help="number or name of the only lecture to take")
    try:
        for page in find_lectures(parser.parse_args().lecture):
            for path in build(page):
                print(f"{os.path.relpath(path)}: {path.stat().st_size / 1e3:.0f} kB", flush=True)
    except PublishingError as error:
        sys.exit(f"error: {error}")
    except OSError as error:
        sys.exit(f"error: {error.strerror}: {error.filename}")
