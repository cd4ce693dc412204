"""Links from a lecture to its handout and slides."""

from _extensions import product_links


def test_lectures_link_their_products_where_there_are_some(monkeypatch):
    def links(page):
        buttons = [{"label": "download-notebook-button"}, {"label": "download-pdf-button"}]
        groups = [{"label": "download-buttons", "buttons": buttons}, {"label": "search"}]
        context = {"header_buttons": groups, "pathto": lambda path, resource: f"../{path}"}
        product_links.link_products(None, page, "", context, None)
        return [button.get("url", button["label"]) for button in groups[0]["buttons"]]

    monkeypatch.delenv("COURSE_PRODUCTS", raising=False)
    as_it_was = ["download-notebook-button", "download-pdf-button"]
    assert links("lectures/01-tiny") == as_it_was
    monkeypatch.setenv("COURSE_PRODUCTS", "1")
    assert links("intro") == as_it_was
    assert links("lectures/01-tiny") == [
        "download-notebook-button",
        "../handouts/01-tiny-student.pdf",
        "../slides/01-tiny.html",
    ]
