"""Promise: a lesson that fails on a backend is named with its claim, and nothing is stored."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from milestones_book.contents import Pair
from milestones_book.lessons import __main__ as command
from milestones_book.lessons import portable
from milestones_book.lessons.portable import Outcome, run_on, times_table

ASKS = "import os\nassert os.environ['KERAS_BACKEND'] == 'jax'\nprint('another output')"
FAILS = "import milestones as ms\nms.claim('a gap', 2, at_most=1)"


def write(root: Path, source: str, **reasons: str) -> Pair:
    """Return a lesson of one cell, with the reasons of its metadata."""
    pair = Pair("part/lesson", root)
    pair.lesson.parent.mkdir(parents=True)
    notebook = new_notebook(cells=[new_code_cell(source)])
    notebook.metadata["milestones"] = {"portable": reasons}
    nbformat.write(notebook, pair.lesson)
    return pair


def test_a_lesson_runs_on_the_backend_and_is_left_as_it_was(tmp_path: Path) -> None:
    pair = write(tmp_path, ASKS)
    before = pair.lesson.read_bytes()
    outcome = run_on("jax", pair)
    assert not outcome.failed, outcome
    assert outcome.seconds is not None
    assert str(outcome) == f"part/lesson: passed in {outcome.seconds:.0f} s"
    assert pair.lesson.read_bytes() == before


def test_the_claim_that_fails_is_named_with_its_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, FAILS)
    monkeypatch.chdir(tmp_path)
    assert command.main(["portable", "--backend", "jax", "part/lesson"]) == 1
    sentence = "code cell 1 “import milestones as ms” raised ClaimError: Not true: a gap ≤ 1"
    assert capsys.readouterr().out.startswith(f"part/lesson: FAILED: {sentence}")


def test_a_lesson_that_says_why_it_cannot_run_is_listed_with_the_reason(tmp_path: Path) -> None:
    pair = write(tmp_path, FAILS, torch="it is about TensorFlow")
    outcome = run_on("torch", pair)
    assert not outcome.failed
    assert str(outcome) == "part/lesson: not portable: it is about TensorFlow"
    assert run_on("jax", pair).failed


def test_the_times_are_a_table_that_names_the_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, ASKS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(portable.DEVICES, "jax", "print('a warning'); print('Quick Chip')")
    assert command.main(["portable", "--backend", "jax", "--times", "times.md"]) == 0
    lines = (tmp_path / "times.md").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["| Lesson | jax, Quick Chip |", "| --- | ---: |"]
    assert lines[2].startswith("| part/lesson | ")


def test_the_table_has_no_time_for_what_did_not_pass() -> None:
    outcomes = [Outcome("a", seconds=2.4), Outcome("b", "why"), Outcome("c", "why", failed=True)]
    assert list(times_table("cpu", outcomes))[2:] == ["| a | 2 s |", "| b | — |", "| c | — |"]


def test_another_backend_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["portable", "--backend", "theano"])
    assert "invalid choice: 'theano'" in capsys.readouterr().err
