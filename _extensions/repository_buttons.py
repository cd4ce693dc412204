"""Buttons that open a lecture in Binder or Colab, and its source, once it is known where the repository is.

``COURSE_REPOSITORY_URL`` says where, ``COURSE_REPOSITORY_BRANCH`` on which branch (``main`` if it is not set).
"""

import os


def add_repository_buttons(app, config):
    """Add the buttons to the theme's options."""
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
    for group in context.get("header_buttons", ()):
        for button in group.get("buttons", ()):
            if button["text"] == "Colab":
                button["url"] = button["url"].replace(f"/blob/{branch}/", "/blob/colab/")


def setup(app):
    """Register with Sphinx."""
    app.connect("config-inited", add_repository_buttons)
    app.connect("html-page-context", point_to_colab, priority=900)  # after the theme has made its buttons
    return {"parallel_read_safe": True, "parallel_write_safe": True}
