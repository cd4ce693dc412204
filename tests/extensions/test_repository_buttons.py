"""Buttons for Binder, Colab and the repository."""

from types import SimpleNamespace

from _extensions import repository_buttons


def test_buttons_appear_with_the_url_of_the_repository(monkeypatch):
    config = SimpleNamespace(html_theme_options={"home_page_in_toc": True})
    monkeypatch.delenv("COURSE_REPOSITORY_URL", raising=False)
    repository_buttons.add_repository_buttons(None, config)
    assert config.html_theme_options == {"home_page_in_toc": True}
    monkeypatch.setenv("COURSE_REPOSITORY_URL", "https://example.org/owner/course")
    repository_buttons.add_repository_buttons(None, config)
    assert config.html_theme_options["repository_url"] == "https://example.org/owner/course"
    assert config.html_theme_options["launch_buttons"]["colab_url"]


def test_the_button_leads_to_the_notebooks_for_colab():
    app = SimpleNamespace(config=SimpleNamespace(html_theme_options={"repository_branch": "main"}))
    names = {
        "Colab": "https://c/github/o/r/blob/main/lectures/a.ipynb",
        "Binder": "https://b/blob/main/a.ipynb",
    }
    buttons = [{"text": text, "url": url} for text, url in names.items()]
    repository_buttons.point_to_colab(
        app, "", "", {"header_buttons": [{"buttons": buttons}, {"text": "Search"}]}, None
    )
    assert [button["url"] for button in buttons] == [names["Colab"].replace("main", "colab"), names["Binder"]]
