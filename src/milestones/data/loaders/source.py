"""Source code: Python's own standard library, as a text that every installation has.

Taught in book/history/language-models-before-transformers.md.
"""

import sysconfig
import tomllib
import zlib
from functools import cache
from importlib.resources import files
from pathlib import Path

from milestones.data.errors import DataError
from milestones.data.loaders.reading import choose, read_bytes

__all__ = ["SOURCE_MODULES", "SOURCE_SIZES", "SOURCE_SYMBOLS", "load_source", "source_files"]

SOURCE_SYMBOLS = "\n" + "".join(map(chr, range(32, 127))) + "\N{REPLACEMENT CHARACTER}"
"""The 97 symbols of the text; the last one stands for any other character."""

SOURCE_SIZES = {"train": 4_000_000, "validation": 100_000, "test": 200_000}
"""Characters of each split: the same for all versions of Python."""

SOURCE_MODULES = tomllib.loads(
    (files("milestones.data") / "source.toml").read_text(encoding="utf-8")
)
"""Modules and packages by split; Python 3.11 to 3.13 have all of them, much alike."""

ALIKE = 0.5
"""A file is a near-duplicate if it shares this part of its lines with one file before it."""

SHORTEST_LINE = 12
"""Shorter lines, such as ``return None``, stand everywhere and prove nothing."""


def load_source(split: str, folder: Path | None = None) -> str:
    """Load the source code of one split of Python's standard library.

    Files come in an order that their names fix, so that any beginning of the text is mixed.
    A near-duplicate of a test file is in no other split.

    Parameters
    ----------
    split
        ``"train"``, ``"validation"`` or ``"test"``.
    folder
        A copy of the library; by default that of the running Python.

    Returns
    -------
    Exactly ``SOURCE_SIZES[split]`` characters, all of them in ``SOURCE_SYMBOLS``.

    Raises
    ------
    DataError
        If the library's source is not there, or is too short.
    """
    return "".join(source_files(split, folder))


def source_files(split: str, folder: Path | None = None) -> list[str]:
    """Load the same text file by file, as :func:`load_source` does; the last file may be cut."""
    choose(split, SOURCE_MODULES)
    folder = folder or Path(sysconfig.get_path("stdlib"))
    whole = _splits(folder)[split]
    left = SOURCE_SIZES[split]
    if (length := sum(map(len, whole))) < left:
        raise DataError(
            f"{folder} has {length:,} characters for {split}, not {left:,}; "
            "install Python with the source of its standard library."
        )
    files = []
    for text in whole:
        files.append(text[:left])
        left -= len(files[-1])
    return [text for text in files if text]


@cache
def _splits(folder: Path) -> dict[str, list[str]]:
    """Return the files of each split; the test files are taken first, and kept."""
    seen: list[set[str]] = []
    return {split: _kept(folder, split, seen) for split in SOURCE_MODULES}


def _kept(folder: Path, split: str, seen: list[set[str]]) -> list[str]:
    """Return the texts of a split's files that are like no file seen before, and note them."""
    kept = []
    for path in _files(folder, SOURCE_MODULES[split].split()):
        text = read_bytes(path).decode("utf-8", "replace").replace("\r\n", "\n")
        stripped = (line.strip() for line in text.split("\n"))
        lines = {line for line in stripped if len(line) >= SHORTEST_LINE}
        if lines and all(len(lines & other) < ALIKE * len(lines) for other in seen):
            seen.append(lines)
            known = set(SOURCE_SYMBOLS)
            kept.append("".join(c if c in known else SOURCE_SYMBOLS[-1] for c in text))
    return kept


def _files(folder: Path, modules: list[str]) -> list[Path]:
    """Return the files of modules and packages, without tests, by a checksum of their names."""
    found = [folder / f"{module}.py" for module in modules]
    found += [path for module in modules for path in (folder / module).rglob("*.py")]
    parts = [path.relative_to(folder).parts for path in found if path.is_file()]
    names = ["/".join(part) for part in parts if not {"test", "tests"} & {*part}]
    return [folder / name for name in sorted(names, key=lambda name: zlib.crc32(name.encode()))]
