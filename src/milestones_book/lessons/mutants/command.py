"""What ``make mutants`` does."""

import sys
from dataclasses import replace

from milestones_book.contents import Pair
from milestones_book.lessons.execution import LessonError
from milestones_book.lessons.mutants.reading import read
from milestones_book.lessons.mutants.records import MutantsError, Plan
from milestones_book.lessons.mutants.report import Result, current_hash, store, text
from milestones_book.lessons.mutants.walk import walk


def try_all(pairs: list[Pair], only: str | None = None, dry: bool = False) -> int:
    """Try the wrong versions of some lessons, print what became of them, store good results.

    Parameters
    ----------
    pairs
        The lessons.
    only
        A number of a mutant, or a part of a claim's or an exercise's name: only what it fits is
        tried, and nothing is stored.
    dry
        Whether only the files are read, and nothing runs.

    Returns
    -------
        1 if anything is wrong, else 0.
    """
    failures = 0
    for pair in pairs:
        try:
            failures += not _try_one(pair, only, dry)
        except (MutantsError, LessonError) as error:
            failures += 1
            print(f"{pair.name}: {error}", file=sys.stderr)
    return min(failures, 1)


def _try_one(pair: Pair, only: str | None, dry: bool) -> bool:
    """Return whether nothing is wrong with a lesson."""
    plan = read(pair)
    if dry:
        print(f"{pair.name}: {len(plan.claims)} claims, {len(plan.mutants)} mutants")
        for subject in plan.uncovered:
            print(f"  Nothing tries to break it: {subject}.")
        return not plan.uncovered
    if only is not None:
        plan = narrowed(plan, only)
    digest = current_hash(pair, plan)
    result = Result(plan, tuple(walk(plan, pair.lesson.parent)))
    print(text(result), flush=True)
    if only is not None:
        return not result.survivors
    if list(result.problems()):
        print("  So the result is not stored.")
        return False
    store(pair, result, digest)
    return True


def narrowed(plan: Plan, only: str) -> Plan:
    """Return a plan of what a number or a text asks for."""
    return replace(
        plan,
        mutants=tuple(
            mutant
            for mutant in plan.mutants
            if only == str(mutant.number) or any(only in claim for claim in mutant.claims)
        ),
        exercises=tuple(
            exercise for exercise in plan.exercises if not only.isdigit() and only in exercise.name
        ),
    )
