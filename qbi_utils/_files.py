"""Write a file as a whole or not at all."""

import contextlib
import tempfile
from pathlib import Path


@contextlib.contextmanager
def replace_file(path):
    """Yield a path to write to; what is there at the end takes the place of `path`, unless an error came up.

    Parameters
    ----------
    path : str or path-like
        File to write, in a folder that exists. Nobody sees it half written: until the end, it stays as it is.

    Yields
    ------
    pathlib.Path
        Where to write: a file of the same name, in a hidden folder beside it, so that both are on one disk.

    Raises
    ------
    FileNotFoundError
        If the folder of `path` does not exist, or nothing was written.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "notes.txt")
    ...     with replace_file(path) as unfinished:
    ...         _ = unfinished.write_text("whole")
    ...     path.read_text()
    'whole'
    """
    path = Path(path)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        unfinished = Path(folder, path.name)
        yield unfinished
        unfinished.replace(path)
