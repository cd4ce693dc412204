"""Terms are defined once, in bold, before they are used."""

import nbformat
import pytest

from lecture_tools.glossary import TERMS, check_terms, find_definition, load_terms, main, read_lectures

ENTRIES = """
- term: recall
  forms: [recalls]
  means: Share of the members of a class that are found.
- term: Dice coefficient
  means: Twice what is common, divided by the sum.
"""


@pytest.fixture
def terms(tmp_path):
    (tmp_path / "glossary.yml").write_text(ENTRIES)
    return load_terms(tmp_path / "glossary.yml")


def lecture(*texts):
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell(text) for text in ("# Title", *texts)]
    )


DEFINES = "The **recall** is a share. The **Dice\ncoefficient** is one, too."


def faults_of(terms, *lectures):
    named = {f"0{number}-lecture": notebook for number, notebook in enumerate(lectures, 1)}
    places, faults = check_terms(terms, named)
    return places, {name: list(map(str, found)) for name, found in faults.items()}


def test_terms_are_sorted_and_have_anchors(terms):
    assert [term.anchor for term in terms] == ["term-dice-coefficient", "term-recall"]


def test_the_first_lecture_with_a_term_in_bold_defines_it(terms):
    places, faults = faults_of(
        terms, lecture("Nothing."), lecture(DEFINES), lecture("More **recall**, and recall.")
    )
    assert places == {"recall": "02-lecture", "Dice coefficient": "02-lecture"}
    assert faults == {}


@pytest.mark.parametrize("early", ["Its recall is 1.", "Recalls differ.", "See\n\nits recall."])
def test_a_use_in_an_earlier_lecture_is_a_fault(terms, early):
    _, faults = faults_of(terms, lecture(early), lecture(DEFINES))
    line = early.count("\n") + 1
    assert faults == {"01-lecture": [f"cell 2, line {line}: uses 'recall', which 02-lecture defines"]}


def test_a_use_above_the_definition_is_a_fault(terms):
    _, faults = faults_of(terms, lecture("The recall is high.", DEFINES))
    assert faults == {"01-lecture": ["cell 2, line 1: uses 'recall', which 01-lecture defines further down"]}


@pytest.mark.parametrize(
    "harmless",
    [
        "`recall` is a name in code",
        "## Recall",
        "{doc}`recall`",
        "recalling is another word, and so is total-recall",
        "### Further down: deep\n\nThe recall is high.",
        "## Further reading\n\nA book on recall.",
        "````{solution-start} ex-one\n````\n\nThe recall.\n\n````{solution-end}\n````",
    ],
)
def test_code_titles_links_and_what_is_folded_may_use_any_term(terms, harmless):
    assert faults_of(terms, lecture(harmless), lecture(DEFINES))[1] == {}


def test_an_index_entry_does_not_hide_a_definition(terms):
    indexed = "The **{index}`Dice coefficient <!Dice coefficient>`** and the **{index}`recall`** are shares."
    places, faults = faults_of(terms, lecture(indexed))
    assert set(places) == {"Dice coefficient", "recall"}
    assert faults == {}


def test_a_term_within_a_longer_one_is_no_use_of_it(tmp_path):
    entries = "[{term: regression, means: A task.}, {term: ridge regression, means: A model.}, {term: ridge, means: A hill.}]"
    (tmp_path / "longer.yml").write_text(entries)
    regression, ridge, longer = load_terms(tmp_path / "longer.yml")
    text = "Ridge regression, ridge\nregression, logistic regression; a ridge"
    assert [found.start() for found in regression.pattern.finditer(text)] == [text.index("regression; a")]
    assert [found.start() for found in ridge.pattern.finditer(text)] == [text.rindex("ridge")]
    assert len(longer.pattern.findall(text)) == 2


def test_an_apostrophe_may_be_typeset(tmp_path):
    (tmp_path / "kappa.yml").write_text("[{term: Cohen's kappa, means: A measure.}]")
    (kappa,) = load_terms(tmp_path / "kappa.yml")
    assert kappa.pattern.fullmatch("Cohen's kappa")
    assert kappa.pattern.fullmatch("Cohen’s kappa")


def test_a_term_that_no_lecture_defines_is_a_fault(terms):
    _, faults = faults_of(terms, lecture("The **recall** is a share."))
    assert faults == {"glossary": ["no lecture has 'Dice coefficient' in bold"]}


def test_the_opening_defines_nothing(terms):
    notebook = lecture("text")
    notebook.cells[0].source = "# Title\n\nThe **recall**"
    assert find_definition(terms[1], notebook) is None


def test_every_lecture_uses_only_terms_of_those_before_it(capsys):
    assert main() == 0, capsys.readouterr().out


def test_a_few_dozen_terms_are_defined_all_over_the_course():
    places, _ = check_terms(load_terms(TERMS), read_lectures())
    assert len(places) >= 36
    assert len(set(places.values())) >= 15
