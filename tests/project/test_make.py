"""Promise: make works in a folder that was moved, and two of them do not disturb each other."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.reading import ROOT

ALONE = ROOT / "src" / "milestones_book" / "alone.py"
NOTE = "echo start $1 >> log; sleep 1; echo end $1 >> log"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a folder with the Makefile, and an environment that was made in it."""
    folder = tmp_path / "clone"
    (folder / ".venv").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", folder)
    (folder / ".venv" / ".home").write_text(f"{(folder / '.venv').resolve()}\n", encoding="utf-8")
    return folder


def make_help(folder: Path) -> str:
    command = ["make", "--no-print-directory", "help"]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=True).stdout


def test_an_environment_is_kept_where_it_was_made(clone: Path) -> None:
    assert "moved" not in make_help(clone)
    assert (clone / ".venv" / ".home").is_file()


def test_an_environment_that_was_moved_is_made_anew_and_make_says_so(clone: Path) -> None:
    moved = clone.rename(clone.with_name("renamed"))
    assert make_help(moved).startswith("This folder was moved or copied")
    assert not (moved / ".venv").exists()


def test_an_environment_that_is_only_linked_to_stays(clone: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(ROOT / "Makefile", other)
    (other / ".venv").symlink_to(clone / ".venv")
    assert "moved" not in make_help(other)
    clone.rename(clone.with_name("renamed"))
    (other / ".venv").unlink()
    (other / ".venv").symlink_to(clone.with_name("renamed") / ".venv")
    assert make_help(other).startswith("This folder was moved or copied")
    assert (clone.with_name("renamed") / ".venv" / ".home").is_file(), "only the link may go"


def start(folder: Path, name: str) -> subprocess.Popen[str]:
    """Start a command that notes when it begins and ends."""
    alone = folder / "src" / "milestones_book" / "alone.py"
    command = [sys.executable, str(alone), "sh", "-c", NOTE, "sh", name]
    return subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder that holds nothing but the program that lets one build wait for another."""
    target = tmp_path / "src" / "milestones_book"
    target.mkdir(parents=True)
    shutil.copy(ALONE, target)
    return tmp_path


def test_the_second_of_two_builds_says_that_it_waits_and_runs_after_the_first(
    project: Path,
) -> None:
    first = start(project, "first")
    deadline = time.monotonic() + 30
    while not (project / "log").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    second = start(project, "second")
    assert (first.wait(30), second.wait(30)) == (0, 0)
    assert second.stderr.read() == "Another make is at work on this book: waiting for it.\n"
    assert first.stderr.read() == ""
    lines = (project / "log").read_text(encoding="utf-8").splitlines()
    assert lines == ["start first", "end first", "start second", "end second"]


def test_a_build_that_was_killed_holds_up_nobody(project: Path) -> None:
    first = start(project, "first")
    time.sleep(0.5)
    first.kill()
    first.wait(30)
    second = start(project, "second")
    assert second.wait(30) == 0
    assert second.stderr.read() == ""


def test_a_build_within_a_build_does_not_wait_and_its_status_is_returned(project: Path) -> None:
    alone = [sys.executable, "src/milestones_book/alone.py"]
    command = [*alone, *alone, "sh", "-c", "exit 7"]
    assert subprocess.run(command, cwd=project, timeout=30, check=False).returncode == 7
