"""Running a lesson from top to bottom, and storing what it shows.

Source: book/appendix/how-the-book-is-tested.md.
"""

import fcntl
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from milestones_book.lessons.execution import LessonError, die_with_parent, execute, read


def run(path: Path) -> None:
    """Execute a lesson from top to bottom and store its outputs, duration and peak memory.

    The file is replaced only when every cell has run, so a failure loses nothing; nor is it
    replaced when somebody has saved it since, so no edit is lost.

    Parameters
    ----------
    path
        The notebook; its folder is the working folder.

    Raises
    ------
    LessonError
        If the lesson cannot be read, fails, runs already, or was edited while it ran.
    """
    with _only_run_of(path):
        before = path.read_bytes()
        notebook = read(path)
        seconds = execute(notebook, path.parent)
        clean(notebook)
        notebook.metadata.setdefault("milestones", {})["measured"] = {
            "seconds": round(seconds),
            "peak_memory_gb": round(_peak_memory_of_children_gb(), 1),
            "cores": _usable_cores(),
        }
        _replace(path, before, notebook)


@contextmanager
def _only_run_of(path: Path) -> Iterator[None]:
    """Hold the file's lock, so that a second run of one lesson is refused."""
    with path.open("rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LessonError("another run of it is under way.") from None
        yield


def _replace(path: Path, before: bytes, notebook: NotebookNode) -> None:
    """Write a notebook in one step in the place of a file that still has its old content."""
    with tempfile.TemporaryDirectory(prefix=f".{path.stem}.", dir=path.parent) as folder:
        complete = Path(folder) / path.name
        nbformat.write(notebook, complete)
        shutil.copymode(path, complete)
        if path.read_bytes() != before:
            raise LessonError("it was edited while it ran: the edits stay, so run it again.")
        complete.replace(path)


def clean(notebook: NotebookNode) -> None:
    """Remove what differs between machines or between runs, and nothing else."""
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    notebook.metadata["language_info"] = {"name": "python", "file_extension": ".py"}
    notebook.metadata.pop("jupytext", None)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:02}"
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not _is_erased(output)]


def _is_erased(output: NotebookNode) -> bool:
    """Tell whether a stream holds only what a carriage return has overwritten."""
    return output.output_type == "stream" and not output.text.strip()


def _peak_memory_of_children_gb() -> float:
    """Return the largest resident memory of any ended child: the kernel, in a fresh process."""
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak / (1e9 if sys.platform == "darwin" else 1e6 / 1.024)


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _run_reporting(path: Path) -> None:
    """Run one lesson and end the process with one clear sentence if it fails."""
    die_with_parent()
    try:
        run(path)
    except LessonError as error:
        sys.exit(f"{error.details}\n{path.name} was left as it was: {error}".lstrip())


def run_all(paths: list[Path]) -> int:
    """Run each lesson in a process of its own, so that its peak memory is its own."""
    context = multiprocessing.get_context("spawn")
    failures = 0
    for path in paths:
        process = context.Process(target=_run_reporting, args=(path,))
        process.start()
        process.join()
        failures += process.exitcode != 0
        if not process.exitcode:
            measured = nbformat.read(path, as_version=4).metadata.milestones.measured
            print(f"{path.stem}: {measured.seconds} s, {measured.peak_memory_gb} GB")
    return min(failures, 1)
