"""What this book needs from Sphinx beyond its configuration file.

1. A page never shows numbers of an older helper: the cache of executed notebooks is keyed on the helpers, the
   data and the locked versions, and a change in them has every page read again.
2. Buttons for Binder, Colab and the repository appear where the repository's URL is known.
3. Where the address of the published website is known (COURSE_SITE_URL), pages tell it to search engines and to
   whoever shows a preview of a link; where handouts and slides lie beside the pages (COURSE_PRODUCTS), lectures link
   theirs.
4. Pictures tell their size, and are loaded when a reader comes near.
5. The list of references is one to a screen reader, too.
6. The slide type that JupyterLab gave a code cell reaches the page, as a class: slides are made from the pages.
"""

import hashlib
import os
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.util.images import get_image_size

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


def know_the_website(app, config):
    """Say where the website is published, which version it is, and what a missing page answers."""
    url = os.environ.get("COURSE_SITE_URL", "").rstrip("/")
    config.notfound_urls_prefix = f"{urlsplit(url).path}/"
    if url:
        config.html_baseurl = config.ogp_site_url = f"{url}/"
        app.setup_extension("sphinx_sitemap")
        config.sitemap_url_scheme = "{link}"
    if version := os.environ.get("COURSE_VERSION"):
        config.html_theme_options["extra_footer"] += f" Version {version}."


def link_products(app, pagename, templatename, context, doctree):
    """Offer a lecture's handout and slides beside its notebook."""
    if not os.environ.get("COURSE_PRODUCTS") or not pagename.startswith("lectures/"):
        return
    name = pagename.partition("/")[2]
    products = {
        f"handouts/{name}-student.pdf": (
            "Handout (PDF)",
            "Print: the lecture on A4, with room to write",
            "file-pdf",
        ),
        f"slides/{name}.html": (
            "Slides",
            "Show the slides of the lecture; S opens the speaker's notes",
            "display",
        ),
    }
    buttons = [
        {
            "type": "link",
            "url": context["pathto"](path, 1),
            "text": text,
            "tooltip": tooltip,
            "icon": f"fas fa-{icon}",
            "label": f"product-{icon}-button",
        }
        for path, (text, tooltip, icon) in products.items()
    ]
    for group in context["header_buttons"]:
        if group["label"] == "download-buttons":
            kept = [button for button in group["buttons"] if button["label"] != "download-pdf-button"]
            group["buttons"] = kept + buttons


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


def size_images(app, pagename, templatename, context, doctree):
    """Say how large each picture is, so that the text does not move when it comes; fetch it when it is near."""
    sizes = {name: get_image_size(path) for path, name in app.builder.images.items()}

    def add_size(image):
        width, height = sizes[image["name"]]
        return f'{image[0]} loading="lazy" width="{width}" height="{height}"'

    if "body" in context:
        context["body"] = re.sub(r'<img [^>]*src="[^"]*_images/(?P<name>[^"]+)"', add_size, context["body"])


def list_references(app, pagename, templatename, context, doctree):
    """Give references the role that the items of a list have; what docutils gives them is deprecated."""
    if "body" in context:
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def leave_out_thebe(app):
    """Take Thebe off the pages: it runs code through hosts that a reader may not reach, and nothing here uses it."""
    for listeners in app.events.listeners.values():
        for listener in [listener for listener in listeners if listener.handler.__module__ == "sphinx_thebe"]:
            app.disconnect(listener.id)
    app.registry.css_files = [file for file in app.registry.css_files if file[0] != "sphinx-thebe.css"]


def leave_out_icon_scripts(app, error):
    """Empty the third of a page's weight that draws icons once more, which the theme's style sheet draws already."""
    for script in Path(app.outdir, "_static/vendor/fontawesome").glob("*/js/all.min.js"):
        script.write_text("")


def setup(app):
    """Register with Sphinx."""
    leave_out_thebe(app)
    app.connect("build-finished", leave_out_icon_scripts)
    # "env": a new value invalidates every page that was read before.
    app.add_config_value("course_inputs", "", "env")
    app.connect("config-inited", key_cache)
    app.connect("config-inited", add_repository_buttons)
    app.connect("config-inited", know_the_website)
    app.connect("html-page-context", link_products, priority=900)
    app.connect("html-page-context", point_to_colab, priority=900)
    app.connect("html-page-context", size_images)
    app.connect("html-page-context", list_references)
    app.connect("doctree-read", mark_slides)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
