"""What the tests of the built website and its products share: one browser, one server, each page parsed once."""

from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from lecture_tools.paths import SITE


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def browser():
    """Chromium, started once: two at a time in one process are not allowed."""
    from playwright.sync_api import sync_playwright

    from publishing.pages import find_browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address():
    """Where the built website is served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=SITE))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def article_of():
    """Function from the path of a built page to its article, parsed once: not to be changed."""
    from bs4 import BeautifulSoup

    return cache(lambda path: BeautifulSoup(path.read_text(), "html.parser").select_one("article"))
