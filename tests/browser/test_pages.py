"""Promise: every page works in a real browser, wide and narrow, light and dark, on and off line.

From a folder, a page is opened wide and light, and narrow and dark; from a server, the other way
round. Quizzes and films are played on the first two visits; all else is checked on all four.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from support.broken import FAULTS, SOUND
from support.checks import axe_violations, complaints_of, film_complaints, quiz_complaints, visit
from support.reading import PAGES as NAMES
from support.reading import SITE

PAGES = [f"{file}.html" for file in NAMES] + ["search.html", "genindex.html"]
VISITS = [("file", 1440, "light"), ("file", 390, "dark"), ("http", 1440, "dark"), ("http", 390, "light")]  # fmt: skip  # noqa: E501


@pytest.mark.parametrize("way", VISITS, ids=lambda way: "-".join(map(str, way)))
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_fault(browser: Browser, server: str, name: str, way: tuple) -> None:
    protocol, width, scheme = way
    address = f"{server}/{name}" if protocol == "http" else (SITE / name).as_uri()
    with visit(browser, address, width, scheme) as (page, complaints):
        complaints += complaints_of(page) + axe_violations(page)
        if protocol == "file":
            complaints += quiz_complaints(page) + film_complaints(page)
    assert complaints == []


WIDEST = """() => {
  const width = (formula) => parseFloat(formula.querySelector("svg").getAttribute("width"));
  return [...document.querySelectorAll(".formula")].sort((a, b) => width(b) - width(a))[0];
}"""


def test_a_slider_moves_by_touch(browser: Browser) -> None:
    address = (SITE / "book/mathematics/binary-cross-entropy.html").as_uri()
    with visit(browser, address, 390, touch=True) as (page, _):
        slider = page.locator(".film input").first
        slider.scroll_into_view_if_needed()
        before = slider.input_value()
        box = slider.bounding_box()
        page.touchscreen.tap(box["x"] + box["width"] - 12, box["y"] + box["height"] / 2)
        assert slider.input_value() != before


def test_print_shows_one_still_frame_of_a_film_and_no_slider(browser: Browser) -> None:
    address = (SITE / "book/mathematics/binary-cross-entropy.html").as_uri()
    with visit(browser, address) as (page, _):
        page.emulate_media(media="print")
        film = page.locator(".film").first
        assert sum(frame.is_visible() for frame in film.locator(".plot").all()) == 1
        assert not film.locator("input").is_visible()


def test_a_formula_that_is_too_wide_scrolls_and_can_be_reached_by_keyboard(
    browser: Browser,
) -> None:
    address = (SITE / "book/mathematics/softmax-cross-entropy.html").as_uri()
    with visit(browser, address, 390) as (page, _):
        widest = page.evaluate_handle(WIDEST).as_element()
        widest.scroll_into_view_if_needed()
        page.wait_for_function("(formula) => formula.tabIndex === 0", arg=widest)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_figure_is_drawn_when_the_reader_comes_to_it(browser: Browser) -> None:
    address = (SITE / "book/fine-tuning/auditing-a-result.html").as_uri()
    inside = "(plot) => plot.querySelector('path').getBoundingClientRect().width"
    with visit(browser, address, 390) as (page, _):
        last = page.locator("svg.plot").last
        last.scroll_into_view_if_needed()
        page.wait_for_function(
            f"() => ({inside})([...document.querySelectorAll('svg.plot')].at(-1))"
        )


def test_the_theme_can_be_chosen_and_recolors_the_figures(browser: Browser) -> None:
    address = (SITE / "book/mathematics/binary-cross-entropy.html").as_uri()
    color = "getComputedStyle(document.querySelector('svg.plot text')).fill"
    with visit(browser, address, scheme="light") as (page, _):
        light = page.evaluate(color)
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        assert page.evaluate(color) != light


@pytest.mark.parametrize("name", FAULTS)
def test_a_broken_page_is_found(browser: Browser, tmp_path: Path, name: str) -> None:
    with visit(browser, FAULTS[name].write(tmp_path).as_uri()) as (page, complaints):
        page.wait_for_timeout(100)
        complaints += complaints_of(page) + axe_violations(page)
        complaints += quiz_complaints(page) + film_complaints(page)
    assert any(FAULTS[name].complaint in complaint for complaint in complaints), complaints


def test_the_page_that_the_broken_ones_are_made_from_has_no_fault(browser: Browser) -> None:
    with visit(browser, SOUND.as_uri()) as (page, complaints):
        complaints += complaints_of(page) + axe_violations(page)
        complaints += quiz_complaints(page) + film_complaints(page)
    assert complaints == []
