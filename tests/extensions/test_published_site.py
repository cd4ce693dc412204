"""What pages say about the published website."""

from types import SimpleNamespace

import pytest

from _extensions import published_site


@pytest.fixture
def app():
    """As much of Sphinx as the extension asks for."""
    extensions = []
    config = SimpleNamespace(html_theme_options={"extra_footer": "Text."})
    return SimpleNamespace(config=config, setup_extension=extensions.append, extensions=extensions)


def test_pages_know_the_website_once_it_has_an_address(app, monkeypatch):
    monkeypatch.delenv("COURSE_SITE_URL", raising=False)
    monkeypatch.delenv("COURSE_VERSION", raising=False)
    published_site.know_the_website(app, app.config)
    assert app.config.notfound_urls_prefix == "/"
    assert not app.extensions
    monkeypatch.setenv("COURSE_SITE_URL", "https://owner.example/course/")
    monkeypatch.setenv("COURSE_VERSION", "1.0 of 2026-11-22")
    published_site.know_the_website(app, app.config)
    assert app.config.notfound_urls_prefix == "/course/"
    assert app.config.html_baseurl == app.config.ogp_site_url == "https://owner.example/course/"
    assert app.extensions == ["sphinx_sitemap"]
    assert app.config.html_theme_options["extra_footer"] == "Text. Version 1.0 of 2026-11-22."
