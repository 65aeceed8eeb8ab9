"""Promise: every claim can fail: the stored results of the mutants are true, and two are tried.

Each commit picks two lessons, so that all have their turn; ``make mutants`` tries them all.
"""

import hashlib
import subprocess

import pytest
from support.reading import ROOT

from milestones_book.contents import Pair, lessons
from milestones_book.lessons.mutants import reading, report
from milestones_book.lessons.mutants.walk import walk

LESSONS = lessons(ROOT)
STORED = report.stored(ROOT)
each_lesson = pytest.mark.parametrize("pair", LESSONS, ids=lambda pair: pair.name)


def picked(count: int) -> list[Pair]:
    """Return lessons that the commit picks; without a commit they are always the same."""
    command = ["git", "rev-parse", "HEAD"]
    commit = subprocess.run(command, cwd=ROOT, capture_output=True, check=False).stdout
    place = {pair.name: hashlib.sha256(commit + pair.name.encode()).digest() for pair in LESSONS}
    return sorted(LESSONS, key=lambda pair: place[pair.name])[:count]


@each_lesson
def test_every_claim_and_every_exercise_has_its_wrong_version(pair: Pair) -> None:
    assert reading.read(pair).uncovered == ()


@each_lesson
def test_the_stored_result_is_that_of_the_present_code(pair: Pair) -> None:
    current = report.current_hash(pair, reading.read(pair))
    assert STORED[pair.name]["hash"] == current, f"run “make mutants NB={pair.name}”"


def test_only_lessons_have_a_stored_result() -> None:
    assert STORED.keys() == {pair.name for pair in LESSONS}


@pytest.mark.parametrize(
    "pair",
    [
        pytest.param(pair, id=pair.name, marks=pytest.mark.xdist_group(f"mutants of {pair.name}"))
        for pair in picked(2)
    ],
)
def test_a_lesson_picked_by_the_commit_gives_its_stored_result_again(pair: Pair) -> None:
    plan = reading.read(pair)
    result = report.Result(plan, tuple(walk(plan, pair.lesson.parent)))
    assert list(result.problems()) == []
    again = {"hash": STORED[pair.name]["hash"], **result.summary()}
    assert again == STORED[pair.name]
