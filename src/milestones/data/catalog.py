"""What data the book uses: one typed record for each entry of ``catalog.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files


@dataclass(frozen=True)
class Download:
    """One file to fetch and check.

    Attributes
    ----------
    path
        Where it goes, relative to the data folder; a folder if it is unpacked.
    hash
        ``"sha256:..."``, or ``"md5:..."`` where the publisher gives nothing better.
    bytes
        Size of the download.
    urls
        Mirrors, tried in order. Empty for a file that comes through the package client.
    wheel
        A pinned requirement such as ``"name==1.0"``, fetched as a file and never installed.
    member
        The file or folder inside an archive that becomes ``path``; empty for a plain file.
    contents
        Hashes of files in that member, by their path in the data folder, where they are known.
    """

    path: str
    hash: str
    bytes: int
    urls: tuple[str, ...] = ()
    wheel: str = ""
    member: str = ""
    contents: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Dataset:
    """One entry of the catalogue.

    Attributes
    ----------
    name, title, purpose, licence, citation, homepage
        As shown in the appendix; ``citation`` is a key of ``book/references.bib``.
    files
        Paths that must exist for the data to be complete, relative to the data folder.
    downloads
        What to fetch; empty if the data can only be placed by hand.
    note
        What a reader who places it by hand must know.
    """

    name: str
    title: str
    purpose: str
    licence: str
    citation: str
    homepage: str
    files: tuple[str, ...]
    downloads: tuple[Download, ...] = ()
    note: str = ""

    @property
    def bytes(self) -> int:
        """Size of all downloads together."""
        return sum(download.bytes for download in self.downloads)

    @property
    def hashes(self) -> dict[str, str]:
        """The published hashes of single files, where they are known, by path."""
        plain = {entry.path: entry.hash for entry in self.downloads if not entry.member}
        return plain | {path: h for entry in self.downloads for path, h in entry.contents.items()}


def load_catalog() -> dict[str, Dataset]:
    """Read the catalogue; keys are the names used by ``python -m milestones.data``."""
    text = (files("milestones.data") / "catalog.toml").read_text(encoding="utf-8")
    return {name: _dataset(name, entry) for name, entry in tomllib.loads(text).items()}


def _dataset(name: str, entry: dict) -> Dataset:
    downloads = tuple(
        Download(**{**download, "urls": tuple(download.get("urls", ()))})
        for download in entry.pop("downloads", [])
    )
    paths = tuple(entry.pop("files"))
    return Dataset(name=name, files=paths, downloads=downloads, **entry)
