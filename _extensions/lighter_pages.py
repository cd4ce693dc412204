"""Pages leave out what the theme loads and no reader of this course uses."""

from pathlib import Path


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
    return {"parallel_read_safe": True, "parallel_write_safe": True}
