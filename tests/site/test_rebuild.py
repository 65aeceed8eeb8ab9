"""Promise: a second build gives what a first build gives, whatever was changed in between.

A small book is built once. Each test brings it back to that state, changes one thing, builds it
again, and compares every file with those of a clean build.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from support.small_book import built, start, write

from milestones.quotes import MEASURED_MARK, RECORD_PREFIX
from milestones_book import freshness

TOC = """format: jb-book
root: book/index
chapters:
  - file: book/mathematics/one
    sections:
      - file: notebooks/mathematics/one
  - file: book/two
"""
FRONT = "# Front\n\nWords.\n"
CHAPTER = """# One

$x^2$ is {glue:text}`../../notebooks/mathematics/one.ipynb::area:s`.

```{quiz} one.quiz.toml
```
"""
QUIZ = """[[questions]]
text = "Is it?"
options = [{text = "Yes", correct = true, feedback = "It is."}, {text = "No", feedback = "It is."}]
"""
SECOND = "# Two\n\nSee [](mathematics/one.md).\n"


def notebook(number: str) -> str:
    """Return a lesson that quotes a number."""
    data = {f"{RECORD_PREFIX}text/plain": f"{MEASURED_MARK}{number}"}
    scrapbook = {"name": "area", "mime_prefix": RECORD_PREFIX}
    output = new_output("display_data", data, metadata={"scrapbook": scrapbook})
    cells = [new_markdown_cell("# Lesson", id="a"), new_code_cell("1", outputs=[output], id="b")]
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python", "pygments_lexer": "python"},
    }
    return nbformat.writes(new_notebook(cells=cells, metadata=metadata))


BOOK = {
    "_toc.yml": TOC,
    "book/index.md": FRONT,
    "book/mathematics/one.md": CHAPTER,
    "book/mathematics/one.quiz.toml": QUIZ,
    "book/two.md": SECOND,
    "notebooks/mathematics/one.ipynb": notebook("1.5"),
}
TITLED = CHAPTER.replace("One", "First")
SWAPPED = (
    TOC.replace("book/two", "x")
    .replace("book/mathematics/one", "book/two")
    .replace("file: x", "file: book/mathematics/one")
)


def contents(site: Path) -> dict[str, bytes]:
    """Return the bytes of every file of a site."""
    paths = [path for path in site.rglob("*") if path.is_file()]
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in paths}


def build(folder: Path, builder: str = "html") -> tuple[dict[str, bytes], int]:
    """Build the book in a folder; return its files, and how many pages were read."""
    with built(folder, builder) as app:
        assert app.statuscode == 0, app.warning.getvalue()
        return contents(app.outdir), len(app.pages_read)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the book, built; it must always be built at its own place."""
    folder = tmp_path_factory.mktemp("rebuilt") / "book"
    start(folder, BOOK)
    build(folder)
    copy = folder.with_name("saved")
    shutil.copytree(folder, copy, symlinks=True)
    return copy


@pytest.fixture
def book(saved: Path) -> Path:
    """Return the book as it was when it had been built."""
    folder = saved.with_name("book")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(saved, folder, symlinks=True)
    return folder


def clean(book: Path, target: Path) -> dict[str, bytes]:
    """Build a copy of the sources from nothing."""
    shutil.copytree(book, target, ignore=shutil.ignore_patterns("_build"))
    return build(target)[0]


def put(name: str, text: str) -> Callable[[Path], object]:
    """Return a change that writes a file."""
    return lambda book: write(book, {name: text})


def rename(book: Path) -> None:
    (book / "book/two.md").rename(book / "book/three.md")
    (book / "_toc.yml").write_text(TOC.replace("book/two", "book/three"), encoding="utf-8")


def remove(book: Path) -> None:
    (book / "book/two.md").unlink()
    (book / "_toc.yml").write_text(TOC.replace("  - file: book/two\n", ""), encoding="utf-8")


def add(book: Path) -> None:
    (book / "book/three.md").write_text("# Three\n", encoding="utf-8")
    (book / "_toc.yml").write_text(TOC + "  - file: book/three\n", encoding="utf-8")


def age(book: Path) -> None:
    """Change a page, and give it a date before the first build."""
    page = book / "book/two.md"
    page.write_text(SECOND + "\nOlder words.\n", encoding="utf-8")
    os.utime(page, (1, 1))


CHANGES = {
    "nothing": (lambda _: None, ""),
    "the words of a page": (put("book/index.md", FRONT + "\nMore words.\n"), "More words"),
    "the title of a page": (put("book/mathematics/one.md", TITLED), "First"),
    "a number in a lesson": (put("notebooks/mathematics/one.ipynb", notebook("2.5")), "2.5"),
    "a quiz": (put("book/mathematics/one.quiz.toml", QUIZ.replace("Yes", "Sure")), "Sure"),
    "the order of the pages": (put("_toc.yml", SWAPPED), ""),
    "a page that is renamed": (rename, "three.html"),
    "a page that is removed": (remove, ""),
    "a page that is added": (add, "Three"),
    "a page with an older date": (age, "Older words"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_book_is_built_as_if_from_nothing(book: Path, tmp_path: Path, name: str) -> None:
    change, trace = CHANGES[name]
    change(book)
    rebuilt, _ = build(book)
    assert differences(rebuilt, clean(book, tmp_path / "clean")) == set()
    assert trace in "".join(page.decode() for name, page in rebuilt.items() if "html" in name)


def differences(first: dict[str, bytes], second: dict[str, bytes]) -> set[str]:
    """Return the files that two sites do not share; one file tells the settings of Sphinx."""
    names = (first.keys() | second.keys()) - {".buildinfo"}
    return {name for name in names if first.get(name) != second.get(name)}


def test_a_page_is_read_only_when_it_has_changed(book: Path) -> None:
    assert build(book)[1] == 0
    put("book/index.md", FRONT + "\nMore words.\n")(book)
    assert build(book)[1] == 1
    put("notebooks/mathematics/one.ipynb", notebook("2.5"))(book)
    assert build(book)[1] == 2
    put("book/mathematics/one.quiz.toml", QUIZ.replace("Yes", "Sure"))(book)
    assert build(book)[1] == 1


def test_all_pages_are_read_when_what_makes_them_has_changed(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = tmp_path / "a" / "b" / "code.py"
    code.parent.mkdir(parents=True)
    monkeypatch.setattr(freshness, "PACKAGES", [code.parent])
    code.write_text("one = 1", encoding="utf-8")
    assert build(book)[1] == 4
    assert build(book)[1] == 0
    code.write_text("one = 2", encoding="utf-8")
    assert build(book)[1] == 4
    (book / "_config.yml").write_text("title: Another\n", encoding="utf-8")
    assert build(book)[1] == 4


def test_all_editions_are_written_from_one_reading(book: Path) -> None:
    for builder in ("epub", "gettext", "singlehtml"):
        files, read = build(book, builder)
        assert read == 0
        assert files


def test_what_another_edition_has_read_is_still_written_to_the_site(book: Path) -> None:
    put("book/mathematics/one.quiz.toml", QUIZ.replace("Yes", "Sure"))(book)
    assert build(book, "gettext")[1] == 1
    site, read = build(book)
    assert read == 0
    assert b"Sure" in site["book/mathematics/one.html"]


def test_a_complaint_is_repeated_until_its_reason_is_gone(book: Path) -> None:
    put("book/two.md", "# Two\n\nSee {ref}`nowhere`.\n")(book)
    for _ in range(2):
        with built(book) as app:
            assert app.statuscode == 1
            assert "nowhere" in app.warning.getvalue()
    put("book/two.md", SECOND)(book)
    with built(book) as app:
        assert app.statuscode == 0


def test_a_build_that_was_stopped_is_not_continued(book: Path) -> None:
    (book / "_build" / "doctrees" / "unfinished").touch()
    assert build(book)[1] == 4
    assert build(book)[1] == 0


def test_the_tables_know_the_files_that_they_are_made_from(tmp_path: Path) -> None:
    page = "# A page\n\n```{data-catalogue}\n```\n\n```{measured-times}\n```\n"
    start(tmp_path, {"book/index.md": page})
    with built(tmp_path) as app:
        files = {Path(file).name for file in app.env.dependencies["book/index"]}
    assert {"catalog.toml", "_toc.yml"} <= files
