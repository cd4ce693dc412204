"""Execute lectures with nbval, as many at a time as the machine carries, and keep their outputs for the book.

`make html` executes those whose outputs are missing or out of date; `make test` executes all, and asks more: after each
test cell runs one more, in the same kernel, in which every number that the cell glues into the prose is halved and
doubled, and one of the two must make an assert of the cell fail; and time and peak memory must keep within the budget.
A line reports each lecture when it is finished. Command line::

    python -m lecture_tools.runner [--missing] [--lecture augmentation]
"""

import argparse
import contextlib
import functools
import inspect
import os
import re
import statistics
import sys
import threading
import time
from collections import defaultdict

import nbformat
import psutil
import pytest
from jupyter_cache.base import CacheBundleIn
from nbval.plugin import IPyNbCell, IPyNbFile

from _extensions import execution_cache
from lecture_tools.paths import LECTURES, ROOT, choose_lectures

MAX_SECONDS = 180
MAX_GIGABYTES = 1.5
CELL_TIMEOUT = 180
SLACK_SECONDS = 15  # promises are rounded to ten
MAX_RATIO = 1.5  # of the seconds that a lecture takes to those that it promises
# Matrix products take one thread, alone or side by side: their sums depend on how many share them out, in the last
# digits, and a fit of a singular matrix turns those into percents. The Makefile fixes the threads of TensorFlow likewise.
THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


# --------------------------------------------------------------------------- what is asked of a test cell


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


def _claims_item(item):
    """Make one more cell to run behind a test cell, which asks whether its claims can fail."""
    call = f"toothless = toothless_claims({item.cell.source!r}, globals())\nassert not toothless, toothless"
    cell = nbformat.v4.new_code_cell(f"{inspect.getsource(toothless_claims)}\n{call}")
    name, options = f"{item.name}: claims", defaultdict(bool)
    return IPyNbCell.from_parent(item.parent, name=name, cell_num=item.cell_num, cell=cell, options=options)


# --------------------------------------------------------------------------- what is asked of a lecture


class KernelWatch(threading.Thread):
    """Follows the resident memory of a kernel and the processes that it started.

    The kernel's own high-water mark knows nothing of its workers; their sum does.
    """

    def __init__(self, process):
        super().__init__(daemon=True)
        self.process, self.peak_bytes, self.begin = process, 0, time.monotonic()
        self.start()

    def run(self):
        """Look ten times a second until the kernel ends."""
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


class Closing(pytest.Item):
    """Closes a lecture: its time, its peak memory, its outputs for the book."""

    def __init__(self, *, cells, **options):
        super().__init__(**options)
        self.cells = cells

    def runtest(self):
        """Report the lecture, keep what it printed and drew, and hold it to its budget."""
        seconds = time.monotonic() - self.parent.watch.begin
        gigabytes = self.parent.watch.peak_bytes / 1e9
        passed = self.session.testsfailed == self.parent.failures_before
        line = f"{self.path.stem:32} {seconds:4.0f} s  {gigabytes:.2f} GB{'' if passed else '  FAILED'}"
        self.user_properties.append(("lecture", line))
        if passed and not self.config.option.missing:
            promised = promised_seconds(nbformat.read(self.path, nbformat.NO_CONVERT))
            self.user_properties.append(("seconds", (self.path.stem, seconds, promised)))
        if passed:
            self.keep_outputs(seconds)
        if not self.config.option.missing:
            # Side by side, each has its share of the cores, and takes longer by at most their number.
            budget = MAX_SECONDS * n_workers()
            assert seconds < budget, f"the lecture takes {seconds:.0f} s, its budget is {budget} s"
            assert gigabytes < MAX_GIGABYTES, f"the lecture needs {gigabytes:.2f} GB of {MAX_GIGABYTES} GB"

    def keep_outputs(self, seconds):
        """Put the executed lecture where the build looks for it."""
        notebook = self.parent.marked
        for cell, run in zip([c for c in notebook.cells if c.cell_type == "code"], self.cells, strict=True):
            cell.outputs = run.test_outputs
        bundle = CacheBundleIn(notebook, str(self.path), data={"execution_seconds": seconds})
        cache = execution_cache.open_cache(self.config.rootpath)
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)

    def repr_failure(self, excinfo):
        """Say which budget was missed, without a traceback."""
        return str(excinfo.value)


# --------------------------------------------------------------------------- pytest


def pytest_addoption(parser):
    """Tell `make html` from `make test`."""
    parser.addoption("--missing", action="store_true", help="ask nothing of claims and budgets")


def pytest_configure(config):
    """Set how many threads kernels take, which inherit it."""
    os.environ.update(THREADS)


def pytest_collection_modifyitems(config, items):
    """Put a check of its claims behind each test cell, and what closes a lecture behind its last."""
    checked, cells = [], []
    for item, following in zip(items, [*items[1:], None], strict=True):
        checked.append(item)
        if not isinstance(item.parent, IPyNbFile):
            continue
        cells.append(item)
        if "test" in item.cell.metadata.get("tags", ()) and not config.option.missing:
            checked.append(_claims_item(item))
        if following is None or following.parent is not item.parent:
            checked.append(Closing.from_parent(item.parent, name="closing", cells=cells))
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
        # As the lecture and what it depends on are before it runs.
        notebook = nbformat.read(lecture.path, nbformat.NO_CONVERT)
        lecture.marked = execution_cache.mark(item.config.rootpath, notebook)


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report):
    """Write no letter for a cell: a lecture has a line, and what failed is told in the end."""
    return report.outcome if report.when == "call" or report.failed else "", "", ""


class LectureLines:
    """Writes a line for each finished lecture, from whichever process it comes."""

    def __init__(self, reporter):
        self.reporter, self.seconds = reporter, []

    def pytest_runtest_logreport(self, report):
        """Write the line of a lecture that is finished."""
        if report.when == "call":
            for name, value in report.user_properties:
                if name == "lecture":
                    self.reporter.write_line(value)
                elif name == "seconds":
                    self.seconds.append(value)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session):
        """Say which lectures promise other seconds than they take."""
        for fault in misjudged_seconds(self.seconds):
            self.reporter.write_line(fault, red=True)
            session.exitstatus = session.exitstatus or 1


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session):
    """Report in the process that the others answer to."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        session.config.pluginmanager.register(LectureLines(reporter))


# --------------------------------------------------------------------------- command line


def n_workers():
    """Count the processes that execute lectures at the same time, this one included."""
    return int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1))


def n_cores():
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def n_side_by_side(n_lectures):
    """Lectures that run at a time: one a core, as far as the memory that is free carries them."""
    carried = int(psutil.virtual_memory().available // (MAX_GIGABYTES * 1e9))
    return max(1, min(n_cores(), carried, n_lectures))


def promised_seconds(notebook):
    """Seconds to run that the opening of a lecture promises; 0 where it promises none."""
    promise = re.search(r"(\d+) seconds to run", notebook.cells[0].source if notebook.cells else "")
    return int(promise[1]) if promise else 0


def misjudged_seconds(measured):
    """List lectures whose opening promises other seconds than they take, beside the others.

    A slower or busier machine is slower for all, so what counts is the ratio to the promise, over its median.

    Parameters
    ----------
    measured : list of (str, float, int)
        Name of a lecture, seconds that it took, seconds that it promises. Fewer than five say nothing.

    Yields
    ------
    str

    Examples
    --------
    >>> measured = [("a", 20, 10), ("b", 40, 20), ("c", 60, 30), ("d", 84, 40), ("e", 200, 50)]
    >>> list(misjudged_seconds(measured))
    ['e takes 200 s where the others, by their promises, let expect 100 s: it should promise 100 seconds to run']
    """
    ratios = [seconds / promised for _, seconds, promised in measured if promised]
    if len(ratios) < 5:
        return
    usual = statistics.median(ratios)
    for name, seconds, promised in measured:
        expected = promised * usual
        is_fair = expected / MAX_RATIO <= seconds <= expected * MAX_RATIO
        if not is_fair and abs(seconds - expected) > SLACK_SECONDS:
            fair = max(10, round(seconds / usual, -1))
            yield (
                f"{name} takes {seconds:.0f} s where the others, by their promises, let expect {expected:.0f} s: "
                f"it should promise {fair:.0f} seconds to run"
            )


def main(arguments=None):
    """Execute lectures; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lecture", help="number or name of the only lecture to take")
    parser.add_argument("--missing", action="store_true", help="only lectures whose outputs are out of date")
    options = parser.parse_args(arguments)
    try:
        paths = choose_lectures(LECTURES, options.lecture)
    except ValueError as error:
        sys.exit(f"error: {error}")
    execution_cache.open_cache(ROOT)  # made here, before several processes make it at once
    seconds = {}
    for path in paths:
        notebook = execution_cache.mark(ROOT, nbformat.read(path, nbformat.NO_CONVERT))
        if not (options.missing and execution_cache.find_outputs(ROOT, notebook)):
            seconds[path] = promised_seconds(notebook)
    if not seconds:
        return 0
    at_a_time = n_side_by_side(len(seconds))
    # A lecture alone uses other cores, too, so side by side each takes longer, measured 1.6 times.
    minutes = max(1, round(sum(seconds.values()) / 60 * min(1, 1.6 / at_a_time)))
    print(f"Executing {len(seconds)} lectures, {at_a_time} at a time: about {minutes} min.", flush=True)
    flags = ["-p", "lecture_tools.runner", "-p", "no:cacheprovider", "-o", "addopts=", "--rootdir", str(ROOT)]
    flags += ["-q", "--no-header", "--tb", "short", "-W", "default"]
    flags += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    flags += ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout", str(CELL_TIMEOUT)]
    if at_a_time > 1:
        flags += ["-n", str(at_a_time), "--dist", "loadfile", "--no-loadscope-reorder"]
    if options.missing:
        flags.append("--missing")
    longest_first = sorted(seconds, key=seconds.get, reverse=True)  # so that they end together
    return pytest.main([*flags, *map(str, longest_first)])


if __name__ == "__main__":
    sys.exit(main())
