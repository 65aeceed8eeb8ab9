"""The PDF: the whole book as one page of HTML, printed by the browser, as the site shows it."""

from pathlib import Path

from playwright.sync_api import Browser

from milestones_book.editions.browser import open_browser
from milestones_book.editions.build import HERE, WORK, build
from milestones_book.editions.outline import name_once
from milestones_book.mends import mend

FOOTER = (
    '<div style="font: 8px sans-serif; width: 100%; text-align: center; color: #555">'
    '<span class="pageNumber"></span></div>'
)


def make_pdf() -> Path:
    """Print the book with the machine's browser."""
    with open_browser() as browser:
        return print_pdf(browser)


def print_pdf(browser: Browser) -> Path:
    """Print the whole book with an outline, page numbers and links."""
    folder = build("singlehtml")
    # Sphinx writes the page's links as if it stood in the folder above; let it stand there.
    page_of_all = folder / "all.html"
    text = (folder / "book" / "index.html").read_text(encoding="utf-8")
    page_of_all.write_text(printable(text), encoding="utf-8")
    WORK.mkdir(parents=True, exist_ok=True)
    target = WORK / "milestones.pdf"
    page = browser.new_page(color_scheme="light")
    page.goto(page_of_all.as_uri(), wait_until="load", timeout=120_000)
    page.evaluate("document.fonts.ready")
    page.add_style_tag(path=HERE / "print.css")
    page.pdf(
        path=target, format="A4", scale=0.8, outline=True, tagged=True,
        display_header_footer=True, header_template="<span></span>", footer_template=FOOTER,
        print_background=True,
        margin={"top": "18mm", "bottom": "18mm", "left": "18mm", "right": "18mm"},
    )  # fmt: skip
    page.close()
    name_once(target)
    return target


def printable(text: str) -> str:
    """Return the page of all pages without what only a site can use."""
    text = mend("links inside the book", text, r'href="book/index\.html#', 'href="#')
    # Pages number their citations alike; the works keep the names that links lead to.
    numbered = r'(class="bibtex-citation") id="id\d+"'
    text = mend("names of citations", text, numbered, r"\1")
    # What a page offers to download is not part of a printed book.
    download = r'<a class="[^"]*\bdownload\b[^"]*"[^>]*>(.*?)</a>'
    return mend("downloads", text, download, r"\1")
