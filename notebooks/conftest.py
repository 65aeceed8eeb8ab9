"""Skip a lesson, with one line of reason, where its data can't be had."""

import nbformat
import pytest

from milestones.data import DataError, resolve


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every cell of a lesson whose data is neither here nor downloadable."""
    reasons: dict[str, str] = {}
    for item in items:
        path = str(item.path)
        if path not in reasons:
            reasons[path] = _what_is_missing(path)
        if reasons[path]:
            item.add_marker(pytest.mark.skip(reason=reasons[path]))


def _what_is_missing(path: str) -> str:
    try:
        for name in nbformat.read(path, as_version=4).metadata.milestones.data:
            resolve(name)
    except DataError as error:
        return str(error)
    return ""
