"""Running a lesson from top to bottom, and storing what it shows.

Source: book/appendix/how-the-book-is-tested.md.
"""

import multiprocessing
import os
import resource
import sys
import time
from pathlib import Path

import nbformat
from nbformat import NotebookNode

CELL_TIMEOUT_SECONDS = 300


def run(path: Path) -> None:
    """Execute a lesson from top to bottom and store its outputs, duration and peak memory.

    The file is replaced only when every cell has run, so a failure loses nothing.

    Parameters
    ----------
    path
        The notebook; its folder is the working folder.

    Raises
    ------
    nbclient.exceptions.CellExecutionError, nbclient.exceptions.DeadKernelError
        If a cell fails, or the kernel is killed.
    """
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    started = time.perf_counter()
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        coalesce_streams=True,
        record_timing=False,
    )
    client.execute()
    clean(notebook)
    notebook.metadata.setdefault("milestones", {})["measured"] = {
        "seconds": round(time.perf_counter() - started),
        "peak_memory_gb": round(_peak_memory_of_children_gb(), 1),
        "cores": _usable_cores(),
    }
    incomplete = path.with_name(f".{path.name}.incomplete")
    nbformat.write(notebook, incomplete)
    incomplete.replace(path)


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
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    try:
        run(path)
    except CellExecutionError as error:
        sys.exit(f"{path.name} failed and was left as it was:\n{error}")
    except DeadKernelError:
        sys.exit(f"{path.name} was left as it was: its kernel was killed (out of memory?).")


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
