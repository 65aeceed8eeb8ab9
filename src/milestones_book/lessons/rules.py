"""The rules of the house for a stored lesson.

Source: book/appendix/how-the-book-is-tested.md and book/appendix/style-guide.md.
"""

import ast
import gzip
import re
from typing import Any

from nbformat import NotebookNode

LONGEST_CELL = 25
LARGEST_IMAGE_KB = 120
EXERCISES = range(2, 9)
EXERCISE_TAGS = ("exercise", "stub", "solution", "check")

MACHINE_PATH = re.compile(r"(?<![\w.:/])/(?:home|root|tmp|var|Users|opt|work|private)/\w")
OBJECT_REPR = re.compile(r"<[\w.]+ .*at 0x[0-9a-f]+>")
WARNING = re.compile(r"\b\w*Warning:")


def problems(notebook: NotebookNode) -> list[str]:
    """Return one sentence for each rule of the house that a stored lesson breaks.

    Parameters
    ----------
    notebook
        A notebook of format 4, as ``nbformat.read`` returns it.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    found = [*_length_problems(code), *_squeezed_problems(code), *_exercise_problems(notebook)]
    for number, cell in enumerate(code, start=1):
        if cell.execution_count is None:
            found.append(f"Code cell {number} was never executed.")
        elif cell.execution_count != number:
            found.append(f"Code cell {number} was executed out of order.")
        found += [f"Code cell {number} {what}." for what in _output_problems(cell)]
    for number, cell in enumerate(notebook.cells, start=1):
        if MACHINE_PATH.search(cell.source):
            found.append(f"Cell {number} names a path of one machine.")
    return found


def _length_problems(code: list[NotebookNode]) -> list[str]:
    lengths = [len(cell.source.splitlines()) for cell in code]
    return [
        f"Code cell {number} has {length} lines, over {LONGEST_CELL}."
        for number, length in enumerate(lengths, start=1)
        if length > LONGEST_CELL
    ]


def _squeezed_problems(code: list[NotebookNode]) -> list[str]:
    """Find several values given at once; a swap reads its own names, so it is no such case."""
    return [
        f"Code cell {number} squeezes several statements into its line {node.lineno}."
        for number, cell in enumerate(code, start=1)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Tuple)
        and isinstance(node.value, ast.Tuple)
        and not _names(node.targets[0]) & _names(node.value)
    ]


def _names(expression: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}


def _output_problems(cell: NotebookNode) -> list[str]:
    found = []
    for output in cell.outputs:
        text = _text_of(output)
        if output.output_type == "error":
            found.append("stores an error")
        if output.get("name") == "stderr":
            found.append("stores standard error")
        for pattern, what in [
            (MACHINE_PATH, "stores a path of one machine"),
            (OBJECT_REPR, "stores the address of an object"),
            (WARNING, "stores a warning"),
        ]:
            if pattern.search(text):
                found.append(what)
        found += _image_problems(output, cell)
    return found


def _image_problems(output: NotebookNode, cell: NotebookNode) -> list[str]:
    drawings = [data for kind, data in output.get("data", {}).items() if kind.endswith("svg+xml")]
    found = []
    if "image/png" in output.get("data", {}):
        found.append("stores pixels where ms.quote would store a drawing")
    if not drawings:
        return found
    if not cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "").strip():
        found.append("shows an image without alternative text")
    if any(len(gzip.compress(data.encode())) > LARGEST_IMAGE_KB * 1000 for data in drawings):
        found.append(f"stores a drawing over {LARGEST_IMAGE_KB} kB compressed")
    return found


def _exercise_problems(notebook: NotebookNode) -> list[str]:
    """Each exercise is a task, a stub, a hidden solution and a check, in that order."""
    tags = [
        tag
        for cell in notebook.cells
        for tag in EXERCISE_TAGS
        if tag in cell.metadata.get("tags", [])
    ]
    count = tags.count("exercise")
    found = []
    if tags != list(EXERCISE_TAGS) * count:
        found.append("An exercise lacks its stub, solution or check, or they are out of order.")
    if count not in EXERCISES:
        found.append(f"It has {count} exercises, not 2 to 8.")
    for number, cell in enumerate(notebook.cells, start=1):
        if {"solution", "hide-cell"} & set(cell.metadata.get("tags", [])) == {"solution"}:
            found.append(f"The solution in cell {number} is not hidden.")
    return found


def _text_of(output: NotebookNode) -> str:
    data: dict[str, Any] = output.get("data", {})
    texts = [value for kind, value in data.items() if not kind.startswith("image/")]
    return "\n".join([output.get("text", ""), *map(str, texts)])
