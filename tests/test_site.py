"""The website in a real browser: for every reader, at every width, in light and dark, without asking other hosts."""

import gzip
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import quote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from publishing.pages import find_browser
from tests.book_rules import SITE
from tests.test_book_rules import built_pages

pytestmark = pytest.mark.site
PAGES = [
    path.relative_to(SITE).as_posix() for path in [*built_pages(), SITE / "search.html", SITE / "404.html"]
]
WIDTHS = (390, 640, 768, 1280, 1920)  # 640 is also 1280 at a zoom of 200%
FIRST_LOAD = 1.5e6  # bytes, compressed
THEME_FINDINGS = {
    "empty-table-header": "pandas leaves the corner above its row names empty",
    "label-content-name-mismatch": "buttons of the theme show a symbol and are named by a sentence",
    "region": "the theme keeps its logo outside of landmarks",
}
SEARCHES = {
    "elastic deformation": "06-augmentation",
    "mnist": "01-famous-data-sets",
    "ridge regression": "07-does-it-help",
    "confusion matrix": "10-confusion-matrix",
    "mcnemar": "10-confusion-matrix",
    "cohen kappa": "03-building-your-own",
    "dice coefficient": "02-purposes",
    "data card": "03-building-your-own",
    "segmentation": "02-purposes",
    "radiograph": "04-simulated-data",
    "class imbalance": "05-what-goes-wrong",
    "label noise": "05-what-goes-wrong",
    "flip letters": "08-limits-of-augmentation",
    "nearest neighbour": "09-baselines",
    "dummy": "09-baselines",
    "batch normalization": "11-convolutional-network",
    "receptive field": "11-convolutional-network",
    "calibration": "12-reading-errors",
    "bezier": "13-synthetic-handwriting",
    "chinese restaurant": "14-clusters-without-labels",
    "dirichlet process": "14-clusters-without-labels",
}


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def address():
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=SITE))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible(browser, address, name, scheme):
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/{name}", wait_until="networkidle")
    page.add_style_tag(content="* { transition: none !important }")  # or a colour is asked half-way
    # Only colours differ in the dark.
    options = {"runOnly": ["color-contrast"]} if scheme == "dark" else {}
    found = Axe().run(page, options=options).response["violations"]
    page.close()
    ours = {
        rule["id"]: [node["html"][:200] for node in rule["nodes"]][:3]
        for rule in found
        if rule["id"] not in THEME_FINDINGS
    }
    assert not ours


@pytest.mark.parametrize("name", PAGES)
def test_page_is_light_fits_every_width_and_asks_no_other_host(browser, address, name):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    hosts, errors, responses, overflow = set(), [], [], {}
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("response", lambda response: responses.append(response))
    page.goto(f"{address}/{name}", wait_until="networkidle")
    errors += [response.url for response in responses if not response.ok]
    size = sum(len(gzip.compress(response.body())) for response in responses if response.ok)
    print(f"{name}: {len(responses)} requests, {size / 1e3:.0f} kB")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        root = "document.documentElement"
        overflow[width] = page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
    unsized = page.evaluate(
        """() => [...document.querySelectorAll("article img")]
          .filter((img) => !(img.getAttribute("width") && img.getAttribute("height"))).length"""
    )
    page.close()
    assert size < FIRST_LOAD
    assert overflow == dict.fromkeys(WIDTHS, 0)
    assert hosts <= {urlsplit(address).netloc, ""}
    assert not errors
    assert unsized == 0


@pytest.fixture(scope="module")
def search_page(browser):
    page = browser.new_page()
    yield page
    page.close()


@pytest.mark.parametrize("question", SEARCHES)
def test_search_finds_the_page(search_page, address, question):
    search_page.goto(f"{address}/search.html?q={quote(question)}")
    search_page.wait_for_function(
        "document.querySelector('.search-summary')?.textContent.match(/found|did not/)"
    )
    links = search_page.locator("#search-results li a").evaluate_all(
        "links => links.map((link) => link.href)"
    )
    pages = list(
        dict.fromkeys(urlsplit(link).path.rpartition("/")[2].removesuffix(".html") for link in links)
    )
    assert SEARCHES[question] in pages[:2], pages[:4]


def test_keyboard_reaches_content_search_and_the_next_page(browser, address):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/{PAGES[1]}", wait_until="networkidle")
    page.keyboard.press("Tab")
    assert "main content" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Control+k")
    page.keyboard.type("augmentation")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=augmentation*")
    page.go_back()
    page.locator("a.right-next").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{PAGES[2].rpartition('/')[2]}")
    page.close()


def test_a_missing_page_leads_back(browser):
    text = (SITE / "404.html").read_text()
    assert "There is no such page" in text


@pytest.mark.parametrize("name", [name for name in PAGES if name.startswith("lectures/")])
def test_lecture_links_notebook_handout_and_slides(browser, address, name):
    page = browser.new_page()
    page.goto(f"{address}/{name}")
    links = page.locator(".dropdown-download-buttons a").evaluate_all(
        "links => links.map((link) => link.href)"
    )
    assert {link.rpartition(".")[2] for link in links} == {"ipynb", "pdf", "html"}
    assert all(page.request.get(link).ok for link in links)
    page.close()
