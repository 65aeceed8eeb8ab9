"""Promise: the rules find what is wrong with stored lessons; each is tried on a broken one."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from string import ascii_letters

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from milestones_book.lessons import __main__ as command
from milestones_book.lessons.rules import problems


def exercise() -> list[NotebookNode]:
    """Return the four cells of an exercise."""
    return [
        new_markdown_cell("### Exercise", metadata={"tags": ["exercise"]}),
        new_code_cell("def f(x): ...", metadata={"tags": ["stub"]}),
        new_code_cell("def f(x): pass", metadata={"tags": ["solution", "hide-cell"]}),
        new_code_cell("f(1)", metadata={"tags": ["check"]}),
    ]


def lesson() -> NotebookNode:
    """Return a small lesson that breaks no rule."""
    cells = [new_code_cell(f"value = {number}") for number in range(5)]
    cells += exercise() + exercise()
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
    "two statements": (
        lambda nb: nb.cells[3].update(source="x = 0\na, b = 1, 2"),
        "squeezes several statements into its line 2",
    ),
    "image without text": (showing(100, " "), "without alternative text"),
    "large image": (showing(200_000, "a plot"), "over 120 kB"),
    "pixels": (showing(100, "a plot", "image/png"), "stores pixels"),
    "exercise without check": (lambda nb: nb.cells.pop(), "lacks its stub"),
    "one exercise": (lambda nb: nb.cells.__delitem__(slice(-4, None)), "1 exercises, not 2 to 8"),
    "nine exercises": (lambda nb: nb.cells.extend(7 * exercise()), "9 exercises, not 2 to 8"),
    "open solution": (lambda nb: nb.cells[-2].metadata.update(tags=["solution"]), "not hidden"),
}


def test_a_tidy_lesson_has_no_problem() -> None:
    assert problems(lesson()) == []


@pytest.mark.parametrize("source", ["a, b = b, a", "a, b = divmod(7, 2)", "a, b = b, a + b"])
def test_one_statement_may_set_two_names(source: str) -> None:
    notebook = lesson()
    notebook.cells[3].source = source
    assert problems(notebook) == []


@pytest.mark.parametrize("name", BREAKS)
def test_each_broken_lesson_is_found(name: str) -> None:
    notebook = lesson()
    change, sentence = BREAKS[name]
    change(notebook)
    found = problems(notebook)
    assert any(sentence in problem for problem in found), found


def test_an_unknown_lesson_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command.main(["check", "part/none"]) == 1
    assert capsys.readouterr().err == "There is no lesson part/none.\n"


def test_the_check_command_lists_problems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "notebooks" / "part" / "lesson.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(new_notebook(cells=[new_code_cell("x = 1")]), path)
    path.with_name("other.ipynb").write_text("{", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert command.main(["check"]) == 1
    printed = capsys.readouterr().out
    assert "part/lesson: Code cell 1 was never executed.\n" in printed
    assert "part/other: other.ipynb cannot be read as a notebook" in printed
