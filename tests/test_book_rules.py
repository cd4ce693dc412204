"""Each rule accepts a lecture or page as it should be, and notices when that is broken in one place."""

import json

import nbformat
import pytest
from bs4 import BeautifulSoup

from tests import book_rules
from tests.book_rules import LECTURES, NOTEBOOK_RULES, PAGE_RULES, ROOT, SITE
from tests.lecture_plugin import toothless_claims

# --------------------------------------------------------------------------- the lectures of the course


@pytest.mark.parametrize("rule", NOTEBOOK_RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("lecture", LECTURES, ids=lambda path: path.stem)
def test_lecture_follows(lecture, rule):
    assert list(rule(nbformat.read(lecture, as_version=4))) == []


def test_figure_names_are_unique_across_lectures():
    names = [
        figure["name"]
        for path in LECTURES
        for figure in book_rules.captions(nbformat.read(path, as_version=4))
    ]
    assert len(names) == len(set(names))


def test_lectures_are_named_by_number_and_listed_in_order():
    listed = [
        line.split("lectures/")[1]
        for line in (ROOT / "_toc.yml").read_text().splitlines()
        if "lectures/" in line
    ]
    assert listed == sorted(path.stem for path in LECTURES)
    assert all(path.stem[:2].isdigit() and path.stem[2] == "-" for path in LECTURES)


def test_lectures_carry_no_path_of_a_machine():
    for path in LECTURES:
        text = json.dumps(json.loads(path.read_text()))
        assert not any(trace in text for trace in ("/home/", "/Users/", "C:\\\\", "/tmp/", str(ROOT)))


# --------------------------------------------------------------------------- a lecture as it should be

OPENING = """# A title

:::{admonition} In this lecture
You will be able to

- **measure** something.

**You need first:** nothing.

**Time:** 5 minutes to read, 1 seconds to run.
:::"""
SETUP = """import numpy as np
import seaborn as sns
from scipy import stats
from sklearn import svm

SEED = 1
rng = np.random.default_rng(SEED)"""
EXERCISE = """````{{exercise-start}} Name
:label: ex-{0}
````

Do it.

````{{exercise-end}}
````

````{{solution-start}} ex-{0}
:label: sol-{0}
:class: dropdown
````"""


@pytest.fixture
def lecture():
    cell, text = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
    hidden = {"tags": ["remove-cell", "test"]}
    figure = {
        "figure": {"name": "fig-one", "caption": "The line rises from {glue:text}`gain:.1f` to the top."},
        "image": {"alt": "A straight line that rises from left to right."},
    }

    def solution():
        return [cell("answer = 2"), cell("assert answer == 2", metadata=hidden)]

    notebook = nbformat.v4.new_notebook(
        cells=[
            text(OPENING),
            cell(SETUP),
            text(
                "## Question\n\nSee {numref}`fig-one`: {glue:text}`gain:.1f` more, not 5 % {cite}`Someone2000`."
            ),
            cell("gain = 3.0\nmodel = svm.SVC(random_state=SEED)", metadata={"mystnb": figure}),
            cell(
                "from myst_nb import glue\n\nglued = 1\nglue('gain', gain, display=False)\nassert 2 < gain < 4",
                metadata=hidden,
            ),
            text("## Exercises\n\n" + EXERCISE.format("one")),
            *solution(),
            text("````{solution-end}\n````\n\n" + EXERCISE.format("two")),
            *solution(),
            text(
                "````{solution-end}\n````\n\n## Take-aways\n\n- {numref}`fig-one`\n\n## Further reading\n\n{cite}`A`"
            ),
        ],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3"},
            "language_info": {"name": "python"},
        },
    )
    return notebook


@pytest.mark.parametrize("rule", NOTEBOOK_RULES, ids=lambda rule: rule.__name__)
def test_rule_accepts_a_good_lecture(lecture, rule):
    assert list(rule(lecture)) == []


def replace(number, old, new):
    """Mutation that changes the source of one cell."""

    def mutate(notebook):
        assert old in notebook.cells[number].source
        notebook.cells[number].source = notebook.cells[number].source.replace(old, new)

    return mutate


def change_figure(part, **values):
    def mutate(notebook):
        notebook.cells[3].metadata["mystnb"][part].update(values)

    return mutate


def add_output(notebook):
    notebook.cells[3].outputs = [nbformat.v4.new_output("stream", text="3")]


def add_count(notebook):
    notebook.cells[3].execution_count = 7


def add_editor_metadata(notebook):
    notebook.cells[3].metadata["vscode"] = {}


def add_notebook_metadata(notebook):
    notebook.metadata["widgets"] = {}


def change_kernel(notebook):
    notebook.metadata.kernelspec.name = "my-own-env"


def add_language_version(notebook):
    notebook.metadata.language_info.version = "3.11.2"


def untag(number):
    def mutate(notebook):
        notebook.cells[number].metadata["tags"] = []

    return mutate


def delete(number):
    def mutate(notebook):
        del notebook.cells[number]

    return mutate


MUTATIONS = [
    ("opens_with_title_and_aims", replace(2, "## Question", "# Question"), "there are 2"),
    ("opens_with_title_and_aims", replace(0, "In this lecture", "Overview"), "the first cell should be"),
    ("opens_with_title_and_aims", replace(0, "**measure**", "know"), "verbs in bold"),
    ("opens_with_title_and_aims", replace(0, "**You need first:** nothing.", ""), "You need first"),
    ("opens_with_title_and_aims", replace(0, "5 minutes to read, ", ""), "minutes to read"),
    ("opens_with_title_and_aims", delete(0), "the first cell should be"),
    ("has_one_setup_cell", replace(1, "SEED = 1", "SEED = 1\nn = 5"), "n = 5"),
    (
        "has_one_setup_cell",
        replace(1, "default_rng(SEED)", "default_rng()"),
        "should be imports, SEED and rng",
    ),
    ("has_one_setup_cell", replace(3, "gain = 3.0", "import os\ngain = 3.0"), "import os"),
    ("is_stripped", add_output, "has an output"),
    ("is_stripped", add_count, "has an output or a count"),
    ("is_stripped", add_editor_metadata, "vscode"),
    ("is_stripped", add_notebook_metadata, "widgets"),
    ("is_stripped", change_kernel, "python3"),
    ("is_stripped", add_language_version, "name of the language"),
    ("is_plain_python", replace(3, "gain = 3.0", "%matplotlib inline"), "%matplotlib"),
    ("is_plain_python", replace(3, "gain = 3.0", "!pip install"), "!pip"),
    (
        "shows_what_it_uses",
        replace(6, "answer = 2", "answer = glued"),
        "glued is defined in a hidden cell only",
    ),
    (
        "draws_nothing_in_hiding",
        replace(4, "glued = 1", "glued = rng.integers(1, 2)"),
        "a hidden cell draws from rng",
    ),
    ("is_seeded", replace(3, "random_state=SEED", ""), "svm.SVC without random_state"),
    ("is_seeded", replace(3, "gain = 3.0", "gain = np.random.normal()"), "np.random.normal without a seed"),
    ("is_seeded", replace(3, "gain = 3.0", "rng = np.random.default_rng()"), "default_rng without a seed"),
    (
        "is_seeded",
        replace(3, "gain = 3.0", "np.random.SeedSequence().spawn(2)"),
        "SeedSequence without a seed",
    ),
    ("is_seeded", replace(3, "gain = 3.0", "sns.lineplot(x=[1], y=[2])"), "sns.lineplot without seed"),
    (
        "is_seeded",
        replace(3, "gain = 3.0", "stats.bootstrap(([1, 2],), np.mean)"),
        "stats.bootstrap without rng",
    ),
    ("is_seeded", replace(1, "import numpy", "import random\nimport numpy"), None),
    ("has_short_cells", replace(3, "gain = 3.0", "gain = 3.0\n" * 16), "17 lines"),
    ("has_short_cells", replace(3, "gain = 3.0", "gain = " + "1 + " * 20 + "1"), "characters in"),
    ("names_its_figures", change_figure("figure", name="figure1"), "should be fig-"),
    ("names_its_figures", change_figure("figure", caption="Result"), "caption of fig-one"),
    (
        "names_its_figures",
        change_figure("figure", caption="{glue:text}`gain:.1f` rises from the left up"),
        "caption of",
    ),
    ("names_its_figures", change_figure("image", alt="a plot"), "alt of fig-one"),
    ("names_its_figures", change_figure("image", alt=""), "alt of fig-one"),
    ("names_its_figures", change_figure("figure", name="fig-two"), "refers to fig-two"),
    (
        "names_its_figures",
        change_figure("image", alt="The line rises from {glue:text}`gain:.1f` to the top."),
        "are the same",
    ),
    ("proves_its_claims", replace(4, "assert 2 < gain < 4", "assert True"), "without an assert about a name"),
    (
        "proves_its_claims",
        replace(4, "assert 2 < gain < 4", "assert np.pi > 3"),
        "gain is glued but not asserted",
    ),
    ("proves_its_claims", replace(4, "gain, display", "2 * gain, display"), "should be the variable gain"),
    ("proves_its_claims", untag(4), "glue outside a hidden test cell"),
    ("proves_its_claims", delete(4), "gain is used in the prose but never glued"),
    (
        "proves_its_claims",
        replace(4, "glue('gain'", "glue('other', other)\nglue('gain'"),
        "never used in the prose",
    ),
    ("types_no_results", replace(2, "not 5 % {cite}`Someone2000`", "that is 5 %"), "typed by hand"),
    (
        "types_no_results",
        change_figure("figure", caption="Accuracy rises to 97 % with all of the images."),
        "by hand",
    ),
    ("has_solved_exercises", replace(8, "{exercise-start} Name", "{other-start} Name"), "there are 1"),
    ("has_solved_exercises", replace(8, ":label: ex-two", ""), "label ex-"),
    ("has_solved_exercises", replace(5, "{exercise-end}", "{end}"), "not closed"),
    ("has_solved_exercises", replace(5, ":class: dropdown", ""), "ex-one has no solution"),
    ("has_solved_exercises", delete(6), "not executed or not proven"),
    ("has_solved_exercises", delete(7), "not executed or not proven"),
    ("closes_with_take_aways", replace(11, "## Take-aways", "## Summary"), "the last sections should be"),
    ("closes_with_take_aways", replace(11, "- {numref}`fig-one`", "- learned"), "no take-away points"),
    ("closes_with_take_aways", replace(11, "{cite}`A`", "a book"), "cites nothing"),
]


@pytest.mark.parametrize(("name", "mutate", "message"), MUTATIONS)
def test_rule_notices(lecture, name, mutate, message):
    mutate(lecture)
    problems = list(getattr(book_rules, name)(lecture))
    if message is None:  # an unused import of random is harmless, its use is not
        assert problems == []
        lecture.cells[3].source += "\nrandom.random()"
        problems, message = (
            list(getattr(book_rules, name)(lecture)),
            "random.random uses Python's global generator",
        )
    assert any(message in problem for problem in problems), problems


def test_every_notebook_rule_is_mutated():
    assert {name for name, _, _ in MUTATIONS} == {rule.__name__ for rule in NOTEBOOK_RULES}


@pytest.mark.parametrize(
    ("source", "toothless"),
    [
        ("glue('x', x)\nassert 0.9 < x < 1.0", []),
        ("glue('x', x)\nassert x > 0.6", []),
        ("glue('x', x)\nassert x == x", ["x"]),
        ("glue('x', x)\nassert x > 0", ["x"]),
        ("glue('x', x)\nassert True", ["x"]),
        ("glue('x', x)\nassert y == 1", ["x"]),
        ("glue('zero', zero)\nassert zero == 0", []),
        ("glue('zero', zero)\nassert zero >= 0", ["zero"]),
        ("glue('name', name)\nassert name == 'cat'", []),
        ("glue('name', name)\nassert isinstance(name, str)", ["name"]),
        ("glue('yes', yes)\nassert yes", []),
        ("glue('x', x)\nglue('y', y)\nassert 0.9 < x < 1.0\nassert y", ["y"]),
    ],
)
def test_claims_that_cannot_fail_are_found(source, toothless):
    namespace = {"x": 0.95, "y": 1, "zero": 0, "name": "cat", "yes": True}
    before = dict(namespace)
    assert toothless_claims(source, namespace) == toothless
    assert namespace == before


# --------------------------------------------------------------------------- a page as it should be

PAGE = """<html><head><link rel="stylesheet" href="_static/a.css"><script src="_static/a.js"></script></head><body>
<article><h1 id="top">Title</h1><p>See <a href="#fig-one">Fig. 1</a> and <a href="other.html#part">that</a>,
<a href="https://example.org">elsewhere</a>.</p><h2>Part</h2>
<div class="cell_output"><figure id="fig-one"><img src="_images/a.png" alt="A straight line that rises to the right.">
<figcaption><span class="caption-number">Fig. 1</span> The line rises.</figcaption></figure></div>
<pre>print(":::")</pre></article></body></html>"""


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
]


@pytest.mark.parametrize(("name", "old", "new", "message"), PAGE_MUTATIONS)
def test_page_rule_notices(page, site, name, old, new, message):
    assert old in page
    problems = problems_of(getattr(book_rules, name), page.replace(old, new), site)
    assert any(message in problem for problem in problems), problems


def test_every_page_rule_is_mutated():
    assert {name for name, *_ in PAGE_MUTATIONS} == {rule.__name__ for rule in PAGE_RULES}


# --------------------------------------------------------------------------- the built website


def built_pages():
    listed = [
        line.split(": ")[1] for line in (ROOT / "_toc.yml").read_text().splitlines() if "file: " in line
    ]
    return [SITE / f"{name}.html" for name in ["intro", *listed]]


@pytest.mark.site
@pytest.mark.parametrize("path", built_pages(), ids=lambda path: path.stem)
@pytest.mark.parametrize("rule", PAGE_RULES, ids=lambda rule: rule.__name__)
def test_built_page_follows(path, rule):
    assert list(rule(BeautifulSoup(path.read_text(), "html.parser"), path, SITE)) == []


@pytest.mark.site
@pytest.mark.parametrize("lecture", LECTURES, ids=lambda path: path.stem)
def test_built_lecture_shows_every_figure_and_hides_every_test(lecture):
    notebook = nbformat.read(lecture, as_version=4)
    article = BeautifulSoup((SITE / f"lectures/{lecture.stem}.html").read_text(), "html.parser").select_one(
        "article"
    )
    figures = {figure["id"] for figure in article.select("figure[id]")}
    assert figures == {figure["name"] for figure in book_rules.captions(notebook)}
    assert not [
        block
        for block in article.select("pre")
        if "assert " in block.get_text() or "glue(" in block.get_text()
    ]


@pytest.mark.site
def test_search_index_knows_the_words_of_the_lectures():
    index = (SITE / "searchindex.js").read_text()
    for stem in ("mcnemar", "fair", "wilson", "preval", "vermilion"):
        assert f'"{stem}":' in index


@pytest.mark.site
def test_styles_ask_nothing_of_other_hosts():
    for path in SITE.rglob("*.css"):
        text = path.read_text(errors="replace")
        assert "@import url(http" not in text
        assert "url(http" not in text.replace("url(http://www.w3.org", "")
