"""The promise: two processes that fetch at once, and one that is killed, leave no bad file."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.loopback import Site, good, serve, tar_gz, together
from support.samples import BODY, PARTS, UNPACKED, contents, packed, plain, refusal, start_fetch

import milestones.data.__main__ as command
from milestones.data import resolver
from milestones.data.catalog import Dataset

BODIES = {"file": BODY, "folder": tar_gz(PARTS)}


def sample(kind: str, site: Site) -> Dataset:
    make = plain if kind == "file" else lambda url: packed(BODIES[kind], url)
    return make(site.url("a"))


def finished(kind: str) -> list[str]:
    return ["kept", "kept/sample.bin"] if kind == "file" else UNPACKED


@pytest.mark.parametrize("kind", BODIES)
def test_two_processes_at_once_both_succeed(
    listed: Callable[[Dataset], None], cache: Path, kind: str
) -> None:
    with serve(a=[together(BODIES[kind], clients=2)]) as site:
        listed(sample(kind, site))
        processes = [start_fetch(sample(kind, site), cache) for _ in range(2)]
        outcomes = [
            (process.communicate(timeout=60)[1], process.returncode) for process in processes
        ]
        assert outcomes == [("", 0)] * 2
        assert site.requests["a"] == 2
    assert contents(cache) == finished(kind)
    assert command.main(["verify"]) == 0


@pytest.mark.parametrize(
    ("kind", "rename"), [("file", 1), ("folder", 1), ("folder", 2), ("folder", 3)]
)
def test_kill_before_a_rename_leaves_no_bad_file_and_the_next_fetch_succeeds(
    listed: Callable[[Dataset], None], cache: Path, kind: str, rename: int
) -> None:
    die = (
        "left = iter(range(RENAME - 1)); rename, replace = os.rename, os.replace\n"
        "def until_killed(act):\n"
        "    return lambda *a, **k: os._exit(9) if next(left, None) is None else act(*a, **k)\n"
        "os.rename, os.replace = until_killed(rename), until_killed(replace)"
    )
    with serve(a=[good(BODIES[kind])]) as site:
        listed(sample(kind, site))
        killed = start_fetch(sample(kind, site), cache, die.replace("RENAME", str(rename)))
        killed.communicate(timeout=30)
        assert killed.returncode == 9
        assert site.requests["a"] == 1
        assert resolver.locate("sample") is None
        left = list(cache.rglob(".incomplete-*"))
        assert len(left) == 1
        assert all(left[0] in path.parents for path in cache.rglob("*") if path.is_file())
        resolver.fetch("sample")
        assert command.main(["verify"]) == 0


def test_loser_of_a_race_leaves_the_folder_of_the_winner_alone(
    listed: Callable[[Dataset], None], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tar_gz(PARTS)
    seal = resolver._seal

    def win_first(unpacked: Path) -> None:
        seal(unpacked)
        shutil.copytree(unpacked, cache / "sample")
        winner.append((cache / "sample").stat().st_ino)

    winner: list[int] = []
    monkeypatch.setattr(resolver, "_seal", win_first)
    with serve(a=[good(archive)]) as site:
        listed(packed(archive, site.url("a")))
        resolver.fetch("sample")
    assert winner == [(cache / "sample").stat().st_ino]
    assert contents(cache) == UNPACKED


@pytest.mark.parametrize("won", [True, False])
def test_rename_may_fail_only_because_another_process_was_first(
    listed: Callable[[Dataset], None], cache: Path, monkeypatch: pytest.MonkeyPatch, won: bool
) -> None:
    rename = Path.rename

    def fail(self: Path, target: Path) -> None:
        if cache / "sample" not in (self, target):
            rename(self, target)
            return
        if self == cache / "sample":
            raise FileNotFoundError
        if won:
            target.mkdir()
        raise PermissionError(13, "Permission denied")

    archive = tar_gz(PARTS)
    monkeypatch.setattr(Path, "rename", fail)
    with serve(a=[good(archive)]) as site:
        listed(packed(archive, site.url("a")))
        resolver.fetch("sample") if won else refusal("(permission denied)")
    assert contents(cache) == (["sample"] if won else [])


@pytest.mark.parametrize(("hours", "kept"), [(23, True), (25, False)])
def test_leftovers_of_a_kill_are_swept_after_a_day(
    listed: Callable[[Dataset], None], cache: Path, hours: int, kept: bool
) -> None:
    left = cache / "kept" / ".incomplete-dead"
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"half")
    os.utime(left, (time.time() - hours * 3600,) * 2)
    with serve(a=[good(BODY)]) as site:
        listed(plain(site.url("a")))
        resolver.fetch("sample")
    assert left.exists() == kept
    assert (cache / "kept/sample.bin").read_bytes() == BODY
