"""Workers: those of a cluster, or some on this machine."""

import logging
import socket
import warnings

import distributed
from dask.utils import parse_bytes

from .._validation import POSITIVE, validate_number, validate_one

_LEAST_MEMORY = 250_000_000  # a worker that has imported this package takes most of it


class _QuietEnd(distributed.WorkerPlugin):
    """Spare the reader a traceback from a worker whose heartbeat met the end of its cluster."""

    def setup(self, worker):
        logging.getLogger("distributed.worker").addFilter(_is_worth_telling)


def _is_worth_telling(record):
    """Leave out what a busy machine says when a cluster ends, as nothing is lost by it."""
    text = record.getMessage()
    return "scheduler during heartbeat" not in text and "process still alive after" not in text


def connect(address=None, *, n_workers=2, memory_limit="auto", timeout=10, fallback=False):
    """Connect to a Dask cluster, or start one on this machine; from then on Dask computes there.

    Parameters
    ----------
    address : str, optional
        Of a scheduler, such as "tcp://10.0.0.1:8786"; left out, workers start on this machine.
    n_workers : int
        Processes to start on this machine, at least 1, each with one thread.
    memory_limit : str or int
        Memory of each of them, at least 250 MB, such as "600 MB", or "auto" for its share of the machine. This package
        and its libraries take most of 250 MB; a worker that comes near the limit moves data to disk, waits, perhaps for
        long, and is replaced in the end.
    timeout : float
        Seconds to wait for the scheduler.
    fallback : bool
        Use workers on this machine, with a warning, if the scheduler does not answer.

    Returns
    -------
    distributed.Client
        To be closed; as a context manager it closes itself, and the workers it started. A script has to call
        ``connect`` under ``if __name__ == "__main__":``, since each worker imports it.

    Raises
    ------
    ConnectionError
        If no scheduler answers at `address`.
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> with connect(n_workers=1) as client:
    ...     client.submit(sum, [1, 2]).result()
    3
    """
    validate_number("n_workers", n_workers, 1)
    timeout = validate_one("timeout", timeout, **POSITIVE)
    try:
        fits = memory_limit == "auto" or parse_bytes(memory_limit) >= _LEAST_MEMORY
    except (ValueError, TypeError, AttributeError):
        fits = False
    if not fits:
        raise ValueError(f"memory_limit must be 'auto' or at least 250 MB for a worker, got {memory_limit!r}")
    if address is not None:
        try:
            # A client that fails lingers half open, so knock first.
            socket.create_connection(distributed.comm.get_address_host_port(address), timeout).close()
            return distributed.Client(address, timeout=timeout)
        except (OSError, ValueError) as error:
            complaint = f"no Dask scheduler answers at {address} within {timeout:g} s"
            if not fallback:
                raise ConnectionError(
                    f"{complaint}; check the address, and that the scheduler runs"
                ) from error
            warnings.warn(f"{complaint}; {n_workers} workers on this machine take its place", stacklevel=2)
    logging.getLogger("distributed.nanny").addFilter(_is_worth_telling)
    client = distributed.Client(
        n_workers=n_workers,
        threads_per_worker=1,
        memory_limit=memory_limit,
        dashboard_address="127.0.0.1:0",  # any free port; None would be 8787, and a warning where that is taken
    )
    client.register_plugin(_QuietEnd())
    return client
