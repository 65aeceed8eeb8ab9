"""Promise: every page works in a real browser, wide and narrow, light and dark, from a folder.

In one visit, a page is seen wide and light, then narrow and dark. Quizzes are answered and films
are played by keyboard. See test_speed.py for pages that come from a server.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Page
from support.broken import FAULTS, SOUND
from support.checks import NARROW, faults_of, visit
from support.reading import PAGES as NAMES
from support.reading import SITE

PAGES = [f"{file}.html" for file in NAMES] + ["search.html", "genindex.html"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_fault(page: Page, name: str) -> None:
    assert faults_of(page, (SITE / name).as_uri()) == []


WIDEST = """() => {
  const width = (formula) => parseFloat(formula.querySelector("svg").getAttribute("width"));
  return [...document.querySelectorAll(".formula")].sort((a, b) => width(b) - width(a))[0];
}"""


@pytest.mark.browser_context_args(has_touch=True)
def test_a_slider_moves_by_touch(page: Page) -> None:
    visit(page, (SITE / "book/mathematics/binary-cross-entropy.html").as_uri(), NARROW)
    slider = page.locator(".film input").first
    slider.scroll_into_view_if_needed()
    before = slider.input_value()
    box = slider.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] - 12, box["y"] + box["height"] / 2)
    assert slider.input_value() != before


def test_print_shows_one_still_frame_of_a_film_and_no_slider(page: Page) -> None:
    visit(page, (SITE / "book/mathematics/binary-cross-entropy.html").as_uri())
    page.emulate_media(media="print")
    film = page.locator(".film").first
    assert sum(frame.is_visible() for frame in film.locator(".plot").all()) == 1
    assert not film.locator("input").is_visible()


def test_a_formula_that_is_too_wide_scrolls_and_can_be_reached_by_keyboard(page: Page) -> None:
    visit(page, (SITE / "book/mathematics/softmax-cross-entropy.html").as_uri(), NARROW)
    widest = page.evaluate_handle(WIDEST).as_element()
    widest.scroll_into_view_if_needed()
    page.wait_for_function("(formula) => formula.tabIndex === 0", arg=widest)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW


def test_a_figure_is_drawn_when_the_reader_comes_to_it(page: Page) -> None:
    inside = "(plot) => plot.querySelector('path').getBoundingClientRect().width"
    visit(page, (SITE / "book/fine-tuning/auditing-a-result.html").as_uri(), NARROW)
    page.locator("svg.plot").last.scroll_into_view_if_needed()
    page.wait_for_function(f"() => ({inside})([...document.querySelectorAll('svg.plot')].at(-1))")


def test_the_theme_can_be_chosen_and_recolors_the_figures(page: Page) -> None:
    color = "getComputedStyle(document.querySelector('svg.plot text')).fill"
    visit(page, (SITE / "book/mathematics/binary-cross-entropy.html").as_uri())
    light = page.evaluate(color)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert page.evaluate(color) != light


@pytest.mark.parametrize("name", FAULTS)
def test_a_broken_page_is_found(page: Page, tmp_path: Path, name: str) -> None:
    complaints = faults_of(page, FAULTS[name].write(tmp_path).as_uri())
    assert any(FAULTS[name].complaint in complaint for complaint in complaints), complaints


def test_the_page_that_the_broken_ones_are_made_from_has_no_fault(page: Page) -> None:
    assert faults_of(page, SOUND.as_uri()) == []
