"""Work is shared out without a gap, and loops are compiled as their decorators promise."""

import os
import threading

import numpy as np
import pytest

from qbi_utils._parallel import compile_curves, compile_exactly, compile_warps, share_out


@pytest.mark.parametrize("n_jobs", [1, 3, None, -1])
@pytest.mark.parametrize("n_items", [0, 1, 7])
def test_every_item_is_worked_on_once(n_items, n_jobs):
    visits = np.zeros(n_items, int)

    def work(block):
        visits[block] += 1

    share_out(work, n_items, n_jobs)
    assert visits.tolist() == [1] * n_items


@pytest.mark.parametrize(
    ("n_items", "n_jobs", "n_blocks"), [(0, 3, 1), (1, 3, 1), (7, 1, 1), (7, 3, 3), (7, 64, 7)]
)
def test_no_more_blocks_than_items_or_threads_and_all_nearly_as_large(n_items, n_jobs, n_blocks):
    blocks = []
    share_out(blocks.append, n_items, n_jobs)
    sizes = [block.stop - block.start for block in blocks]
    assert len(blocks) == n_blocks
    assert sum(sizes) == n_items
    assert max(sizes) - min(sizes) <= 1


def test_blocks_are_worked_on_in_this_process_at_the_same_time():
    together = threading.Barrier(3, timeout=20)  # breaks where one waits for the other
    processes = []

    def work(block):
        together.wait()
        processes.append(os.getpid())

    share_out(work, 3, 3)
    assert processes == [os.getpid()] * 3


def test_an_error_in_a_block_is_raised():
    def work(block):
        raise ValueError(f"in {block.start}")

    with pytest.raises(ValueError, match="in 0"):
        share_out(work, 4, 1)


def quotient(numerator, denominator):
    return numerator / denominator


def test_a_division_by_zero_is_an_error_only_where_loops_are_exact():
    # Without the cache: it tells functions apart, but not the options they are compiled with.
    with pytest.raises(ZeroDivisionError):
        compile_exactly(quotient, cache=False)(1.0, 0.0)
    for compiler in (compile_curves, compile_warps):
        assert compiler(quotient, cache=False)(1.0, 0.0) == np.inf


def is_finite(value):
    return value - value == 0


@pytest.mark.parametrize("compiler", [compile_exactly, compile_curves, compile_warps])
def test_compiled_loops_run_without_the_interpreter_and_keep_infinities(compiler):
    compiled = compiler(is_finite, cache=False)
    assert compiled.targetoptions["nogil"]
    assert compiled(2.0)
    assert not compiled(np.nan)
    assert not compiled(np.inf)
