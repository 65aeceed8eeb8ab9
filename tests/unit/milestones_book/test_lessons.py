"""Promise: the notebook tools find what is wrong; each is tried on notebooks broken on purpose."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from string import ascii_letters

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from support.reading import ROOT

from milestones_book.lessons import __main__ as command
from milestones_book.lessons.rules import problems
from milestones_book.lessons.run import run

TASK = "### Exercise"


def lesson() -> NotebookNode:
    """Return a small lesson that breaks no rule."""
    cells = [new_code_cell(f"value = {number}") for number in range(20)]
    for _ in range(2):
        cells += [
            new_markdown_cell(TASK, metadata={"tags": ["exercise"]}),
            new_code_cell("def f(x): ...", metadata={"tags": ["stub"]}),
            new_code_cell("def f(x): pass", metadata={"tags": ["solution", "hide-cell"]}),
            new_code_cell("f(1)", metadata={"tags": ["check"]}),
        ]
    code = [cell for cell in cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        cell.execution_count = number
    return new_notebook(cells=cells)


def printing(text: str, name: str = "stdout") -> Callable[[NotebookNode], None]:
    return lambda nb: nb.cells[3].outputs.append(new_output("stream", name=name, text=text))


def showing(size: int, alt: str, kind: str = "image/svg+xml") -> Callable[[NotebookNode], None]:
    def show(nb: NotebookNode) -> None:
        # Random letters, because only what does not compress is large.
        data = "".join(Random(0).choices(ascii_letters, k=size))
        nb.cells[3].outputs.append(new_output("display_data", {kind: data}))
        nb.cells[3].metadata["mystnb"] = {"image": {"alt": alt}}

    return show


def swap(nb: NotebookNode) -> None:
    nb.cells[3].execution_count, nb.cells[4].execution_count = 5, 4


BREAKS: dict[str, tuple[Callable[[NotebookNode], object], str]] = {
    "out of order": (swap, "executed out of order"),
    "unexecuted": (lambda nb: nb.cells[3].update(execution_count=None), "never executed"),
    "error": (
        lambda nb: nb.cells[3].outputs.append(new_output("error", ename="E", evalue="e")),
        "stores an error",
    ),
    "stderr": (printing("careful", "stderr"), "stores standard error"),
    "path in an output": (printing("read /home" + "/ada/data"), "stores a path"),
    "path in a cell": (lambda nb: nb.cells[3].update(source="p = '/ro" + "ot/x'"), "names a path"),
    "object": (printing("<keras.Model object at 0x7f00>"), "address of an object"),
    "warning": (printing("UserWarning: old"), "stores a warning"),
    "long cell": (lambda nb: nb.cells[3].update(source="x = 1\n" * 26), "26 lines"),
    "long median": (
        lambda nb: [cell.update(source="x = 1\n" * 9) for cell in nb.cells[:20]],
        "median code cell",
    ),
    "too few cells": (lambda nb: nb.cells.__delitem__(slice(0, 10)), "not 25 to 60"),
    "image without text": (showing(100, " "), "without alternative text"),
    "large image": (showing(200_000, "a plot"), "over 120 kB"),
    "pixels": (showing(100, "a plot", "image/png"), "stores pixels"),
    "exercise without check": (lambda nb: nb.cells.pop(), "lacks its stub"),
    "one exercise": (lambda nb: nb.cells.__delitem__(slice(-4, None)), "1 exercises"),
    "open solution": (lambda nb: nb.cells[-2].metadata.update(tags=["solution"]), "not hidden"),
}


def test_a_tidy_lesson_has_no_problem() -> None:
    assert problems(lesson()) == []


@pytest.mark.parametrize("name", BREAKS)
def test_each_broken_lesson_is_found(name: str) -> None:
    notebook = lesson()
    change, sentence = BREAKS[name]
    change(notebook)
    found = problems(notebook)
    assert any(sentence in problem for problem in found), found


def write(folder: Path, *sources: str) -> Path:
    path = folder / "notebooks" / "part" / "lesson.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), path)
    return path


def nbval(path: Path) -> subprocess.CompletedProcess[str]:
    sanitizer = ROOT / "tests" / "nbval_sanitize.cfg"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval"]
    command += ["--nbval-current-env", "--nbval-sanitize-with", str(sanitizer), str(path)]
    return subprocess.run(command, capture_output=True, text=True, cwd=path.parent, check=False)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small lesson, executed by our own tool."""
    path = write(
        tmp_path_factory.mktemp("stored"),
        "import random, time\nimport milestones as ms",
        "ms.claim('a share', random.random(), at_most=1)\nms.quote('share', random.random())",
        "for n in range(3):\n    print(f'\\rstep {n}', end='')\nprint('\\rdone')",
        "print(6 * 7)",
    )
    run(path)
    return path


def test_running_stores_outputs_time_and_memory(stored: Path) -> None:
    notebook = nbformat.read(stored, as_version=4)
    assert [cell.execution_count for cell in notebook.cells] == [1, 2, 3, 4]
    assert notebook.cells[3].outputs[0].text == "42\n"
    assert notebook.metadata.milestones.measured.cores >= 1
    assert "execution" not in notebook.cells[0].metadata
    assert "version" not in notebook.metadata.language_info


def test_strict_comparison_accepts_what_is_measured_and_nothing_else(stored: Path) -> None:
    assert nbval(stored).returncode == 0, nbval(stored).stdout


def test_strict_comparison_refuses_a_changed_output(stored: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(stored, as_version=4)
    notebook.cells[3].outputs[0].text = "43\n"
    path = tmp_path / "changed.ipynb"
    nbformat.write(notebook, path)
    outcome = nbval(path)
    assert outcome.returncode == 1
    assert "1 failed, 3 passed" in outcome.stdout


def test_strict_comparison_refuses_a_changed_claim(stored: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(stored, as_version=4)
    claim = notebook.cells[1].outputs[0]
    claim.text = claim.text.replace("≤ 1", "≤ 2")
    path = tmp_path / "changed.ipynb"
    nbformat.write(notebook, path)
    assert nbval(path).returncode == 1


@pytest.mark.parametrize("source", ["raise ValueError('no')", "import os; os._exit(9)"])
def test_a_lesson_that_fails_or_is_killed_is_left_as_it_was(tmp_path: Path, source: str) -> None:
    path = write(tmp_path, "x = 1", source)
    before = path.read_bytes()
    command = [sys.executable, "-m", "milestones_book.lessons", "run", "part/lesson"]
    outcome = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert outcome.returncode == 1
    assert "left as it was" in outcome.stderr
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["lesson.ipynb"]


def test_an_unknown_lesson_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command.main(["check", "part/none"]) == 1
    assert capsys.readouterr().err == "There is no lesson part/none.\n"


def test_the_check_command_lists_problems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "x = 1")
    monkeypatch.chdir(tmp_path)
    assert command.main(["check"]) == 1
    assert "part/lesson: Code cell 1 was never executed." in capsys.readouterr().out
