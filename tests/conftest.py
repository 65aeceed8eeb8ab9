"""What holds for every test: where kept pictures go, and which tests share a worker."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def pytest_configure(config: pytest.Config) -> None:
    """Keep screenshots and traces of failures in one place, wherever the tests are started."""
    config.option.output = str(ROOT / "_build" / "failures")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests of one file share a worker, and so what they build, unless marked otherwise."""
    for item in items:
        if not any(item.iter_markers("xdist_group")) and not any(item.iter_markers("anywhere")):
            item.add_marker(pytest.mark.xdist_group(item.path.relative_to(ROOT).as_posix()))
