"""Number the lectures as ``_toc.yml`` orders them: rename their files, and whatever names them.

Move a line of ``_toc.yml``, then `make renumber` runs::

    python -m lecture_tools.renumber

A lecture is known by what stands behind its number (``augmentation`` in ``12-augmentation``), so it does not matter which
number a link to it has, and an interrupted run is finished by another.
"""

import os
import re
import sys
from pathlib import Path

import yaml

from lecture_tools.paths import ROOT

SUFFIXES = {".cff", ".css", ".ipynb", ".js", ".md", ".py", ".toml", ".yml"}
APART = {"_build", "assets/mathjax", "assets/reveal", "data"}


def number_lectures(contents):
    """Give each lecture of a table of contents its number.

    Parameters
    ----------
    contents : dict
        What ``_toc.yml`` holds.

    Returns
    -------
    dict
        New name by the part of the old one that stays, in order.

    Raises
    ------
    ValueError
        If two lectures are called the same, or a name does not begin with two digits.

    Examples
    --------
    >>> chapters = [{"file": "lectures/07-masks"}, {"file": "lectures/02-labels"}]
    >>> number_lectures({"parts": [{"chapters": chapters}]})
    {'masks': '01-masks', 'labels': '02-labels'}
    """
    names = {}
    for part in contents["parts"]:
        for chapter in part["chapters"]:
            folder, _, stem = chapter["file"].rpartition("/")
            if folder != "lectures":
                continue
            found = re.fullmatch(r"\d\d-(.+)", stem)
            if not found:
                raise ValueError(f"_toc.yml must list lectures as lectures/NN-name, got {chapter['file']}")
            if found[1] in names:
                raise ValueError(f"_toc.yml lists {found[1]} twice")
            names[found[1]] = f"{len(names) + 1:02d}-{found[1]}"
    return names


def renumber(root=ROOT):
    """Rename the lectures, and every mention of a lecture's file name in the course.

    Parameters
    ----------
    root : pathlib.Path, optional
        Folder of the course.

    Returns
    -------
    list of str
        What was changed, a line each.

    Raises
    ------
    ValueError
        If ``_toc.yml`` and the folder ``lectures`` do not hold the same lectures. Nothing is changed then.
    """
    names = number_lectures(yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8")))
    files = {path.stem.partition("-")[2]: path for path in sorted((root / "lectures").glob("*.ipynb"))}
    if missing := sorted(set(names) - set(files)):
        raise ValueError(f"_toc.yml lists {', '.join(missing)}, but lectures/ holds no such file")
    if unlisted := sorted(set(files) - set(names)):
        raise ValueError(f"lectures/ holds {', '.join(unlisted)}, but _toc.yml does not list it")
    changed = []
    mention = re.compile(
        rf"\b\d\d-({'|'.join(sorted(map(re.escape, names), key=len, reverse=True))})(?![\w-])"
    )
    for path in _texts(root):
        before = path.read_text(encoding="utf-8")
        after = mention.sub(lambda found: names[found[1]], before)
        if after != before:
            path.write_text(after, encoding="utf-8")
            changed.append(f"{path.relative_to(root)}: {_count_changes(mention, before, names)} mentions")
    for slug, path in files.items():
        if path.stem != names[slug]:
            path.rename(path.with_stem(names[slug]))
            changed.append(f"{path.stem} is now {names[slug]}")
    return changed


def _texts(root):
    for folder, folders, files in os.walk(root):
        here = Path(folder).relative_to(root)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith((".", "__")) and (here / name).as_posix() not in APART
        )
        for name in sorted(files):
            if Path(name).suffix in SUFFIXES or name == "Makefile":
                yield root / here / name


def _count_changes(mention, text, names):
    return sum(found[0] != names[found[1]] for found in mention.finditer(text))


def main():
    """Renumber from the command line."""
    try:
        print("\n".join(renumber()) or "The lectures are numbered as _toc.yml orders them.")
    except (ValueError, OSError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
