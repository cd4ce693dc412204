"""What pages say about the published website: to search engines, and to whoever shows a preview of a link.

``COURSE_SITE_URL`` is its address, ``COURSE_VERSION`` what the foot of each page calls the version.
"""

import os
from urllib.parse import urlsplit


def know_the_website(app, config):
    """Say where the website is published, which version it is, and where a missing page finds its styles."""
    url = os.environ.get("COURSE_SITE_URL", "").rstrip("/")
    config.notfound_urls_prefix = f"{urlsplit(url).path}/"
    if url:
        config.html_baseurl = config.ogp_site_url = f"{url}/"
        app.setup_extension("sphinx_sitemap")
        config.sitemap_url_scheme = "{link}"
    if version := os.environ.get("COURSE_VERSION"):
        config.html_theme_options["extra_footer"] += f" Version {version}."


def setup(app):
    """Register with Sphinx."""
    app.connect("config-inited", know_the_website)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
