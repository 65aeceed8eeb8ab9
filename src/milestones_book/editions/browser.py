"""The browser that the machine has: it tests the pages, and prints the PDF."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
ON_MACOS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
# A quiet browser: it asks no server for updates, and it may run as root in a container.
OPTIONS = [
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--no-sandbox", "--disable-gpu",
]  # fmt: skip


def find_browser() -> str | None:
    """Return the path of a Chromium, from ``$CHROMIUM`` or the usual places, or None."""
    candidates = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES)]
    candidates += [str(ON_MACOS)] if ON_MACOS.exists() else []
    return next(filter(None, candidates), None)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start the browser without a window.

    Raises
    ------
    FileNotFoundError
        If the machine has none.
    """
    path = find_browser()
    if path is None:
        raise FileNotFoundError(
            "No Chromium was found: install one (Debian: apt-get install chromium), "
            "or set CHROMIUM to its path."
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()
