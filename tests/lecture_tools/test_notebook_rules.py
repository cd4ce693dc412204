"""Each rule accepts a lecture as it should be, and notices when that is broken in one place."""

import nbformat
import pytest

from lecture_tools import notebook_rules
from lecture_tools.notebook_rules import NOTEBOOK_RULES
from lecture_tools.reader_rules import READER_RULES
from lecture_tools.stripping import NOTEBOOK_METADATA

OPENING = """# A title

What rises, and how far?

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
            cell("gain = 3.0\nmodel = svm.SVC(random_state=SEED)", metadata={"mystnb": figure, "card": True}),
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
        metadata=NOTEBOOK_METADATA,
    )
    return notebook


def problems_of(name, notebook):
    rules = {rule.__name__: rule for rule in NOTEBOOK_RULES}
    return [str(fault) for fault in rules[name](notebook)]


@pytest.mark.parametrize("rule", NOTEBOOK_RULES, ids=lambda rule: rule.__name__)
def test_rule_accepts_a_good_lecture(lecture, rule):
    assert problems_of(rule.__name__, lecture) == []


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


def both(*mutations):
    def mutate(notebook):
        for mutation in mutations:
            mutation(notebook)

    return mutate


def say(sentence):
    return replace(2, "## Question\n", f"## Question\n\n{sentence}\n")


def add_code(source, at=3):
    def mutate(notebook):
        notebook.cells.insert(at, nbformat.v4.new_code_cell(source))

    return mutate


def end_before(number):
    def mutate(notebook):
        del notebook.cells[number:]

    return mutate


def append_exercises(n_exercises):
    def mutate(notebook):
        for number in range(n_exercises):
            notebook.cells.append(nbformat.v4.new_markdown_cell(EXERCISE.format(f"more-{number}")))

    return mutate


ANSWER = "Nobody knows, but most would say that it depends on the images."


def discuss(answer):
    """Make a discussion of the first exercise."""

    def mutate(notebook):
        del notebook.cells[6:8]
        replace(5, ":label: ex-one", ":label: ex-one\n:class: discussion")(notebook)
        notebook.cells[6].source = f"{answer}\n\n{notebook.cells[6].source}"

    return mutate


def keep_one_exercise(notebook):
    del notebook.cells[9:11]
    replace(8, EXERCISE.format("two"), "")(notebook)
    replace(9, "````{solution-end}\n````", "")(notebook)


def make_prose(notebook):
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "markdown"]


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
    ("is_stripped", add_output, "cell 4: an output"),
    ("is_stripped", add_count, "cell 4: a count"),
    ("is_stripped", add_editor_metadata, "vscode"),
    ("is_stripped", add_notebook_metadata, "widgets"),
    ("is_stripped", change_kernel, "'kernelspec' should be"),
    ("is_stripped", add_language_version, "'language_info' should be"),
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
    (
        "has_short_cells",
        replace(3, "gain = 3.0", "gain = " + "1 + " * 20 + "1"),
        "characters, the page holds 78",
    ),
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
    ("has_solved_exercises", end_before(5), "there are 0"),
    ("has_solved_exercises", append_exercises(3), "1 to 4 exercises, there are 5"),
    ("has_solved_exercises", replace(8, ":label: ex-two", ""), "label ex-"),
    ("has_solved_exercises", replace(5, "{exercise-end}", "{end}"), "not closed"),
    ("has_solved_exercises", replace(5, ":class: dropdown", ""), "ex-one has no solution"),
    ("has_solved_exercises", delete(6), "the solution of ex-one is not executed"),
    ("has_solved_exercises", delete(7), "the solution of ex-one is not proven"),
    ("closes_with_take_aways", replace(11, "## Take-aways", "## Summary"), "the last sections should be"),
    ("closes_with_take_aways", replace(11, "- {numref}`fig-one`", "- learned"), "no take-away points"),
    ("closes_with_take_aways", replace(11, "{cite}`A`", "a book"), "cites nothing"),
    ("closes_with_take_aways", replace(11, "{cite}`A`", "[a book](book.html)"), "cites nothing"),
    # Settings may be typed, if they stand in code that is shown; results may not, wherever their number stands.
    (
        "types_no_results",
        say("We keep 30 % for the test."),
        "let the code that is shown hold the setting 0.3",
    ),
    ("types_no_results", both(say("It finds 97 %."), replace(4, "glued = 1", "glued = 0.97")), "'97 %'"),
    ("types_no_results", both(say("It finds 97 %."), add_code("assert gain > 0.97")), "'97 %'"),
    ("types_no_results", both(say("It finds 30 %."), add_code("ax.plot([0.3], alpha=0.3)")), "'30 %'"),
    ("types_no_results", both(say("It finds 30 %."), add_code("plt.gca().axhline(y=0.3)")), "'30 %'"),
    ("types_no_results", both(say("It finds 30 %."), add_code("n_images = 30")), "'30 %'"),
    ("types_no_results", both(say("It finds 70 %."), add_code("share = 0.3")), "'70 %'"),
    ("types_no_results", both(say("It finds 100 %."), add_code("n = 1\nshare = 1.0")), "'100 %'"),
    (
        "types_no_results",
        both(say("We gain 6 percentage points."), add_code("n = 6")),
        "'6 percentage points'",
    ),
    ("has_solved_exercises", end_before(9), "the solution of ex-two is not closed"),
    ("has_solved_exercises", replace(8, "````{solution-end}\n````", ""), "a solution starts where none can"),
    (
        "has_solved_exercises",
        replace(5, "## Exercises", "````{solution-end}\n````"),
        "a solution ends where none",
    ),
    ("has_solved_exercises", discuss("Yes."), "the answer to ex-one should have at least 10 words"),
    ("has_solved_exercises", discuss("<!-- " + 10 * "word " + "-->"), "should have at least 10 words"),
    ("has_solved_exercises", both(discuss(ANSWER), add_code("answer = 2", at=6)), "ex-one is not proven"),
    ("has_one_setup_cell", make_prose, "there is no code"),
    (
        "is_plain_python",
        replace(3, "gain = 3.0", "gain = = 3.0"),
        "cell 4, line 1: no Python: invalid syntax",
    ),
    ("proves_its_claims", replace(4, "'gain', gain,", "'gain',"), "glue('gain', display=False) should be"),
    ("opens_with_title_and_aims", replace(0, "# A title", "A title"), "there is none"),
]


@pytest.mark.parametrize(("name", "mutate", "message"), MUTATIONS)
def test_rule_notices(lecture, name, mutate, message):
    mutate(lecture)
    problems = problems_of(name, lecture)
    if message is None:  # an unused import of random is harmless, its use is not
        assert problems == []
        lecture.cells[3].source += "\nrandom.random()"
        problems, message = problems_of(name, lecture), "random.random uses Python's global generator"
    assert any(message in problem for problem in problems), problems


def test_every_notebook_rule_is_mutated():
    mutated = {name for name, _, _ in MUTATIONS}
    assert mutated == {rule.__name__ for rule in NOTEBOOK_RULES if rule not in READER_RULES}


@pytest.mark.parametrize(
    "mutate",
    [
        both(say("We keep 30 % for the test."), add_code("split(images, test_size=0.3)")),
        both(say("We train on 70 % and keep 30 % for the test."), add_code("split(images, test_size=0.3)")),
        both(say("We train on 99.9% and keep 0.1% for the test."), add_code("held_out = 0.001")),
        both(say("We cut the brightest 5 %."), add_code("np.percentile(images, [5, 95])")),
        both(say("We keep 30 % for the test."), add_code("keep(images, held_out_percent=30)")),
        both(say("We keep 30 % for the test."), add_code("held_out_percent = 30")),
        both(say("We allow a loss of 2 percentage points."), add_code("allowed = 0.02")),
        both(
            change_figure(
                "figure", caption="With 30 % of the images the line rises by {glue:text}`gain:.1f`."
            ),
            add_code("share = 0.3"),
        ),
        say("The error bar is a 95% interval."),
        discuss(ANSWER),
        both(
            discuss(ANSWER),
            add_code("answer = 2", at=6),
            lambda notebook: notebook.cells.insert(
                7, nbformat.v4.new_code_cell("assert answer == 2", metadata={"tags": ["remove-cell", "test"]})
            ),
        ),
        replace(11, "{cite}`A`", "[A book](https://example.org/book) on lines."),
        replace(11, "{cite}`A`", "<https://example.org/book>"),
        keep_one_exercise,
    ],
)
def test_rules_allow_good_teaching(lecture, mutate):
    mutate(lecture)
    assert [problem for rule in NOTEBOOK_RULES for problem in problems_of(rule.__name__, lecture)] == []


@pytest.mark.parametrize(
    ("name", "mutate", "problem"),
    [
        (
            "has_one_setup_cell",
            replace(3, "model =", "import os\n\nmodel ="),
            "cell 4, line 2: import outside",
        ),
        (
            "opens_with_title_and_aims",
            replace(2, "## Question", "\n# Question"),
            "cell 3, line 2: there should",
        ),
        ("opens_with_title_and_aims", replace(0, "**measure**", "know"), "cell 1: the first cell"),
        (
            "is_stripped",
            lambda notebook: notebook.cells[0].metadata.update(editable=True),
            "cell 1: the metadata",
        ),
        ("is_plain_python", replace(3, "model =", "%time\nmodel ="), "cell 4, line 2: magic"),
        ("shows_what_it_uses", replace(6, "answer = 2", "one = 1\nanswer = glued"), "cell 7, line 2: glued"),
        (
            "draws_nothing_in_hiding",
            replace(4, "glued = 1", "glued = rng.normal()"),
            "cell 5, line 3: a hidden",
        ),
        ("is_seeded", replace(3, "random_state=SEED", ""), "cell 4, line 2: svm.SVC without"),
        (
            "has_short_cells",
            replace(3, "gain = 3.0", f"gain = {'1 + ' * 20}1"),
            "cell 4, line 1: 88 characters",
        ),
        ("names_its_figures", change_figure("figure", name="one"), "cell 4: figure name 'one'"),
        ("proves_its_claims", replace(4, "glue('gain'", "glue('x', x)\nglue('gain'"), "cell 5, line 4: x is"),
        ("proves_its_claims", delete(4), "cell 3, line 3: gain is used in the prose but never glued"),
        ("types_no_results", say("<!-- A\ncomment. -->\n\nHere\n5 % are right."), "cell 3, line 7: a result"),
        ("has_solved_exercises", delete(6), "cell 6, line 12: the solution of ex-one"),
        ("has_solved_exercises", replace(8, ":label: ex-two", ""), "cell 9, line 4: an exercise lacks"),
        ("closes_with_take_aways", replace(11, "{cite}`A`", "a book"), "cell 12, line 8: further reading"),
    ],
)
def test_faults_name_their_place(lecture, name, mutate, problem):
    mutate(lecture)
    assert any(found.startswith(problem) for found in problems_of(name, lecture)), problems_of(name, lecture)


def test_a_lecture_that_is_no_python_is_reported_by_one_rule_alone(lecture):
    lecture.cells[6].source = "answer = ="
    assert [rule.__name__ for rule in NOTEBOOK_RULES if list(rule(lecture))] == ["is_plain_python"]


@pytest.fixture
def course(tmp_path, lecture, monkeypatch):
    """A folder with two lectures, and how to read them from the command line."""
    nbformat.write(lecture, tmp_path / "01-good.ipynb")
    lecture.cells[3].source += "\n%time\nimport os"
    lecture.cells[6].source = "random = np.random.normal()\nanswer = 2"
    lecture.cells[0].source = lecture.cells[0].source.replace("1 seconds", "some seconds")
    nbformat.write(lecture, tmp_path / "02-bad.ipynb")
    monkeypatch.setattr(notebook_rules, "LECTURES", sorted(tmp_path.glob("*.ipynb")))
    return tmp_path


def test_command_line_lists_every_fault_below_the_name_of_its_lecture(course, capsys):
    assert notebook_rules.main([]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert printed[:2] == [f"01-good keeps all {len(NOTEBOOK_RULES)} rules", "02-bad"]
    places = ["cell 1", "cell 4, line 3", "cell 7, line 1"]
    assert [line.strip().split(":")[0] for line in printed[2:]] == places


def test_command_line_reads_one_lecture(course, capsys):
    assert notebook_rules.main(["--lecture", "1"]) == 0
    assert capsys.readouterr().out.startswith("01-good keeps all")
    with pytest.raises(
        SystemExit, match="LECTURE should be a number or a name of 01-good, 02-bad, but got '7'"
    ):
        notebook_rules.main(["--lecture", "7"])
