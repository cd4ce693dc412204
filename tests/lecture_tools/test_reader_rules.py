"""What a lecture asks of its reader: each rule accepts a good lecture, and notices one change that a person could make."""

import nbformat
import pytest

from lecture_tools import reader_rules
from lecture_tools.reader_rules import (
    READER_RULES,
    count_open_lines,
    count_words,
    find_folded,
    minutes_to_read,
    promise_of,
)

OPENING = """# A title

What rises, and how far?

:::{admonition} In this lecture
**Time:** 5 minutes to read, 1 seconds to run.
:::"""
HIDDEN = {"tags": ["remove-cell", "test"]}
FIGURE = {
    "figure": {"name": "fig-one", "caption": "In 100 draws the mean rises."},
    "image": {"alt": "A line that rises from 0 to 100 draws."},
}
PLOT = "fig, ax = plt.subplots()\nax.plot(draws)\nax.set_xlabel('draw')\nax.set_ylabel('mean')"


def text(source):
    return nbformat.v4.new_markdown_cell(source)


def code(source, **metadata):
    return nbformat.v4.new_code_cell(source, metadata=metadata)


@pytest.fixture
def lecture():
    cells = [
        text(OPENING),
        code("import numpy as np\n\nSEED = 1\nrng = np.random.default_rng(SEED)"),
        text("## Question\n\nWe draw 100 times, and look."),
        code("n_draws = 100\ndraws = rng.normal(size=n_draws)"),
        code(PLOT, mystnb=FIGURE, tags=["hide-input"], card=True),
        code("assert n_draws == 100", **HIDDEN),
        text("### Further down: why\n\nBecause of a theorem."),
        code("proof = np.random.default_rng(SEED).normal()\nprint(proof)"),
        text(
            "## Exercises\n\nDo it.\n\n````{solution-start} ex-one\n:label: sol-one\n:class: dropdown\n````"
        ),
        code("answer = draws.mean()"),
        text("So it was.\n\n````{solution-end}\n````\n\n## Take-aways\n\nIt rises."),
    ]
    return nbformat.v4.new_notebook(cells=cells)


@pytest.mark.parametrize("rule", READER_RULES, ids=lambda rule: rule.__name__)
def test_rule_accepts_a_good_lecture(lecture, rule):
    assert list(map(str, rule(lecture))) == []


def replace(number, old, new):
    def mutate(notebook):
        assert old in notebook.cells[number].source
        notebook.cells[number].source = notebook.cells[number].source.replace(old, new)

    return mutate


def add(number, cell):
    return lambda notebook: notebook.cells.insert(number, cell)


def tag(number, tags, **metadata):
    return lambda notebook: notebook.cells[number].metadata.update(tags=tags, **metadata)


def change_figure(part, **values):
    return lambda notebook: notebook.cells[4].metadata["mystnb"][part].update(values)


def delete(number):
    def mutate(notebook):
        del notebook.cells[number]

    return mutate


MUTATIONS = [
    ("begins_with_a_promise", replace(0, "What rises, and how far?\n\n", ""), "one line of plain text"),
    ("begins_with_a_promise", replace(0, "how far?", "how far"), "should be a sentence"),
    ("begins_with_a_promise", replace(0, "how far?", "`how` far?"), "without markup"),
    ("begins_with_a_promise", replace(0, "how far?", f"{'how ' * 30}far?"), "at most 120 characters"),
    ("fits_one_sitting", replace(2, "and look", "and look " * 1300), "2627 words, at most 2600"),
    ("fits_one_sitting", add(3, code("x = 1\n" * 217)), "222 lines of open code, at most 220"),
    ("announces_its_minutes", replace(0, "5 minutes", "15 minutes"), "15 minutes to read are promised"),
    ("announces_its_minutes", add(3, text("word " * 2000)), "come to 20"),
    ("folds_code_that_draws", tag(4, []), "cell 5: code whose only purpose is a figure"),
    ("folds_code_that_draws", add(4, code(f"mean = 1\n{PLOT}")), "cell 5: code whose only purpose"),
    (
        "folds_code_that_draws",
        replace(3, "n_draws = 100", f"n_draws = 100\n{PLOT.replace('draws)', 'n_draws)')}"),
        "cell 4, line 2: 4 lines that draw",
    ),
    ("folds_code_that_draws", add(4, code("plot_image_grid(draws)")), "cell 5: code whose only purpose"),
    ("needs_nothing_from_further_down", replace(9, "draws.mean()", "proof"), "proof is defined in a section"),
    ("needs_nothing_from_further_down", replace(7, "SEED", "rng"), None),
    ("checks_its_parameters", replace(5, "n_draws == 100", "n_draws > 0"), "cell 3, line 3: '100' in"),
    ("checks_its_parameters", replace(5, "n_draws == 100", "n_draws > 0"), "cell 5: '100' in '... In 100"),
    ("checks_its_parameters", replace(5, "n_draws == 100", "n_draws > 0"), "cell 5: '100' in '... A line"),
    ("checks_its_parameters", delete(5), "cell 3, line 3: '100'"),
    (
        "checks_its_parameters",
        lambda notebook: [replace(2, "100", "10 000")(notebook), replace(3, "100", "10_000")(notebook)],
        "We draw 10 000 times",
    ),
    ("links_other_lectures", replace(2, "and look", "as in lecture 12"), "cell 3, line 3: 'lecture 12'"),
    (
        "keeps_folded_code_off_slides",
        tag(4, ["hide-input"], slideshow={"slide_type": "slide"}),
        "cell 5: a slide shows code",
    ),
    ("has_a_card", lambda notebook: notebook.cells[4].metadata.pop("card"), "0 have it"),
    ("has_a_card", add(5, code("ax", card=True)), "cell 6: one cell should have"),
    ("has_a_card", tag(4, [], card=[0, 0, 1]), "cell 5: card should be true or"),
    ("has_a_card", tag(4, [], card=[0.5, 0, 0.2, 1]), "card should be true or"),
    ("draws_legible_letters", replace(4, "subplots()", "subplots(figsize=(9, 3))"), "9 inches wide"),
    ("draws_legible_letters", replace(4, "'draw'", "'draw', fontsize=7"), "cell 5, line 3: letters of 7"),
    ("draws_legible_letters", replace(4, "'draw'", "'draw', fontsize='x-small'"), "letters of 6.9"),
    ("has_a_card", add(4, text("### Further down: deep")), "that is not Further down"),
]


@pytest.mark.parametrize(("name", "mutate", "message"), MUTATIONS)
def test_rule_notices(lecture, name, mutate, message):
    mutate(lecture)
    problems = list(map(str, getattr(reader_rules, name)(lecture)))
    if message is None:  # a generator of its own is seeded otherwise, which is no fault; rng itself is one
        lecture.cells[7].source = "proof = rng.normal()"
        problems, message = list(map(str, getattr(reader_rules, name)(lecture))), "draws from rng"
    assert any(message in problem for problem in problems), problems


def test_every_rule_is_mutated():
    assert {name for name, _, _ in MUTATIONS} == {rule.__name__ for rule in READER_RULES}


@pytest.mark.parametrize(
    "mutate",
    [
        add(4, code("draws.mean()", tags=["hide-input"])),
        tag(4, ["plotting-lesson"], slideshow={"slide_type": "slide"}),
        replace(3, "n_draws = 100", "n_draws = 100\nax = plt.gca()\nax.axhline(n_draws)"),
        replace(2, "100 times", "{glue:text}`n_draws` times, in `range(100)`, since 2021"),
        replace(2, "100 times", "100 times on 28 × 28 pixels"),
        replace(7, "print(proof)", "answer = proof"),
        replace(4, "subplots()", "subplots(figsize=(7.4, 9))"),
        replace(4, "'draw'", "'draw', fontsize=8, labelsize='small'"),
        tag(4, ["hide-input"], card=[0, 0, 0.5, 1]),
    ],
)
def test_rules_allow_good_teaching(lecture, mutate):
    mutate(lecture)
    assert [str(fault) for rule in READER_RULES for fault in rule(lecture)] == []


def test_a_parameter_that_changes_is_noticed(lecture):
    """Take the fault of the first edition: 300 draws instead of 100, and the sentence stays."""
    lecture.cells[3].source = lecture.cells[3].source.replace("100", "300")
    namespace = {}
    for cell in (lecture.cells[1], lecture.cells[3]):
        exec(cell.source, namespace)
    with pytest.raises(AssertionError):
        exec(lecture.cells[5].source, namespace)


def test_what_is_folded_counts_neither_as_words_nor_as_lines(lecture):
    texts, folded = find_folded(lecture)
    assert folded == {8, 10}
    assert "theorem" not in texts[7]
    assert texts[9].split() == ["##", "Exercises", "Do", "it."]
    assert texts[11].split() == ["##", "Take-aways", "It", "rises."]
    # title, promise, time, heading, question, and what is open below; the line of a directive does not count
    assert count_words(lecture) == 2 + 5 + 9 + 1 + 6 + 3 + 1 + 2
    assert count_open_lines(lecture) == 3 + 2
    assert promise_of(lecture) == "What rises, and how far?"


def test_a_minute_is_110_words_or_12_lines():
    cells = [text("word " * 1100), code("x = 1\n" * 120)]
    assert minutes_to_read(nbformat.v4.new_notebook(cells=cells)) == 10 + 10


def test_a_heading_in_a_block_of_code_ends_no_section():
    cells = [text("### Further down: shell\n\n```bash\n# a comment\n```\n\nstill folded"), code("x = 1")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    assert find_folded(notebook)[1] == {2}
    cells.append(text("### Next"))
    cells.append(code("y = 1"))
    assert find_folded(nbformat.v4.new_notebook(cells=cells))[1] == {2}
