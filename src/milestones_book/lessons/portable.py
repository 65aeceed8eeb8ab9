"""Running lessons on another backend of Keras: all claims hold, outputs are not compared.

A lesson that cannot run there says why in its metadata:
``{"milestones": {"portable": {"jax": "the reason"}}}``.

Source: book/appendix/how-the-book-is-tested.md.
"""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from milestones_book.contents import Pair
from milestones_book.lessons.execution import LessonError, execute, read

BACKENDS = ("jax", "tensorflow", "torch")
DEVICES = {
    "jax": "import jax; print(jax.devices()[0].device_kind)",
    "tensorflow": "import tensorflow as tf; d = tf.config.list_physical_devices('GPU'); "
    "print(tf.config.experimental.get_device_details(d[0])['device_name'] if d else 'cpu')",
    "torch": "import torch; "
    "print(torch.cuda.get_device_name() if torch.cuda.is_available() else 'cpu')",
}


@dataclass(frozen=True)
class Outcome:
    """What became of a lesson on a backend; ``seconds`` is set only where it passed."""

    lesson: str
    reason: str = ""
    seconds: float | None = None
    failed: bool = False

    def __str__(self) -> str:
        if self.seconds is not None:
            return f"{self.lesson}: passed in {self.seconds:.0f} s"
        return f"{self.lesson}: {'FAILED' if self.failed else 'not portable'}: {self.reason}"


def run_on(backend: str, pair: Pair) -> Outcome:
    """Run one lesson on a backend; nothing is stored."""
    try:
        notebook = read(pair.lesson)
        portable = notebook.metadata.get("milestones", {}).get("portable", {})
        if backend in portable:
            return Outcome(pair.name, portable[backend])
        seconds = execute(notebook, pair.lesson.parent, KERAS_BACKEND=backend)
    except LessonError as error:
        return Outcome(pair.name, str(error), failed=True)
    return Outcome(pair.name, seconds=seconds)


def run_all_on(backend: str, pairs: list[Pair], times: Path | None = None) -> int:
    """Run lessons on a backend, print a line for each, and return 1 if one fails.

    Parameters
    ----------
    backend
        One of ``BACKENDS``.
    pairs
        The lessons.
    times
        Where to write a Markdown table of the seconds on this device, if anywhere.
    """
    outcomes = []
    for pair in pairs:
        outcomes.append(run_on(backend, pair))
        print(outcomes[-1], flush=True)
    if times:
        table = times_table(f"{backend}, {device(backend)}", outcomes)
        times.write_text("\n".join(table) + "\n", encoding="utf-8")
    return int(any(outcome.failed for outcome in outcomes))


def device(backend: str) -> str:
    """Return the name of what a backend computes on, asked in a process of its own."""
    command = [sys.executable, "-c", DEVICES[backend]]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return answer.stdout.splitlines()[-1]


def times_table(column: str, outcomes: list[Outcome]) -> Iterator[str]:
    """Return the lines of a Markdown table of seconds."""
    yield f"| Lesson | {column} |"
    yield "| --- | ---: |"
    for outcome in outcomes:
        shown = f"{outcome.seconds:.0f} s" if outcome.seconds is not None else "—"
        yield f"| {outcome.lesson} | {shown} |"
