"""Promise: the built book is whole, opens without a network, and is the same every time.

Build it first (``make book``); ``make test`` does.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lessons import ROOT, toc_entries
from site_checks import dead_links, foreign_requests, foreign_styles, images_without_text, parse

SITE = ROOT / "_build" / "html"
PAGES = [SITE / f"{file}.html" for file, _ in toc_entries()]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def test_every_entry_of_the_table_of_contents_has_a_page_and_no_page_is_extra() -> None:
    built = [p for folder in ("book", "notebooks") for p in (SITE / folder).rglob("*.html")]
    assert sorted(built) == sorted(PAGES)
    assert (SITE / "index.html").is_file()


@each_page
def test_no_page_asks_another_host_for_anything(page: Path) -> None:
    assert foreign_requests(page) == []


def test_no_style_sheet_asks_another_host_for_anything() -> None:
    assert foreign_styles(SITE) == []


@each_page
def test_every_internal_link_and_anchor_leads_somewhere(page: Path) -> None:
    assert dead_links(page, SITE) == []


@each_page
def test_every_image_says_what_it_shows(page: Path) -> None:
    assert images_without_text(page) == []


@each_page
def test_no_reference_was_left_unresolved(page: Path) -> None:
    text = parse(page).find("article").get_text()
    for mark in ("{cite", "{term", "{numref", "{glue", "{eq}", "[?]", "problematic"):
        assert mark not in text


def test_formulas_and_diagrams_are_drawn_by_scripts_of_our_own_site() -> None:
    for script in ("tex-svg.js", "mermaid.tiny.js"):
        assert (SITE / "_static" / "vendor" / script).stat().st_size > 1_000_000
    scripts = [tag.get("src") or "" for tag in parse(PAGES[0]).find_all("script")]
    assert any("vendor/mermaid.tiny.js" in source for source in scripts)


def test_numbers_on_a_page_are_those_of_its_notebook() -> None:
    page = parse(SITE / "book/mathematics/binary-cross-entropy.html")
    notebook = (ROOT / "notebooks/mathematics/binary-cross-entropy.ipynb").read_text("utf-8")
    quoted = [tag.get_text().strip("\N{WORD JOINER} ") for tag in page.select(".pasted-text")]
    assert len(quoted) >= 4
    assert all(text in notebook for text in quoted)


JUPYTER_BOOK = str(Path(sys.executable).with_name("jupyter-book"))


def _build(target: Path) -> subprocess.CompletedProcess[str]:
    command = [JUPYTER_BOOK, "build", str(ROOT), "-n", "-W", "--keep-going"]
    command += ["--quiet", "--path-output", str(target)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _contents(site: Path) -> dict[str, str]:
    return {
        path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in site.rglob("*")
        if path.is_file() and path.name not in {".buildinfo", "objects.inv"}
    }


def test_a_second_build_gives_the_same_pages(tmp_path: Path) -> None:
    outcome = _build(tmp_path)
    assert outcome.returncode == 0, outcome.stderr
    first, second = _contents(SITE), _contents(tmp_path / "_build" / "html")
    assert {name for name in second if first.get(name) != second[name]} == set()


BROKEN = {
    "script of another host": '<script src="https://cdn.example.org/x.js"></script>',
    "address without scheme": '<img alt="a plot" src="//cdn.example.org/x.png">',
    "style of another host": '<link rel="stylesheet" href="https://cdn.example.org/x.css">',
    "font in a style": "<style>@import 'https://cdn.example.org/x.css';</style>",
    "address in a script": "<script>load('https://cdn.example.org/x.js')</script>",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_page_that_asks_another_host_is_found(tmp_path: Path, name: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<html><body>{BROKEN[name]}</body></html>", encoding="utf-8")
    assert foreign_requests(page)


@pytest.mark.parametrize("address", ["none.html", "#nowhere", "other.html#nowhere", "../out.html"])
def test_a_dead_link_is_found(tmp_path: Path, address: str) -> None:
    (tmp_path / "out.html").write_text("outside", encoding="utf-8")
    root = tmp_path / "site"
    root.mkdir()
    (root / "other.html").write_text("<p id='here'>", encoding="utf-8")
    page = root / "page.html"
    page.write_text(f"<a href='{address}'></a><a href='other.html#here'></a>", encoding="utf-8")
    assert dead_links(page, root) == [address]


@pytest.mark.parametrize("tag", ["<img src='a.png'>", "<img alt='plots/a.png'>", "<p role=img>"])
def test_an_image_without_a_real_text_is_found(tmp_path: Path, tag: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(tag, encoding="utf-8")
    assert images_without_text(page)


def test_a_style_sheet_of_another_host_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("p { background: url(//cdn.example.org/x.png) }", "utf-8")
    assert foreign_styles(tmp_path) == ["a.css"]


def test_a_book_with_a_warning_is_not_built(tmp_path: Path) -> None:
    for name in ("_config.yml", "book/_ext", "book/_static"):
        source, target = ROOT / name, tmp_path / name
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: book/index\n", "utf-8")
    (tmp_path / "book/references.bib").write_text("", "utf-8")
    (tmp_path / "book/index.md").write_text("# A page\n\nSee {ref}`nowhere`.\n", "utf-8")
    command = [JUPYTER_BOOK, "build", str(tmp_path), "-n", "-W", "--quiet"]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0
