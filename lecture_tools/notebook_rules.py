"""The anatomy of a lecture as rules that return what is wrong with it.

A rule is a function whose docstring says what must hold. It takes a notebook and yields a `Fault` for each place where
it does not hold. `NOTEBOOK_RULES` lists them; ``tests/test_lectures.py`` applies each to each lecture, and so does
`make test` with the number of a lecture::

    python -m lecture_tools.notebook_rules [--lecture augmentation]
"""

import argparse
import ast
import importlib
import inspect
import re
import sys

import nbformat

from lecture_tools.paths import LECTURES, choose_lectures
from lecture_tools.reader_rules import DRAWS, READER_RULES
from lecture_tools.reading import (
    COMMENT,
    FENCE,
    Fault,
    asserted_names,
    captions,
    code_cells,
    find_in_prose,
    line_at,
    lines_of_names,
    mask,
    parse,
    prose,
    prose_cells,
    report,
    root_name,
    tags_of,
)
from lecture_tools.stripping import find_leftovers

MAX_CELL_LINES = 15
MAX_LINE_LENGTH = 78
MIN_ANSWER_WORDS = 10
GLUE_ROLE = r"\{glue:\w+\}`([^`:]+)(?::[^`]*)?`"
SHARE = re.compile(r"(\d+(?:\.\d+)?)(?:\s?%| percentage points)")


def opens_with_title_and_aims(notebook):
    """One H1, then what the reader will be able to do, needs first, and how long it takes."""
    titles = list(find_in_prose(r"^# ", notebook, masked=FENCE))
    opening = notebook.cells[0].source if notebook.cells[0].cell_type == "markdown" else ""
    if not titles:
        yield Fault("there should be one title (# ...), there is none")
    for _, cell, line in titles[1:]:
        yield Fault(f"there should be one title (# ...), there are {len(titles)}", cell, line)
    if not re.match(
        r"# .+\n\n(?:[^\n]+\n\n)?:::\{admonition\} In this lecture\nYou will be able to\n\n- \*\*", opening
    ):
        yield Fault(
            "the first cell should be the title and the admonition 'In this lecture' with verbs in bold", 1
        )
    for needed in (r"\*\*You need first:\*\* \S", r"\*\*Time:\*\* \d+ minutes to read, \d+ seconds to run\."):
        if not re.search(needed, opening):
            yield Fault(f"the admonition lacks {needed!r}", 1)


def has_one_setup_cell(notebook):
    """One code cell of imports, SEED and rng, and nothing else, comes before all others."""
    if not code_cells(notebook):
        yield Fault("there is no code, and so no setup cell")
        return
    (first, setup), *others = code_cells(notebook)
    ending = "SEED = ", "rng = np.random.default_rng(SEED)"
    rest = [node for node in parse(setup).body if not isinstance(node, ast.Import | ast.ImportFrom)]
    written = [ast.unparse(node) for node in rest]
    if len(rest) != 2 or not all(map(str.startswith, written, ending)):
        line = rest[0].lineno if rest else None
        yield Fault(
            f"the first code cell should be imports, SEED and rng; it also has {written}", first, line
        )
    for number, cell in others:
        for node in ast.walk(parse(cell)):
            module = getattr(node, "module", None)
            if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and module != "myst_nb"):
                yield Fault(f"import outside the setup cell: {ast.unparse(node)}", number, node.lineno)


def is_stripped(notebook):
    """No outputs, no counts, no traces of the machine or editor that wrote it."""
    for number, leftover in find_leftovers(notebook):
        yield Fault(f"{leftover} (make format strips it)", number)


def is_plain_python(notebook):
    """Cells run in a plain Python session: no magics, no shell, no faults of syntax."""
    for number, cell in code_cells(notebook):
        magics = [
            (line, text.strip())
            for line, text in enumerate(cell.source.splitlines(), 1)
            if re.match(r"\s*[%!]", text)
        ]
        for line, text in magics:
            yield Fault(f"magic or shell command: {text}", number, line)
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            if not magics:
                yield Fault(f"no Python: {error.msg}", number, error.lineno)


def shows_what_it_uses(notebook):
    """Names in a cell that the reader sees are not defined by hidden cells alone."""
    shown, hidden = set(), set()
    for number, cell in code_cells(notebook):
        tree = parse(cell)
        stored = {
            node.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        stored |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        stored |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        if "remove-cell" in tags_of(cell):
            hidden |= stored
            continue
        shown |= stored
        for name, line in lines_of_names(tree).items():
            if name in hidden - shown:
                yield Fault(
                    f"{name} is defined in a hidden cell only, but used in one that the reader sees",
                    number,
                    line,
                )


def draws_nothing_in_hiding(notebook):
    """Hidden cells leave `rng` alone: who copies the cells that are shown gets the numbers of the page."""
    for number, cell in code_cells(notebook, tag="remove-cell"):
        line = lines_of_names(parse(cell)).get("rng")
        if line:
            yield Fault(
                f"a hidden cell draws from rng: {cell.source.splitlines()[line - 1].strip()!r}", number, line
            )


def is_seeded(notebook):
    """Every source of randomness has a seed: generators, and estimators that take random_state."""
    imported = {}
    for _, cell in code_cells(notebook):
        for node in ast.walk(parse(cell)):
            if isinstance(node, ast.Import):
                imported |= {alias.asname or alias.name: alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported |= {
                    alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names
                }
    for number, cell in code_cells(notebook):
        for node in ast.walk(parse(cell)):
            if isinstance(node, ast.Call):
                for message in _unseeded(node, imported):
                    yield Fault(message, number, node.lineno)


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
    for number, cell in code_cells(notebook):
        lines = cell.source.splitlines()
        n_lines = sum(bool(line.strip()) for line in lines)
        if n_lines > MAX_CELL_LINES:
            yield Fault(f"{n_lines} lines of code, at most {MAX_CELL_LINES} are read at a glance", number)
        for row, line in enumerate(lines, 1):
            if len(line) > MAX_LINE_LENGTH:
                yield Fault(
                    f"{len(line)} characters, the page holds {MAX_LINE_LENGTH}: {line!r}", number, row
                )


def names_its_figures(notebook):
    """Figures have a name, a caption and an alt text that are sentences, and are referred to."""
    text = prose(notebook)
    for figure in captions(notebook):
        name, number = figure.get("name", ""), figure["cell"]
        if not re.fullmatch(r"fig-[a-z0-9-]+", name):
            yield Fault(f"figure name {name!r} should be fig-...", number)
        for field in ("caption", "alt"):
            value = " ".join(figure.get(field, "").split())
            if len(value.split()) < 6 or not value.endswith("."):
                yield Fault(f"{field} of {name} should be a sentence, got {value!r}", number)
        if figure.get("caption") == figure.get("alt"):
            yield Fault(
                f"caption and alt text of {name} are the same: one states the finding, one what is seen",
                number,
            )
        if f"{{numref}}`{name}`" not in text:
            yield Fault(f"no {{numref}} refers to {name}", number)


def _is_glue(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "glue"


def proves_its_claims(notebook):
    """Every glued number of the prose is glued and asserted in one hidden test cell."""
    used = {match[1]: place for match, *place in reversed(list(find_in_prose(GLUE_ROLE, notebook)))}
    for figure in captions(notebook):
        for name in re.findall(GLUE_ROLE, figure.get("caption", "")):
            used.setdefault(name, (figure["cell"],))
    glued = {}
    for number, cell in code_cells(notebook):
        tags, asserted = tags_of(cell), asserted_names(cell)
        calls = list(filter(_is_glue, ast.walk(parse(cell))))
        if calls and not tags >= {"remove-cell", "test"}:
            yield Fault(f"glue outside a hidden test cell: {ast.unparse(calls[0])}", number, calls[0].lineno)
        if "test" not in tags:
            continue
        if not asserted:
            yield Fault("test cell without an assert about a name", number)
        for call in calls:
            match call.args:
                case [ast.Constant(value=name), ast.Name(id=variable)] if name == variable:
                    glued[name] = number, call.lineno
                    if name not in asserted:
                        yield Fault(f"{name} is glued but not asserted in the same cell", number, call.lineno)
                case [ast.Constant(value=name), value]:
                    glued[name] = number, call.lineno
                    yield Fault(
                        f"glue({name!r}, {ast.unparse(value)}): the second argument should be the variable {name}",
                        *glued[name],
                    )
                case _:
                    yield Fault(
                        f"{ast.unparse(call)} should be glue('name', name, display=False)",
                        number,
                        call.lineno,
                    )
    for name in sorted(set(used) - set(glued)):
        yield Fault(f"{name} is used in the prose but never glued", *used[name])
    for name in sorted(set(glued) - set(used)):
        yield Fault(f"{name} is glued but never used in the prose", *glued[name])


def types_no_results(notebook):
    """Every share in prose and captions is glued, or quoted with {cite}, or a setting that stands in the code.

    A setting is a share that someone chose: "keep 30 % for the test" stands on a page whose code says
    ``test_size=0.3``. The fraction counts wherever the reader sees it, and the percentage itself (30) where the code
    calls it one, as in ``np.percentile(values, 30)`` or ``kept_percent = 30``. What is asserted or hidden does not
    count, because results are asserted, nor do arguments of what draws, as in ``ax.plot(..., alpha=0.3)``. The rest to
    100 % may stand beside a setting, in the same paragraph: "70 % for training, 30 % for the test".
    """
    settings = set().union(
        *(_settings(parse(cell)) for _, cell in code_cells(notebook, without="remove-cell"))
    )
    texts = [(number, mask(rf"(\$\$?).*?\1|{FENCE}", text), True) for number, text in prose_cells(notebook)]
    texts += [(figure["cell"], figure.get("caption", ""), False) for figure in captions(notebook)]
    for number, text, has_lines in texts:
        begin = 0
        for paragraph in re.split(r"(\n\s*\n|\n(?=- )|\n(?=\|))", text):
            offset, begin = begin, begin + len(paragraph)
            if "{cite" in paragraph or paragraph.startswith((":::", "#", "____")):
                continue
            shares = list(SHARE.finditer(mask(r"`[^`]*`|\b95%", paragraph)))
            chosen = settings.intersection(float(share[1]) for share in shares)
            chosen |= {round(100 - value, 9) for value in chosen}
            for share in shares:
                if float(share[1]) not in chosen:
                    line = line_at(text, offset + share.start()) if has_lines else None
                    around = " ".join(paragraph[max(share.start() - 40, 0) : share.end() + 40].split())
                    yield Fault(
                        f"a result typed by hand, {share[0]!r} in '... {around} ...': glue it, quote it with {{cite}}, "
                        f"or let the code that is shown hold the setting {float(share[1]) / 100:g}",
                        number,
                        line,
                    )


def _settings(node, is_percent=False):
    """Percentages that code writes as literals: fractions, and what it calls a percentage."""
    if isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and root_name(node.func) in DRAWS):
        return set()
    if isinstance(node, ast.Constant):
        if isinstance(node.value, float) and 0 < node.value < 1:
            return {round(100 * node.value, 9)}
        return {float(node.value)} if is_percent and type(node.value) in (int, float) else set()
    match node:
        case ast.Call(func=name) | ast.Assign(targets=[name, *_]):
            is_percent |= "percent" in ast.unparse(name).lower()
        case ast.keyword(arg=str(name)):
            is_percent |= "percent" in name.lower()
    return set().union(*(_settings(child, is_percent) for child in ast.iter_child_nodes(node)))


def has_solved_exercises(notebook):
    """One to four exercises, each with a solution in a dropdown: executed and proven by a test cell, or an answer.

    The solution of an exercise with the line ``:class: discussion`` below its label may be prose alone, of at least
    ten words.
    """
    start = (
        r"\{exercise-start\}(?P<title>[^\n]*)(?:\n:label: (?P<label>ex-[a-z0-9-]+)$)?(?P<options>(?:\n:.*)*)"
    )
    starts = list(find_in_prose(start, notebook))
    ends = list(find_in_prose(r"\{exercise-end\}", notebook))
    text = prose(notebook)
    if not 1 <= len(starts) <= 4:
        place = starts[4][1:] if starts else ()
        yield Fault(f"there should be 1 to 4 exercises, there are {len(starts)}", *place)
    if len(starts) != len(ends):
        yield Fault(
            f"an exercise is not closed: {len(starts)} begin, {len(ends)} end", *(starts or ends)[-1][1:]
        )
    for match, *place in starts:
        label = match["label"]
        if not label or not match["title"].strip():
            yield Fault("an exercise lacks a title or a label ex-...", *place)
            continue
        solution = f"{{solution-start}} {label}\n:label: {label.replace('ex-', 'sol-', 1)}\n:class: dropdown"
        if solution not in text:
            yield Fault(f"{label} has no solution of the form {solution!r}", *place)
    discussions = {match["label"] for match, *_ in starts if ":class: discussion" in match["options"]}
    yield from _unproven_solutions(notebook, discussions)


def _unproven_solutions(notebook, discussions):
    """Faults of solutions, each from its start to its end."""
    solution = None
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code":
            if solution:
                solution["proven" if "test" in tags_of(cell) else "executed"] = True
            continue
        text = mask(COMMENT, cell.source)
        for part in re.split(
            r"(`{3,}\{solution-(?:start|end)\}[^`]*`{3,})", text
        ):  # text, mark, text, mark, ...
            mark = re.match(r"`{3,}\{solution-(start|end)\} *(\S*)", part)
            if not mark:
                if solution:
                    solution["words"] += len(part.split())
                continue
            if solution and mark[1] == "end":
                yield from _judge(solution, discussions)
                solution = None
            elif solution or mark[1] == "end":
                yield Fault(f"a solution {mark[1]}s where none can", number)
            if mark[1] == "start":
                line = line_at(text, text.index(part))
                solution = {"label": mark[2], "place": (number, line), "words": 0, "executed": 0, "proven": 0}
    if solution:
        yield Fault(f"the solution of {solution['label']} is not closed", *solution["place"])


def _judge(solution, discussions):
    label, place = solution["label"], solution["place"]
    if not solution["executed"] and label not in discussions:
        yield Fault(
            f"the solution of {label} is not executed; if it is a discussion, say so by the line "
            "':class: discussion' below the label of the exercise",
            *place,
        )
    if solution["executed"] and not solution["proven"]:
        yield Fault(f"the solution of {label} is not proven by a test cell", *place)
    if not solution["executed"] and label in discussions and solution["words"] < MIN_ANSWER_WORDS:
        yield Fault(f"the answer to {label} should have at least {MIN_ANSWER_WORDS} words", *place)


def closes_with_take_aways(notebook):
    """Take-aways, pointing at what shows them, and Further reading, with {cite} or a link, close the lecture."""
    text = prose(notebook)
    headings = list(find_in_prose(r"^## (.*)", notebook, masked=FENCE))
    titles = [match[1] for match, *_ in headings]
    if titles[-2:] != ["Take-aways", "Further reading"]:
        place = headings[-1][1:] if headings else ()
        yield Fault(f"the last sections should be Take-aways and Further reading, got {titles[-2:]}", *place)
        return
    take_aways, reading = re.split(r"^## .*", text, flags=re.M)[-2:]
    if "{numref}" not in take_aways:
        yield Fault("no take-away points at a figure", *headings[-2][1:])
    if not re.search(r"\{cite|\]\(https?://|<https?://", reading):
        yield Fault("further reading cites nothing and links nowhere", *headings[-1][1:])


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
    *READER_RULES,
]


def main(arguments=None):
    """Print the faults of lectures.

    Parameters
    ----------
    arguments : list of str, optional
        Those of the command line: ``--lecture`` and the number of the only one.

    Returns
    -------
    int
        Exit status: 1 if there is a fault.
    """
    parser = argparse.ArgumentParser(prog="python -m lecture_tools.notebook_rules", description=main.__doc__)
    parser.add_argument("--lecture", help="number or name of the only lecture to read")
    try:
        paths = choose_lectures(LECTURES, parser.parse_args(arguments).lecture)
    except ValueError as error:
        sys.exit(f"error: {error}")
    failed = False
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        faults = report(path.stem, (fault for rule in NOTEBOOK_RULES for fault in rule(notebook)))
        failed |= bool(faults)
        print(faults or f"{path.stem} keeps all {len(NOTEBOOK_RULES)} rules")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
