"""A page never shows numbers of an older helper, and what is up to date is not executed again.

The outputs of a lecture are kept under a key: its own code, the code of the helpers that it imports, directly or through
others, what they read, and the locked versions. A comment, a docstring, a grader that the lecture does not call or a file
that nobody lists leave the key as it is. Outputs of other states stay, the last `KEPT` of them, so that switching
branches is free.
"""

import ast
import hashlib
import json
import os
import re
import sys
from functools import cache
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_client.manager import KernelManager

PACKAGE = "qbi_utils"
GRADERS = f"{PACKAGE}.checks"
FILES = ("lectures/matplotlibrc", "requirements-lab.txt")
OUTPUTS = "_build/.jupyter_cache"
KEPT = 150  # executed lectures, ten states of all of them


# --------------------------------------------------------------------------- what a lecture depends on


@cache
def _parse(path, modified):
    """Statements of a module, without docstrings; `modified` has a changed file read again."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        is_text = isinstance(body, list) and body and isinstance(body[0], ast.Expr)
        if is_text and isinstance(body[0].value, ast.Constant):
            del body[0]
    return tree.body


def _statements(path):
    return _parse(path, path.stat().st_mtime_ns)


def _module_path(root, name):
    """File of a module of the package, or None: what is imported by this name is no module."""
    path = Path(root, *name.split("."))
    return next((file for file in (path / "__init__.py", path.with_suffix(".py")) if file.is_file()), None)


def _imported(root, statements, name=""):
    """Modules of the package that the statements of the module `name` (of a lecture, if empty) import."""
    here = name.split(".")
    if name and _module_path(root, name).name != "__init__.py":
        here.pop()
    for node in (node for statement in statements for node in ast.walk(statement)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = here[: len(here) - node.level + 1] if node.level else []
            source = ".".join([*above, *filter(None, [node.module])])
            names = [source, *(f"{source}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (found for found in names if f"{found}.".startswith(f"{PACKAGE}."))


def _needed(statements, names):
    """Those of a module's statements that define the names, or what these use; statements without a name count always."""
    used, defined = [], {}
    for statement in statements:
        targets = [getattr(statement, "name", None)] if hasattr(statement, "name") else _assigned(statement)
        if targets:
            defined |= dict.fromkeys(targets, statement)
        elif not isinstance(statement, ast.Import | ast.ImportFrom):
            used.append(statement)
    wanted = [*names, *(name for statement in used for name in _names(statement))]
    while wanted:
        statement = defined.get(wanted.pop())
        if statement is not None and statement not in used:
            used.append(statement)
            wanted += _names(statement)
    imports = [statement for statement in statements if isinstance(statement, ast.Import | ast.ImportFrom)]
    return imports + [statement for statement in statements if statement in used]


def _assigned(statement):
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    return [
        node.id for target in targets if target for node in ast.walk(target) if isinstance(node, ast.Name)
    ]


def _names(statement):
    return [node.id for node in ast.walk(statement) if isinstance(node, ast.Name)]


def _sources(root, code):
    """Statements of the package that a lecture's code runs, by module."""
    found, waiting = {}, list(_imported(root, ast.parse(code).body))
    graders = set(re.findall(r"\bcheck_\w+", code))
    if any(f"{name}.".startswith(f"{GRADERS}.") for name in waiting):
        modules = Path(root, *GRADERS.split(".")).glob("[!_]*.py")
        waiting += [f"{GRADERS}.{path.stem}" for path in sorted(modules)]
    while waiting:
        name = waiting.pop()
        path = _module_path(root, name)
        # Two packages only list their modules, and import one when it is used.
        if path is None or name in found or name in (PACKAGE, GRADERS):
            continue
        statements = _statements(path)
        if name.startswith(f"{GRADERS}.") and not path.stem.startswith("_"):
            if not graders & {getattr(statement, "name", None) for statement in statements}:
                continue
            statements = _needed(statements, graders)
        found[name] = statements
        waiting += [*_imported(root, statements, name), name.rpartition(".")[0]]
    return found


def key_of(root, notebook):
    """Hash of everything that the outputs of a lecture depend on, besides its own cells.

    Parameters
    ----------
    root : path-like
        Folder of the course.
    notebook : nbformat.NotebookNode

    Returns
    -------
    str
    """
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    digest = hashlib.sha256(repr(sys.version_info[:2]).encode())
    for name, statements in sorted(_sources(root, code).items()):
        digest.update("\n".join([name, *map(ast.dump, statements)]).encode())
    for name in FILES:
        lines = Path(root, name).read_text().splitlines()
        digest.update("\n".join(line for line in lines if not line.lstrip().startswith("#")).encode())
    return digest.hexdigest()[:16]


# --------------------------------------------------------------------------- what is kept


def open_cache(root):
    """Open what is kept of executed lectures; the oldest make room."""
    outputs = get_cache(str(Path(root, OUTPUTS)))
    outputs.change_cache_limit(KEPT)
    return outputs


def mark(root, notebook):
    """Write the key of a lecture into that part of its metadata which the cache compares, in place."""
    notebook.metadata.setdefault("kernelspec", {})["course_key"] = key_of(root, notebook)
    return notebook


def find_outputs(root, notebook):
    """Look up the record that holds the outputs of a marked lecture; None if there is none."""
    try:
        return open_cache(root).match_cache_notebook(notebook).pk
    except KeyError:
        return None


# --------------------------------------------------------------------------- Sphinx


def mark_source(app, docname, source):
    """Key a lecture when it is read; with COURSE_PREVIEW, show one without outputs rather than execute it."""
    path = Path(app.env.doc2path(docname))
    if path.suffix != ".ipynb":
        return
    notebook = mark(app.srcdir, nbformat.reads(source[0], nbformat.NO_CONVERT))
    _shown(app.env)[docname] = notebook.metadata.kernelspec.course_key
    if os.environ.get("COURSE_PREVIEW") and find_outputs(app.srcdir, notebook) is None:
        notebook.metadata["mystnb"] = {"execution_mode": "off"}
        _shown(app.env)[docname] = None
    source[0] = json.dumps(notebook)


def _shown(env):
    """Key of the outputs that each page shows, None where it shows none; pickled with the environment."""
    if not hasattr(env, "course_keys"):
        env.course_keys = {}
    return env.course_keys


def find_outdated(app, env, added, changed, removed):
    """Have pages read again that show other outputs than there are, and the page that lists what was executed."""
    outdated = []
    for docname in env.found_docs - added - changed - removed:
        path = Path(env.doc2path(docname))
        if path.suffix == ".ipynb":
            notebook = mark(app.srcdir, nbformat.read(path, nbformat.NO_CONVERT))
            to_show = notebook.metadata.kernelspec.course_key
            if os.environ.get("COURSE_PREVIEW") and find_outputs(app.srcdir, notebook) is None:
                to_show = None
            if _shown(env).get(docname) != to_show:
                outdated.append(docname)
    if outdated or added or changed:
        outdated += env.found_docs & {"appendix/execution-status"}
    return outdated


def merge_keys(app, env, docnames, other):
    """Take over what another process read."""
    _shown(env).update({name: _shown(other)[name] for name in docnames if name in _shown(other)})


def set_cache_path(app, config):
    """Keep outputs in one place, wherever the pages are built."""
    config.nb_execution_cache_path = str(Path(app.srcdir, OUTPUTS))


def setup(app):
    """Register with Sphinx."""
    # Else each kernel that a build starts warns of a connection in plain text.
    KernelManager.transport_encryption.default_value = "auto"
    app.connect("config-inited", set_cache_path)
    app.connect("source-read", mark_source)
    app.connect("env-get-outdated", find_outdated)
    app.connect("env-merge-info", merge_keys)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
