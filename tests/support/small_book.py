"""Small books with this book's settings, built by Sphinx in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from jupyter_book.config import get_final_config
from sphinx.testing.util import SphinxTestApp

ROOT = Path(__file__).parents[2]
TOC = "format: jb-book\nroot: book/index\n"
OURS = ("html_static_path", "templates_path")


def settings(**options: object) -> dict:
    """Return the settings of the book, with other options for the theme."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["sphinx"]["config"]["html_theme_options"].update(options)
    found, _ = get_final_config(user_yaml=config, cli_config={"latex_individualpages": False})
    for name in OURS:
        found[name] = [str(ROOT / path) for path in found[name]]
    for name in ("html_logo", "html_favicon"):
        found[name] = str(ROOT / found[name])
    return found | {"nitpicky": True, "external_toc_path": "_toc.yml"}


def start(folder: Path, files: dict[str, str]) -> None:
    """Write a new book; what is not given is empty, and its one page is the front page."""
    write(folder, {"conf.py": "", "_toc.yml": TOC, "book/references.bib": ""} | files)


def write(folder: Path, files: dict[str, str]) -> None:
    """Write some files of a book."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@contextmanager
def built(
    folder: Path, builder: str = "html", moved: dict[str, str] | None = None, **options: object
) -> Iterator[SphinxTestApp]:
    """Build the book in a folder, with addresses of pages that have moved, and theme options.

    Its complaints are in ``app.warning``, and the pages that were read in ``app.pages_read``.
    """
    app = SphinxTestApp(
        builder, srcdir=folder, confoverrides=settings(**options) | {"moved_pages": moved or {}},
        warningiserror=True, keep_going=True,
    )  # fmt: skip
    app.pages_read = []
    app.connect("env-before-read-docs", lambda app, _, pages: app.pages_read.extend(pages))
    try:
        app.build()
        yield app
    finally:
        app.cleanup()
