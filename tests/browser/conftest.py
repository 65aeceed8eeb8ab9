"""A browser and a server for the tests of the pages."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from support.reading import SITE
from support.server import serve

from milestones_book.editions.browser import find_browser, open_browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Yield the machine's Chromium; without one, the tests are skipped, but not in CI."""
    if find_browser() is None and not os.environ.get("MILESTONES_NEEDS_BROWSER"):
        pytest.skip("no Chromium on this machine")
    with open_browser() as found:
        yield found


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Serve the built site, compressed, and yield its address."""
    with serve(SITE) as address:
        yield address
