"""Pictures tell their size, so that the text does not move when they come, and load when a reader comes near.

course.css keeps their proportions where a page is narrower than a picture.
"""

import re

from sphinx.util.images import get_image_size


def size_images(app, pagename, templatename, context, doctree):
    """Write width and height into each ``<img>`` of the page, in pixels of its file."""
    paths = {name: path for path, name in app.builder.images.items()}

    def add_size(image):
        if image["name"] not in paths:  # a card, which tells its size itself
            return image[0]
        width, height = get_image_size(paths[image["name"]])
        return f'{image[0]} loading="lazy" width="{width}" height="{height}"'

    if "body" in context:
        context["body"] = re.sub(r'<img [^>]*src="[^"]*_images/(?P<name>[^"]+)"', add_size, context["body"])


def setup(app):
    """Register with Sphinx."""
    app.connect("html-page-context", size_images)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
