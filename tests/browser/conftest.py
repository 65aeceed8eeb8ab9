"""A browser and a server for the tests of the pages."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "book" / "_ext")]

from browser import find_browser, open_browser  # noqa: E402
from playwright.sync_api import Browser  # noqa: E402
from server import serve  # noqa: E402

SITE = Path(__file__).parents[2] / "_build" / "html"


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
