"""The slide type that JupyterLab gave a code cell reaches the page, as a class: slides are made from the pages.

A Sphinx extension, registered in ``_config.yml``; `publishing.slides` reads the classes.
"""

from docutils import nodes


def mark_slides(app, doctree):
    """Give each code cell the class ``slide-TYPE`` of the slide type in its metadata."""
    for cell in doctree.findall(nodes.container):
        if cell.get("nb_element") == "cell_code" and "slideshow" in cell["cell_metadata"]:
            cell["classes"].append(f"slide-{cell['cell_metadata']['slideshow']['slide_type']}")


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-read", mark_slides)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
