"""What a stripped notebook may hold, and the formatter that takes away the rest.

A cell keeps its source, its id, and three kinds of metadata; the notebook keeps its kernel and its language. Whatever
else JupyterLab or another editor writes goes: the list says what stays, so that it need not know every editor.

`make format` runs ``python -m lecture_tools.stripping FILES``; `make lint` and pre-commit add ``--verify``, which
changes nothing and names what would go.
"""

import argparse
import sys
from pathlib import Path

import nbformat

__all__ = ["CELL_METADATA", "NOTEBOOK_METADATA", "find_leftovers", "main", "strip"]

CELL_METADATA = frozenset({"tags", "mystnb", "slideshow", "card"})
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# JupyterLab's property inspector writes these as soon as it is opened; they say nothing.
_EMPTY = ([], {}, {"slide_type": ""})


def find_leftovers(notebook):
    """List what a notebook holds that a stripped one may not.

    Parameters
    ----------
    notebook : nbformat.NotebookNode

    Yields
    ------
    number : int or None
        Which cell, counted from 1 at the top; None for the notebook as a whole.
    leftover : str
        What it is.

    Examples
    --------
    >>> import nbformat
    >>> from lecture_tools.stripping import NOTEBOOK_METADATA, find_leftovers
    >>> cell = nbformat.v4.new_code_cell("1 + 1", execution_count=7, metadata={"editable": True})
    >>> list(find_leftovers(nbformat.v4.new_notebook(cells=[cell], metadata=NOTEBOOK_METADATA)))
    [(1, 'a count'), (1, "the metadata 'editable'")]
    """
    for key in sorted(set(notebook.metadata) | set(NOTEBOOK_METADATA)):
        if notebook.metadata.get(key) != NOTEBOOK_METADATA.get(key):
            yield (
                None,
                f"the metadata {key!r} should be {NOTEBOOK_METADATA[key]}"
                if key in NOTEBOOK_METADATA
                else f"the metadata {key!r}",
            )
    for number, cell in enumerate(notebook.cells, 1):
        if cell.get("outputs"):
            yield number, "an output"
        if cell.get("execution_count") is not None:
            yield number, "a count"
        for key, value in cell.metadata.items():
            if key not in CELL_METADATA:
                yield number, f"the metadata {key!r}"
            elif value in _EMPTY:
                yield number, f"the metadata {key!r}, which is empty"


def strip(notebook):
    """Take from a notebook what a stripped one may not hold.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Changed in place. Sources, ids and the order of the cells stay.

    Returns
    -------
    nbformat.NotebookNode
        The same notebook.

    Examples
    --------
    >>> import nbformat
    >>> from lecture_tools.stripping import strip
    >>> cell = nbformat.v4.new_code_cell("1 + 1", execution_count=7, metadata={"editable": True})
    >>> stripped = strip(nbformat.v4.new_notebook(cells=[cell]))
    >>> stripped.cells[0].execution_count, stripped.cells[0].metadata, stripped.metadata.language_info.name
    (None, {}, 'python')
    """
    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        for key, value in list(cell.metadata.items()):
            if key not in CELL_METADATA or value in _EMPTY:
                del cell.metadata[key]
    return notebook


def main(arguments=None):
    """Strip notebooks in place, or say what there is to strip.

    Parameters
    ----------
    arguments : list of str, optional
        Those of the command line: notebooks, and ``--verify`` to change nothing.

    Returns
    -------
    int
        Exit status: 1 if a file is no notebook, or if `--verify` found something; else 0.
    """
    parser = argparse.ArgumentParser(
        prog="python -m lecture_tools.stripping", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "--verify", action="store_true", help="change nothing, name what would go, fail if there is any"
    )
    parser.add_argument("files", nargs="*", type=Path)
    options = parser.parse_args(arguments)
    failed = False
    for path in options.files:
        before = path.read_text(encoding="utf-8")
        try:
            notebook = nbformat.reads(before, as_version=4)
        except nbformat.reader.NotJSONError:
            print(f"{path} is no notebook: its text is not JSON", file=sys.stderr)
            failed = True
            continue
        leftovers = list(find_leftovers(notebook))
        after = nbformat.writes(strip(notebook)) + "\n"
        if after == before:
            continue
        if not options.verify:
            path.write_text(after, encoding="utf-8")
            print(f"{path} stripped")
            continue
        failed = True
        print(f"{path} is not stripped (make format does it)")
        for number, leftover in leftovers or [(None, "it is not written as JupyterLab writes it")]:
            print(f"  cell {number}: {leftover}" if number else f"  {leftover}")
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
