"""The promise: training shows its progress on one line, and leaves one tidy line behind."""

import re
import subprocess

import pytest


@pytest.fixture
def output(lesson: subprocess.CompletedProcess[bytes]) -> str:
    """Return what the lesson printed while it trained, carriage returns and all."""
    assert lesson.returncode == 0, lesson.stderr.decode()
    return lesson.stdout.decode()


def on_a_terminal(text: str) -> list[str]:
    """Apply carriage returns as a terminal does: later text covers earlier text."""
    lines = []
    for line in text.split("\n")[:-1]:
        seen = ""
        for piece in line.split("\r"):
            seen = piece + seen[len(piece) :]
        lines.append(seen.rstrip())
    return lines


def in_a_notebook(text: str) -> list[str]:
    """Apply carriage returns as notebooks do: later text replaces the whole line."""
    return re.sub(r"[^\n]*\r(?!\n)", "", text).split("\n")[:-1]


def test_one_summary_line_remains(output: str) -> None:
    for lines in (on_a_terminal(output), in_a_notebook(output)):
        assert len(lines) == 2
        assert re.fullmatch(r"Trained head: 3 epochs \(measured \d+\.\d s\)", lines[0])
        assert re.fullmatch(r"Trained a model with .*: 1 epoch \(measured \d+\.\d s\)", lines[1])


def test_progress_shows_epoch_metrics_and_time_left(output: str) -> None:
    shown = output.split("\n")[0].split("\r")
    number = r"\d+\.\d{3}"
    metrics = rf"loss {number} · mae {number} · val_loss {number} · val_mae {number}"
    for epoch in (1, 2, 3):
        ends = [line for line in shown if line.startswith(f"head: epoch {epoch}/3 · ")]
        assert any(re.match(rf"head: epoch {epoch}/3 · {metrics} · \d", line) for line in ends)
    first = shown[1]
    assert re.fullmatch(rf"head: epoch 0/3 · loss {number} · mae {number} · \d+ s left *", first)


def test_progress_never_wraps(output: str) -> None:
    pieces = [piece for line in output.split("\n") for piece in line.split("\r")[:-1]]
    assert {len(piece) for piece in pieces} == {0, 78}
