"""The promise: ``python -m milestones.data`` answers in plain lines and an honest exit status."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from support.loopback import good, serve, status

import milestones.data.__main__ as command
from milestones.data import load_catalog, resolver
from milestones.data.catalog import Dataset, Download
from milestones.data.loaders.reading import READERS

TEXT = b"First Citizen:\n"


def dataset(url: str) -> Dataset:
    download = Download("play.txt", f"sha256:{hashlib.sha256(TEXT).hexdigest()}", 2_500_000, (url,))
    about = ("play", "A play", "Reading aloud.", "none", "key", "https://example.org/")
    return Dataset(*about, files=("play.txt",), downloads=(download,))


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """Serve a catalog of one data set, and a broken mirror of it."""
    with serve(play=[good(TEXT)]) as site:
        entry = dataset(site.url("play"))
        for module in (resolver, command):
            monkeypatch.setattr(module, "load_catalog", lambda: {"play": entry})
        yield entry


def test_list_tells_name_size_state_and_purpose(
    play: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["list"]) == 0
    line = capsys.readouterr().out
    assert line == "play                 2.5 MB  not here  Reading aloud.\n"
    resolver.fetch("play")
    assert command.main(["list"]) == 0
    assert capsys.readouterr().out == line.replace("not here ", "here     ")


def test_list_shows_every_entry_of_the_catalog(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(load_catalog())
    assert all(" not here " in line for line in lines)


def test_fetch_prints_the_folder(
    play: Dataset, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["fetch", "play"]) == 0
    assert capsys.readouterr() == (f"{cache}\n", "")
    assert (cache / "play.txt").read_bytes() == TEXT


def test_fetch_that_fails_prints_one_line_to_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(play=[status(503)]) as site:
        entry = dataset(site.url("play"))
        monkeypatch.setattr(resolver, "load_catalog", lambda: {"play": entry})
        assert command.main(["fetch", "play"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("A play could not be fetched (the server answered 503); try again with ")
    assert err.count("\n") == 1


def test_fetch_of_an_unknown_name_lists_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["fetch", "mnist"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"There is no data set 'mnist'; choose from {', '.join(load_catalog())}.\n"


def test_verify_says_nothing_where_nothing_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["verify"]) == 0
    assert capsys.readouterr() == ("", "")


def test_verify_finds_a_changed_byte(
    play: Dataset, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    resolver.fetch("play")
    assert command.main(["verify"]) == 0
    (cache / "play.txt").write_bytes(TEXT.lower())
    assert command.main(["verify"]) == 1
    path = cache / "play.txt"
    good_line, bad_line = capsys.readouterr().out.splitlines()
    assert good_line == "ok       play"
    assert bad_line == f"damaged  play: the hash of {path} is wrong; fetch it again."


def test_verify_tells_a_file_of_the_user_that_is_not_the_published_one(
    play: Dataset, own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (own_folder / "play.txt").write_bytes(b"another edition")
    assert command.main(["verify"]) == 0
    (own_folder / "play.txt").write_bytes(TEXT)
    assert command.main(["verify"]) == 0
    assert capsys.readouterr().out == (
        "unknown  play: play.txt is an unknown file: readable, but not the published one.\n"
        "ok       play\n"
    )


def test_verify_tells_which_package_it_lacks_to_open_a_file(
    play: Dataset,
    own_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def read() -> None:
        raise ModuleNotFoundError("No module named 'h5py'", name="h5py")

    (own_folder / "play.txt").write_bytes(TEXT)
    monkeypatch.setitem(READERS, "play", read)
    assert command.main(["verify"]) == 0
    assert capsys.readouterr().out == "unknown  play: the package h5py is needed to open it.\n"


def fill_with_damage(folder: Path) -> None:
    """Put an unreadable copy of every data set into a folder."""
    for dataset in load_catalog().values():
        for file in dataset.files:
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).write_bytes(b"\xff")


def test_verify_reads_every_copy_of_the_user(
    own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill_with_damage(own_folder)
    assert command.main(["verify"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [f"damaged  {name}" for name in load_catalog()]


def test_verify_reads_every_split(own_folder: Path) -> None:
    arrays = {
        f"{split}_{what}": np.zeros((1, 28, 28) if what == "images" else (1, 1), np.uint8)
        for split in ("train", "val", "test")
        for what in ("images", "labels")
    }
    for missing in ("train", "val", "test"):
        kept = {key: value for key, value in arrays.items() if not key.startswith(missing)}
        np.savez(own_folder / "pneumoniamnist.npz", **kept)
        assert command.main(["verify"]) == 1
    np.savez(own_folder / "pneumoniamnist.npz", **arrays)
    assert command.main(["verify"]) == 0


def test_every_data_set_has_a_reader_that_registered_itself() -> None:
    assert set(load_catalog()) == set(READERS)


def test_where_prints_each_folder_in_use(
    play: Dataset, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["where"]) == 0
    assert capsys.readouterr().out == f"(cache)          {cache}\n"
    resolver.fetch("play")
    assert command.main(["where"]) == 0
    assert capsys.readouterr().out == f"play             {cache}\n(cache)          {cache}\n"


@pytest.mark.parametrize("arguments", [[], ["fetch"], ["guess"], ["list", "extra"]])
def test_wrong_call_shows_the_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        command.main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m milestones.data")


@pytest.mark.skipif(sys.platform != "linux", reason="the cache moves with XDG_CACHE_HOME")
def test_module_runs_as_a_command(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "XDG_CACHE_HOME": str(tmp_path),
        "MPLCONFIGDIR": matplotlib.get_cachedir(),
    }
    command_line = [sys.executable, "-m", "milestones.data"]
    run = {"env": environment, "capture_output": True, "text": True, "check": False}
    where = subprocess.run([*command_line, "where"], **run)
    assert (where.returncode, where.stderr) == (0, "")
    assert where.stdout == f"(cache)          {tmp_path / 'milestones'}\n"
    assert subprocess.run([*command_line, "fetch", "mnist"], **run).returncode == 1
