"""What a lecture asks of its reader, as rules: one sitting, the code that matters, numbers that stay true.

They are rules as in `notebook_rules`, which applies them. **Open** is what a page shows before anybody unfolds anything:
not the solutions of exercises, not a section whose title begins with "Further down:", not code with the tag
``hide-input``.
"""

import ast
import re

from lecture_tools.reading import (
    NO_PROSE,
    Fault,
    captions,
    code_cells,
    find_in_prose,
    line_at,
    lines_of_names,
    mask,
    parse,
    prose_cells,
    root_name,
    tags_of,
)

MAX_WORDS = 2600
MAX_OPEN_LINES = 220
MAX_LEAD_CHARACTERS = 120
MAX_DRAWING_LINES = 3
WORDS_A_MINUTE, LINES_A_MINUTE = 110, 12
FOLDED_TAGS = {"hide-input", "hide-cell", "remove-input", "remove-cell"}
DRAWS = {"ax", "axes", "fig", "plt", "sns"}
FURTHER_DOWN = "Further down: "
# Sizes of MNIST's images and of a grey scale, and years: no cell of a lecture could change them.
FIXED_NUMBERS = {28.0, 255.0, *range(1900, 2000), *range(2001, 2100)}
MIN_POINTS, MAX_INCHES = 8, 7.4
NAMED_POINTS = {"xx-small": 5.8, "x-small": 6.9, "small": 8.3}  # of the 10 points of lectures/matplotlibrc
_NUMBER = re.compile(
    r"(?<![\w.,/-])-?\d+(?:[\u00a0\u202f ]\d{3})*(?:\.\d+)?(?![\w.]*\d|\w|[\u00a0\u202f ]?%)"
)


def find_folded(notebook):
    """Find what stands in solutions and in sections "Further down".

    Parameters
    ----------
    notebook : nbformat.NotebookNode

    Returns
    -------
    texts : dict
        By the number of a Markdown cell, its text with all that is folded emptied line by line.
    folded : set of int
        Numbers of the code cells that are folded with what is around them.
    """
    texts, folded = {}, set()
    for number, text, level, in_solution in _walk(notebook):
        if text is not None:
            texts[number] = text
        elif level or in_solution:
            folded.add(number)
    return texts, folded


def _walk(notebook):
    """Yield number, open text (None of a code cell), level of the section Further down or None, and if in a solution."""
    level, in_solution = None, False
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code":
            yield number, None, level, in_solution
            continue
        lines, fence, ends = [], None, False
        for line in cell.source.split("\n"):
            is_open = not (level or in_solution)
            if fence:
                if line.strip() == fence:
                    fence = None
                    in_solution = in_solution and not ends
            elif begins := re.match(r"(`{3,})(\{solution-(start|end)\})?", line):
                fence, ends = begins[1], begins[3] == "end"
                in_solution = in_solution or begins[3] == "start"
                is_open = is_open and not in_solution
            elif heading := re.match(r"(#+) (.*)", line):
                if level is None or len(heading[1]) <= level:
                    level = len(heading[1]) if heading[2].startswith(FURTHER_DOWN) else None
                is_open = not (level or in_solution)
            lines.append(line if is_open else "")
        yield number, "\n".join(lines), level, in_solution


def count_words(notebook):
    """Count the words of open prose: those of tables and exercises too; a number, formula or reference is one.

    Examples
    --------
    >>> import nbformat
    >>> cell = nbformat.v4.new_markdown_cell("The error is {glue:text}`error:.1%` ({numref}`fig-errors`): $a + b$.")
    >>> count_words(nbformat.v4.new_notebook(cells=[cell]))
    6
    """
    texts, _ = find_folded(notebook)
    text = "\n\n".join(texts.values())
    text = re.sub(r"<!--.*?-->", " ", text, flags=re.S)
    text = re.sub(r"^(?:%|:{3,}|`{3,}\{).*$|^:[\w-]+:.*$", " ", text, flags=re.M)
    text = re.sub(r"\{[\w:-]+\}`[^`]*`|\$\$.*?\$\$|\$[^$]*\$", " one ", text, flags=re.S)
    text = re.sub(r"\]\([^)]*\)", " ", text)
    return len(re.findall(r"\w[\w'’.-]*", text))


def open_code(notebook):
    """List the code cells that a reader sees without unfolding, as pairs of number and cell."""
    _, folded = find_folded(notebook)
    return [
        (number, cell)
        for number, cell in code_cells(notebook)
        if number not in folded and not tags_of(cell) & FOLDED_TAGS
    ]


def count_open_lines(notebook):
    """Count the lines of code that a reader sees without unfolding; empty ones do not count."""
    return sum(bool(line.strip()) for _, cell in open_code(notebook) for line in cell.source.splitlines())


def minutes_to_read(notebook):
    """Minutes that a lecture takes, to the nearest five: a word costs 1/110 of one, a line of open code 1/12."""
    minutes = count_words(notebook) / WORDS_A_MINUTE + count_open_lines(notebook) / LINES_A_MINUTE
    return max(5, 5 * round(minutes / 5))


def fits_one_sitting(notebook):
    """At most 2600 words and 220 lines of code are open; what is deeper stands in a section "Further down: ..."."""
    n_words, n_lines = count_words(notebook), count_open_lines(notebook)
    if n_words > MAX_WORDS:
        yield Fault(f"{n_words} words, at most {MAX_WORDS} are one sitting")
    if n_lines > MAX_OPEN_LINES:
        yield Fault(f"{n_lines} lines of open code, at most {MAX_OPEN_LINES} are one sitting")


def announces_its_minutes(notebook):
    """Its opening promises the minutes that words and open lines come to, within five."""
    promised = re.search(r"\*\*Time:\*\* (\d+) minutes to read", notebook.cells[0].source)
    minutes = minutes_to_read(notebook)
    if promised and abs(int(promised[1]) - minutes) > 5:
        yield Fault(
            f"{promised[1]} minutes to read are promised, {count_words(notebook)} words and "
            f"{count_open_lines(notebook)} open lines come to {minutes}",
            1,
        )


def begins_with_a_promise(notebook):
    """One line between title and aims says what the lecture is about: its card on the first page shows it."""
    promise = promise_of(notebook)
    if not promise:
        yield Fault("below the title there should be one line of plain text, the lecture's promise", 1)
    elif len(promise) > MAX_LEAD_CHARACTERS or promise[-1] not in ".?!" or re.search(r"[`*{$\[]", promise):
        yield Fault(
            f"the promise should be a sentence without markup of at most {MAX_LEAD_CHARACTERS} characters, "
            f"it is {promise!r}",
            1,
            3,
        )


def promise_of(notebook):
    """Line between the title of a lecture and its aims; None if there is none."""
    found = re.match(r"# .+\n\n([^\n:#].*)\n\n:::", notebook.cells[0].source if notebook.cells else "")
    return found and found[1]


def folds_code_that_draws(notebook):
    """Code whose only purpose is a figure is folded; open code that computes draws at most three lines.

    A cell only draws if it draws and no other cell reads what it defines. Where plotting is the lesson, the tag
    ``plotting-lesson`` says so.
    """
    read_elsewhere = {
        number: set().union(
            *(_loaded(parse(cell)) for other, cell in code_cells(notebook) if other != number), DRAWS
        )
        - DRAWS
        for number, _ in open_code(notebook)
    }
    for number, cell in open_code(notebook):
        statements = parse(cell).body
        drawing = [node for node in statements if _draws(node)]
        if not drawing or "plotting-lesson" in tags_of(cell):
            continue
        defined = set().union(*(_stored(node) for node in statements)) - DRAWS
        n_lines = sum(node.end_lineno - node.lineno + 1 for node in drawing)
        if not defined & read_elsewhere[number]:
            yield Fault("code whose only purpose is a figure: fold it (tag hide-input)", number)
        elif n_lines > MAX_DRAWING_LINES:
            yield Fault(
                f"{n_lines} lines that draw beside code that computes: move them into a cell of their own, folded "
                "(tag hide-input)",
                number,
                drawing[0].lineno,
            )


def links_other_lectures(notebook):
    """Other lectures are named by a link, ``{doc}`NN-name` ``: numbers change when a lecture is added."""
    for found, number, line in find_in_prose(r"\b[Ll]ectures? \d+\b", notebook):
        yield Fault(f"{found[0]!r} names a lecture by its number: link it with {{doc}}", number, line)


def keeps_folded_code_off_slides(notebook):
    """Code that is folded on the page is on no slide: its cell's slide type is another than "Slide"."""
    shown = {number for number, _ in open_code(notebook)}
    for number, cell in code_cells(notebook):
        if number not in shown and cell.metadata.get("slideshow", {}).get("slide_type") == "slide":
            yield Fault("a slide shows code that the page folds: choose another slide type", number)


def has_a_card(notebook):
    """One open figure is the lecture's picture on the first page: its cell has the metadata card.

    It is true, or the part to show as fractions of the picture: left, top, right and bottom.
    """
    inside = _further_down_cells(notebook)
    cards = [(number, cell) for number, cell in code_cells(notebook) if "card" in cell.metadata]
    if len(cards) != 1:
        yield Fault(
            f"one cell should have the metadata card, {len(cards)} have it", *(cards[1][:1] if cards else ())
        )
    for number, cell in cards:
        part = cell.metadata["card"]
        if "figure" not in cell.metadata.get("mystnb", {}) or number in inside:
            yield Fault("the metadata card belongs to a figure that is not Further down", number)
        is_box = (
            isinstance(part, list) and len(part) == 4 and all(isinstance(edge, int | float) for edge in part)
        )
        if part is not True and not (is_box and 0 <= part[0] < part[2] <= 1 and 0 <= part[1] < part[3] <= 1):
            yield Fault(
                f"card should be true or [left, top, right, bottom] within 0 and 1, it is {part}", number
            )


def draws_legible_letters(notebook):
    """No figure is wider than 7.4 inches or has letters below 8 points: shown on a page, they keep 8 pixels."""
    for number, cell in code_cells(notebook):
        for node in ast.walk(parse(cell)):
            if not isinstance(node, ast.keyword):
                continue
            sizes = [part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)]
            if (
                node.arg == "figsize"
                and sizes
                and isinstance(sizes[0], int | float)
                and sizes[0] > MAX_INCHES
            ):
                yield Fault(
                    f"a figure {sizes[0]} inches wide, the page holds {MAX_INCHES}", number, node.value.lineno
                )
            if node.arg in ("fontsize", "labelsize", "title_fontsize"):
                points = [NAMED_POINTS.get(size, size) for size in sizes]
                for size in points:
                    if isinstance(size, int | float) and size < MIN_POINTS:
                        yield Fault(
                            f"letters of {size} points, at least {MIN_POINTS} are legible",
                            number,
                            node.value.lineno,
                        )


def _loaded(tree):
    return {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def _stored(tree):
    names = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return names | {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def _draws(node):
    if isinstance(node, ast.FunctionDef):
        return False
    if DRAWS & set(lines_of_names(node)):
        return True
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else root_name(call.func) or ""
            if name == "plot" or name.startswith("plot_"):
                return True
    return False


def needs_nothing_from_further_down(notebook):
    """Open code uses no name that only a section "Further down" defines, and that section leaves `rng` alone."""
    inside, shown = _further_down_cells(notebook), set()
    below = {}
    for number, cell in code_cells(notebook):
        tree = parse(cell)
        if number in inside:
            if line := lines_of_names(tree).get("rng"):
                yield Fault(
                    "a section Further down draws from rng: give it a generator of its own, "
                    "np.random.default_rng(SEED)",
                    number,
                    line,
                )
            below |= dict.fromkeys(_stored(tree) - shown, number)
            continue
        shown |= _stored(tree)
        for name in sorted(_loaded(tree) & set(below) - shown):
            yield Fault(
                f"{name} is defined in a section Further down only, which the reader may skip",
                number,
                lines_of_names(tree)[name],
            )


def _further_down_cells(notebook):
    return {number for number, text, level, _ in _walk(notebook) if text is None and level}


def checks_its_parameters(notebook):
    """Each number from 10 that prose, caption or alt text types, and that the code holds too, stands in an assert.

    Else the code can change and the sentence stays: "100 times" above ``range(300)``. The assert, in a hidden test cell,
    holds what the code has to what the text says, as ``assert n_draws == 100``; a glued number needs none, and shares
    have a rule of their own.
    """
    written, asserted = set(), set()
    for _, cell in code_cells(notebook):
        tree = parse(cell)
        if "remove-cell" not in tags_of(cell):
            written |= _numbers(tree)
        asserted |= set().union(*(_numbers(node) for node in ast.walk(tree) if isinstance(node, ast.Assert)))
    stale = {value for value in written - asserted if value >= 10} - FIXED_NUMBERS
    texts = [(number, text, True) for number, text in prose_cells(notebook)]
    for figure in captions(notebook):
        texts += [(figure["cell"], figure.get(field, ""), False) for field in ("caption", "alt")]
    unread = rf"{NO_PROSE}|\*\*Time:.*?run\."
    for number, text, has_lines in texts:
        for found in _NUMBER.finditer(mask(unread, text)):
            value = abs(float(re.sub(r"[\u00a0\u202f ]", "", found[0])))
            if value in stale:
                around = " ".join(text[max(found.start() - 30, 0) : found.end() + 20].split())
                yield Fault(
                    f"{found[0]!r} in '... {around} ...' is also a number of the code, and no assert holds the two "
                    "together",
                    number,
                    line_at(text, found.start()) if has_lines else None,
                )


def _numbers(tree):
    return {
        float(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float)
    }


READER_RULES = [
    begins_with_a_promise,
    fits_one_sitting,
    announces_its_minutes,
    folds_code_that_draws,
    needs_nothing_from_further_down,
    checks_its_parameters,
    links_other_lectures,
    keeps_folded_code_off_slides,
    has_a_card,
    draws_legible_letters,
]
