"""Getting one file from a mirror or from the package client, and checking it.

Source: book/appendix/data-and-licences.md.
"""

import subprocess
import sys
from pathlib import Path
from typing import IO

import pooch

from milestones.data.catalog import Download
from milestones.data.errors import DataError

ATTEMPTS = 2
TIMEOUT_SECONDS = (10, 60)
"""Patience for the connection, and for each piece of the answer."""


def matches(path: Path, expected: str) -> bool:
    """Tell whether there is a file with the hash ``expected``, such as ``"sha256:..."``."""
    algorithm, _, digest = expected.partition(":")
    return path.is_file() and pooch.file_hash(str(path), alg=algorithm) == digest


def obtain(download: Download, folder: Path) -> Path:
    """Bring a file into a folder and check its hash.

    Raises
    ------
    DataError
        If it can't be had from any mirror, or is not what the catalogue describes.
    OSError
        If it can't be written.
    """
    return _from_pip(download, folder) if download.wheel else _from_mirrors(download, folder)


def _from_mirrors(download: Download, folder: Path) -> Path:
    """Try every mirror, twice."""
    target, reasons = folder / f"{Path(download.path).name}.download", []
    for url in download.urls * ATTEMPTS:
        try:
            _from_mirror(url, target, download)
            return target
        except (OSError, ValueError, DataError) as error:
            if _is_local(error):
                raise
            reasons.append(reason(error))
    raise DataError("; ".join(dict.fromkeys(reasons)))


def _from_mirror(url: str, target: Path, download: Download) -> None:
    fetch = pooch.HTTPDownloader(timeout=TIMEOUT_SECONDS, progressbar=sys.stderr.isatty())
    with target.open("wb") as file:
        fetch(url, _Bounded(file, download.bytes), None)
    if not matches(target, download.hash):
        raise DataError("the file that arrived has the wrong hash")


class _Bounded:
    """A file that refuses more bytes than the catalogue promises."""

    def __init__(self, file: IO[bytes], limit: int) -> None:
        self.file, self.limit = file, limit
        self.flush = file.flush

    def write(self, chunk: bytes) -> int:
        if self.file.tell() + len(chunk) > self.limit:
            raise DataError(f"more than the expected {self.limit:,} bytes arrived")
        return self.file.write(chunk)


def _from_pip(download: Download, folder: Path) -> Path:
    """Fetch a wheel as a file, with the reader's own package client; nothing in it is run."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    # Without this, pip would build a source archive, and so run its code, before the hash check.
    command += ["--only-binary=:all:"]
    command += ["--disable-pip-version-check", "--dest", str(folder), download.wheel]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = sorted(folder.glob("*.whl"))
    if outcome.returncode or not wheels:
        lines = outcome.stderr.strip().splitlines() or ["it gave no reason"]
        raise DataError(f"pip could not download {download.wheel}: {lines[-1]}")
    if not matches(wheels[0], download.hash):
        raise DataError(f"the hash of {wheels[0].name} is wrong")
    return wheels[0]


def _is_local(error: Exception) -> bool:
    """Tell a full disk or a read-only folder (no use retrying) from trouble on the network."""
    import requests

    return isinstance(error, OSError) and not isinstance(error, requests.RequestException)


def reason(error: Exception) -> str:
    """Say in a few words what went wrong."""
    from requests import exceptions

    if isinstance(error, exceptions.HTTPError) and error.response is not None:
        return f"the server answered {error.response.status_code}"
    if isinstance(error, exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "the certificate of the server is not trusted"
    for kind, words in {
        exceptions.SSLError: "no secure connection to the server",
        exceptions.Timeout: "the server did not answer in time",
        exceptions.ChunkedEncodingError: "the connection was cut",
        exceptions.ConnectionError: "no connection to the server",
        exceptions.ContentDecodingError: "the answer is garbled",
    }.items():
        if isinstance(error, kind):
            return words
    if isinstance(error, ValueError):
        is_address = isinstance(error, exceptions.RequestException)
        return "the address cannot be used" if is_address else "the answer is garbled"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[0].lower() + error.strerror[1:]
    return str(error).rstrip(".")
