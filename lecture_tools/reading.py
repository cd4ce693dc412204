"""Read a lecture: its cells, its prose and its code, each with the place where it stands.

Cells are counted from 1 over all cells of the notebook, as JupyterLab shows them from top to bottom; lines from 1 within
their cell.
"""

import ast
import re
from typing import NamedTuple

COMMENT = r"<!--.*?-->"
FENCE = r"```.*?```"
# Roles, code, formulas, addresses and titles, among the words that a reader reads.
NO_PROSE = rf"\{{[\w:-]+\}}`[^`]*`|{FENCE}|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|\]\([^)]*\)|^#[^\n]*"
_NOTHING = r"(?!)"


class Fault(NamedTuple):
    """What is wrong with a lecture, and where.

    Parameters
    ----------
    message : str
        What should be otherwise.
    cell, line : int, optional
        Place, each counted from 1.

    Examples
    --------
    >>> from lecture_tools.reading import Fault
    >>> print(Fault("import outside the setup cell: import os", 23, 4))
    cell 23, line 4: import outside the setup cell: import os
    """

    message: str
    cell: int | None = None
    line: int | None = None

    def __str__(self):
        """Place and message, in one line."""
        numbers = {"cell": self.cell, "line": self.line}
        place = ", ".join(f"{kind} {number}" for kind, number in numbers.items() if number)
        return f"{place}: {self.message}" if place else self.message


def report(name, faults):
    """List all faults of a lecture, one a line and from top to bottom, below its name.

    Parameters
    ----------
    name : str
        The lecture.
    faults : iterable of Fault

    Returns
    -------
    str
        Empty if there is none.

    Examples
    --------
    >>> from lecture_tools.reading import Fault, report
    >>> print(report("12-augmentation", [Fault("too long", 3, 2), Fault("no title")]))
    12-augmentation
      no title
      cell 3, line 2: too long
    """
    ordered = sorted(faults, key=lambda fault: (fault.cell or 0, fault.line or 0))
    return "\n  ".join([name, *map(str, ordered)]) if ordered else ""


# --------------------------------------------------------------------------- code


def tags_of(cell):
    """Tags of a cell, as a set."""
    return set(cell.metadata.get("tags", ()))


def code_cells(notebook, tag=None, without=None):
    """List the code cells with one tag, or without another.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    tag, without : str, optional

    Returns
    -------
    list of (int, nbformat.NotebookNode)
        Number and cell.
    """
    return [
        (number, cell)
        for number, cell in enumerate(notebook.cells, 1)
        if cell.cell_type == "code" and (tag is None or tag in tags_of(cell)) and without not in tags_of(cell)
    ]


def captions(notebook):
    """List the figures, by the metadata of the cells that draw them.

    Parameters
    ----------
    notebook : nbformat.NotebookNode

    Returns
    -------
    list of dict
        With the keys name, caption, alt, and cell, which is its number.
    """
    figures = []
    for number, cell in code_cells(notebook):
        own = cell.metadata.get("mystnb", {})
        if own.get("figure"):
            figures.append(own["figure"] | {"alt": own.get("image", {}).get("alt", ""), "cell": number})
    return figures


def parse(cell):
    """Syntax tree of a cell; an empty one if it is no Python, which is for one rule alone to say."""
    try:
        return ast.parse(cell.source)
    except SyntaxError:
        return ast.Module([], [])


def lines_of_names(node):
    """Names that code reads or writes, each with the line where it first stands."""
    lines = {}
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            lines[part.id] = min(part.lineno, lines.get(part.id, part.lineno))
    return lines


def asserted_names(cell):
    """Names that the top-level asserts of a cell read."""
    return set().union(
        *(lines_of_names(node.test) for node in parse(cell).body if isinstance(node, ast.Assert))
    )


def root_name(node):
    """Name that a chain of attributes, items and calls begins with; None if it begins with something else."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return getattr(node, "id", None)


# --------------------------------------------------------------------------- prose


def mask(pattern, text):
    """Overwrite what a pattern matches with underscores, so that all else keeps its place.

    Examples
    --------
    >>> from lecture_tools.reading import mask
    >>> mask(r"`.*?`", "the `code` of 30 %")
    'the ______ of 30 %'
    """
    return re.sub(pattern, lambda match: re.sub(r"[^\n]", "_", match[0]), text, flags=re.S)


def line_at(text, offset):
    """Line of a text, counted from 1, in which a character stands."""
    return text.count("\n", 0, offset) + 1


def prose_cells(notebook):
    """Pairs of number and text of the Markdown cells, their comments masked."""
    return [
        (number, mask(COMMENT, cell.source))
        for number, cell in enumerate(notebook.cells, 1)
        if cell.cell_type == "markdown"
    ]


def prose(notebook):
    """Text of all Markdown cells, their comments masked."""
    return "\n\n".join(text for _, text in prose_cells(notebook))


def find_in_prose(pattern, notebook, masked=_NOTHING):
    """Search the Markdown cells.

    Parameters
    ----------
    pattern : str
        Regular expression; ``^`` and ``$`` match at each line.
    notebook : nbformat.NotebookNode
    masked : str, optional
        Regular expression of what to overlook.

    Yields
    ------
    match : re.Match
    cell, line : int
        Where it begins.
    """
    for number, text in prose_cells(notebook):
        for match in re.finditer(pattern, mask(masked, text), flags=re.M):
            yield match, number, line_at(text, match.start())
