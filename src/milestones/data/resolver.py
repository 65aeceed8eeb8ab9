"""Finding data: the user's folder, then the cache, then a download checked before it counts.

Source: book/appendix/data-and-licences.md.
"""

import contextlib
import functools
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pooch

from milestones.data.archives import unpack
from milestones.data.catalog import Dataset, Download, load_catalog
from milestones.data.downloads import matches, obtain, reason
from milestones.data.errors import DataError

FOLDER_VARIABLE = "MILESTONES_DATA"
MANIFEST = "SHA256SUMS"
"""Written into each unpacked folder: the hashes of its files when they were checked."""

STALE_SECONDS = 24 * 60 * 60
"""Age at which a temporary folder counts as left behind by a killed process."""


def cache_folder() -> Path:
    """Return the user's cache folder for this book; it need not exist.

    Raises
    ------
    DataError
        If the user has no home folder in which it could be.
    """
    with contextlib.suppress(RuntimeError):
        folder = Path(pooch.os_cache("milestones"))
        if folder.is_absolute():
            return folder
    raise DataError("There is no home folder for the cache; set XDG_CACHE_HOME to a folder.")


def own_folder() -> Path | None:
    """Return the folder that ``$MILESTONES_DATA`` names; say so, once, if nothing is in it."""
    name = os.environ.get(FOLDER_VARIABLE)
    if name is None:
        return None
    with contextlib.suppress(OSError):
        if name and os.listdir(name):
            return Path(name)
    _say_once(f"{FOLDER_VARIABLE} is {name!r}, where no files can be found, so it is ignored.")
    return None


@functools.cache
def _say_once(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def find_dataset(name: str) -> Dataset:
    """Return a catalogue entry, or raise :class:`DataError` with the names that exist."""
    catalog = load_catalog()
    if name not in catalog:
        raise DataError(f"There is no data set {name!r}; choose from {', '.join(catalog)}.")
    return catalog[name]


def locate(name: str) -> Path | None:
    """Return the folder that holds a complete local copy, or None.

    ``$MILESTONES_DATA`` is looked at first, then the cache.
    """
    dataset, own = find_dataset(name), own_folder()
    folders = [own] if own else []
    with contextlib.suppress(DataError):
        folders.append(cache_folder())
    for folder in folders:
        # os.path, because Path.is_file raises where a folder may not be searched.
        if all(os.path.isfile(folder / path) for path in dataset.files):
            return folder
    return None


def resolve(name: str) -> Path:
    """Return the folder that holds the data set, downloading it if need be.

    Raises
    ------
    DataError
        If there is no local copy and none can be had; the message says what to do.
    """
    return locate(name) or fetch(name)


def fetch(name: str) -> Path:
    """Download a data set into the cache, check it, and return the cache folder.

    What is already there and matches its hash is kept. Nothing unchecked ever carries its
    final name: a file arrives under a temporary name and is renamed once its hash is right.

    Raises
    ------
    DataError
        If it can't be had.
    """
    dataset = find_dataset(name)
    if not dataset.downloads:
        raise DataError(
            f"{dataset.title} must be placed by hand: get it from {dataset.homepage} and set "
            f"{FOLDER_VARIABLE} to the folder that holds {dataset.files[0]}. {dataset.note}".strip()
        )
    try:
        folder = cache_folder()
        for download in dataset.downloads:
            _put_in_place(download, folder)
    except (OSError, DataError) as error:
        raise DataError(
            f"{dataset.title} could not be fetched ({reason(error)}); try again with "
            f"'python -m milestones.data fetch {name}', or set {FOLDER_VARIABLE} to a folder "
            f"that holds {dataset.files[0]}."
        ) from error
    return folder


def _put_in_place(download: Download, folder: Path) -> None:
    """Bring one download, unless it is there and intact."""
    if is_intact(download, folder):
        return
    target = folder / download.path
    with _workspace(target.parent) as workspace:
        fresh = obtain(download, workspace)
        if download.member:
            fresh = _unpacked(download, fresh, workspace)
        if fresh.is_file():
            fresh.replace(target)
        # Another process may have finished first; its copy passed the same check.
        elif not is_intact(download, folder):
            _swap_in(fresh, target)


def _unpacked(download: Download, archive: Path, workspace: Path) -> Path:
    """Unpack the member, laid out as in the data folder, and check it there."""
    staged = workspace / "staged" / download.path
    staged.parent.mkdir(parents=True)
    unpack(archive, download.member, workspace / "unpacked").rename(staged)
    if staged.is_dir():
        _seal(staged)
    if not is_intact(download, workspace / "staged"):
        raise DataError(f"what {archive.name} holds has the wrong hash")
    return staged


def is_intact(download: Download, folder: Path) -> bool:
    """Tell whether what a download left in a folder is still what was checked then."""
    target = folder / download.path
    hashes = download.contents if download.member else {download.path: download.hash}
    known = all(matches(folder / path, digest) for path, digest in hashes.items())
    return known and (target.is_file() or _is_sealed(target))


def _seal(folder: Path) -> None:
    """Write a manifest of all files in a folder."""
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    (folder / MANIFEST).write_text("\n".join(_manifest(folder, sorted(names))), encoding="utf-8")


def _is_sealed(folder: Path) -> bool:
    """Tell whether a folder has its whole manifest, and the files in it are unchanged."""
    try:
        lines = (folder / MANIFEST).read_text(encoding="utf-8").split("\n")
        names = [line.partition("  ")[2] for line in lines[:-1]]
        return lines == _manifest(folder, names)
    except (OSError, ValueError):
        return False


def _manifest(folder: Path, names: list[str]) -> list[str]:
    """Return a line for each file; the last line is the hash of the others."""
    lines = [f"{pooch.file_hash(str(folder / name))}  {name}" for name in names]
    return [*lines, hashlib.sha256("\n".join(lines).encode()).hexdigest()]


def _swap_in(source: Path, target: Path) -> None:
    """Move a damaged predecessor into the workspace, and the new folder into its place."""
    with contextlib.suppress(FileNotFoundError):
        target.rename(source.with_name("replaced"))
    try:
        source.rename(target)
    except OSError:
        if not target.is_dir():
            raise


@contextlib.contextmanager
def _workspace(parent: Path) -> Iterator[Path]:
    """Make a temporary folder on the target's own disk, so that a rename is atomic."""
    parent.mkdir(parents=True, exist_ok=True)
    _sweep(parent)
    folder = Path(tempfile.mkdtemp(prefix=".incomplete-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(parent: Path) -> None:
    """Remove what a killed process left behind; a younger folder may be in use."""
    for left in parent.glob(".incomplete-*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
