"""Finding data: the user's folder, then the cache, then a download checked before it counts.

Source: book/appendix/data-and-licences.md.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pooch

from milestones.data.archives import unpack
from milestones.data.catalog import Dataset, Download, load_catalog
from milestones.data.errors import DataError

FOLDER_VARIABLE = "MILESTONES_DATA"
MANIFEST = "SHA256SUMS"
"""Written into each unpacked folder: the hashes of its files when they were checked."""

STALE_SECONDS = 24 * 60 * 60
"""Age at which a temporary folder counts as left behind by a killed process."""

ATTEMPTS = 2
TIMEOUT_SECONDS = (10, 60)
"""Patience for the connection, and for each piece of the answer."""

pooch.get_logger().setLevel("ERROR")


def cache_folder() -> Path:
    """Return the user's cache folder for this book; it need not exist."""
    return Path(pooch.os_cache("milestones"))


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
    dataset = find_dataset(name)
    own = os.environ.get(FOLDER_VARIABLE)
    for folder in ([Path(own)] if own else []) + [cache_folder()]:
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
    dataset, folder = find_dataset(name), cache_folder()
    if not dataset.downloads:
        raise DataError(
            f"{dataset.title} must be placed by hand: get it from {dataset.homepage} and set "
            f"{FOLDER_VARIABLE} to the folder that holds {dataset.files[0]}. {dataset.note}".strip()
        )
    try:
        for download in dataset.downloads:
            _obtain(download, folder)
    except (OSError, DataError) as error:
        raise DataError(
            f"{dataset.title} could not be fetched ({_reason(error)}); try again with "
            f"'python -m milestones.data fetch {name}', or set {FOLDER_VARIABLE} to a folder "
            f"that holds {dataset.files[0]}."
        ) from error
    return folder


def _obtain(download: Download, folder: Path) -> None:
    """Put one download in its place, unless it is there and intact."""
    if is_intact(download, folder):
        return
    target = folder / download.path
    with _workspace(target.parent) as workspace:
        arrived = workspace / f"{target.name}.download"
        if download.wheel:
            arrived = _download_wheel(download, workspace)
        else:
            _download(download, arrived)
        if not download.member:
            arrived.replace(target)
            return
        unpack(arrived, download.member, workspace / "unpacked")
        _write_manifest(workspace / "unpacked")
        # Another process may have finished first; its copy passed the same check.
        if not is_intact(download, folder):
            _swap_in(workspace / "unpacked", target)


def is_intact(download: Download, folder: Path) -> bool:
    """Tell whether what a download left in the cache is still what was checked then."""
    target = folder / download.path
    if not download.member:
        return target.is_file() and matches(target, download.hash)
    manifest = target / MANIFEST
    lines = manifest.read_text(encoding="utf-8").splitlines() if manifest.is_file() else []
    hashes = [
        (target / name, digest) for digest, _, name in (line.partition("  ") for line in lines)
    ]
    return bool(hashes) and all(
        path.is_file() and matches(path, f"sha256:{digest}") for path, digest in hashes
    )


def _write_manifest(folder: Path) -> None:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [
        f"{pooch.file_hash(str(path))}  {path.relative_to(folder).as_posix()}" for path in paths
    ]
    (folder / MANIFEST).write_text("\n".join(lines) + "\n", encoding="utf-8")


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


def _download(download: Download, target: Path) -> None:
    """Try every mirror, twice; pooch writes to a temporary file, checks it and renames it."""
    reasons = []
    for url in download.urls * ATTEMPTS:
        downloader = pooch.HTTPDownloader(timeout=TIMEOUT_SECONDS, progressbar=sys.stderr.isatty())
        try:
            pooch.retrieve(url, download.hash, target.name, target.parent, downloader=downloader)
            return
        except (OSError, ValueError) as error:
            if _is_local(error):
                raise
            reasons.append(_reason(error))
    raise DataError("; ".join(dict.fromkeys(reasons)))


def _is_local(error: Exception) -> bool:
    """Tell a full disk or a read-only folder (no use retrying) from trouble on the network."""
    import requests

    return isinstance(error, OSError) and not isinstance(error, requests.RequestException)


def _download_wheel(download: Download, workspace: Path) -> Path:
    """Fetch a wheel as a file, with the reader's own package client, and check its hash."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--disable-pip-version-check", "--dest", str(workspace), download.wheel]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = sorted(workspace.glob("*.whl"))
    if outcome.returncode or not wheels:
        lines = outcome.stderr.strip().splitlines() or ["it gave no reason"]
        raise DataError(f"pip could not download {download.wheel}: {lines[-1]}")
    if not matches(wheels[0], download.hash):
        raise DataError(f"the hash of {wheels[0].name} is wrong")
    return wheels[0]


def matches(path: Path, expected: str) -> bool:
    """Tell whether a file has the hash ``expected``, such as ``"sha256:..."``."""
    algorithm, _, digest = expected.partition(":")
    return pooch.file_hash(str(path), alg=algorithm) == digest


def _reason(error: Exception) -> str:
    """Say in a few words what went wrong."""
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answered {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return "the server did not answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection was cut"
    if isinstance(error, requests.ConnectionError):
        return "no connection to the server"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[0].lower() + error.strerror[1:]
    if isinstance(error, ValueError):
        return "the file that arrived has the wrong hash"
    return str(error).rstrip(".")
