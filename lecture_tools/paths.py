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


def find_lectures(number=None):
    """Notebooks of the lectures in reading order; of the one with this number, if one is given.

    Parameters
    ----------
    number : str, optional
        Such as "06" or "6".

    Returns
    -------
    list of pathlib.Path

    Raises
    ------
    ValueError
        If no lecture has this number.
    """
    chosen = [path for path in LECTURES if not number or path.stem.split("-")[0] == number.zfill(2)]
    if not chosen:
        numbers = ", ".join(path.stem.split("-")[0] for path in LECTURES)
        raise ValueError(f"LECTURE must be one of {numbers}, got {number!r}")
    return chosen
