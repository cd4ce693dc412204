"""What a built page must keep, as rules that return what is wrong with it.

A rule is a function whose docstring says what must hold. It takes the page as BeautifulSoup, the path of its file and
the folder of the website, and yields a sentence for each fault.
"""

import itertools
import re
from functools import cache
from urllib.parse import unquote, urlsplit

__all__ = [
    "PAGE_RULES",
    "asks_nothing_of_other_hosts",
    "captions_its_figures",
    "describes_its_images",
    "has_one_heading_tree",
    "links_to_what_exists",
    "prints_for_readers",
    "shows_no_markup",
]

RAW = {
    "a dictionary": r"\{('[^']*'|\"[^\"]*\"|-?\d+|\([^)]*\)): ",
    "an array": r"\b(array|np\.\w+|Index|dtype)\(",
    "a number": r"\d\.\d{9}",
    "an object": r"<[\w.]+ (object )?at 0x",
}


def describes_its_images(page, path, site):
    """Every image of the article has an alt text that is a sentence, not a file name."""
    for image in page.select("article img"):
        alt = image.get("alt", "")
        if len(alt.split()) < 6 or not alt.endswith("."):
            yield f"alt text of {image.get('src')} should be a sentence, got {alt!r}"


def captions_its_figures(page, path, site):
    """Every image that code made is a numbered figure with a caption, and the article refers to it."""
    for image in page.select("article div.cell_output img"):
        figure = image.find_parent("figure")
        if figure is None:
            yield f"{image.get('src')} is not a figure"
        elif not figure.get("id", "").startswith("fig-"):
            yield f"figure {figure.get('id')!r} has no name"
        elif figure.select_one("figcaption .caption-number") is None:
            yield f"{figure['id']} has no numbered caption"
        elif not page.select(f'article p a[href="#{figure["id"]}"], article li a[href="#{figure["id"]}"]'):
            yield f"nothing refers to {figure['id']}"


def asks_nothing_of_other_hosts(page, path, site):
    """Scripts, styles, images and fonts come from the site itself."""
    for tag in page.select("script[src], img[src], iframe[src], source[src]"):
        if urlsplit(tag["src"]).netloc:
            yield f"<{tag.name}> asks {tag['src']}"
    for tag in page.select("link[href]"):
        if urlsplit(tag["href"]).netloc and {"stylesheet", "preload", "icon", "preconnect"} & set(tag["rel"]):
            yield f"<link> asks {tag['href']}"


def links_to_what_exists(page, path, site):
    """Every internal link reaches a file, and its fragment an element."""
    for link in page.select("a[href]"):
        target = urlsplit(link["href"])
        if target.scheme or target.netloc:
            continue
        file = (path.parent / unquote(target.path)).resolve() if target.path else path
        if file.is_dir():
            file /= "index.html"
        if not file.exists():
            yield f"{link['href']} leads nowhere"
        elif (
            target.fragment
            and file.suffix == ".html"
            and target.fragment not in _ids(file, file.stat().st_mtime_ns)
        ):
            yield f"{link['href']} leads to no element"


@cache
def _ids(file, modified):
    """Ids in a page; `modified` has a changed one read again."""
    return set(re.findall(r'\bid="([^"]+)"', file.read_text(encoding="utf-8")))


def shows_no_markup(page, path, site):
    """No role, directive or unresolved reference is left in the text."""
    article = page.select_one("article")
    for code in article.select("pre, code:not(.xref), script"):
        code.extract()
    for leftover in re.findall(r"\{[a-z:]+\}`|:::|\?\?|\[[A-Z]\w+\d{4}\]|\$\$", article.get_text()):
        yield f"{leftover!r} is left in the text"
    for broken in article.select("code.xref"):
        yield f"unresolved reference {broken.get_text()!r}"


def has_one_heading_tree(page, path, site):
    """One H1, and no level is skipped."""
    levels = [int(heading.name[1]) for heading in page.select("article :is(h1, h2, h3, h4, h5, h6)")]
    if levels.count(1) != 1:
        yield f"there should be one H1, there are {levels.count(1)}"
    for above, below in itertools.pairwise(levels):
        if below > above + 1:
            yield f"a heading jumps from level {above} to {below}"


def prints_for_readers(page, path, site):
    """No output shows a dictionary, an array or a number as Python writes them for itself."""
    for output in page.select("article div.cell_output :is(pre, td)"):
        text = output.get_text()
        for kind, pattern in RAW.items():
            if found := re.search(pattern, text):
                line = text[text.rfind("\n", 0, found.start()) + 1 :].partition("\n")[0]
                yield f"an output prints {kind} as Python does: {line[:80]!r}"


PAGE_RULES = [
    describes_its_images,
    captions_its_figures,
    asks_nothing_of_other_hosts,
    links_to_what_exists,
    shows_no_markup,
    has_one_heading_tree,
    prints_for_readers,
]
