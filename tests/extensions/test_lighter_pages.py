"""What the theme loads and no reader uses."""

from types import SimpleNamespace

from sphinx.events import EventListener

from _extensions import lighter_pages


def test_thebe_is_taken_off_and_nothing_else():
    def of_thebe():
        pass

    of_thebe.__module__ = "sphinx_thebe"
    listeners = {
        "html-page-context": [EventListener(1, of_thebe, 500), EventListener(2, print, 500)],
        "build-finished": [EventListener(3, of_thebe, 500)],
    }
    gone = []
    app = SimpleNamespace(
        events=SimpleNamespace(listeners=listeners),
        disconnect=gone.append,
        registry=SimpleNamespace(css_files=[("sphinx-thebe.css", {}), ("course.css", {})]),
    )
    lighter_pages.leave_out_thebe(app)
    assert gone == [1, 3]
    assert app.registry.css_files == [("course.css", {})]


def test_scripts_that_draw_icons_are_emptied_and_no_others(tmp_path):
    icons = tmp_path / "_static/vendor/fontawesome/6.5.2/js/all.min.js"
    icons.parent.mkdir(parents=True)
    for script in (icons, tmp_path / "_static/theme.js"):
        script.write_text("draw();")
    lighter_pages.leave_out_icon_scripts(SimpleNamespace(outdir=tmp_path), None)
    assert icons.read_text() == ""
    assert (tmp_path / "_static/theme.js").read_text() == "draw();"
