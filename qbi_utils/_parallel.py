"""How inner loops are compiled, and how a batch is shared out to threads."""

import functools
import itertools

import joblib
import numba
import numpy as np

# nogil: a compiled loop lets go of the interpreter, so that threads run it side by side.
# cache: it is compiled once on a machine, not once in each session.
compile_exactly = functools.partial(numba.njit, nogil=True, cache=True)
# error_model="numpy": a division does not look for zero, and the loop around it can use vector instructions.
# contract: a product and a sum may become one instruction; the curves of the strokes need no more freedom.
compile_curves = functools.partial(compile_exactly, error_model="numpy", fastmath={"contract"})
# nsz, arcp: no sign of zero to keep, and a division may become a product. Grey levels stay within one rounding.
# Not "fast" as a whole: it forgets infinities and NaN, which images of floats may hold.
compile_warps = functools.partial(compile_exactly, error_model="numpy", fastmath={"nsz", "arcp", "contract"})


def share_out(work, n_items, n_jobs):
    """Call `work` with slices that together cover `n_items`, one slice a thread.

    Parameters
    ----------
    work : callable
        Takes a slice. The arrays that it reads and writes are shared, so each call writes to its own slice only.
    n_items : int
        How many there are, at least 0.
    n_jobs : int or None
        Threads, as in joblib.
    """
    n_threads = min(joblib.effective_n_jobs(n_jobs), max(n_items, 1))
    edges = np.linspace(0, n_items, n_threads + 1).astype(int)
    joblib.Parallel(n_threads, require="sharedmem")(
        joblib.delayed(work)(slice(start, stop)) for start, stop in itertools.pairwise(edges)
    )
