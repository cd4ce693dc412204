"""The list of references is a list to a screen reader, too."""


def list_references(app, pagename, templatename, context, doctree):
    """Give references the role that the items of a list have; what docutils gives them is deprecated."""
    if "body" in context:
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def setup(app):
    """Register with Sphinx."""
    app.connect("html-page-context", list_references)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
