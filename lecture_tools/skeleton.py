"""Begin a lecture: a small notebook that keeps every rule and runs, listed where the book looks for it.

`make lecture NAME="my photographs" PART=2` runs::

    python -m lecture_tools.skeleton --name "my photographs" --part 2
"""

import argparse
import re
import sys
import unicodedata

import nbformat
import yaml

from lecture_tools.paths import ROOT
from lecture_tools.renumber import renumber
from lecture_tools.stripping import NOTEBOOK_METADATA

__all__ = ["begin_lecture", "main", "make_notebook"]

_OPENING = """\
# TITLE

What does a share of pixels say about an image?

:::{admonition} In this lecture
You will be able to

- **measure** how much of an image is ink,
- **explain** why an accuracy counted in pixels says little.

**You need first:** Python with NumPy arrays.

**Time:** 5 minutes to read, 10 seconds to run.
:::"""
_SETUP = """\
import matplotlib.pyplot as plt
import numpy as np

from qbi_utils.datasets import load_mnist
from qbi_utils.plotting import plot_image_grid

SEED = 2021
rng = np.random.default_rng(SEED)"""
_QUESTION = """\
## How much of a digit is ink?

% A section: the question, a definition, at most a dozen lines of code, a figure, and what to see in it.

A pixel is **ink** if it is brighter than half of its range. {numref}`fig-SLUG-examples` shows 16 test images of MNIST. How many
of their pixels are ink?"""
_COMPUTING = """\
digits = load_mnist("test")
ink = (digits.images > 127).mean(axis=(1, 2))  # share of each image
chosen = rng.choice(len(digits), 16, replace=False)"""
_FIGURE = """\
fig, ax = plt.subplots(figsize=(6.4, 2))
plot_image_grid(digits.images[chosen], digits.labels[chosen], ax=ax);"""
_FIGURE_METADATA = {
    "figure": {
        "name": "fig-SLUG-examples",
        "caption": "A digit needs few pixels: ink covers {glue:text}`mean_ink:.1%` of a test image on average.",
    },
    "image": {"alt": "Sixteen handwritten digits in two rows, white on black, each with its label above it."},
}
_READING = """\
% What to see in the figure. Each number comes from the hidden cell below, which fails when the sentence stops being true.

Ink covers {glue:text}`mean_ink:.1%` of an image. A model that answers "background" everywhere is therefore right for
all other pixels, and has found no digit."""
_CLAIM = """\
from myst_nb import glue

mean_ink = ink.mean().item()
glue("mean_ink", mean_ink, display=False)
assert 0.12 < mean_ink < 0.15
assert len(chosen) == 16"""
_EXERCISE = """\
## Exercises

````{exercise-start} The least ink
:label: ex-SLUG-least
````

Average `ink` over the images of each class. Which class needs the least, and why?

````{exercise-end}
````

````{solution-start} ex-SLUG-least
:label: sol-SLUG-least
:class: dropdown
````"""
_SOLUTION = """\
by_class = [ink[digits.labels == label].mean() for label in range(10)]
least = int(np.argmin(by_class))
print(f"{least} needs {by_class[least]:.1%}")"""
_SOLUTION_TEST = "assert least == 1"
_CLOSING = """\
A one is a single stroke, and the shortest.

````{solution-end}
````

## Take-aways

- Most pixels of a digit are background ({numref}`fig-SLUG-examples`), so compare with a model that knows nothing else.

## Further reading

{cite:t}`LeCun1998` describe how MNIST was made."""
_NEXT = """\
wrote lectures/{stem}.ipynb, and listed it in _toc.yml (part {part}, {caption})
next:
  make lab                 open it, and put your own in place of the example, cell by cell
  make format              strip outputs, fix style
  make test LECTURE={slug}     the rules, and every claim
  make html LECTURE={slug}     look at the page"""


def make_notebook(title, slug):
    """Make a lecture of eleven cells that keeps every rule.

    Parameters
    ----------
    title : str
        Heading of the lecture.
    slug : str
        What its labels contain: letters a to z, digits and hyphens.

    Returns
    -------
    nbformat.NotebookNode

    Examples
    --------
    >>> from lecture_tools.skeleton import make_notebook
    >>> notebook = make_notebook("My photographs", "my-photographs")
    >>> notebook.cells[0].source.splitlines()[0]
    '# My photographs'
    """
    hidden = {"tags": ["remove-cell", "test"]}
    figure = _FIGURE_METADATA["figure"] | {"name": _FIGURE_METADATA["figure"]["name"].replace("SLUG", slug)}
    # The code that only draws is folded, and its picture is the lecture's card on the first page.
    drawing = {"card": True, "mystnb": _FIGURE_METADATA | {"figure": figure}, "tags": ["hide-input"]}
    parts = [
        ("markdown", _OPENING.replace("TITLE", title), {}),
        ("code", _SETUP, {}),
        ("markdown", _QUESTION, {}),
        ("code", _COMPUTING, {}),
        ("code", _FIGURE, drawing),
        ("markdown", _READING, {}),
        ("code", _CLAIM, hidden),
        ("markdown", _EXERCISE, {}),
        ("code", _SOLUTION, {}),
        ("code", _SOLUTION_TEST, hidden),
        ("markdown", _CLOSING, {}),
    ]
    new = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
    cells = [
        new[kind](source.replace("SLUG", slug), metadata=metadata, id=f"{slug[:50]}-{index:03d}")
        for index, (kind, source, metadata) in enumerate(parts)
    ]
    return nbformat.v4.new_notebook(cells=cells, metadata=NOTEBOOK_METADATA)


def begin_lecture(name, part, root=ROOT):
    """Write the skeleton of a lecture, and list it in ``_toc.yml``.

    It stands last in its part; the lectures of later parts move up by one number.

    Parameters
    ----------
    name : str
        What the lecture is called, such as "my photographs".
    part : str
        Number of a part of the book that holds lectures, counted from 1.
    root : pathlib.Path, optional
        Folder of the course.

    Returns
    -------
    str
        What was written, and what to do next.

    Raises
    ------
    ValueError
        If the name is missing, cannot be made into the name of a file, or is taken, or if there is no such part. Nothing
        is written then.
    OSError
        If a file cannot be written; those that were are as before, unless the lectures were being renumbered: then
        `make renumber` goes on.
    """
    title, slug = _title(name), _slug(name)
    stems = sorted(path.stem for path in (root / "lectures").glob("*.ipynb"))
    for stem in stems:
        if re.sub(r"^\d+-", "", stem) == slug:
            raise ValueError(
                f"lectures/{stem}.ipynb exists already: choose another NAME, or change it with make lab"
            )
        text = (root / f"lectures/{stem}.ipynb").read_text(encoding="utf-8")
        for label in (f"fig-{slug}-examples", f"ex-{slug}-least"):
            if label in text:
                raise ValueError(
                    f"lectures/{stem}.ipynb holds the label {label} already: choose another NAME"
                )
    contents = (root / "_toc.yml").read_text(encoding="utf-8")
    caption, last = _find_part(part, contents)
    number = f"{max(int(stem.split('-')[0]) for stem in stems) + 1:02d}"
    stem = f"{number}-{slug}"
    _write_all(
        {
            root / f"lectures/{stem}.ipynb": nbformat.writes(make_notebook(title, slug)) + "\n",
            root / "_toc.yml": re.sub(
                rf"^(.*){re.escape(last)}\n", rf"\g<0>\1lectures/{stem}\n", contents, flags=re.M
            ),
        }
    )
    renumber(root)
    stem = next(path.stem for path in (root / "lectures").glob(f"??-{slug}.ipynb"))
    return _NEXT.format(stem=stem, part=int(part), caption=caption, slug=slug)


def _title(name):
    words = " ".join((name or "").split())
    if not words:
        raise ValueError('NAME must say what the lecture is called, as in NAME="my photographs"')
    if unusual := sorted(set(re.findall(r"[^\w ,.:;?!'’()&+/-]|_", words))):
        raise ValueError(
            f"NAME must be plain words, as it becomes a title, got {' '.join(unusual)} in {name!r}"
        )
    return words[0].upper() + words[1:]


def _slug(name):
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"['’]", "", plain)
    slug = re.sub(r"[^a-z0-9]+", "-", slug).strip("-")
    if not slug:
        raise ValueError(
            f"NAME must hold letters a to z or digits, as it becomes the name of a file, got {name!r}"
        )
    return slug


def _find_part(part, contents):
    """Caption and last lecture of a part."""
    parts = {}
    for entry in yaml.safe_load(contents)["parts"]:
        lectures = [
            chapter["file"] for chapter in entry["chapters"] if chapter["file"].startswith("lectures/")
        ]
        if lectures:
            parts[str(len(parts) + 1)] = entry["caption"], lectures[-1]
    if part not in parts:
        named = ", ".join(f"{number} ({caption})" for number, (caption, _) in parts.items())
        raise ValueError(f"PART must be one of {named}, got {part!r}")
    return parts[part]


def _write_all(texts):
    before = {path: path.read_text(encoding="utf-8") for path in texts if path.exists()}
    try:
        for path, text in texts.items():
            path.write_text(text, encoding="utf-8")
    except OSError:
        for path in texts:
            if path in before:
                path.write_text(before[path], encoding="utf-8")
            else:
                path.unlink(missing_ok=True)
        raise


def main(arguments=None):
    """Begin a lecture from the command line.

    Parameters
    ----------
    arguments : list of str, optional
        ``--name`` and ``--part``.
    """
    parser = argparse.ArgumentParser(
        prog="python -m lecture_tools.skeleton", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--name", default="", help='what the lecture is called, such as "my photographs"')
    parser.add_argument("--part", default="", help="number of the part of the book that it belongs to")
    options = parser.parse_args(arguments)
    try:
        print(begin_lecture(options.name, options.part))
    except (ValueError, OSError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
