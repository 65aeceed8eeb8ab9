"""Archives whose bytes depend on nothing but their files."""

import zipfile
from collections.abc import Collection, Iterable
from pathlib import Path

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The date that every file in an archive has, so that the archive is the same every time."""


def pack(target: Path, folder: Path, files: Iterable[Path], stored: Collection[str] = ()) -> None:
    """Write an archive of files in a folder; those named in ``stored`` are not compressed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as archive:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), EARLIEST)
            plain = path.name in stored
            entry.compress_type = zipfile.ZIP_STORED if plain else zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
