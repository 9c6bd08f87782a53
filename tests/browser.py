"""A headless Chromium for tests of pages.

Where none is installed they are skipped, but not if REPOSE_BROWSER=required.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-quic", "--no-first-run", "--enable-unsafe-swiftshader"]  # fmt: skip


def executable() -> str | None:
    """The browser on PATH, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


needs_browser = pytest.mark.skipif(
    executable() is None and os.environ.get("REPOSE_BROWSER") != "required",
    reason="no chromium on PATH: pages are not opened (Debian: apt install chromium)",
)


@contextmanager
def page(width: int = 1280, height: int = 900) -> Iterator:
    """A new page of a browser of its own; what the page logs as an error, or throws, fails the test."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=executable(), args=QUIET)
        try:
            opened = browser.new_page(viewport={"width": width, "height": height})
            wrong: list[str] = []
            opened.on("pageerror", lambda error: wrong.append(str(error)))
            yield opened
            assert not wrong, wrong
        finally:
            browser.close()
