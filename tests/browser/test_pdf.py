"""Promise: the PDF has every chapter in its outline, links that work, and page numbers."""

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader
from support.reading import PAIRS

from milestones_book.editions import tool as editions


@pytest.fixture(scope="module")
def pdf(browser: Browser) -> PdfReader:
    return PdfReader(editions.print_pdf(browser))


def titles(entries: list) -> list[str]:
    """Return the titles of an outline, whatever their depth."""
    found = []
    for entry in entries:
        found += titles(entry) if isinstance(entry, list) else [entry.title]
    return found


def test_the_outline_names_every_chapter(pdf: PdfReader) -> None:
    outline = titles(pdf.outline)
    for wanted in ("Preface", "Backpropagation", "Convolutional networks", "Glossary"):
        assert wanted in outline
    assert len(outline) > 20 * len(PAIRS)


def test_links_lead_to_places_in_the_book_and_to_sources(pdf: PdfReader) -> None:
    links = [note.get_object() for page in pdf.pages for note in page.get("/Annots", [])]
    inside = [link for link in links if "/Dest" in link]
    sources = [link["/A"]["/URI"] for link in links if "/URI" in link.get("/A", {})]
    places = set(pdf.named_destinations)
    assert len(inside) > 300
    assert {str(link["/Dest"]) for link in inside} <= places
    assert any(address.startswith("https://doi.org/") for address in sources)
    assert not [address for address in sources if address.startswith("file:")]


def test_pages_carry_their_number_and_text(pdf: PdfReader) -> None:
    texts = [page.extract_text() for page in pdf.pages]
    assert len(texts) > 100
    for number in (1, 50, 100):
        assert str(number) in texts[number - 1].split()
    assert sum(len(text.strip()) < 20 for text in texts) == 0, "an empty page"
