"""The promise: each Python splits its own source alike, and no test file is in training."""

import sysconfig
from pathlib import Path

import pytest

from milestones.data import (
    SOURCE_MODULES,
    SOURCE_SIZES,
    SOURCE_SYMBOLS,
    DataError,
    load_source,
    source_files,
)
from milestones.data.loaders import source

SPLITS = ("train", "validation", "test")
LIBRARY = Path(sysconfig.get_path("stdlib"))
MIXED = ["heapq", "bz2", "ast", "queue", "csv", "wave"]


def lines(word: str, count: int = 4) -> str:
    return "".join(f"{word} has the line number {number}\n" for number in range(count))


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a library of five files, and take no more of it than there is."""
    modules = {"test": "exam", "validation": "trial", "train": "first pack"}
    monkeypatch.setattr(source, "SOURCE_MODULES", modules)
    monkeypatch.setattr(source, "SOURCE_SIZES", dict.fromkeys(SPLITS, 1))
    for name in ("exam", "trial", "first", "pack/inner", "pack/tests/deep"):
        path = tmp_path / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(lines(name), encoding="utf-8")
    return tmp_path


def text(folder: Path, split: str) -> str:
    source._splits.cache_clear()
    return "".join(source._splits(folder)[split])


def test_each_split_has_its_modules_and_packages_and_no_tests(small: Path) -> None:
    assert text(small, "test") == lines("exam")
    assert text(small, "validation") == lines("trial")
    assert sorted([text(small, "train")]) in (
        [lines("first") + lines("pack/inner")],
        [lines("pack/inner") + lines("first")],
    )


def test_order_depends_on_names_alone(small: Path) -> None:
    before = text(small, "train")
    (small / "first.py").write_text(lines("first", 9), encoding="utf-8")
    after = text(small, "train")
    assert len(after) > len(before)
    assert before.startswith(lines("first")) == after.startswith(lines("first"))


@pytest.mark.parametrize(("shared", "kept"), [(2, False), (1, True)])
def test_training_file_like_a_test_file_is_left_out(small: Path, shared: int, kept: bool) -> None:
    mixed = lines("exam", shared) + lines("other", 4 - shared)
    (small / "first.py").write_text(mixed.replace("\n", "  \n"), encoding="utf-8")
    assert ("other" in text(small, "train")) == kept
    assert text(small, "test") == lines("exam")


def test_twins_within_a_split_count_once(small: Path) -> None:
    (small / "pack" / "inner.py").write_text(lines("first"), encoding="utf-8")
    assert text(small, "train") == lines("first")


def test_file_without_a_long_line_is_left_out(small: Path) -> None:
    (small / "first.py").write_text("x = 1\ny = 2\nz = 3\n", encoding="utf-8")
    assert text(small, "train") == lines("pack/inner")


def test_other_characters_become_one_symbol(small: Path) -> None:
    (small / "exam.py").write_bytes(b"the tab\tand \xc3\xa9 and \xff here\r\n")
    assert text(small, "test") == "the tab�and � and � here\n"


def test_text_is_cut_to_the_size(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(source.SOURCE_SIZES, "test", 10)
    source._splits.cache_clear()
    assert load_source("test", small) == lines("exam")[:10]


def test_files_are_kept_apart_and_the_last_is_cut(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = sorted((lines("first"), lines("pack/inner")), key=text(small, "train").find)
    monkeypatch.setitem(source.SOURCE_SIZES, "train", len(one) + 7)
    assert source_files("train", small) == [one, two[:7]]
    assert load_source("train", small) == one + two[:7]
    monkeypatch.setitem(source.SOURCE_SIZES, "train", len(one))
    assert source_files("train", small) == [one]


def test_library_that_is_too_short_is_named(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(source.SOURCE_SIZES, "test", 1_000)
    source._splits.cache_clear()
    with pytest.raises(DataError, match=r"has 108 characters for test, not 1,000; install .*\.$"):
        load_source("test", small)


def test_unknown_split_lists_the_splits() -> None:
    with pytest.raises(ValueError, match=r"^There is no split 'Train'; choose from test, .*\.$"):
        load_source("Train")


def test_there_are_97_symbols() -> None:
    assert len(SOURCE_SYMBOLS) == len(set(SOURCE_SYMBOLS)) == 97


@pytest.mark.parametrize("split", SPLITS)
def test_own_library_has_the_promised_size_and_symbols(split: str) -> None:
    text = load_source(split)
    assert len(text) == SOURCE_SIZES[split]
    assert set(text) <= set(SOURCE_SYMBOLS)
    assert text.count(SOURCE_SYMBOLS[-1]) < len(text) / 1_000


def test_own_library_has_every_module_once() -> None:
    modules = [module for split in SPLITS for module in SOURCE_MODULES[split].split()]
    assert len(modules) == len(set(modules))
    here = [(LIBRARY / f"{name}.py").is_file() or (LIBRARY / name).is_dir() for name in modules]
    assert all(here)


def test_no_long_piece_of_the_test_text_is_in_the_training_text() -> None:
    test, train = load_source("test"), load_source("train")
    pieces = [test[place : place + 200] for place in range(0, len(test) - 200, 5_000)]
    assert sum(piece in train for piece in pieces) == 0


def test_files_are_mixed_in_an_order_that_never_changes() -> None:
    names = [path.name for path in source._files(LIBRARY, MIXED)]
    assert names == ["ast.py", "bz2.py", "wave.py", "heapq.py", "queue.py", "csv.py"]
