"""Labels of references."""

from pybtex.database import parse_string

from _extensions import citations


def test_references_are_named_as_the_text_cites_them():
    entries = parse_string(
        """@book{a, author = {Dice, Lee}, year = 1945} @book{b, author = {Otsu, N. and Wilson, E.}, year = 1967}
        @book{c, author = {von Neumann, A. and B, B. and C, C.}, year = 2009} @book{d, editor = {E, E.}, year = 1}""",
        "bibtex",
    ).entries.values()
    labels = list(citations.AuthorYearLabels().format_labels(entries))
    assert labels == ["Dice, 1945", "Otsu and Wilson, 1967", "Neumann et al., 2009", "E, 1"]
