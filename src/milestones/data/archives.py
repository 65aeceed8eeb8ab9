"""Unpacking an archive without trusting it: plain files below one folder, or nothing."""

import gzip
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from milestones.data.errors import DataError

Member = tuple[str, IO[bytes]]
DAMAGE = (tarfile.TarError, zipfile.BadZipFile, zlib.error, gzip.BadGzipFile, EOFError)


def unpack(archive: Path, member: str, target: Path) -> None:
    """Copy the files below one folder of a .zip, .whl or .tar(.gz) archive into a new folder.

    Every name is checked before the first file is written.

    Parameters
    ----------
    archive
        The file to read.
    member
        The folder inside the archive, such as ``"cifar-10-batches-bin"``.
    target
        A folder that does not exist yet.

    Raises
    ------
    DataError
        If the archive is damaged, holds a link or a name that leads outside, or lacks the
        folder.
    """
    try:
        with _open(archive) as entries:
            names = [_safe(name, archive) for name, _ in entries()]
            if not any(name.is_relative_to(member) for name in names):
                raise DataError(f"The archive {archive.name} has no folder {member}.")
            for name, stream in entries():
                path = PurePosixPath(name)
                if path.is_relative_to(member):
                    place = target / path.relative_to(member)
                    place.parent.mkdir(parents=True, exist_ok=True)
                    with stream, place.open("wb") as out:
                        shutil.copyfileobj(stream, out)
    except DAMAGE as error:
        raise DataError(f"The archive {archive.name} is damaged.") from error


def _safe(name: str, archive: Path) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        raise DataError(f"The archive {archive.name} was refused: {name!r} leads outside it.")
    return path


@contextmanager
def _open(archive: Path) -> Iterator:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            yield lambda: _zip_entries(opened, archive)
    else:
        with tarfile.open(archive) as opened:
            yield lambda: _tar_entries(opened, archive)


def _zip_entries(opened: zipfile.ZipFile, archive: Path) -> Iterator[Member]:
    for info in opened.infolist():
        # The upper half of a zip entry's attributes is its Unix mode; 0o12 marks a link.
        if info.external_attr >> 28 == 0o12:
            raise DataError(f"The archive {archive.name} was refused: {info.filename!r} is a link.")
        if not info.is_dir():
            yield info.filename, opened.open(info)


def _tar_entries(opened: tarfile.TarFile, archive: Path) -> Iterator[Member]:
    for info in opened.getmembers():
        if not info.isdir() and not info.isreg():
            raise DataError(f"The archive {archive.name} was refused: {info.name!r} is a link.")
        if info.isreg():
            yield info.name, opened.extractfile(info)
