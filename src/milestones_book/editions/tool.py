"""The book in other forms: ``python -m milestones_book.editions pdf | epub | zip | gettext``.

Each form is built from the same sources as the site, into ``_build/editions``. The PDF is printed
by the browser, so that it shows what the site shows; the EPUB is what Sphinx writes, made valid.
"""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from playwright.sync_api import Browser

from milestones_book.contents import pages
from milestones_book.editions.browser import open_browser
from milestones_book.editions.outline import name_once

ROOT = Path.cwd()
WORK = ROOT / "_build" / "editions"
HERE = Path(__file__).parent
TYPES = {
    ".xhtml": "application/xhtml+xml", ".css": "text/css", ".svg": "image/svg+xml",
    ".png": "image/png", ".woff2": "font/woff2", ".ncx": "application/x-dtbncx+xml",
}  # fmt: skip
FOOTER = (
    '<div style="font: 8px sans-serif; width: 100%; text-align: center; color: #555">'
    '<span class="pageNumber"></span></div>'
)
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The date that every file in an archive has, so that the archive is the same every time."""


def build(builder: str) -> Path:
    """Run a Sphinx builder on the book and return the folder that it has filled."""
    target = WORK / builder
    shutil.rmtree(target, ignore_errors=True)
    command = [Path(sys.executable).with_name("jupyter-book"), "build", ROOT, "-n", "-W"]
    command += ["--keep-going", "--quiet", "--path-output", target]
    subprocess.run([*command, "--builder", "custom", "--custom-builder", builder], check=True)
    return target / "_build" / builder


def make_pdf() -> Path:
    """Print the book with the machine's browser."""
    with open_browser() as browser:
        return print_pdf(browser)


def print_pdf(browser: Browser) -> Path:
    """Print the whole book, as one page of HTML, with an outline, page numbers and links."""
    folder = build("singlehtml")
    # Sphinx writes the page's links as if it stood in the folder above; let it stand there.
    text = (folder / "book" / "index.html").read_text(encoding="utf-8")
    text = text.replace('href="book/index.html#', 'href="#')
    # Pages number their citations alike; the works keep the names that links lead to.
    text = re.sub(r'(class="bibtex-citation") id="id\d+"', r"\1", text)
    # What a page offers to download is not part of a printed book.
    text = re.sub(r'<a class="[^"]*\bdownload\b[^"]*"[^>]*>(.*?)</a>', r"\1", text, flags=re.DOTALL)
    page_of_all = folder / "all.html"
    page_of_all.write_text(text, encoding="utf-8")
    target = WORK / "milestones.pdf"
    page = browser.new_page(color_scheme="light")
    page.goto(page_of_all.as_uri(), wait_until="load", timeout=120_000)
    page.evaluate("document.fonts.ready")
    page.add_style_tag(path=HERE / "print.css")
    page.pdf(
        path=target, format="A4", scale=0.8, outline=True, tagged=True,
        display_header_footer=True, header_template="<span></span>", footer_template=FOOTER,
        print_background=True, margin=dict.fromkeys(("top", "bottom", "left", "right"), "18mm"),
    )  # fmt: skip
    page.close()
    name_once(target)
    return target


def make_epub() -> Path:
    """Complete what Sphinx has written for e-book readers, and pack it."""
    folder = build("epub")
    for stray in [*folder.glob("*.epub"), *folder.rglob("*.html")]:
        stray.unlink()
    # Styles, fonts and scripts of the site are of no use here.
    shutil.rmtree(folder / "_static")
    (folder / "_static").mkdir()
    shutil.copy(HERE / "epub.css", folder / "_static" / "epub.css")
    for page in folder.rglob("*.xhtml"):
        page.write_text(valid_page(page), encoding="utf-8")
    package = folder / "content.opf"
    package.write_text(valid_package(package.read_text(encoding="utf-8"), folder), "utf-8")
    target = WORK / "milestones.epub"
    # The file "mimetype" comes first and is not compressed.
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    pack(target, folder, sorted(files, key=lambda path: path.name != "mimetype"), {"mimetype"})
    return target


def valid_page(page: Path) -> str:
    """Return a page without what an e-book may not contain."""
    text = page.read_text(encoding="utf-8")
    style = "../" * (len(page.relative_to(page_root(page)).parts) - 1) + "_static/epub.css"
    text = re.sub(r'\s*<link rel="stylesheet"[^>]*>', "", text)
    text = text.replace("</head>", f'<link rel="stylesheet" href="{style}" />\n  </head>')
    text = re.sub(r"\s*<script\b.*?</script>", "", text, flags=re.DOTALL)
    # MyST-NB puts paragraphs into summaries.
    return re.sub(
        r"<summary\b.*?</summary>",
        lambda found: re.sub(r"<(/?)p\b", r"<\1span", found[0]),
        text,
        flags=re.DOTALL,
    )


def page_root(page: Path) -> Path:
    """Return the folder of the e-book that a page belongs to."""
    return next(folder for folder in page.parents if (folder / "content.opf").is_file())


def valid_package(package: str, folder: Path) -> str:
    """List every file with its properties, and the pages in the order of the book."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in TYPES)
    names = {path.relative_to(folder).as_posix(): f"item-{n}" for n, path in enumerate(files)}
    names["toc.ncx"] = "ncx"
    items = "\n".join(manifest_item(folder, name, key) for name, key in names.items())
    spine = "\n".join(f'<itemref idref="{names[f"{page}.xhtml"]}" />' for page in pages(ROOT))
    package = re.sub(r"(<manifest>).*?(</manifest>)", rf"\1\n{items}\n\2", package, flags=re.DOTALL)
    package = re.sub(r"<guide>.*?</guide>", "", package, flags=re.DOTALL)
    return re.sub(r"(<spine[^>]*>).*?(</spine>)", rf"\1\n{spine}\n\2", package, flags=re.DOTALL)


def manifest_item(folder: Path, name: str, key: str) -> str:
    """Return one line of the list of files."""
    path = folder / name
    text = path.read_text(encoding="utf-8") if path.suffix == ".xhtml" else ""
    has = {"svg": "<svg" in text, "mathml": "<math" in text, "nav": name == "nav.xhtml"}
    properties = " ".join(word for word, there in has.items() if there)
    told = f' properties="{properties}"' if properties else ""
    return f'<item id="{key}" href="{name}" media-type="{TYPES[path.suffix]}"{told} />'


def make_zip() -> Path:
    """Pack the site for reading without a network; open ``index.html`` in it."""
    site = ROOT / "_build" / "html"
    if not (site / "index.html").is_file():
        sys.exit("There is no site to pack: run `make book` first.")
    target = WORK / "milestones-site.zip"
    pack(target, site, sorted(path for path in site.rglob("*") if path.is_file()))
    return target


def pack(target: Path, folder: Path, files: list[Path], stored: set[str] = frozenset()) -> None:
    """Write an archive whose bytes depend on nothing but its files."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as archive:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), EARLIEST)
            plain = path.name in stored
            entry.compress_type = zipfile.ZIP_STORED if plain else zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())


def make_gettext() -> Path:
    """Write the catalogues that a translator fills in."""
    return build("gettext")


MAKERS = {"pdf": make_pdf, "epub": make_epub, "zip": make_zip, "gettext": make_gettext}
