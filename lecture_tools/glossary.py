"""Terms of the course: where each is defined, and which lecture uses one too early.

``appendix/glossary.yml`` lists the terms. The lecture in which a term first stands in bold defines it; the website links
later uses to that place, and the appendix lists all. Command line, which names terms that are used too early::

    python -m lecture_tools.glossary
"""

import re
import sys
from functools import cache
from typing import NamedTuple

import nbformat
import yaml

from lecture_tools.paths import LECTURES, ROOT
from lecture_tools.reader_rules import find_folded
from lecture_tools.reading import NO_PROSE, Fault, line_at, mask, report

TERMS = ROOT / "appendix/glossary.yml"


class Term(NamedTuple):
    """A term of the glossary.

    Parameters
    ----------
    name : str
        As it stands in bold where it is defined.
    means : str
        Its meaning, in a sentence.
    pattern : re.Pattern
        Finds its uses.
    """

    name: str
    means: str
    pattern: re.Pattern

    @property
    def anchor(self):
        """Id of the place that defines it."""
        return "term-" + re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


@cache
def load_terms(path=TERMS):
    """Read the terms, in alphabetical order.

    Parameters
    ----------
    path : pathlib.Path, optional
        YAML: a list of entries with the keys term, means and, unless it is written as in `term` only, forms.

    Returns
    -------
    tuple of Term

    Examples
    --------
    >>> from lecture_tools.glossary import load_terms
    >>> [term.anchor for term in load_terms() if term.name == "confusion matrix"]
    ['term-confusion-matrix']
    """
    entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    forms = [sorted({entry["term"], *entry.get("forms", ())}, key=len, reverse=True) for entry in entries]
    terms = [
        Term(entry["term"], entry["means"], _compile(own, [form for other in forms for form in other]))
        for entry, own in zip(entries, forms, strict=True)
    ]
    return tuple(sorted(terms, key=lambda term: term.name.lower()))


def _compile(forms, all_forms):
    """Pattern of a term that does not stand within a longer one: "regression", but not in "ridge regression"."""
    written = []
    for form in forms:
        before = {
            other[: -len(form) - 1] for other in all_forms if other.lower().endswith(f" {form.lower()}")
        }
        after = {
            other[len(form) + 1 :] for other in all_forms if other.lower().startswith(f"{form.lower()} ")
        }
        not_before = "".join(rf"(?<!\b{re.escape(word)}\s)" for word in sorted(before))
        not_after = "".join(rf"(?!\s{re.escape(word)})" for word in sorted(after))
        written.append(
            not_before
            + re.escape(form).replace(r"\ ", r"\s+").replace("'", "['’]")
            + rf"(?![\w-]){not_after}"
        )
    return re.compile(rf"(?<![\w-])(?:{'|'.join(written)})", flags=re.IGNORECASE)


@cache  # each term reads all cells
def _readable(text):
    """Prose of a cell, with spaces for what is no prose and around what an index role shows."""
    shown = re.sub(
        r"(\{index\}`)([^`<]*?)(\s<[^`]*>)?`",
        lambda found: " " * len(found[1]) + found[2] + " " * (len(found[3] or "") + 1),
        text,
    )
    return mask(rf"(?m:{NO_PROSE})", shown)


def find_definition(term, notebook):
    """Find where a lecture has a term in bold, outside its opening.

    Returns
    -------
    (int, int) or None
        Number of the cell, counted from 1, and position in its text.
    """
    bold = re.compile(rf"\*\*(?:the )?\s*({term.pattern.pattern})\s*\*\*", flags=re.IGNORECASE)
    for number, cell in list(enumerate(notebook.cells, 1))[1:]:
        if cell.cell_type == "markdown" and (found := bold.search(_readable(cell.source))):
            return number, found.start(1)
    return None


def check_terms(terms, lectures):
    """Find terms that no lecture defines, and uses before the definition.

    Openings, headings, exercises' solutions, sections "Further down" and the list of further reading may use any term.

    Parameters
    ----------
    terms : iterable of Term
    lectures : dict
        Notebooks by name, in reading order.

    Returns
    -------
    places : dict
        Name of the lecture that defines it, by the name of the term.
    faults : dict
        List of Fault by name of a lecture, or by "glossary".
    """
    places, faults = {}, {}
    open_texts = {name: list(find_folded(notebook)[0].items())[1:] for name, notebook in lectures.items()}
    for term in terms:
        early = []
        for name, notebook in lectures.items():
            defined = find_definition(term, notebook)
            for number, text in open_texts[name]:
                if text.startswith("## Further reading"):
                    continue
                text = text.partition("## Further reading")[0]
                for found in term.pattern.finditer(_readable(text)):
                    if defined is None or (number, found.start()) < defined:
                        early.append((name, number, line_at(text, found.start())))
            if defined:
                places[term.name] = name
                break
        if term.name not in places:
            faults.setdefault("glossary", []).append(Fault(f"no lecture has {term.name!r} in bold"))
            continue
        for name, number, line in early:
            message = f"uses {term.name!r}, which {places[term.name]} defines"
            message += " further down" if name == places[term.name] else ""
            faults.setdefault(name, []).append(Fault(message, number, line))
    return places, faults


def read_lectures():
    """Notebooks of all lectures by name, in reading order."""
    return {path.stem: nbformat.read(path, as_version=4) for path in LECTURES}


def main():
    """Print the terms that are used before they are defined; exit status 1 if there is one."""
    places, faults = check_terms(load_terms(), read_lectures())
    for name, found in faults.items():
        print(report(name, found))
    print(f"{len(places)} terms are defined")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
