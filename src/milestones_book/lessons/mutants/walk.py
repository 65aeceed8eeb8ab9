"""Trying the wrong versions of a lesson, from its first cell to its last."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from milestones_book.lessons.execution import (
    CELL_TIMEOUT_SECONDS,
    LessonError,
    die_with_parent,
)
from milestones_book.lessons.mutants.records import Answer, Exercise, Mutant, Plan
from milestones_book.lessons.mutants.session import Record, Session, recording


@dataclass(frozen=True)
class Verdict:
    """What became of a wrong version: ``reason`` says why it was accepted, if it was.

    ``subject`` is the claim, or the exercise, that has to refuse it.
    """

    subject: str
    version: str
    reason: str = ""

    @property
    def survives(self) -> bool:
        """Whether the wrong version was accepted."""
        return bool(self.reason)


def walk(plan: Plan, folder: Path) -> list[Verdict]:
    """Run a lesson in a new process, and return a verdict on each wrong version.

    Raises
    ------
    LessonError
        If a cell of the lesson itself fails, or the process is killed.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, initializer=die_with_parent) as pool:
        try:
            return pool.submit(_walk_here, plan, folder).result()
        except BrokenProcessPool:
            raise LessonError("the process was killed (out of memory?)") from None


def _walk_here(plan: Plan, folder: Path) -> list[Verdict]:
    session = Session(folder, CELL_TIMEOUT_SECONDS)
    verdicts: list[Verdict] = []
    places = [mutant.cell for mutant in plan.mutants]
    places += [exercise.stub for exercise in plan.exercises]
    for place in range(max(places, default=-1) + 1):
        verdicts += _tried_at(place, plan, session)
        # The lesson's own claims raise here, so a state that was not put back is noticed.
        if error := session.run(plan.cells[place].source):
            first_line = plan.cells[place].first_line
            raise LessonError(f"the cell “{first_line}” of the lesson raised {named(error)}")
    return verdicts


def _tried_at(place: int, plan: Plan, session: Session) -> Iterator[Verdict]:
    for mutant in plan.mutants:
        if mutant.cell == place:
            with session.unchanged():
                yield from try_mutant(mutant, plan, session)
    for exercise in plan.exercises:
        for answer in exercise.answers if exercise.stub == place else ():
            with session.unchanged():
                yield Verdict(exercise.name, answer.why, accepted(exercise, answer, plan, session))


def try_mutant(mutant: Mutant, plan: Plan, session: Session) -> list[Verdict]:
    """Run a wrong cell and those up to the claims; return a verdict for each claim."""
    sources = [mutant.source, *(cell.source for cell in plan.cells[mutant.cell + 1 :])]
    error = None

    def enough(records: list[Record]) -> bool:
        failed = {statement for statement, holds in records if not holds}
        return bool(failed) if mutant.alone else failed >= set(mutant.claims)

    with recording(enough) as records:
        for source in sources[: mutant.last - mutant.cell + 1]:
            if error := session.run(source):
                break
    return [
        Verdict(claim, mutant.change, _why_accepted(claim, mutant, records, error))
        for claim in mutant.claims
    ]


def _why_accepted(
    claim: str, mutant: Mutant, records: list[Record], error: BaseException | None
) -> str:
    """Return why a claim did not refuse a mutant, or nothing if it did."""
    failed = [statement for statement, holds in records if not holds]
    if claim in failed:
        return ""
    if failed and mutant.alone:
        return f"another claim refused it first: {failed[0]}"
    if error and type(error).__name__ == mutant.raises:
        return ""
    if (claim, True) in records:
        return "the claim holds"
    return f"it raised {named(error)} before the claim" if error else "the claim was not made"


def accepted(exercise: Exercise, answer: Answer, plan: Plan, session: Session) -> str:
    """Return why the check of an exercise did not refuse an answer, or nothing if it did."""
    for place in range(exercise.stub, exercise.check + 1):
        source = answer.code if place == exercise.solution else plan.cells[place].source
        error = session.run(source)
        if place == exercise.check:
            return "" if error else "the check accepts it"
        if error:
            return f"it raised {named(error)} before the check"
    raise AssertionError("the check of an exercise comes after its stub")


def named(error: BaseException) -> str:
    """Return the kind of an error, and the first line of what it says."""
    message = str(error).partition("\n")[0]
    return f"{type(error).__name__} ({message})" if message else type(error).__name__
