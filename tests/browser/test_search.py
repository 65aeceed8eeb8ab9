"""Promise: the search finds a page by its title, a section by its heading, a term, and a slip.

What must be found is read from the book, so that it stays right as chapters come.
"""

from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from support.checks import axe_violations, complaints_of, visit
from support.reading import SITE

SEARCH = (SITE / "search.html").as_uri()
SAMPLE = 60
"""So many sections are looked for; the book has hundreds."""
RUN = """([source, queries]) => {
  const search = new Function("location", source);
  const list = document.getElementById("search-results");
  return queries.map((q) => {
    list.replaceChildren();
    search({ search: `?${new URLSearchParams({ q })}` });
    return [...list.querySelectorAll(":scope > li > a")].map((link) => link.getAttribute("href"));
  });
}"""
"""Run the page's own script for each query, as if it stood in the address."""

# Words of a reader; no title and no heading holds them in this form.
QUERIES = {
    "softmax gradient": "book/mathematics/softmax-cross-entropy",
    "log of zero": "notebooks/mathematics/binary-cross-entropy",
    "mean squared errors": "book/mathematics/learning-as-minimization",
    "fine-tune MobileNet": "book/fine-tuning/auditing-a-result",
    "GPU": "book/appendix/environment-check",
    "download data": "book/appendix/data-and-licences",
    "how is the book tested": "book/appendix/how-the-book-is-tested",
    "bakpropagation": "book/mathematics/backpropagation",
}


def results(page: Page) -> list[str]:
    """Return the addresses of the results that the page shows, best first."""
    links = page.locator("#search-results > li > a").all()
    return [link.get_attribute("href") for link in links]


def page_of(address: str) -> str:
    """Return the address of a page without the section."""
    return address.partition("#")[0]


@pytest.fixture
def sections(page: Page) -> list[dict[str, str]]:
    """Return all that can be found, on the page of the search."""
    assert visit(page, SEARCH) == []
    return page.evaluate("bookSections")


@pytest.fixture
def search(page: Page, sections: list) -> Callable[[list[str]], list[list[str]]]:
    """Return a function that gives the results of each query, best first."""
    source = (SITE / "_static" / "search.js").read_text(encoding="utf-8")
    return lambda queries: page.evaluate(RUN, [source, queries])


@pytest.fixture
def titles(sections: list[dict[str, str]]) -> dict[str, str]:
    """Return the title of each page."""
    return {page_of(section["address"]): section["title"] for section in sections}


def test_a_title_finds_its_page(titles: dict, search: Callable) -> None:
    found = search(list(titles.values()))
    assert len(titles) > 20
    for (address, title), best in zip(titles.items(), found, strict=True):
        assert address in map(page_of, best[:3]), title


def without_a_letter(title: str) -> str:
    """Return a title whose longest word lacks its fourth letter."""
    word = max(title.split(), key=len)
    return title.replace(word, word[:3] + word[4:])


def test_a_title_with_a_missing_letter_finds_its_page(titles: dict, search: Callable) -> None:
    long = {place: title for place, title in titles.items() if len(max(title.split(), key=len)) > 6}
    found = search([without_a_letter(title) for title in long.values()])
    assert len(long) > 15
    for (address, title), best in zip(long.items(), found, strict=True):
        assert address in map(page_of, best[:3]), title


def test_a_term_finds_its_entry_or_sections_named_after_it(
    sections: list[dict[str, str]], search: Callable
) -> None:
    headings = {section["address"]: section["heading"].lower() for section in sections}
    entries = [section for section in sections if "/glossary.html#" in section["address"]]
    found = search([entry["heading"] for entry in entries])
    assert len(entries) > 50
    for entry, best in zip(entries, found, strict=True):
        named = any(entry["heading"].lower() in headings[address] for address in best[:3])
        assert named or entry["address"] in best[:3], entry["heading"]


def test_the_heading_of_a_section_finds_it(
    sections: list[dict[str, str]], search: Callable
) -> None:
    often = Counter(section["heading"] for section in sections)
    own = [section for section in sections if often[section["heading"]] == 1]
    some = own[:: -(-len(own) // SAMPLE)]
    found = search([section["heading"] for section in some])
    assert len(some) > SAMPLE / 2
    for section, best in zip(some, found, strict=True):
        assert section["address"] in best, section["heading"]


def test_words_of_a_reader_find_the_right_page(search: Callable) -> None:
    for best, (query, wanted) in zip(search(list(QUERIES)), QUERIES.items(), strict=True):
        assert f"{wanted}.html" in map(page_of, best[:3]), query


def test_a_reader_searches_from_any_page_by_keyboard(page: Page, server: str) -> None:
    complaints = visit(page, f"{server}/book/mathematics/backpropagation.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("label smoothing")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li")
    assert axe_violations(page) == []
    page.locator("#search-results > li > a").first.click()
    page.wait_for_selector("article h1")
    assert "smoothing" in page.locator("article").inner_text()
    assert complaints == []


def test_the_query_in_an_address_is_answered(page: Page) -> None:
    complaints = visit(page, f"{SEARCH}?q=backpropagation")
    assert page_of(results(page)[0]) == "book/mathematics/backpropagation.html"
    assert complaints + complaints_of(page) == []


def test_every_result_leads_to_a_place_that_exists(sections: list[dict[str, str]]) -> None:
    assert len(sections) > 200
    assert all((SITE / page_of(section["address"])).is_file() for section in sections)


def test_a_search_without_a_result_says_so(page: Page) -> None:
    visit(page, f"{SEARCH}?q=zzzyzx")
    assert results(page) == []
    assert "Nothing was found" in page.locator("#search-summary").inner_text()


def test_a_query_is_shown_as_text_and_never_as_markup(page: Page) -> None:
    complaints = visit(page, f"{SEARCH}?q=<img src=x onerror=alert(1)>gradient")
    assert page.locator("#search-summary img").count() == 0
    assert complaints == []
