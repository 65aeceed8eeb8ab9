"""Reading a lesson and its file of mutants.

Source: book/appendix/how-the-book-is-tested.md.
"""

import ast
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from milestones_book.contents import Pair
from milestones_book.lessons.mutants.records import (
    Answer,
    Cell,
    Exercise,
    Mutant,
    MutantsError,
    Plan,
)

CLAIM_LINE = re.compile(r"^✓ (.+?)(?: \(measured \S+\))?$", flags=re.MULTILINE)
STUB = Answer("the untouched stub", "")
PARTS_OF_AN_EXERCISE = ("stub", "solution", "check")
KEYS = {
    "mutants": {"claim", "claims", "cell", "replace", "with", "raises"},
    "answers": {"exercise", "why", "code"},
    "survivors": {"claim", "exercise", "why"},
    "arithmetic": {"claims"},
}


def read(pair: Pair) -> Plan:
    """Return what is to be tried on a lesson.

    Raises
    ------
    MutantsError
        If there is no file of mutants, or it does not fit the lesson.
    """
    try:
        notebook = nbformat.read(pair.lesson, as_version=4)
        table = tomllib.loads(pair.mutants.read_text(encoding="utf-8"))
        return plan(pair.name, code_cells(notebook), table)
    except FileNotFoundError as error:
        raise MutantsError(f"there is no file {Path(error.filename).name}.") from None
    except tomllib.TOMLDecodeError as error:
        raise MutantsError(f"{pair.mutants.name} is not TOML: {error}.") from None
    except MutantsError as error:
        raise MutantsError(f"{pair.mutants.name}: {error}") from None


def code_cells(notebook: NotebookNode) -> tuple[Cell, ...]:
    """Return the code cells of a stored lesson."""
    return tuple(
        Cell(tuple(cell.metadata.get("tags", [])), cell.source, _claims_of(cell))
        for cell in notebook.cells
        if cell.cell_type == "code"
    )


def _claims_of(cell: NotebookNode) -> tuple[str, ...]:
    printed = "\n".join(output.get("text", "") for output in cell.outputs)
    return tuple(CLAIM_LINE.findall(printed))


def plan(lesson: str, cells: tuple[Cell, ...], table: dict[str, Any]) -> Plan:
    """Return the plan that a table of mutants makes for the cells of a lesson.

    Raises
    ------
    MutantsError
        With one sentence, if the table and the cells do not fit each other.
    """
    _refuse_other_keys(table)
    exercises = _exercises(cells, table.get("answers", []))
    entries = enumerate(table.get("mutants", []), start=1)
    mutants = tuple(_mutant(number, entry, cells) for number, entry in entries)
    arithmetic = tuple(table.get("arithmetic", {}).get("claims", []))
    survivors = dict(_survivor(entry, exercises) for entry in table.get("survivors", []))
    result = Plan(lesson, cells, mutants, exercises, arithmetic, survivors)
    names = {exercise.name for exercise in exercises}
    _refuse_unknown([*arithmetic, *(set(survivors) - names)], result.claims)
    tried = {claim for mutant in mutants for claim in mutant.claims} | set(survivors)
    for claim in arithmetic:
        if claim in tried:
            raise MutantsError(f"the claim “{claim}” is marked as arithmetic, and tried as well.")
    return result


def _refuse_other_keys(table: dict[str, Any]) -> None:
    for name, entries in table.items():
        if name not in KEYS:
            raise MutantsError(f"nothing is called “{name}” there.")
        for entry in entries if isinstance(entries, list) else [entries]:
            for key in sorted(entry.keys() - KEYS[name]):
                raise MutantsError(f"an entry of “{name}” has an unknown key “{key}”.")


def _refuse_unknown(named: Iterable[str], claims: tuple[str, ...]) -> None:
    for claim in named:
        if claim not in claims:
            raise MutantsError(f"the lesson makes no claim “{claim}”.")


def _mutant(number: int, entry: dict[str, Any], cells: tuple[Cell, ...]) -> Mutant:
    try:
        return _fitting_mutant(number, entry, cells)
    except KeyError as error:
        raise MutantsError(f"mutant {number} lacks “{error.args[0]}”.") from None
    except MutantsError as error:
        raise MutantsError(f"mutant {number}: {error}") from None


def _fitting_mutant(number: int, entry: dict[str, Any], cells: tuple[Cell, ...]) -> Mutant:
    alone = "claims" not in entry
    if not alone and "claim" in entry:
        raise MutantsError("give either “claim” or “claims”.")
    named = (entry["claim"],) if alone else tuple(entry["claims"])
    _refuse_unknown(named, tuple(claim for cell in cells for claim in cell.claims))
    place = _find(entry["cell"], cells)
    source = _mutated(cells[place].source, entry["replace"], entry["with"])
    change = f"{entry['replace']} → {entry['with']}"
    last = max(_last_place(claim, place, cells) for claim in named)
    return Mutant(number, named, place, last, source, change, alone, entry.get("raises"))


def _find(name: str, cells: tuple[Cell, ...]) -> int:
    """Return the place of the cell with a tag, a first line, or a name such as “solution 2”."""
    tag, _, number = name.partition(" ")
    if tag in PARTS_OF_AN_EXERCISE and number.isdigit():
        tagged = [place for place, cell in enumerate(cells) if tag in cell.tags]
        found = tagged[int(number) - 1 : int(number)]
    else:
        # A stub has the first line of its solution, and is not code that a claim is about.
        found = [
            place
            for place, cell in enumerate(cells)
            if name in cell.tags or (name == cell.first_line and "stub" not in cell.tags)
        ]
    if len(found) != 1:
        raise MutantsError(f"{len(found) or 'no'} cells are named “{name}”, not one.")
    return found[0]


def _mutated(source: str, old: str, new: str) -> str:
    if old == new or source.count(old) != 1:
        count = source.count(old)
        reason = "is replaced by itself" if old == new else f"stands there {count} times, not once"
        raise MutantsError(f"the text “{old}” {reason}.")
    changed = source.replace(old, new)
    try:
        ast.parse(changed)
    except SyntaxError as error:
        raise MutantsError(f"with “{new}” the cell is not Python: {error.msg}.") from None
    return changed


def _last_place(claim: str, start: int, cells: tuple[Cell, ...]) -> int:
    places = [place for place, cell in enumerate(cells) if claim in cell.claims and place >= start]
    if not places:
        raise MutantsError(f"the claim “{claim}” is made before that cell.")
    return places[-1]


def _exercises(cells: tuple[Cell, ...], entries: list[dict[str, Any]]) -> tuple[Exercise, ...]:
    places = {
        part: [place for place, cell in enumerate(cells) if part in cell.tags]
        for part in PARTS_OF_AN_EXERCISE
    }
    count = len(places["stub"])
    for entry in entries:
        if missing := sorted(KEYS["answers"] - entry.keys()):
            raise MutantsError(f"an answer lacks “{missing[0]}”.")
        _refuse_unknown_exercise(entry["exercise"], count)
    if len({len(found) for found in places.values()}) > 1:
        raise MutantsError("an exercise lacks its stub, solution or check.")
    return tuple(
        Exercise(number, stub, solution, check, (STUB, *_answers(number, entries)))
        for number, (stub, solution, check) in enumerate(zip(*places.values(), strict=True), 1)
    )


def _answers(number: int, entries: list[dict[str, Any]]) -> list[Answer]:
    return [Answer(entry["why"], entry["code"]) for entry in entries if entry["exercise"] == number]


def _refuse_unknown_exercise(number: int, count: int) -> None:
    if number not in range(1, count + 1):
        raise MutantsError(f"there is no exercise {number}; the lesson has {count}.")


def _survivor(entry: dict[str, Any], exercises: tuple[Exercise, ...]) -> tuple[str, str]:
    if ("claim" in entry) == ("exercise" in entry) or "why" not in entry:
        raise MutantsError("a survivor has either a claim or an exercise, and a why.")
    if "claim" in entry:
        return entry["claim"], entry["why"]
    _refuse_unknown_exercise(entry["exercise"], len(exercises))
    return exercises[entry["exercise"] - 1].name, entry["why"]
