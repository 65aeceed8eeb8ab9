"""The promise: every entry of the catalog can be fetched, checked, credited and cited."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from milestones.data import Dataset, Download, load_catalog

CATALOG = load_catalog()
DOWNLOADS = [download for dataset in CATALOG.values() for download in dataset.downloads]
REFERENCES = Path(__file__).parents[2] / "book" / "references.bib"

each_dataset = pytest.mark.parametrize("dataset", CATALOG.values(), ids=CATALOG)
each_download = pytest.mark.parametrize("download", DOWNLOADS, ids=lambda entry: entry.path)


def is_web_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("https", "http") and "." in parts.netloc and " " not in text


def test_catalog_holds_what_the_lessons_use() -> None:
    assert set(CATALOG) == {
        "cifar-10", "mobilenet", "minilm", "banking77", "cmn-eng", "pneumonia-mnist",
        "smollm2", "tinyshakespeare",
    }  # fmt: skip


@each_dataset
def test_entry_is_complete(dataset: Dataset) -> None:
    assert CATALOG[dataset.name] is dataset
    for text in (dataset.title, dataset.purpose, dataset.licence, dataset.citation):
        assert text
        assert text == text.strip()
    assert dataset.purpose.endswith(".")
    assert is_web_address(dataset.homepage)


@each_dataset
def test_files_are_relative_and_distinct(dataset: Dataset) -> None:
    assert dataset.files
    assert len(set(dataset.files)) == len(dataset.files)
    for path in (*dataset.files, *(download.path for download in dataset.downloads)):
        assert not Path(path).is_absolute()
        assert ".." not in Path(path).parts


@each_dataset
def test_there_is_a_way_to_have_it(dataset: Dataset) -> None:
    assert dataset.downloads or dataset.note.endswith(".")
    brought = [download.path for download in dataset.downloads]
    for path in dataset.files if dataset.downloads else ():
        assert any(Path(path).is_relative_to(place) for place in brought)


@each_download
def test_download_has_one_way_and_a_size(download: Download) -> None:
    assert bool(download.urls) != bool(download.wheel)
    assert all(is_web_address(url) for url in download.urls)
    assert not download.wheel or re.fullmatch(r"[a-z0-9-]+==[0-9.]+", download.wheel)
    assert download.wheel == "" or download.member
    assert download.bytes > 1000


@each_download
def test_hash_is_whole(download: Download) -> None:
    assert re.fullmatch(r"sha256:[0-9a-f]{64}|md5:[0-9a-f]{32}", download.hash)


@each_download
def test_every_file_inside_an_archive_that_is_listed_has_a_whole_hash(download: Download) -> None:
    for path, digest in download.contents.items():
        assert Path(path).is_relative_to(download.path)
        assert re.fullmatch(r"sha256:[0-9a-f]{64}", digest)


@each_dataset
def test_a_single_file_from_an_archive_has_a_hash_of_its_own(dataset: Dataset) -> None:
    for download in dataset.downloads:
        assert download.path not in dataset.files or download.path in dataset.hashes


def test_hashes_differ() -> None:
    assert len({download.hash for download in DOWNLOADS}) == len(DOWNLOADS)


def test_hashes_of_a_data_set_are_those_of_its_files_and_not_of_its_archives() -> None:
    assert set(CATALOG["banking77"].hashes) == {"banking77/train.csv", "banking77/test.csv"}
    assert set(CATALOG["minilm"].hashes) == {"minilm/model.safetensors"}
    assert CATALOG["cifar-10"].hashes == {}
    (weights,) = CATALOG["smollm2"].hashes.values()
    assert weights != CATALOG["smollm2"].downloads[0].hash


def test_size_of_a_data_set_is_the_sum_of_its_downloads() -> None:
    assert CATALOG["banking77"].bytes == 839_073 + 239_961
    assert CATALOG["cmn-eng"].bytes == 0


@each_dataset
def test_citation_is_in_the_bibliography(dataset: Dataset) -> None:
    keys = re.findall(r"^@\w+\{([^,\s]+)\s*,", REFERENCES.read_text(encoding="utf-8"), re.MULTILINE)
    assert dataset.citation in keys
