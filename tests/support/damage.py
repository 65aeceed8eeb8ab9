"""What every loader says of a damaged file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from milestones.data import DataError


def assert_blames(path: Path, load: Callable[[], object], hint: str = "") -> None:
    """Check that loading fails with one sentence about this file that says what to do."""
    with pytest.raises(DataError) as caught:
        load()
    text = str(caught.value)
    assert text.startswith(f"{path.name} is damaged: ")
    assert text.endswith(f"; delete {path} and fetch it again.")
    assert "\n" not in text
    assert hint in text
