"""Small data sets to fetch from a server on this machine, and what must come of it."""

import hashlib
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from milestones.data import DataError, resolver
from milestones.data.catalog import Dataset, Download

BODY = bytes(range(256)) * 40
PARTS = {"box/inner/deep/two.txt": b"two", "box/inner/one.txt": b"one " * 500, "box/no": b"no"}
UNPACKED = ["sample", "sample/SHA256SUMS", "sample/deep", "sample/deep/two.txt", "sample/one.txt"]


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def plain(*urls: str, body: bytes = BODY) -> Dataset:
    """Describe a data set of one plain file."""
    download = Download("kept/sample.bin", sha256(body), len(body), urls)
    return described(("kept/sample.bin",), download)


def packed(
    archive: bytes, *urls: str, wheel: str = "", contents: Mapping[str, str] | None = None
) -> Dataset:
    """Describe a data set that is a folder inside an archive."""
    about = ("sample", sha256(archive), len(archive), urls, wheel, "box/inner", contents or {})
    return described(("sample/one.txt", "sample/deep/two.txt"), Download(*about))


def packed_file(archive: bytes, url: str, content: bytes) -> Dataset:
    """Describe a data set that is one file inside an archive."""
    path, contents = "kept/one.txt", {"kept/one.txt": sha256(content)}
    about = (path, sha256(archive), len(archive), (url,), "", "box/inner/one.txt", contents)
    return described((path,), Download(*about))


def described(files: tuple[str, ...], *downloads: Download) -> Dataset:
    return Dataset("sample", "Sample", "Testing.", "none", "key", "home", files, downloads)


def contents(folder: Path) -> list[str]:
    """List everything below a folder, hidden names included."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def refusal(*hints: str) -> str:
    """Fetch, expect a failure, check that it is one helpful sentence, and return it."""
    with pytest.raises(DataError) as caught:
        resolver.fetch("sample")
    text = str(caught.value)
    assert "\n" not in text
    assert text.endswith(".")
    assert ". " not in text
    assert ".)" not in text
    assert text.startswith("Sample could not be fetched (")
    assert "try again with 'python -m milestones.data fetch sample'" in text
    assert "or set MILESTONES_DATA to a folder that holds" in text
    for hint in hints:
        assert hint in text
    return text


def start_fetch(dataset: Dataset, cache: Path, before: str = "pass") -> subprocess.Popen[str]:
    """Fetch in another process, after running a statement there."""
    program = (
        "import os, pathlib, requests, shutil, sys\n"
        "from milestones.data import DataError, resolver\n"
        "from milestones.data.catalog import Dataset, Download\n"
        f"resolver.find_dataset = lambda name: {dataset!r}\n"
        f"resolver.cache_folder = lambda: pathlib.Path({str(cache)!r})\n"
        f"{before}\n"
        "try:\n"
        "    resolver.fetch('sample')\n"
        "except DataError as error:\n"
        "    sys.exit(f'DataError: {error}')\n"
    )
    return subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True)
