"""The anatomy of a lecture as rules: each takes a notebook or a page and returns what is wrong with it.

A rule is a function whose docstring says what must hold. `NOTEBOOK_RULES` read the source of a lecture,
`PAGE_RULES` the built HTML. `tests/test_book_rules.py` breaks each rule once to see that it notices.
"""

import ast
import importlib
import inspect
import itertools
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

MAX_CELL_LINES = 15
MAX_LINE_LENGTH = 78
GLUE_ROLE = re.compile(r"\{glue:\w+\}`([^`:]+)(?::[^`]*)?`")
TYPED_SHARE = re.compile(r"\d\s?%|\d percentage points")


# --------------------------------------------------------------------------- reading a notebook


def code_cells(notebook, tag=None, without=None):
    """Code cells with one tag, or without another."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    tags = [set(cell.metadata.get("tags", ())) for cell in cells]
    return [
        cell
        for cell, own in zip(cells, tags, strict=True)
        if (tag is None or tag in own) and (without is None or without not in own)
    ]


def markdown(notebook):
    """All Markdown of a notebook, without its comments."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return re.sub(r"<!--.*?-->", "", text, flags=re.S)


def captions(notebook):
    """Figure metadata of every cell that has one."""
    figures = []
    for cell in code_cells(notebook):
        own = cell.metadata.get("mystnb", {})
        if own.get("figure"):
            figures.append(own["figure"] | {"alt": own.get("image", {}).get("alt", "")})
    return figures


def glue_calls(cell):
    """Call nodes of `glue` in a cell."""
    return [
        node
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "glue"
    ]


def names_in(node):
    """Names that an expression reads."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def asserted_names(cell):
    """Names that the top-level asserts of a cell read."""
    tree = ast.parse(cell.source)
    return set().union(*(names_in(node.test) for node in tree.body if isinstance(node, ast.Assert)))


# --------------------------------------------------------------------------- rules for a notebook


def opens_with_title_and_aims(notebook):
    """One H1, then what the reader will be able to do, needs first, and how long it takes."""
    text = markdown(notebook)
    n_titles = len(re.findall(r"^# ", re.sub(r"```.*?```", "", text, flags=re.S), flags=re.M))
    first = notebook.cells[0]
    opening = first.source if first.cell_type == "markdown" else ""
    if n_titles != 1:
        yield f"there should be one title (# ...), there are {n_titles}"
    if not re.match(r"# .+\n\n:::\{admonition\} In this lecture\nYou will be able to\n\n- \*\*", opening):
        yield "the first cell should be the title and the admonition 'In this lecture' with verbs in bold"
    for needed in (r"\*\*You need first:\*\* \S", r"\*\*Time:\*\* \d+ minutes to read, \d+ seconds to run\."):
        if not re.search(needed, opening):
            yield f"the admonition lacks {needed!r}"


def has_one_setup_cell(notebook):
    """The first code cell holds imports, SEED and rng, and nothing else."""
    first, *others = code_cells(notebook)
    tree = ast.parse(first.source)
    ending = "SEED = ", "rng = np.random.default_rng(SEED)"
    assignments = [
        ast.unparse(node) for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)
    ]
    if len(assignments) != 2 or not all(map(str.startswith, assignments, ending)):
        yield f"the first code cell should be imports, SEED and rng; it also has {assignments}"
    for cell in others:
        for node in ast.walk(ast.parse(cell.source)):
            module = getattr(node, "module", None)
            if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and module != "myst_nb"):
                yield f"import outside the setup cell: {ast.unparse(node)}"


def is_stripped(notebook):
    """No outputs, no counts, no traces of the machine that wrote it."""
    for number, cell in enumerate(code_cells(notebook)):
        if cell.outputs or cell.execution_count is not None:
            yield f"code cell {number} has an output or a count"
        strangers = set(cell.metadata) - {"tags", "mystnb", "slideshow"}
        if strangers:
            yield f"code cell {number} has metadata {sorted(strangers)}"
    if set(notebook.metadata) != {"kernelspec", "language_info"}:
        yield f"metadata should be kernelspec and language_info, got {sorted(notebook.metadata)}"
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "the kernel should be python3"
    if set(notebook.metadata.get("language_info", {})) != {"name"}:
        yield "language_info should hold the name of the language only"


def is_plain_python(notebook):
    """Cells run in a plain Python session: no magics, no shell."""
    for cell in code_cells(notebook):
        for line in cell.source.splitlines():
            if re.match(r"\s*[%!]", line):
                yield f"magic or shell command: {line.strip()}"


def shows_what_it_uses(notebook):
    """A cell that the reader sees uses no name that only a hidden cell defines."""
    shown, hidden = set(), set()
    for cell in code_cells(notebook):
        tree = ast.parse(cell.source)
        stored = {
            node.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        stored |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        stored |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        if "remove-cell" in cell.metadata.get("tags", ()):
            hidden |= stored
            continue
        shown |= stored
        for name in sorted(names_in(tree) & (hidden - shown)):
            yield f"{name} is defined in a hidden cell only, but used in one that the reader sees"


def draws_nothing_in_hiding(notebook):
    """Hidden cells leave `rng` alone: who copies the cells that are shown gets the numbers of the page."""
    for cell in code_cells(notebook, tag="remove-cell"):
        if "rng" in names_in(ast.parse(cell.source)):
            yield f"a hidden cell draws from rng: {cell.source.splitlines()[0]!r}"


def is_seeded(notebook):
    """Every source of randomness has a seed: generators, and estimators that take random_state."""
    imported = {}
    for cell in code_cells(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Import):
                imported |= {alias.asname or alias.name: alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported |= {
                    alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names
                }
    for cell in code_cells(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call):
                yield from _unseeded(node, imported)


def _unseeded(call, imported):
    written = ast.unparse(call.func)
    head, _, rest = written.partition(".")
    if head not in imported:
        return
    full = f"{imported[head]}.{rest}".rstrip(".")
    given = {keyword.arg for keyword in call.keywords}
    if full == "random" or full.startswith("random."):
        yield f"{written} uses Python's global generator: use rng"
    elif full.startswith("numpy.random."):
        seeded = {"numpy.random.default_rng", "numpy.random.SeedSequence"}
        if "(" not in full and (
            full not in seeded or not call.args
        ):  # else a method of what has a seed, or not
            yield f"{written} without a seed: use rng"
    elif full.startswith("sklearn.") and "random_state" in _parameters(full) and "random_state" not in given:
        yield f"{written} without random_state"
    elif full.startswith(("seaborn.", "scipy.")):
        for parameter in {"seed", "rng"} & _parameters(full) - given:
            if "errorbar" in _parameters(full) or parameter == "rng":
                yield f"{written} without {parameter}"


def _parameters(full_name):
    module, _, name = full_name.rpartition(".")
    try:
        return set(inspect.signature(getattr(importlib.import_module(module), name)).parameters)
    except (ImportError, AttributeError, TypeError, ValueError):
        return set()


def has_short_cells(notebook):
    """No cell has more than 15 lines of code, no line more than the page is wide."""
    for cell in code_cells(notebook):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        if len(lines) > MAX_CELL_LINES:
            yield f"{len(lines)} lines in the cell that starts with {lines[0]!r}"
        for line in lines:
            if len(line) > MAX_LINE_LENGTH:
                yield f"{len(line)} characters in {line!r}"


def names_its_figures(notebook):
    """Figures have a name, a caption and an alt text that are sentences, and are referred to."""
    text = markdown(notebook)
    for figure in captions(notebook):
        name = figure.get("name", "")
        if not re.fullmatch(r"fig-[a-z0-9-]+", name):
            yield f"figure name {name!r} should be fig-..."
        for field in ("caption", "alt"):
            value = " ".join(figure.get(field, "").split())
            if len(value.split()) < 6 or not value.endswith("."):
                yield f"{field} of {name} should be a sentence, got {value!r}"
        if figure.get("caption") == figure.get("alt"):
            yield f"caption and alt text of {name} are the same: one states the finding, one what is seen"
        if f"{{numref}}`{name}`" not in text:
            yield f"no {{numref}} refers to {name}"


def proves_its_claims(notebook):
    """Every glued number of the prose is glued and asserted in one hidden test cell."""
    used = set(GLUE_ROLE.findall(markdown(notebook)))
    used |= {name for figure in captions(notebook) for name in GLUE_ROLE.findall(figure.get("caption", ""))}
    proven = {}
    for cell in code_cells(notebook):
        tags = set(cell.metadata.get("tags", ()))
        calls = glue_calls(cell)
        if calls and not tags >= {"remove-cell", "test"}:
            yield f"glue outside a hidden test cell: {ast.unparse(calls[0])}"
        if "test" not in tags:
            continue
        if not asserted_names(cell):
            yield f"test cell without an assert about a name: {cell.source.splitlines()[0]!r}"
        for call in calls:
            name, value = call.args[0].value, call.args[1]
            if not (isinstance(value, ast.Name) and value.id == name):
                yield f"glue({name!r}, {ast.unparse(value)}): the second argument should be the variable {name}"
            elif name not in asserted_names(cell):
                yield f"{name} is glued but not asserted in the same cell"
            proven[name] = True
    yield from (f"{name} is used in the prose but never glued" for name in sorted(used - set(proven)))
    yield from (f"{name} is glued but never used in the prose" for name in sorted(set(proven) - used))


def types_no_results(notebook):
    """A share in prose and captions is glued, or quoted from a source with {cite}."""
    text = re.sub(r"(\$\$?).*?\1|```.*?```", "", markdown(notebook), flags=re.S)
    text = "\n\n".join([text, *(figure.get("caption", "") for figure in captions(notebook))])
    for paragraph in re.split(r"\n\s*\n|\n(?=- )|\n(?=\|)", text):
        if "{cite" in paragraph or paragraph.startswith((":::", "#", "````")):
            continue
        bare = re.sub(r"`[^`]*`|\b95%", "", paragraph)
        if TYPED_SHARE.search(bare):
            yield f"a result typed by hand: {' '.join(paragraph.split())[:90]!r}"


def has_solved_exercises(notebook):
    """Two to four exercises, each with an executed solution in a dropdown that a test cell proves."""
    text = markdown(notebook)
    exercises = re.findall(r"\{exercise-start\}[^\n]+\n:label: (ex-[a-z0-9-]+)", text)
    if not 2 <= len(exercises) <= 4:
        yield f"there should be 2 to 4 exercises, there are {len(exercises)}"
    if text.count("{exercise-start}") != text.count("{exercise-end}"):
        yield "an exercise is not closed"
    if text.count("{exercise-start}") != len(exercises):
        yield "an exercise lacks a title or a label ex-..."
    for exercise in exercises:
        solution = (
            f"{{solution-start}} {exercise}\n:label: {exercise.replace('ex-', 'sol-', 1)}\n:class: dropdown"
        )
        if solution not in text:
            yield f"{exercise} has no solution of the form {solution!r}"
    state = None  # of the solution that is open: has it run code, has it proven something
    for cell in notebook.cells:
        if cell.cell_type == "code" and state is not None:
            state["proven" if "test" in cell.metadata.get("tags", ()) else "executed"] = True
        for mark in re.findall(r"\{solution-(start|end)\}", cell.source):
            if mark == "end" and (state is None or not all(state.values())):
                yield f"a solution is not executed or not proven: {state}"
            state = {"executed": False, "proven": False} if mark == "start" else None


def closes_with_take_aways(notebook):
    """The last two sections are Take-aways, pointing at what shows them, and Further reading."""
    sections = re.split(r"^## ", markdown(notebook), flags=re.M)[1:]
    titles = [section.splitlines()[0] for section in sections]
    if titles[-2:] != ["Take-aways", "Further reading"]:
        yield f"the last sections should be Take-aways and Further reading, got {titles[-2:]}"
        return
    if "{numref}" not in sections[-2]:
        yield "no take-away points at a figure"
    if "{cite" not in sections[-1]:
        yield "further reading cites nothing"


NOTEBOOK_RULES = [
    opens_with_title_and_aims,
    has_one_setup_cell,
    is_stripped,
    is_plain_python,
    shows_what_it_uses,
    draws_nothing_in_hiding,
    is_seeded,
    has_short_cells,
    names_its_figures,
    proves_its_claims,
    types_no_results,
    has_solved_exercises,
    closes_with_take_aways,
]


# --------------------------------------------------------------------------- rules for a built page
# A page is (BeautifulSoup, path of its file, folder of the site).


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
        elif target.fragment and file.suffix == ".html" and f'id="{target.fragment}"' not in file.read_text():
            yield f"{link['href']} leads to no element"


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


PAGE_RULES = [
    describes_its_images,
    captions_its_figures,
    asks_nothing_of_other_hosts,
    links_to_what_exists,
    shows_no_markup,
    has_one_heading_tree,
]

ROOT = Path(__file__).parents[1]
LECTURES = sorted((ROOT / "lectures").glob("*.ipynb"))
SITE = ROOT / "_build/html"
