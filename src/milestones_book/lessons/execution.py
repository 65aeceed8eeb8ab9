"""Executing a lesson in a kernel of its own.

Source: book/appendix/how-the-book-is-tested.md.
"""

import os
import threading
import time
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

CELL_TIMEOUT_SECONDS = 300
LONGEST_TEXT = 100_000
"""Characters that a cell may print; longer texts make a page that nobody reads."""


class LessonError(RuntimeError):
    """A lesson cannot be read, or does not run; the message is one sentence.

    ``details`` is the traceback of the cell, where there is one.
    """

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details


class TooMuchTextError(Exception):
    """A cell prints more than a page can show."""


class _Client(NotebookClient):
    """A client that stops where a cell prints without end."""

    def output(
        self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        added = super().output(outs, msg, display_id, cell_index)
        # Joining the pieces of a longer text takes time that grows with the square of its length.
        if sum(len(output.get("text", "")) for output in outs) > LONGEST_TEXT:
            raise TooMuchTextError
        return added


def read(path: Path) -> NotebookNode:
    """Return a notebook, with an identifier for each cell.

    Raises
    ------
    LessonError
        If the file is no notebook.
    """
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError, AttributeError) as error:
        reason = str(error).partition("\n")[0]
        raise LessonError(f"{path.name} cannot be read as a notebook: {reason}") from error


def execute(notebook: NotebookNode, folder: Path, **environment: str) -> float:
    """Run every cell, put the outputs into the notebook, and return the seconds it took.

    Parameters
    ----------
    notebook
        A notebook of format 4; it is changed.
    folder
        The working folder.
    environment
        Variables of the kernel's environment, besides those of this process.

    Raises
    ------
    LessonError
        If a cell fails, takes too long or prints too much, or the kernel cannot start or dies.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    started = time.perf_counter()
    client = _Client(
        notebook,
        timeout=CELL_TIMEOUT_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        coalesce_streams=True,
        record_timing=False,
    )
    try:
        client.execute(env=os.environ | environment)
    except CellExecutionError as error:
        what = f"{error.ename}: {error.evalue}".strip()
        raise LessonError(f"{_place(notebook)} raised {what}", str(error)) from None
    except CellTimeoutError:
        reason = f"took over {CELL_TIMEOUT_SECONDS} s"
        raise LessonError(f"{_place(notebook)} {reason}.") from None
    except TooMuchTextError:
        raise LessonError(f"{_place(notebook)} prints over {LONGEST_TEXT:,} characters.") from None
    except DeadKernelError:
        raise LessonError("its kernel was killed (out of memory?).") from None
    except NoSuchKernel:
        raise LessonError("there is no Jupyter kernel “python3”: run “make lab” once.") from None
    return time.perf_counter() - started


def _place(notebook: NotebookNode) -> str:
    """Return the name of the cell that began last."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    number = max(sum(cell.execution_count is not None for cell in code), 1)
    return f"code cell {number} “{code[number - 1].source.partition(chr(10))[0]}”"


def die_with_parent() -> None:
    """End this process within a second of the end of the one that started it.

    A killed runner then leaves nothing behind that writes later.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
