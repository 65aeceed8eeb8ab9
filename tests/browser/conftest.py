"""The machine's own browser, and a server, for the tests of the pages."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from support.reading import SITE
from support.server import serve

from milestones_book.editions.browser import OPTIONS, find_browser


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Name the machine's Chromium; without one, the tests are skipped, but not in CI."""
    path = find_browser()
    if path is None and not os.environ.get("MILESTONES_NEEDS_BROWSER"):
        pytest.skip("no Chromium on this machine")
    assert path, "no Chromium on this machine, and MILESTONES_NEEDS_BROWSER is set"
    return browser_type_launch_args | {"executable_path": path, "args": OPTIONS}


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Serve the built site, compressed, and yield its address."""
    with serve(SITE) as address:
        yield address
