"""What a file of mutants says, as typed records that fit the lesson.

Source: book/appendix/how-the-book-is-tested.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field


class MutantsError(ValueError):
    """A file of mutants does not fit its lesson; the message is one sentence."""


@dataclass(frozen=True)
class Cell:
    """A code cell: its tags, its code, and the claims that it printed when it was stored."""

    tags: tuple[str, ...]
    source: str
    claims: tuple[str, ...]

    @property
    def first_line(self) -> str:
        """The line that names the cell."""
        return self.source.partition("\n")[0]


@dataclass(frozen=True)
class Mutant:
    """A wrong version of one cell, and the claims that must refuse it.

    ``cell`` and ``last`` are places among the code cells: the one that is wrong, and the last
    one that makes a named claim. ``alone`` says that no other claim may refuse it before.
    ``raises`` is the name of an exception that also counts as a refusal.
    """

    number: int
    claims: tuple[str, ...]
    cell: int
    last: int
    source: str
    change: str
    alone: bool
    raises: str | None = None


@dataclass(frozen=True)
class Answer:
    """A wrong answer to an exercise; the untouched stub is the one without code."""

    why: str
    code: str


@dataclass(frozen=True)
class Exercise:
    """The places of an exercise's cells, and the answers that its check must refuse."""

    number: int
    stub: int
    solution: int
    check: int
    answers: tuple[Answer, ...]

    @property
    def name(self) -> str:
        """How reports name it."""
        return f"exercise {self.number}"


@dataclass(frozen=True)
class Plan:
    """All that is to be tried on one lesson.

    ``survivors`` gives the reason for each claim, or exercise by its name, that is known to
    accept a wrong version.
    """

    lesson: str
    cells: tuple[Cell, ...]
    mutants: tuple[Mutant, ...]
    exercises: tuple[Exercise, ...]
    arithmetic: tuple[str, ...] = ()
    survivors: dict[str, str] = field(default_factory=dict)

    @property
    def claims(self) -> tuple[str, ...]:
        """Every statement of the lesson once, in order."""
        return tuple(dict.fromkeys(claim for cell in self.cells for claim in cell.claims))

    @property
    def uncovered(self) -> tuple[str, ...]:
        """The claims, and the exercises, that nothing tries."""
        return tuple(self._uncovered())

    def _uncovered(self) -> Iterator[str]:
        covered = {claim for mutant in self.mutants for claim in mutant.claims}
        covered |= {*self.arithmetic, *self.survivors}
        checks = {exercise.check for exercise in self.exercises}
        open_cells = [cell for place, cell in enumerate(self.cells) if place not in checks]
        made = dict.fromkeys(claim for cell in open_cells for claim in cell.claims)
        yield from (claim for claim in made if claim not in covered)
        for exercise in self.exercises:
            if len(exercise.answers) < 3 and exercise.name not in self.survivors:
                yield f"{exercise.name} (needs two wrong answers)"
