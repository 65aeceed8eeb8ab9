"""Promise: the PDF has every chapter in its outline, links that work, and page numbers."""

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader
from support.reading import PAGES, SITE
from support.site_checks import parse

from milestones_book.editions.pdf import print_pdf


@pytest.fixture(scope="module")
def pdf(browser: Browser) -> PdfReader:
    return PdfReader(print_pdf(browser))


def plain(text: str) -> str:
    """Return the letters of a heading; numbers, spaces and marks are set differently in print."""
    return "".join(filter(str.isalpha, text.rstrip("#")))


def titles(entries: list) -> list[str]:
    """Return the titles of an outline, whatever their depth."""
    found = []
    for entry in entries:
        found += titles(entry) if isinstance(entry, list) else [entry.title]
    return found


def test_the_outline_names_every_page_and_every_section(pdf: PdfReader) -> None:
    outline = {plain(title) for title in titles(pdf.outline)}
    pages = [parse(SITE / f"{page}.html") for page in PAGES[1:]]
    headings = [
        plain(tag.get_text()) for page in pages for tag in page.select("article h1, article h2")
    ]
    assert len(headings) > 100
    assert [heading for heading in headings if heading not in outline] == []


def test_links_lead_to_places_in_the_book_and_to_sources(pdf: PdfReader) -> None:
    links = [note.get_object() for page in pdf.pages for note in page.get("/Annots", [])]
    inside = [link for link in links if "/Dest" in link]
    sources = [link["/A"]["/URI"] for link in links if "/URI" in link.get("/A", {})]
    places = set(pdf.named_destinations)
    assert len(inside) > len(PAGES)
    assert {str(link["/Dest"]) for link in inside} <= places
    assert any(address.startswith("https://doi.org/") for address in sources)
    assert not [address for address in sources if address.startswith("file:")]


def test_every_page_carries_its_number_and_text(pdf: PdfReader) -> None:
    texts = [page.extract_text() for page in pdf.pages]
    assert len(texts) > len(PAGES)
    for number, text in enumerate(texts, start=1):
        assert str(number) in text.split(), f"page {number} has no number"
        assert len(text.strip()) >= 20, f"page {number} is empty"
