"""Each rule accepts a page as it should be, and notices when that is broken in one place."""

import pytest
from bs4 import BeautifulSoup

from lecture_tools import built_page_rules
from lecture_tools.built_page_rules import PAGE_RULES

PAGE = """<html><head><link rel="stylesheet" href="_static/a.css"><script src="_static/a.js"></script></head><body>
<article><h1 id="top">Title</h1><p>See <a href="#fig-one">Fig. 1</a> and <a href="other.html#part">that</a>,
<a href="https://example.org">elsewhere</a>.</p><h2>Part</h2>
<div class="cell_output"><figure id="fig-one"><img src="_images/a.png" alt="A straight line that rises to the right.">
<figcaption><span class="caption-number">Fig. 1</span> The line rises.</figcaption></figure></div>
<pre>print(":::", {"a": 1})</pre>
<div class="cell_output"><pre>a 0.123456 (3 of 7)</pre><table><tr><td>1.5</td></tr></table></div></article></body></html>"""


@pytest.fixture
def site(tmp_path):
    (tmp_path / "other.html").write_text('<article><h1>Other</h1><p id="part">Part.</p></article>')
    return tmp_path


def problems_of(rule, html, site):
    return list(rule(BeautifulSoup(html, "html.parser"), site / "page.html", site))


@pytest.fixture
def page(site):
    (site / "page.html").write_text(PAGE)
    return PAGE


@pytest.mark.parametrize("rule", PAGE_RULES, ids=lambda rule: rule.__name__)
def test_rule_accepts_a_good_page(page, site, rule):
    assert problems_of(rule, page, site) == []


PAGE_MUTATIONS = [
    (
        "describes_its_images",
        "A straight line that rises to the right.",
        "_images/a.png",
        "should be a sentence",
    ),
    ("describes_its_images", ' alt="A straight line that rises to the right."', "", "should be a sentence"),
    ("captions_its_figures", "figure", "div", "is not a figure"),
    ("captions_its_figures", 'id="fig-one"', 'id="id1"', "has no name"),
    ("captions_its_figures", "caption-number", "caption", "no numbered caption"),
    ("captions_its_figures", '<a href="#fig-one">Fig. 1</a>', "Fig. 1", "nothing refers to fig-one"),
    ("asks_nothing_of_other_hosts", 'src="_static/a.js"', 'src="https://cdn.example/a.js"', "<script> asks"),
    ("asks_nothing_of_other_hosts", 'href="_static/a.css"', 'href="//cdn.example/a.css"', "<link> asks"),
    ("asks_nothing_of_other_hosts", 'src="_images/a.png"', 'src="http://other.example/a.png"', "<img> asks"),
    ("links_to_what_exists", "other.html#part", "missing.html", "leads nowhere"),
    ("links_to_what_exists", "other.html#part", "other.html#missing", "leads to no element"),
    ("links_to_what_exists", "#fig-one", "#missing", "leads to no element"),
    ("shows_no_markup", "See", "See {glue:text}`x`", "is left in the text"),
    ("shows_no_markup", "See", "See Fig. ??", "is left in the text"),
    ("shows_no_markup", "See", "See [Someone2000]", "is left in the text"),
    ("shows_no_markup", "See", "See ::: end", "is left in the text"),
    ("shows_no_markup", "See", 'See <code class="xref">fig-two</code>', "unresolved reference"),
    ("has_one_heading_tree", "<h2>Part</h2>", "<h1>Part</h1>", "there are 2"),
    ("has_one_heading_tree", "<h2>Part</h2>", "<h3>Part</h3>", "jumps from level 1 to 3"),
    (
        "prints_for_readers",
        "a 0.123456",
        "{'a': 1, 'b': 2}",
        "a dictionary as Python does: ",
    ),
    ("prints_for_readers", "a 0.123456", "{0: 1}", "prints a dictionary"),
    (
        "prints_for_readers",
        "a 0.123456",
        "a\n0.12345678901",
        "0.12345678901 (3 of 7)",
    ),
    ("prints_for_readers", "<td>1.5", "<td>1.500000000001", "prints a number"),
    ("prints_for_readers", "a 0.123456", "np.float64(0.5)", "prints an array"),
    ("prints_for_readers", "a 0.123456", "array([1, 2])", "prints an array"),
    ("prints_for_readers", "a 0.123456", "<Axes.Thing at 0x7f>".replace("<", "&lt;"), "prints an object"),
]


@pytest.mark.parametrize(("name", "old", "new", "message"), PAGE_MUTATIONS)
def test_page_rule_notices(page, site, name, old, new, message):
    assert old in page
    problems = problems_of(getattr(built_page_rules, name), page.replace(old, new), site)
    assert any(message in problem for problem in problems), problems


def test_every_page_rule_is_mutated():
    assert {name for name, *_ in PAGE_MUTATIONS} == {rule.__name__ for rule in PAGE_RULES}
