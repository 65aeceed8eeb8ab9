"""The stored results of all mutants: what the page shows, and what the tests compare.

Source: book/appendix/how-the-book-is-tested.md.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import milestones
from milestones_book.contents import Pair
from milestones_book.lessons.mutants.fingerprint import fingerprint
from milestones_book.lessons.mutants.records import Plan
from milestones_book.lessons.mutants.walk import Verdict

STORED = Path("book") / "appendix" / "mutants.json"


@dataclass(frozen=True)
class Result:
    """What became of all wrong versions of one lesson."""

    plan: Plan
    verdicts: tuple[Verdict, ...]

    @property
    def of_claims(self) -> list[Verdict]:
        """The verdicts on mutants, one for each claim that a mutant names."""
        return [verdict for verdict in self.verdicts if verdict.subject in self.plan.claims]

    @property
    def of_exercises(self) -> list[Verdict]:
        """The verdicts on stubs and wrong answers."""
        return [verdict for verdict in self.verdicts if verdict.subject not in self.plan.claims]

    @property
    def survivors(self) -> list[Verdict]:
        """The wrong versions that were accepted."""
        return [verdict for verdict in self.verdicts if verdict.survives]

    def problems(self) -> Iterator[str]:
        """Return one sentence for each fault that makes ``make mutants`` fail."""
        known, surviving = self.plan.survivors, {verdict.subject for verdict in self.survivors}
        for verdict in self.survivors:
            if verdict.subject not in known:
                yield f"A mutant survives that is not listed: {verdict.subject}."
        for subject in {verdict.subject for verdict in self.verdicts} & known.keys() - surviving:
            yield f"A listed survivor is refused now; take it off the list: {subject}."
        for subject in self.plan.uncovered:
            yield f"Nothing tries to break it: {subject}."

    def summary(self) -> dict[str, Any]:
        """Return the numbers to be stored."""
        return {
            "claims": len(self.plan.claims),
            "arithmetic": len(self.plan.arithmetic),
            "mutants": len(self.of_claims),
            "kills": sum(not verdict.survives for verdict in self.of_claims),
            "answers": len(self.of_exercises),
            "refused": sum(not verdict.survives for verdict in self.of_exercises),
            "survivors": sorted(
                [verdict.subject, verdict.version, verdict.reason] for verdict in self.survivors
            ),
        }


def text(result: Result) -> str:
    """Return the report of one lesson, to be printed."""
    numbers = result.summary()
    lines = [
        f"{result.plan.lesson}: {numbers['claims']} claims, {numbers['arithmetic']} of them "
        f"arithmetic; {numbers['kills']} of {numbers['mutants']} mutants killed; "
        f"{numbers['refused']} of {numbers['answers']} wrong answers refused"
    ]
    for verdict in result.survivors:
        why = result.plan.survivors.get(verdict.subject)
        listed = f"known: {why}" if why else "NOT LISTED"
        lines.append(f"  survives ({listed}): {verdict.subject}")
        lines.append(f"    {verdict.version!r}: {verdict.reason}")
    for exercise in result.plan.exercises:
        tried = [verdict for verdict in result.verdicts if verdict.subject == exercise.name]
        outcomes = [f"{v.version}: {v.reason or 'refused'}" for v in tried]
        lines.append(f"  {exercise.name}: " + "; ".join(outcomes))
    lines += [f"  {problem}" for problem in result.problems()]
    return "\n".join(lines)


def current_hash(pair: Pair, plan: Plan) -> str:
    """Return the hash that a stored result has to carry."""
    return fingerprint(pair, plan.cells, Path(milestones.__file__).parent)


def stored(root: Path) -> dict[str, dict[str, Any]]:
    """Return the stored result of each lesson."""
    path = root / STORED
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def store(pair: Pair, result: Result, digest: str) -> None:
    """Put the result of one lesson into the stored report, with the hash from before it ran."""
    path = pair.root / STORED
    with _locked(path.parent):
        entry = {"hash": digest, **result.summary()}
        everything = {**stored(pair.root), pair.name: entry}
        content = json.dumps(everything, indent=1, sort_keys=True, ensure_ascii=False)
        path.write_text(content + "\n", encoding="utf-8")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Wait for other runs that store a result."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)
