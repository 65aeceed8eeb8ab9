"""A lesson's Python: cells run one after another, claims are recorded, states are put back."""

import contextlib
import copy
import io
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any
from unittest import mock

import numpy as np

from milestones import claims
from milestones_book.lessons.mutants.reading import CLAIM_LINE

Record = tuple[str, bool]
"""A statement, and whether it holds."""


class EnoughSeen(BaseException):
    """The claims of a mutant are all judged: what follows in its cells need not run."""


class Session:
    """The shell of one process, in the folder of a lesson; a process can have only one."""

    def __init__(self, folder: Path, seconds_a_cell: int) -> None:
        from IPython.core.interactiveshell import InteractiveShell
        from traitlets.config import Config

        os.chdir(folder)
        os.environ["MPLBACKEND"] = "agg"

        class Shell(InteractiveShell):
            def showtraceback(self, *given: Any, **settings: Any) -> None:
                """Errors are returned; formatting what nobody reads would take long."""

            showsyntaxerror = showtraceback

        self.shell = Shell.instance(config=Config({"HistoryManager": {"enabled": False}}))
        self.seconds_a_cell = seconds_a_cell

    def run(self, source: str) -> BaseException | None:
        """Run a cell, and return what it raised; nothing is printed."""
        hidden = io.StringIO()
        streams = contextlib.redirect_stdout(hidden), contextlib.redirect_stderr(hidden)
        with streams[0], streams[1], time_limit(self.seconds_a_cell):
            result = self.shell.run_cell(source, store_history=False)
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close("all")
        return result.error_before_exec or result.error_in_exec

    @contextlib.contextmanager
    def unchanged(self) -> Iterator[None]:
        """Put back, after the body, what it did to the variables of the lesson."""
        restore = state_of(self.shell.user_ns)
        try:
            yield
        finally:
            restore()


@contextlib.contextmanager
def recording(enough: Callable[[list[Record]], bool]) -> Iterator[list[Record]]:
    """Let ``ms.claim`` record what it would print or refuse, until enough is recorded."""
    records: list[Record] = []
    original = claims.claim

    def claim(*given: Any, **bounds: Any) -> None:
        records.append(judged(original, *given, **bounds))
        if enough(records):
            raise EnoughSeen

    holders = [m for name, m in sys.modules.items() if name.partition(".")[0] == "milestones"]
    with contextlib.ExitStack() as stack:
        for module in holders:
            if getattr(module, "claim", None) is original:
                stack.enter_context(mock.patch.object(module, "claim", claim))
        yield records


def judged(claim: Callable[..., None], *given: Any, **bounds: Any) -> Record:
    """Return the statement of a claim, and whether it holds."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            claim(*given, **bounds)
    except claims.ClaimError as error:
        return error.statement, False
    return CLAIM_LINE.findall(printed.getvalue())[0], True


@contextlib.contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Raise ``TimeoutError`` in a body that takes too long."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"over {seconds} s")

    previous = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


def state_of(namespace: dict[str, Any]) -> Callable[[], None]:
    """Return a function that gives the variables their present values again.

    Names, the items of lists, sets, dictionaries and arrays, the weights of Keras objects, and
    generators of random numbers are put back; what lies deeper is not.
    """
    names = dict(namespace)
    values = [value for name, value in names.items() if not name.startswith("_")]
    undo = [undo for value in values for undo in _undoing(value)]
    python_state, numpy_state = random.getstate(), np.random.get_state()

    def restore() -> None:
        namespace.clear()
        namespace.update(names)
        for step in undo:
            step()
        random.setstate(python_state)
        np.random.set_state(numpy_state)

    return restore


def _undoing(value: Any) -> Iterator[Callable[[], None]]:
    """Return what puts the present content of one object back."""
    if isinstance(value, list):
        items = copy.copy(value)
        yield lambda: value.__setitem__(slice(None), items)
    elif isinstance(value, dict | set):
        content = copy.copy(value)
        yield lambda: (value.clear(), value.update(content))[0]
    elif isinstance(value, np.ndarray) and value.flags.writeable:
        numbers = value.copy()
        yield lambda: np.copyto(value, numbers)
    elif isinstance(value, np.random.Generator):
        state = value.bit_generator.state
        yield lambda: setattr(value.bit_generator, "state", state)
    elif not isinstance(value, type):
        for variable in _keras_variables(value):
            yield _assigning(variable)


def _keras_variables(value: Any) -> list[Any]:
    found = list(getattr(value, "variables", [])) if hasattr(value, "get_weights") else []
    optimizer = getattr(value, "optimizer", None)
    return found + list(getattr(optimizer, "variables", []))


def _assigning(variable: Any) -> Callable[[], None]:
    number = np.array(variable)
    return lambda: variable.assign(number)
