"""What all loaders share: how they register, how they read a file, and how they refuse it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from milestones.data.errors import DataError

Loader = TypeVar("Loader", bound=Callable[..., Any])

READERS: dict[str, Callable[[], object]] = {}
"""How to prove that a copy is readable, by the name of the data set."""


def reads(name: str, *splits: str) -> Callable[[Loader], Loader]:
    """Register a loader for an entry of the catalogue, with the splits that it takes, if any."""

    def register(load: Loader) -> Loader:
        READERS[name] = lambda: [load(split) for split in splits] if splits else load()
        return load

    return register


def read_bytes(path: Path, count: int = -1) -> bytes:
    """Return the first bytes of a file, or all, or raise :class:`DataError` if that fails."""
    try:
        with path.open("rb") as stream:
            return stream.read(count)
    except OSError as error:
        raise DataError(f"{path} can't be read: {error.strerror}; check its owner.") from error


def read_text(path: Path) -> str:
    """Return UTF-8 text with plain line ends, without the mark that some editors put first.

    Raises
    ------
    DataError
        If the file can't be read, is not UTF-8, or is empty.
    """
    try:
        text = read_bytes(path).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise damaged(path, "it is not UTF-8 text") from error
    if not text.strip():
        raise damaged(path, "it is empty")
    return text


def choose(split: str, choices: dict[str, str]) -> str:
    """Return the choice for a split, or raise ``ValueError`` with the splits that exist."""
    if split not in choices:
        raise ValueError(f"There is no split {split!r}; choose from {', '.join(choices)}.")
    return choices[split]


def damaged(path: Path, why: str) -> DataError:
    """Return the one sentence that blames a file."""
    return DataError(f"{path.name} is damaged: {why}; delete {path} and fetch it again.")
