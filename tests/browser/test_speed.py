"""Promise: a page is light, paints early, and does not move while it loads.

The limits for paints hold on a slow phone: 1.6 megabits per second, 150 ms to the server, and a
processor slowed down four times.
"""

import statistics

import pytest
from playwright.sync_api import Browser, Page
from support.checks import visit
from support.reading import PAGES as NAMES

PAGES = [f"{file}.html" for file in NAMES]
MEDIAN_BYTES, LARGEST_BYTES = 400_000, 1_500_000
LARGEST_SHIFT = 0.05
PAINT_SECONDS = 2.5
OBSERVE = """() => {
  window.shifts = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    window.largestPaint = list.getEntries().at(-1).startTime / 1000;
  }).observe({ type: "largest-contentful-paint", buffered: true });
}"""


def scroll_to_the_end(page: Page) -> None:
    """Scroll as a reader does, so that whatever loads late is loaded."""
    page.evaluate(
        """async () => {
          for (let y = 0; y < document.body.scrollHeight; y += 1200) {
            scrollTo(0, y);
            await new Promise((next) => setTimeout(next, 15));
          }
        }"""
    )


@pytest.fixture(scope="module")
def weights(browser: Browser, server: str) -> dict[str, int]:
    """Return the bytes that each page transfers in all, compressed, with an empty cache."""
    found = {}
    for name in PAGES:
        with visit(browser, "about:blank") as (page, _):
            network = page.context.new_cdp_session(page)
            network.send("Network.enable")
            sizes: list[float] = []
            network.on(
                "Network.loadingFinished", lambda end, s=sizes: s.append(end["encodedDataLength"])
            )
            page.goto(f"{server}/{name}", wait_until="networkidle")
            scroll_to_the_end(page)
            found[name] = round(sum(sizes))
    return found


def test_pages_are_light(weights: dict[str, int]) -> None:
    assert statistics.median(weights.values()) <= MEDIAN_BYTES
    assert max(weights.values()) <= LARGEST_BYTES, max(weights, key=weights.get)
    # A page that transfers next to nothing was not measured.
    assert min(weights.values()) > 50_000


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_jumps(browser: Browser, server: str, name: str, width: int) -> None:
    with visit(browser, f"{server}/{name}", width) as (page, _):
        page.evaluate(OBSERVE)
        scroll_to_the_end(page)
        assert page.evaluate("window.shifts") < LARGEST_SHIFT


def test_a_jump_is_measured(browser: Browser, server: str) -> None:
    with visit(browser, f"{server}/book/preface.html") as (page, _):
        page.evaluate(OBSERVE)
        page.evaluate(
            """() => new Promise((next) => setTimeout(() => {
              const late = document.createElement("div");
              late.style.height = "400px";
              document.querySelector("article h1").before(late);
              setTimeout(next, 200);
            }, 600))"""
        )
        assert page.evaluate("window.shifts") > LARGEST_SHIFT


@pytest.mark.parametrize("name", ["book/index.html", "book/mathematics/softmax-cross-entropy.html"])
def test_a_slow_phone_paints_early(browser: Browser, server: str, name: str) -> None:
    with visit(browser, "about:blank", 390) as (page, _):
        slow = page.context.new_cdp_session(page)
        speed = {"downloadThroughput": 1.6e6 / 8, "uploadThroughput": 1.6e6 / 8}
        slow.send("Network.enable")
        conditions = {"offline": False, "latency": 150, **speed}
        slow.send("Network.emulateNetworkConditions", conditions)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        page.goto(f"{server}/{name}", wait_until="load")
        page.evaluate(OBSERVE)
        page.wait_for_function("window.largestPaint")
        first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        largest = page.evaluate("window.largestPaint")
    print(f"{name}: first paint {first / 1000:.2f} s, largest {largest:.2f} s")
    assert largest < PAINT_SECONDS
