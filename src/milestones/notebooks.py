"""Running the lessons and checking what is stored in them.

``python -m milestones.notebooks run [PART/SLUG ...]`` executes lessons in place;
``python -m milestones.notebooks check [PART/SLUG ...]`` lists what is wrong with stored ones.

Source: book/appendix/how-the-book-is-tested.md.
"""

import argparse
import gzip
import multiprocessing
import os
import re
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

CELL_TIMEOUT_SECONDS = 300
LONGEST_CELL = 25
LONGEST_MEDIAN = 8
CELL_COUNT = range(25, 61)
LARGEST_IMAGE_KB = 120
EXERCISE_TAGS = ("exercise", "stub", "solution", "check")

MACHINE_PATH = re.compile(r"(?<![\w.:/])/(?:home|root|tmp|var|Users|opt|work|private)/\w")
OBJECT_REPR = re.compile(r"<[\w.]+ .*at 0x[0-9a-f]+>")
WARNING = re.compile(r"\b\w*Warning:")


def lessons(root: Path) -> list[Path]:
    """Return every lesson below ``root/notebooks``, in the order of their names."""
    found = (root / "notebooks").glob("*/*.ipynb")
    return sorted(path for path in found if ".ipynb_checkpoints" not in path.parts)


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


def problems(notebook: NotebookNode) -> list[str]:
    """Return one sentence for each rule of the house that a stored lesson breaks.

    Parameters
    ----------
    notebook
        A notebook of format 4, as ``nbformat.read`` returns it.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    found = [*_length_problems(notebook, code), *_exercise_problems(notebook)]
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


def _length_problems(notebook: NotebookNode, code: list[NotebookNode]) -> list[str]:
    found = []
    lengths = [len(cell.source.splitlines()) for cell in code]
    for number, length in enumerate(lengths, start=1):
        if length > LONGEST_CELL:
            found.append(f"Code cell {number} has {length} lines, over {LONGEST_CELL}.")
    filled = [sum(bool(line.strip()) for line in cell.source.splitlines()) for cell in code]
    if filled and statistics.median(filled) > LONGEST_MEDIAN:
        found.append(f"The median code cell has over {LONGEST_MEDIAN} lines that are not blank.")
    if len(notebook.cells) not in CELL_COUNT:
        found.append(f"It has {len(notebook.cells)} cells, not 25 to 60.")
    return found


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
    if not 2 <= count <= 4:
        found.append(f"It has {count} exercises, not 2 to 4.")
    for number, cell in enumerate(notebook.cells, start=1):
        if {"solution", "hide-cell"} & set(cell.metadata.get("tags", [])) == {"solution"}:
            found.append(f"The solution in cell {number} is not hidden.")
    return found


def _text_of(output: NotebookNode) -> str:
    data: dict[str, Any] = output.get("data", {})
    texts = [value for kind, value in data.items() if not kind.startswith("image/")]
    return "\n".join([output.get("text", ""), *map(str, texts)])


def _run_reporting(path: Path) -> None:
    """Run one lesson and end the process with one clear sentence if it fails."""
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    try:
        run(path)
    except CellExecutionError as error:
        sys.exit(f"{path.name} failed and was left as it was:\n{error}")
    except DeadKernelError:
        sys.exit(f"{path.name} was left as it was: its kernel was killed (out of memory?).")


def _run_all(paths: list[Path]) -> int:
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


def _check_all(paths: list[Path]) -> int:
    found = 0
    for path in paths:
        for problem in problems(nbformat.read(path, as_version=4)):
            found += 1
            print(f"{path.parent.name}/{path.stem}: {problem}")
    return min(found, 1)


def main(arguments: list[str] | None = None) -> int:
    """Run one command on the named lessons, or on all, and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m milestones.notebooks", description=__doc__)
    parser.add_argument("command", choices=["run", "check"])
    parser.add_argument("lessons", nargs="*", metavar="PART/SLUG")
    options = parser.parse_args(arguments)
    everything = lessons(Path.cwd())
    wanted = [Path.cwd() / "notebooks" / f"{name}.ipynb" for name in options.lessons] or everything
    missing = [path for path in wanted if path not in everything]
    if missing:
        print(f"There is no lesson {missing[0].parent.name}/{missing[0].stem}.", file=sys.stderr)
        return 1
    return _run_all(wanted) if options.command == "run" else _check_all(wanted)


if __name__ == "__main__":
    sys.exit(main())
