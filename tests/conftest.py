"""What holds for every test: where it runs, which tests share a worker, and what is left out."""

import os
from pathlib import Path

import pytest
from support.reading import PAGES
from support.selection import changed_files, changed_pages, keep
from support.workers import Groups, turn_of

ROOT = Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let daily work leave out what a day does not touch."""
    parser.addoption(
        "--changed", action="store_true", help="only lessons and pages that differ from HEAD"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Work in the folder of the project, and keep screenshots there, wherever this is started."""
    os.chdir(ROOT)
    config.option.output = str(ROOT / "_build" / "failures")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Start what takes long; open no page that is as it was, and none broken on purpose."""
    items.sort(key=lambda item: turn_of(item.nodeid))
    if config.option.changed:
        pages = {f"{page}.html" for page in changed_pages(PAGES, changed_files())}
        keep(config, items, lambda item: not _in_browser(item) or _page(item) in pages)


def _in_browser(item: pytest.Item) -> bool:
    return item.path.is_relative_to(ROOT / "tests" / "browser")


def _page(item: pytest.Item) -> str | None:
    return getattr(item, "callspec", None) and item.callspec.params.get("name")


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Groups:
    """Keep together what shares a folder or a file, wherever there are several workers."""
    return Groups(config, log)
