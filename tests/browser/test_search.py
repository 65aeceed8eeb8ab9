"""Promise: the search finds the right page first, from a server and from a folder."""

import pytest
from playwright.sync_api import Browser, Page
from support.checks import axe_violations, complaints_of, visit
from support.reading import SITE

QUERIES = {
    "softmax gradient": "book/mathematics/softmax-cross-entropy",
    "log of zero": "notebooks/mathematics/binary-cross-entropy",
    "Newton's method": "book/appendix/glossary",
    "label smoothing": "notebooks/mathematics/softmax-cross-entropy",
    "early stopping": "book/mathematics/optimizers-and-regularization",
    "weight decay": "book/mathematics/optimizers-and-regularization",
    "dropout": "book/mathematics/optimizers-and-regularization",
    "momentum": "book/mathematics/optimizers-and-regularization",
    "backpropagation": "book/mathematics/backpropagation",
    "topological order": "book/appendix/glossary",
    "maximum likelihood": "book/mathematics/learning-as-minimization",
    "mean squared errors": "book/mathematics/learning-as-minimization",
    "residual connection": "book/history/convolutional-networks",
    "LeNet": "book/history/convolutional-networks",
    "CIFAR-10": "book/fine-tuning/auditing-a-result",
    "fine-tune MobileNet": "book/fine-tuning/auditing-a-result",
    "perplexity": "notebooks/mathematics/softmax-cross-entropy",
    "GPU": "book/appendix/environment-check",
    "download data": "book/appendix/data-and-licences",
    "how is the book tested": "book/appendix/how-the-book-is-tested",
    "bakpropagation": "book/mathematics/backpropagation",
}


def results(page: Page) -> list[str]:
    """Return the addresses of the results, best first."""
    links = page.locator("#search-results > li > a").all()
    return [link.get_attribute("href") for link in links]


@pytest.mark.parametrize("query", QUERIES)
def test_the_right_page_comes_first(browser: Browser, query: str) -> None:
    address = (SITE / "search.html").as_uri() + f"?q={query}"
    with visit(browser, address) as (page, complaints):
        found = results(page)
        assert found[0].partition(".html")[0] == QUERIES[query]
        assert complaints + complaints_of(page) == []


def test_a_reader_searches_from_any_page_by_keyboard(browser: Browser, server: str) -> None:
    address = f"{server}/book/mathematics/backpropagation.html"
    with visit(browser, address) as (page, complaints):
        page.keyboard.press("Control+k")
        page.keyboard.type("label smoothing")
        page.keyboard.press("Enter")
        page.wait_for_selector("#search-results li")
        assert axe_violations(page) == []
        page.locator("#search-results > li > a").first.click()
        page.wait_for_selector("article h1")
        assert "smoothing" in page.locator("article").inner_text()
        assert complaints == []


def test_every_result_leads_to_a_place_that_exists(browser: Browser) -> None:
    with visit(browser, (SITE / "search.html").as_uri()) as (page, _):
        addresses = page.evaluate("bookSections.map((section) => section.address)")
    assert len(addresses) > 200
    assert all((SITE / address.partition("#")[0]).is_file() for address in addresses)


def test_a_search_without_a_result_says_so(browser: Browser) -> None:
    address = (SITE / "search.html").as_uri() + "?q=zzzyzx"
    with visit(browser, address) as (page, _):
        assert results(page) == []
        assert "Nothing was found" in page.locator("#search-summary").inner_text()


def test_a_query_is_shown_as_text_and_never_as_markup(browser: Browser) -> None:
    address = (SITE / "search.html").as_uri() + "?q=<img src=x onerror=alert(1)>gradient"
    with visit(browser, address) as (page, complaints):
        assert page.locator("#search-summary img").count() == 0
        assert complaints == []
