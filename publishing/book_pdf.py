"""The whole book as one PDF: Jupyter Book's LaTeX builder, and a look at what LaTeX complained about."""

import os
import re
import shutil
import subprocess
import sys

from pypdf import PdfReader

from publishing.pages import ROOT, PublishingError
from publishing.website import BESIDE

LATEX = BESIDE / "_build/latex"  # beside the website, with what that has read already
OUTPUT = ROOT / "_build/image-datasets.pdf"
TOLERANCE = 5  # points that a line or a page may stick out: less than two millimetres


def find_faults(log, text):
    r"""Read what a reader of the PDF would stumble over.

    Parameters
    ----------
    log : str
        What LaTeX wrote about the last run.
    text : str
        Text of the PDF.

    Returns
    -------
    list of str

    Examples
    --------
    >>> find_faults("Overfull \\hbox (12.3pt too wide) in paragraph", "see Fig. ??")
    ['a line or page sticks out by 12.3pt', "an unresolved reference: 'see Fig. ??'"]
    """
    sizes = [float(size) for size in re.findall(r"Overfull \\[hv]box \(([\d.]+)pt", log)]
    faults = [f"a line or page sticks out by {size}pt" for size in sizes if size > TOLERANCE]
    faults += [
        f"a missing glyph: {name}"
        for name in dict.fromkeys(re.findall(r"Missing character: There is no (.*?) in", log))
    ]
    faults += [
        f"an undefined reference: {line}"
        for line in re.findall(r"LaTeX Warning: (Reference .* undefined)", log)
    ]
    return faults + [
        f"an unresolved reference: {line.strip()!r}" for line in text.splitlines() if "??" in line
    ]


def build():
    """Build the PDF; an older one is replaced only by one without a fault.

    Raises
    ------
    PublishingError
        If LaTeX is missing, fails, or leaves something that a reader would stumble over.
    """
    if missing := [tool for tool in ("xelatex", "latexmk", "xindy") if not shutil.which(tool)]:
        raise PublishingError(
            f"The book's PDF needs {', '.join(missing)}: the README names the packages of Debian."
        )
    command = ["jupyter-book", "build", ".", "--path-output", BESIDE, "--builder", "pdflatex"]
    command += ["-W", "-n", "--keep-going"]
    tools = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
    environment = os.environ | {
        "PATH": tools,
        "max_print_line": "10000",
        "NO_COLOR": "1",
    }  # LaTeX breaks its log
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    built = LATEX / "image-datasets.pdf"
    if done.returncode or not built.exists():
        said = [
            line for line in (done.stdout + done.stderr).splitlines() if re.search("WARNING|ERROR|^!", line)
        ]
        raise PublishingError(
            "\n".join(["The book's PDF was not built.", *said, f"More in {LATEX}/image-datasets.log"])
        )
    log = built.with_suffix(".log").read_text(encoding="utf-8", errors="replace")
    pages = PdfReader(built).pages
    if faults := find_faults(log, "\n".join(page.extract_text() for page in pages)):
        raise PublishingError("\n".join(["The book's PDF has faults:", *faults]))
    shutil.copy(built, OUTPUT.with_suffix(".part"))
    OUTPUT.with_suffix(".part").replace(OUTPUT)
    print(f"{os.path.relpath(OUTPUT)}: {len(pages)} pages, {OUTPUT.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    try:
        build()
    except PublishingError as error:
        sys.exit(f"error: {error}")
