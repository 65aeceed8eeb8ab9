"""Executing a lesson in a kernel of its own.

Source: book/appendix/how-the-book-is-tested.md.
"""

import os
import signal
import tempfile
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


class _Client(NotebookClient):
    """A client that ends the kernel where a cell prints more than a page can show."""

    prints_too_much = False

    def output(
        self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        added = super().output(outs, msg, display_id, cell_index)
        if sum(len(output.get("text", "")) for output in outs) > LONGEST_TEXT:
            # What would come can fill the memory; and to join the pieces of a long text takes
            # time that grows with the square of its length.
            outs.clear()
            kernel: Any = self.km
            if not self.prints_too_much:
                os.kill(kernel.provisioner.pid, signal.SIGKILL)
            self.prints_too_much = True
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
    except Exception as error:  # nbformat meets unusual files with errors of every kind
        reason = str(error).partition("\n")[0]
        raise LessonError(f"{path.name} cannot be read as a notebook: {reason}") from error


def execute(notebook: NotebookNode, folder: Path, **environment: str) -> float:
    """Run every cell, put the outputs into the notebook, and return the seconds it took.

    The notebook is changed; the environment is added to that of this process.

    Raises
    ------
    LessonError
        If a cell fails, takes too long or prints too much, or the kernel cannot start or dies.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    client = _client(notebook, folder)
    started = time.perf_counter()
    # Libraries chatter there; it is of use only where the kernel dies.
    with tempfile.TemporaryFile() as chatter:
        try:
            client.execute(env=os.environ | environment, stderr=chatter)
            if client.prints_too_much:
                raise DeadKernelError
        except (CellExecutionError, CellTimeoutError, DeadKernelError, NoSuchKernel) as error:
            chatter.seek(0)
            raise _explained(error, client, chatter.read().decode(errors="replace")) from None
    return time.perf_counter() - started


def _client(notebook: NotebookNode, folder: Path) -> _Client:
    return _Client(
        notebook,
        timeout=CELL_TIMEOUT_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        coalesce_streams=True,
        record_timing=False,
    )


def _explained(error: Exception, client: _Client, chatter: str) -> LessonError:
    """Return the error of a run as one sentence."""
    if isinstance(error, NoSuchKernel):
        what = "there is no Jupyter kernel “python3”: install ipykernel into this environment."
        return LessonError(what)
    place = _place(client.nb)
    if isinstance(error, CellExecutionError):
        return LessonError(f"{place} raised {error.ename}: {error.evalue}".strip(), str(error))
    if isinstance(error, CellTimeoutError):
        return LessonError(f"{place} took over {CELL_TIMEOUT_SECONDS} s.")
    if client.prints_too_much:
        return LessonError(f"{place} prints over {LONGEST_TEXT:,} characters.")
    return LessonError(f"{place} killed its kernel, or the memory was short.", chatter)


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
