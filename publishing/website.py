"""The website: built beside the one that stands, which is exchanged only for one without a fault."""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from publishing.pages import ROOT, SITE

BESIDE = ROOT / "_build/website"
PREVIEW = ROOT / "_build/preview"


def replace_folder(new, old):
    """Put a copy of a folder in the place of another, which is whole at any time but for the moment of a renaming."""
    part, last = old.with_name(f"{old.name}.part"), old.with_name(f"{old.name}.last")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(new, part)
    shutil.rmtree(last, ignore_errors=True)
    if old.exists():
        old.rename(last)
    part.rename(old)
    shutil.rmtree(last, ignore_errors=True)


def build(*, preview=None, anew=False, root=ROOT, site=SITE):
    """Build the website.

    Parameters
    ----------
    preview : str, optional
        Number or name of a lecture to look at: the others are shown with the outputs that they have, be it none, and only
        its own warnings are told.
    anew : bool, optional
        Read every page again.
    root : Path, optional
        Folder of the book.
    site : Path, optional
        Where the website goes.

    Returns
    -------
    int
        Exit status; if it is not 0, an older website stays as it is.
    """
    folder = Path(root, (PREVIEW if preview else BESIDE).relative_to(ROOT))
    command = [Path(sys.executable).with_name("jupyter-book"), "build", root, "--path-output", folder, "-n"]
    command += ["--keep-going"] + ["-W"] * (not preview) + ["--all"] * anew + ["-q"] * bool(preview)
    folder.mkdir(parents=True, exist_ok=True)
    if preview:
        environment = os.environ | {"COURSE_PREVIEW": "1"}
        done = subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True)
        for line in (done.stdout + done.stderr).splitlines():
            if done.returncode or re.search(rf"lectures/(?:0?{preview}-|(?:\d\d-)?{preview}\.)", line):
                print(line)
    else:
        done = subprocess.run(command, cwd=root)
    if done.returncode:
        # A warning is only seen while its page is read, so what was read must not count as read.
        shutil.rmtree(folder)
        print("The website was not built." + (f" {site} is the older one." if site.exists() else ""))
        return done.returncode
    _drop_former_lectures(root, folder / "_build/html")
    replace_folder(folder / "_build/html", site)
    return 0


def _drop_former_lectures(root, html):
    """Delete the pages of lectures that were renamed or deleted since an earlier build."""
    for page in (html / "lectures").glob("*.html"):
        if not (root / "lectures" / page.with_suffix(".ipynb").name).exists():
            page.unlink()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--preview", metavar="LECTURE", help="its number or name: do not execute others, and do not be strict"
    )
    parser.add_argument("--all", action="store_true", help="read every page again")
    options = parser.parse_args()
    sys.exit(build(preview=options.preview, anew=options.all))
