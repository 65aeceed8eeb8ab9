"""Unpacking an archive without trusting it: plain files inside one folder, or nothing."""

import errno
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import TypeVar

from milestones.data.errors import DataError

Info = TypeVar("Info", zipfile.ZipInfo, tarfile.TarInfo)

DAMAGE = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
    EOFError, ValueError, OverflowError,
)  # fmt: skip
GROWTH = 20
"""An archive may hold this many times its own size; beyond that it is taken for a bomb."""

SMALL = 1_000_000
"""Bytes that even the smallest archive may hold."""


def unpack(archive: Path, member: str, folder: Path) -> Path:
    """Extract one file or folder of a .zip, .whl or .tar(.gz, .bz2, .xz) archive.

    Every entry is checked before the first file is written.

    Parameters
    ----------
    archive
        The file to read.
    member
        Its path inside the archive, such as ``"cifar-10-batches-bin"``.
    folder
        A folder that does not exist yet.

    Returns
    -------
    Path
        Where the member lies now, inside ``folder``.

    Raises
    ------
    DataError
        If the archive is damaged, is encrypted or compressed in an unusual way, lacks the
        member, holds anything but files and folders or a name that leads outside, or would
        grow beyond :data:`GROWTH` times its size.
    """
    try:
        _extract(archive, member, folder)
    except UnicodeError as error:
        raise _refused(archive, "one of its names is not text") from error
    except RuntimeError as error:  # NotImplementedError is one of them.
        raise _refused(archive, "Python cannot unpack it") from error
    except (*DAMAGE, OSError) as error:
        # Trouble with the disk has a number; a damaged stream has none, or leads to a place
        # before the start of the file.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        raise DataError(f"The archive {archive.name} is damaged.") from error
    return folder / member


def _extract(archive: Path, member: str, folder: Path) -> None:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as zipped:
            described = ((i, i.filename, i.file_size, _zip_fault(i)) for i in zipped.infolist())
            zipped.extractall(folder, _wanted(described, archive, member))
    else:
        with tarfile.open(archive) as tarred:
            entries = ((i, i.name, i.size, _tar_fault(i)) for i in tarred)
            tarred.extractall(folder, _wanted(entries, archive, member), filter=_with_usual_mode)


def _wanted(
    entries: Iterable[tuple[Info, str, int, str]], archive: Path, member: str
) -> Iterator[Info]:
    """Return the entries to extract, after a look at every name, kind and size."""
    chosen, left = [], max(SMALL, GROWTH * archive.stat().st_size)
    for info, name, size, fault in entries:
        path, left = PurePosixPath(name), left - size
        if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
            fault = "leads outside it"
        elif not name.isprintable():
            fault = "is not a plain name"
        elif size < 0 or left < 0:
            fault = "has an unreasonable size"
        if fault:
            raise _refused(archive, f"{name!r} {fault}")
        if path.is_relative_to(member):
            chosen.append(info)
    if not chosen:
        raise DataError(f"The archive {archive.name} does not hold {member}.")
    return iter(chosen)


def _zip_fault(info: zipfile.ZipInfo) -> str:
    # The upper half of a zip entry's attributes is its Unix mode; 0o12 marks a link.
    if info.external_attr >> 28 == 0o12:
        return "is a link"
    if info.flag_bits & 1:
        return "is encrypted"
    usual = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    return "" if usual else "is compressed in an unusual way"


def _tar_fault(info: tarfile.TarInfo) -> str:
    return "" if info.isdir() or (info.isreg() and not info.issparse()) else "is not a plain file"


def _with_usual_mode(info: tarfile.TarInfo, folder: str) -> tarfile.TarInfo:
    """Apply the standard library's filter, and leave permissions to the user's umask."""
    return tarfile.data_filter(info, folder).replace(mode=None, deep=False)  # type: ignore[arg-type]


def _refused(archive: Path, why: str) -> DataError:
    return DataError(f"The archive {archive.name} was refused: {why}.")
