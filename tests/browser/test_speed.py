"""Promise: a page from a server is quiet and light, paints early, and stays still while it loads.

The limits for paints hold on a slow phone: 1.6 megabits per second, 150 ms to the server, and a
processor slowed down four times.
"""

import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page
from support.broken import SERVED_FAULTS, SOUND
from support.checks import NARROW, WIDE, burden_of, visit
from support.reading import PAGES as NAMES
from support.server import serve

PAGES = [f"{file}.html" for file in NAMES] + ["search.html", "genindex.html"]
MEDIAN_BYTES, LARGEST_BYTES = 200_000, 500_000
LARGEST_JUMP = 0.05
PAINT_SECONDS = 2.5
WATCH_PAINTS = """() => new PerformanceObserver((list) => {
  window.largestPaint = list.getEntries().at(-1).startTime / 1000;
}).observe({ type: "largest-contentful-paint", buffered: true })"""
Visited = tuple[list[str], int]


def served(page: Page, address: str, width: int) -> Visited:
    """Read a page to its end; return what is wrong with it, and the bytes that it transfers."""
    complaints = visit(page, address, width)
    size, jump = burden_of(page)
    if size > LARGEST_BYTES:
        complaints.append(f"transfers {size} bytes")
    if jump >= LARGEST_JUMP:
        complaints.append(f"jumps by {jump:.2f} of its window")
    return complaints, size


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_quiet_light_and_still_on_a_narrow_window(
    page: Page, server: str, name: str
) -> None:
    complaints, _ = served(page, f"{server}/{name}", NARROW)
    assert complaints == []


@pytest.fixture(scope="module")
def visits() -> dict[str, Visited]:
    """Return what the visits of this run have found; whoever needs a page first opens it."""
    return {}


@pytest.fixture
def visit_wide(
    visits: dict[str, Visited], server: str, new_context: Callable[[], BrowserContext]
) -> Callable[[str], Visited]:
    """Return a function that opens a page once, with an empty cache, and remembers it."""

    def find(name: str) -> Visited:
        if name not in visits:
            context = new_context()
            visits[name] = served(context.new_page(), f"{server}/{name}", WIDE)
            context.close()
        return visits[name]

    return find


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_quiet_light_and_still_on_a_wide_window(
    visit_wide: Callable[[str], Visited], name: str
) -> None:
    complaints, _ = visit_wide(name)
    assert complaints == []


def test_half_of_the_pages_are_much_lighter(visit_wide: Callable[[str], Visited]) -> None:
    sizes = [visit_wide(name)[1] for name in PAGES]
    assert statistics.median(sizes) <= MEDIAN_BYTES
    # A page that transfers next to nothing was not measured.
    assert min(sizes) > 50_000


@pytest.fixture
def broken_server(tmp_path: Path) -> Iterator[str]:
    """Serve an empty folder, for a page that is broken on purpose."""
    with serve(tmp_path) as address:
        yield address


@pytest.mark.parametrize("name", SERVED_FAULTS)
def test_a_broken_page_is_found(page: Page, broken_server: str, tmp_path: Path, name: str) -> None:
    fault = SERVED_FAULTS[name]
    complaints, _ = served(page, f"{broken_server}/{fault.write(tmp_path).name}", WIDE)
    assert any(fault.complaint in complaint for complaint in complaints), complaints


def test_the_page_that_the_broken_ones_are_made_from_has_no_fault(page: Page) -> None:
    with serve(SOUND.parent) as address:
        assert served(page, f"{address}/{SOUND.name}", WIDE)[0] == []


@pytest.mark.quiet
@pytest.mark.parametrize("name", ["book/index.html", "book/mathematics/softmax-cross-entropy.html"])
def test_a_slow_phone_paints_early(page: Page, server: str, name: str) -> None:
    slow = page.context.new_cdp_session(page)
    speed = {"downloadThroughput": 1.6e6 / 8, "uploadThroughput": 1.6e6 / 8}
    slow.send("Network.enable")
    slow.send("Network.emulateNetworkConditions", {"offline": False, "latency": 150, **speed})
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    visit(page, f"{server}/{name}", NARROW)
    page.evaluate(WATCH_PAINTS)
    page.wait_for_function("window.largestPaint")
    first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    largest = page.evaluate("window.largestPaint")
    print(f"{name}: first paint {first / 1000:.2f} s, largest {largest:.2f} s")
    assert largest < PAINT_SECONDS
