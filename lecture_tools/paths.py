"""Where the parts of the course are."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
LECTURES = sorted((ROOT / "lectures").glob("*.ipynb"))
SITE = ROOT / "_build/html"


def built_pages():
    """Pages of the website that the table of contents lists.

    Returns
    -------
    list of pathlib.Path
        The HTML file of each, in reading order; they exist once the website is built.

    Examples
    --------
    >>> from lecture_tools.paths import built_pages
    >>> built_pages()[0].name
    'intro.html'
    """
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [chapter["file"] for part in contents["parts"] for chapter in part["chapters"]]
    return [SITE / f"{name}.html" for name in [contents["root"], *chapters]]


def choose_lectures(paths, number=None):
    """Keep the lecture with a number or name, if one is given.

    Parameters
    ----------
    paths : list of pathlib.Path
        Files named after lectures, such as ``12-augmentation.ipynb``.
    number : str, optional
        Such as "12", "augmentation" or "12-augmentation"; "6" is "06".

    Returns
    -------
    list of pathlib.Path

    Raises
    ------
    ValueError
        If no lecture is called so.

    Examples
    --------
    >>> choose_lectures([Path("01-a.ipynb"), Path("02-b.ipynb")], "3")
    Traceback (most recent call last):
    ...
    ValueError: LECTURE should be a number or a name of 01-a, 02-b, but got '3'.
    """
    if not number:
        return paths
    chosen = [
        path for path in paths if number in (path.stem, path.stem[3:]) or path.stem[:2] == number.zfill(2)
    ]
    if not chosen:
        known = ", ".join(path.stem for path in paths)
        raise ValueError(f"LECTURE should be a number or a name of {known}, but got {number!r}.")
    return chosen
