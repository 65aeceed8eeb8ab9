"""How lessons are tested: the longest first, and a reason where data is missing."""

from functools import cache
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from support.selection import ROOT, Green, changed_files, keep

from milestones.data import DataError, resolve


def pytest_addoption(parser: pytest.Parser) -> None:
    """Name a file of lessons that passed: they are left out, and others added."""
    parser.addoption(
        "--green", type=Path, help="leave out the lessons that this file holds"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Write the file once, in the process that hears of every outcome."""
    if config.option.green and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Green(config.option.green))


@cache
def facts(path: Path) -> NotebookNode:
    """Return what a lesson says of itself."""
    return nbformat.read(path, as_version=4).metadata.milestones


def is_lesson(item: pytest.Item) -> bool:
    """Tell whether a test is a cell of a lesson."""
    return item.path.suffix == ".ipynb"


def place_of(item: pytest.Item) -> tuple:
    """Return where a test comes: cells in order, the longest lessons first."""
    if not is_lesson(item):
        return (1,)
    return (0, -facts(item.path).measured.seconds, item.path, item.cell_num)


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Choose lessons, and put them in order, whatever shuffles the other tests."""
    items.sort(key=place_of)
    if (
        config.getoption("changed", False)
        and (changed := changed_files()) is not None
    ):
        keep(
            config,
            items,
            lambda item: not is_lesson(item) or _name(item) in changed,
        )
    if config.option.green:
        green = Green(config.option.green)
        keep(
            config,
            items,
            lambda item: not is_lesson(item) or not green.holds(item.path),
        )
    for item in filter(is_lesson, items):
        if reason := _what_is_missing(item.path):
            item.add_marker(pytest.mark.skip(reason=reason))


def _name(item: pytest.Item) -> str:
    return item.path.relative_to(ROOT).as_posix()


@cache
def _what_is_missing(path: Path) -> str:
    try:
        for name in facts(path).data:
            resolve(name)
    except DataError as error:
        return str(error)
    return ""
