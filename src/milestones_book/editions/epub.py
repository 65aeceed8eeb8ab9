"""The EPUB: what Sphinx writes for e-book readers, made valid."""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.dom import minidom

from jinja2 import Template

from milestones.plots import THEMES
from milestones_book.contents import pages
from milestones_book.editions.archive import pack
from milestones_book.editions.build import HERE, ROOT, WORK, build
from milestones_book.mends import discard, require

TYPES = {
    ".xhtml": "application/xhtml+xml", ".css": "text/css", ".svg": "image/svg+xml",
    ".png": "image/png", ".woff2": "font/woff2", ".ncx": "application/x-dtbncx+xml",
}  # fmt: skip
STYLE = "_static/epub.css"
NAVIGATION = "nav.xhtml"
"""The page that Sphinx writes without a style."""


def make_epub() -> Path:
    """Complete what Sphinx has written, and pack it."""
    folder = build("epub")
    discard(folder, "*.epub")
    for stray in folder.rglob("*.html"):
        stray.unlink()
    # Styles, fonts and scripts of the site are of no use here.
    shutil.rmtree(folder / "_static")
    write_style(folder / STYLE)
    found: Counter[str] = Counter()
    for page in sorted(folder.rglob("*.xhtml")):
        found += mend_page(page, folder)
    for name in ("paragraphs in summaries", "roles of works"):
        require(name, found[name])
    mend_package(folder)
    target = WORK / "milestones.epub"
    # The file "mimetype" comes first and is not compressed.
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    pack(target, folder, sorted(files, key=lambda path: path.name != "mimetype"), {"mimetype"})
    return target


def write_style(path: Path) -> None:
    """Write the e-book's one style sheet, with the colors of the book."""
    text = (HERE / "epub.css.jinja").read_text(encoding="utf-8")
    path.parent.mkdir()
    path.write_text(Template(text).render(THEMES["light"]) + "\n", encoding="utf-8")


def mend_page(page: Path, folder: Path) -> Counter[str]:
    """Take from a page what an e-book may not contain; count what not every page has."""
    document = minidom.parse(str(page))
    head = document.getElementsByTagName("head")[0]
    links = [link for link in head.getElementsByTagName("link") if is_style(link)]
    if page.name != NAVIGATION:
        require(f"styles of {page.name}", len(links))
    for element in [*links, *document.getElementsByTagName("script")]:
        remove(element)
    style = document.createElement("link")
    style.setAttribute("rel", "stylesheet")
    style.setAttribute("href", "../" * (len(page.relative_to(folder).parts) - 1) + STYLE)
    head.appendChild(style)
    found = Counter(change_elements(document))
    page.write_bytes(document.toxml(encoding="utf-8"))
    return found


def change_elements(document: minidom.Document) -> Iterator[str]:
    """Change what a validator refuses, and yield what each was."""
    # MyST-NB puts paragraphs into summaries, where only phrases may stand.
    for summary in document.getElementsByTagName("summary"):
        for paragraph in summary.getElementsByTagName("p"):
            document.renameNode(paragraph, str(paragraph.namespaceURI), "span")
            yield "paragraphs in summaries"
    # A role that ARIA has withdrawn.
    for element in document.getElementsByTagName("div"):
        if element.getAttribute("role") == "doc-biblioentry":
            element.setAttribute("role", "listitem")
            yield "roles of works"


def remove(element: minidom.Element) -> None:
    """Take an element out of its document."""
    assert element.parentNode is not None
    element.parentNode.removeChild(element)


def is_style(link: minidom.Element) -> bool:
    """Tell whether a link leads to a style sheet."""
    return link.getAttribute("rel") == "stylesheet"


def mend_package(folder: Path) -> None:
    """List every file with its properties, and the pages in the order of the book."""
    path = folder / "content.opf"
    package = minidom.parse(str(path))
    files = sorted(file for file in folder.rglob("*") if file.suffix in TYPES)
    names = {file.relative_to(folder).as_posix(): f"item-{n}" for n, file in enumerate(files)}
    names["toc.ncx"] = "ncx"
    items = [manifest_item(folder, name, key) for name, key in names.items()]
    fill(package, "manifest", "item", items)
    order = [{"idref": names[f"{page}.xhtml"]} for page in pages(ROOT)]
    fill(package, "spine", "itemref", order)
    for guide in package.getElementsByTagName("guide"):
        remove(guide)
    path.write_bytes(package.toxml(encoding="utf-8"))


def fill(package: minidom.Document, name: str, tag: str, entries: list[dict[str, str]]) -> None:
    """Replace the entries of a list in the package."""
    lists = package.getElementsByTagName(name)
    require(f"the {name} of the e-book", len(lists), times=1)
    for old in list(lists[0].childNodes):
        lists[0].removeChild(old)
    for entry in entries:
        element = package.createElement(tag)
        for attribute, value in entry.items():
            element.setAttribute(attribute, value)
        lists[0].appendChild(element)


def manifest_item(folder: Path, name: str, key: str) -> dict[str, str]:
    """Return what the package says of one file."""
    path = folder / name
    text = path.read_text(encoding="utf-8") if path.suffix == ".xhtml" else ""
    has = {"svg": "<svg" in text, "mathml": "<math" in text, "nav": name == NAVIGATION}
    properties = " ".join(word for word, there in has.items() if there)
    item = {"id": key, "href": name, "media-type": TYPES[path.suffix]}
    return item | ({"properties": properties} if properties else {})
