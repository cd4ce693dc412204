"""What nbval does not ask of a lecture: that its claims can fail, and that it keeps within its budget.

Loaded by `make test`. After each test cell of a lecture runs one more, in the same kernel: every number that the
cell glues into the prose is halved and doubled, and one of the two must make an assert of the cell fail. After the
last cell the time and the peak memory of the kernel are compared with the budget; a table of them closes the run. A
lecture that passes goes into the cache of the book, which need not execute it again.
"""

import contextlib
import functools
import inspect
import threading
import time
from collections import defaultdict

import nbformat
import psutil
import pytest
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbval.plugin import IPyNbCell, IPyNbFile

from _extensions.course_book import keyed_cache

MAX_SECONDS = 180
MAX_GIGABYTES = 1.5
BUDGETS = pytest.StashKey()


def toothless_claims(source, namespace):
    """Glued names whose value could be quite another without any assert of the cell failing.

    Parameters
    ----------
    source : str
        Code of a test cell that has just run.
    namespace : dict
        Variables of the kernel; not changed.

    Returns
    -------
    list of str
    """
    import ast

    body = ast.parse(source).body
    asserts = [node for node in body if isinstance(node, ast.Assert)]
    glued = [
        node.value.args[0].value
        for node in body
        if isinstance(node, ast.Expr) and getattr(getattr(node.value, "func", None), "id", None) == "glue"
    ]

    def notices(name, value):
        for node in asserts:
            code = compile(ast.Module([node], []), "<claim>", "exec")
            try:
                exec(code, {**namespace, name: value})
            except Exception:  # an assert that cannot be evaluated any more has noticed, too
                return True
        return False

    def others(value):
        if isinstance(value, bool | str):
            return [not value] if isinstance(value, bool) else ["", value + "?"]
        return [value / 2, 2 * value] if value else [1]

    return [name for name in glued if not any(notices(name, value) for value in others(namespace[name]))]


class KernelWatch(threading.Thread):
    """Follows the resident memory of a kernel and the processes that it started.

    The kernel's own high-water mark knows nothing of its workers; their sum does.
    """

    def __init__(self, process):
        super().__init__(daemon=True)
        self.process, self.peak_bytes, self.begin = process, 0, time.monotonic()
        self.start()

    def run(self):
        with contextlib.suppress(psutil.NoSuchProcess):
            while self.process.is_running():
                tree = [self.process, *self.process.children(recursive=True)]
                self.peak_bytes = max(self.peak_bytes, sum(map(self._resident, tree)))
                time.sleep(0.1)

    @staticmethod
    def _resident(process):
        try:
            return process.memory_info().rss
        except psutil.NoSuchProcess:
            return 0


class Budget(pytest.Item):
    """Closes a lecture: its time, its peak memory, its outputs for the book."""

    def __init__(self, *, cells, **options):
        super().__init__(**options)
        self.cells = cells

    def runtest(self):
        seconds = time.monotonic() - self.parent.watch.begin
        gigabytes = self.parent.watch.peak_bytes / 1e9
        line = f"{self.path.name:32} {seconds:4.0f} s  {gigabytes:.2f} GB"
        self.config.stash.setdefault(BUDGETS, []).append(line)
        assert seconds < MAX_SECONDS, f"the lecture takes {seconds:.0f} s, its budget is {MAX_SECONDS} s"
        assert gigabytes < MAX_GIGABYTES, f"the lecture needs {gigabytes:.2f} GB of {MAX_GIGABYTES} GB"
        if self.session.testsfailed == self.parent.failures_before:
            self.keep_outputs(seconds)

    def keep_outputs(self, seconds):
        """Put the executed lecture where the build looks for it."""
        notebook = nbformat.read(self.path, nbformat.NO_CONVERT)
        for cell, run in zip([c for c in notebook.cells if c.cell_type == "code"], self.cells, strict=True):
            cell.outputs = run.test_outputs
        bundle = CacheBundleIn(notebook, str(self.path), data={"execution_seconds": seconds})
        cache = get_cache(self.parent.cache)
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)

    def repr_failure(self, excinfo):
        return str(excinfo.value)


def claims_item(item):
    """One more cell behind a test cell: can its claims fail?"""
    call = f"toothless = toothless_claims({item.cell.source!r}, globals())\nassert not toothless, toothless"
    cell = nbformat.v4.new_code_cell(f"{inspect.getsource(toothless_claims)}\n{call}")
    name, options = f"{item.name}: claims", defaultdict(bool)
    return IPyNbCell.from_parent(item.parent, name=name, cell_num=item.cell_num, cell=cell, options=options)


def pytest_collection_modifyitems(items):
    """Put a check of its claims behind each test cell, and one of the budget behind each lecture."""
    checked, cells = [], []
    for item, following in zip(items, [*items[1:], None], strict=True):
        checked.append(item)
        if not isinstance(item.parent, IPyNbFile):
            continue
        cells.append(item)
        if "test" in item.cell.metadata.get("tags", ()):
            checked.append(claims_item(item))
        if following is None or following.parent is not item.parent:
            checked.append(Budget.from_parent(item.parent, name="budget", cells=cells))
            cells = []
    items[:] = checked


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup(item):
    """Watch each kernel from its start."""
    lecture = item.parent
    if isinstance(lecture, IPyNbFile) and not hasattr(lecture, "watch"):
        lecture.watch = KernelWatch(psutil.Process(lecture.kernel.km.provisioner.pid))
        # nbval keeps no history, and without one a kernel overlooks the semicolon that hides a cell's last value.
        lecture.kernel.execute_cell_input = functools.partial(lecture.kernel.kc.execute, stop_on_error=False)
        lecture.failures_before = item.session.testsfailed
        lecture.cache = keyed_cache(item.config.rootpath)  # of the inputs as they are before it runs


def pytest_terminal_summary(terminalreporter, config):
    """List time and peak memory of each lecture."""
    terminalreporter.section(f"lectures, budget {MAX_SECONDS} s and {MAX_GIGABYTES} GB", "-")
    for line in config.stash.get(BUDGETS, []):
        terminalreporter.write_line(line)
