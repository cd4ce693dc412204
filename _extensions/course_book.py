"""What this book needs from Sphinx beyond its configuration file.

1. A page never shows numbers of an older helper: the cache of executed notebooks is keyed on the helpers, the
   data and the locked versions, and a change in them has every page read again.
2. Buttons for Binder, Colab and the repository appear where the repository's URL is known.
3. The slide type that JupyterLab gave a code cell reaches the page, as a class: slides are made from the pages.
"""

import hashlib
import os
import shutil
from pathlib import Path

from docutils import nodes

_INPUTS = ("qbi_utils", "data", "lectures/matplotlibrc", "requirements.txt")


def digest_inputs(root):
    """Hash of every file that a lecture's output depends on, besides the lecture itself."""
    digest = hashlib.sha256()
    for name in _INPUTS:
        path = Path(root, name)
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def keyed_cache(root):
    """Folder of the executed notebooks for this state of the inputs; those of other states are dropped."""
    path = Path(root, "_build/.jupyter_cache", digest_inputs(root))
    for old in path.parent.glob("*"):
        if old.is_dir() and old != path:
            shutil.rmtree(old)
    return path


def key_cache(app, config):
    """Give this state of the inputs a cache of its own."""
    path = keyed_cache(app.srcdir)
    config.course_inputs, config.nb_execution_cache_path = path.name, str(path)


def add_repository_buttons(app, config):
    """Offer to open a lecture in Binder or Colab once it is known where the book lives."""
    url = os.environ.get("COURSE_REPOSITORY_URL")
    if not url:
        return
    config.html_theme_options |= {
        "repository_url": url,
        "repository_branch": os.environ.get("COURSE_REPOSITORY_BRANCH", "main"),
        "use_repository_button": True,
        "use_issues_button": True,
        "launch_buttons": {
            "binderhub_url": "https://mybinder.org",
            "colab_url": "https://colab.research.google.com",
            "notebook_interface": "jupyterlab",
        },
    }


def point_to_colab(app, pagename, templatename, context, doctree):
    """Lead the Colab button to the notebooks that install what they need, on a branch of their own."""
    branch = app.config.html_theme_options.get("repository_branch")
    for button in (
        button for group in context.get("header_buttons", ()) for button in group.get("buttons", ())
    ):
        if button["text"] == "Colab":
            button["url"] = button["url"].replace(f"/blob/{branch}/", "/blob/colab/")


def mark_slides(app, doctree):
    """Give each code cell the class ``slide-TYPE`` of the slide type in its metadata."""
    for cell in doctree.findall(nodes.container):
        if cell.get("nb_element") == "cell_code" and "slideshow" in cell["cell_metadata"]:
            cell["classes"].append(f"slide-{cell['cell_metadata']['slideshow']['slide_type']}")


def setup(app):
    """Register with Sphinx."""
    # "env": a new value invalidates every page that was read before.
    app.add_config_value("course_inputs", "", "env")
    app.connect("config-inited", key_cache)
    app.connect("config-inited", add_repository_buttons)
    app.connect("html-page-context", point_to_colab, priority=900)
    app.connect("doctree-read", mark_slides)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
