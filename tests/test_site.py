"""The website in a real browser: for every reader, at every width, in light and dark, without asking other hosts."""

import gzip
from types import SimpleNamespace
from urllib.parse import quote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from lecture_tools.paths import SITE, built_pages
from lecture_tools.reader_rules import MIN_POINTS

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
    "elastic deformation": "12-augmentation",
    "mnist": "01-famous-data-sets",
    "ridge regression": "13-does-it-help",
    "confusion matrix": "11-confusion-matrix",
    "mcnemar": "11-confusion-matrix",
    "cohen kappa": "05-annotators",
    "dice coefficient": "03-outline-find-restore",
    "data card": "06-splits-and-cards",
    "segmentation": "03-outline-find-restore",
    "radiograph": "07-simulated-data",
    "class imbalance": "08-rare-and-few",
    "label noise": "09-wrong-and-missing",
    "flip letters": "14-limits-of-augmentation",
    "nearest neighbour": "10-baselines",
    "dummy": "10-baselines",
    "batch normalization": "16-training",
    "receptive field": "15-convolution",
    "calibration": "17-reading-errors",
    "bezier": "18-synthetic-handwriting",
    "chinese restaurant": "19-clusters-without-labels",
    "dirichlet process": "19-clusters-without-labels",
}


# Marks text that looks like another before the same backgrounds: axe takes ten seconds to ask for the contrast of each
# word of a page's code, and its answer depends on nothing else.
MARK_TWINS = """() => {
  const seen = new Set(), twins = [];
  for (const node of document.querySelectorAll("body *")) {
    if (node.children.length || !node.textContent.trim()) continue;
    const { color, fontSize, fontWeight, textShadow } = getComputedStyle(node);
    const looks = [color, fontSize, fontWeight, textShadow];
    for (let behind = node; behind; behind = behind.parentElement) {
      const { backgroundColor, backgroundImage, opacity } = getComputedStyle(behind);
      looks.push(backgroundColor, backgroundImage, opacity);
    }
    if (seen.has(looks.join())) twins.push(node);
    seen.add(looks.join());
  }
  for (const twin of twins) twin.dataset.twin = "";
}"""
UNMARK_TWINS = """() => {
  for (const twin of document.querySelectorAll("[data-twin]")) delete twin.dataset.twin;
}"""
# The proportions of each picture as it is shown, over those of its file.
PROPORTIONS = """async () => {
  const pictures = [...document.querySelectorAll("article img")];
  for (const picture of pictures) picture.loading = "eager";
  await Promise.all(pictures.map((picture) => picture.decode()));
  return pictures.map((picture) => {
    const { width, height } = picture.getBoundingClientRect();
    return [picture.src, (width / height) / (picture.naturalWidth / picture.naturalHeight)];
  });
}"""


# Text and tables of the article that are wider than their box, and whether the page says that they scroll.
TOO_WIDE = """() => [...document.querySelectorAll("article :is(pre, table, .cell_output, .highlight, div.math)")]
  .filter((box) => box.checkVisibility() && !box.closest("mjx-container, .sd-tab-content"))
  .map((box) => {
    let shown = box;
    while (shown.tagName !== "ARTICLE" && getComputedStyle(shown).overflowX === "visible") shown = shown.parentElement;
    return [box, shown];
  })
  .filter(([box, shown]) => shown.scrollWidth > shown.clientWidth + 1)
  .map(([box, shown]) => [box.textContent.trim().slice(0, 60), shown.classList.contains("scrolls")])"""
# Share of its size in the file at which each figure is shown, so that letters of 8 points, 13.3 pixels there, are known.
SCALES = """() => [...document.querySelectorAll("article div.cell_output img")]
  .filter((picture) => picture.checkVisibility())
  .map((picture) => [picture.src, picture.getBoundingClientRect().width / picture.naturalWidth])"""
POINT = 120 / 72  # pixels in the file, by lectures/matplotlibrc


@pytest.fixture(scope="module", params=PAGES)
def visit(request, browser, address):
    """A page as somebody sees it first, and what it asked for; the tests of a page share it, and leave it as it was."""
    page = browser.new_page(color_scheme="light", viewport={"width": 1280, "height": 900})
    visit, responses = SimpleNamespace(name=request.param, page=page, hosts=set(), errors=[]), []
    page.on("request", lambda request: visit.hosts.add(urlsplit(request.url).netloc))
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("response", lambda response: responses.append(response))
    page.goto(f"{address}/{request.param}", wait_until="networkidle")
    visit.n_requests = len(responses)  # later ones are axe's
    visit.size = sum(len(gzip.compress(response.body())) for response in responses if response.ok)
    visit.errors += [response.url for response in responses if not response.ok]
    page.add_style_tag(content="* { transition: none !important }")  # or a colour is asked half-way
    yield visit
    page.close()


def violations(page, **options):
    """First nodes that break a rule of axe, by rule; without what the theme answers for."""
    options["resultTypes"] = ["violations"]
    return {
        rule["id"]: [node["html"][:200] for node in rule["nodes"]][:3]
        for rule in Axe().run(page, options=options).response["violations"]
        if rule["id"] not in THEME_FINDINGS
    }


def faint_texts(page):
    """Violations of the contrast that a reader needs; one text stands for all that look like it."""
    page.add_style_tag(content="[data-twin] { visibility: hidden !important }")
    page.evaluate(MARK_TWINS)
    found = violations(page, runOnly=["color-contrast"])
    page.evaluate(UNMARK_TWINS)
    return found


def test_page_is_accessible(visit):
    assert not violations(visit.page, rules={"color-contrast": {"enabled": False}})


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out(visit, scheme):
    visit.page.emulate_media(color_scheme=scheme)
    visit.page.wait_for_function(f"document.documentElement.dataset.theme === '{scheme}'")
    found = faint_texts(visit.page)
    visit.page.emulate_media(color_scheme="light")
    assert not found


@pytest.mark.parametrize(
    ("style", "is_faint"),
    [
        ("color: #eee", True),  # on white
        ("color: #222", False),
        ("color: #222; background: #333", True),  # as dark as the others, but not on white
        ("color: #222; background: #333; font-size: 40px", True),
        ("opacity: 0.1", True),
    ],
)
def test_a_faint_text_is_found_among_many_that_stand_out(browser, style, is_faint):
    words = '<span style="color: #222">word</span> ' * 20
    page = browser.new_page()
    page.set_content(f"<p>{words}</p><p>{words}<span style='{style}'>one</span></p>")
    found = faint_texts(page)
    page.close()
    assert list(found) == ["color-contrast"] * is_faint
    if is_faint:
        assert len(found["color-contrast"]) == 1


def test_page_is_light_fits_every_width_and_asks_no_other_host(visit, address):
    page, overflow = visit.page, {}
    print(f"{visit.name}: {visit.n_requests} requests, {visit.size / 1e3:.0f} kB")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        root = "document.documentElement"
        overflow[width] = page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    unsized = page.evaluate(
        """() => [...document.querySelectorAll("article img")]
          .filter((img) => !(img.getAttribute("width") && img.getAttribute("height"))).length"""
    )
    assert visit.size < FIRST_LOAD
    assert overflow == dict.fromkeys(WIDTHS, 0)
    assert visit.hosts <= {urlsplit(address).netloc, ""}
    assert not visit.errors
    assert unsized == 0


def test_pictures_keep_their_proportions_at_every_width(visit):
    shown = {}
    for width in WIDTHS:
        visit.page.set_viewport_size({"width": width, "height": 900})
        shown[width] = visit.page.evaluate(PROPORTIONS)
    visit.page.set_viewport_size({"width": 1280, "height": 900})
    squeezed = {
        width: [(source, ratio) for source, ratio in pictures if abs(ratio - 1) > 0.01]
        for width, pictures in shown.items()
    }
    assert squeezed == {width: [] for width in WIDTHS}


def test_smallest_letters_of_figures_have_8_pixels(visit):
    visit.page.evaluate(PROPORTIONS)  # which loads them all
    scales = visit.page.evaluate(SCALES)
    assert [(source, scale) for source, scale in scales if scale * MIN_POINTS * POINT < 8] == []


def test_nothing_is_cut_off_and_what_scrolls_says_so(visit):
    assert visit.page.evaluate(TOO_WIDE) == []
    visit.page.set_viewport_size({"width": 390, "height": 900})
    visit.page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    narrow = visit.page.evaluate(TOO_WIDE)
    visit.page.set_viewport_size({"width": 1280, "height": 900})
    assert [text for text, says_so in narrow if not says_so] == []


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


def test_a_missing_page_leads_back():
    text = (SITE / "404.html").read_text()
    assert "There is no such page" in text


def test_a_lecture_links_notebook_handout_and_slides(visit):
    links = visit.page.locator(".dropdown-download-buttons a").evaluate_all(
        "links => links.map((link) => link.href)"
    )
    if visit.name.startswith("lectures/"):
        assert {link.rpartition(".")[2] for link in links} == {"ipynb", "pdf", "html"}
    assert all(visit.page.request.get(link).ok for link in links)
