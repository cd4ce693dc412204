"""Each lecture links its handout and its slides, where they lie beside the pages (``COURSE_PRODUCTS`` is set)."""

import os

PRODUCTS = (  # address, text, tooltip, icon
    (
        "handouts/{name}-student.pdf",
        "Handout (PDF)",
        "Print: the lecture on A4, with room to write",
        "file-pdf",
    ),
    (
        "slides/{name}.html",
        "Slides",
        "Show the slides of the lecture; S opens the speaker's notes",
        "display",
    ),
)


def link_products(app, pagename, templatename, context, doctree):
    """Offer a lecture's handout and slides beside its notebook, in the place of the theme's printing."""
    if not os.environ.get("COURSE_PRODUCTS") or not pagename.startswith("lectures/"):
        return
    name = pagename.partition("/")[2]
    buttons = [
        {
            "type": "link",
            "url": context["pathto"](address.format(name=name), 1),
            "text": text,
            "tooltip": tooltip,
            "icon": f"fas fa-{icon}",
            "label": f"product-{icon}-button",
        }
        for address, text, tooltip, icon in PRODUCTS
    ]
    for group in context["header_buttons"]:
        if group["label"] == "download-buttons":
            kept = [button for button in group["buttons"] if button["label"] != "download-pdf-button"]
            group["buttons"] = kept + buttons


def setup(app):
    """Register with Sphinx."""
    app.connect("html-page-context", link_products, priority=900)  # after the theme has made its buttons
    return {"parallel_read_safe": True, "parallel_write_safe": True}
