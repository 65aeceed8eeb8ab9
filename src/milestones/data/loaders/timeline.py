"""The timeline of the book: what was claimed, when, by whom and where, and the sizes of models.

Taught in book/history/defining-moments.md.
"""

import tomllib
from dataclasses import dataclass, fields
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from milestones.data.errors import DataError
from milestones.data.loaders.reading import read_text

__all__ = ["MILESTONE_KINDS", "MILESTONE_LINES", "Milestone", "load_timeline"]

MILESTONE_KINDS = ("moment", "forerunner", "rival", "limit", "step")
"""What part an entry plays."""

MILESTONE_LINES = ("networks", "images", "generation", "language")
"""The lines of descent that the entries belong to."""

ORIGINS = ("stated", "computed")
"""Where a number comes from: it is printed, or it follows from sizes that are printed."""

YEARS = range(1900, 2101)
LONGEST_CLAIM = 20
NUMBERS = {"parameters": "parameters", "training_flop": "flop"}


@dataclass(frozen=True)
class Milestone:
    """One entry of the timeline.

    Attributes
    ----------
    year, name, people
        When it was published, what it is called here, and who published it.
    claim
        What the authors showed or proposed, in one sentence of at most 20 words.
    kind, line
        One of ``MILESTONE_KINDS`` and one of ``MILESTONE_LINES``.
    source
        The key of the work in the bibliography of the book.
    parameters, training_flop
        The number of trained parameters, and the floating-point operations of the training, or
        None where they are not given.
    parameters_origin, flop_origin
        ``"stated"`` in print or ``"computed"`` from sizes in print; empty without a number.
    parameters_note, flop_note
        What the number belongs to, or is computed from; empty without a number.
    """

    year: int
    name: str
    people: str
    claim: str
    kind: str
    line: str
    source: str
    parameters: float | None = None
    parameters_origin: str = ""
    parameters_note: str = ""
    training_flop: float | None = None
    flop_origin: str = ""
    flop_note: str = ""


def load_timeline(path: Path | None = None) -> list[Milestone]:
    """Load the timeline, oldest entry first; entries of one year keep the order of the file.

    Parameters
    ----------
    path
        A file of the same form; the book's own file by default.

    Raises
    ------
    DataError
        With one sentence that names the file and the entry, if an entry is not as described.
    """
    if path is None:
        with as_file(files("milestones.data") / "timeline.toml") as own:
            return load_timeline(own)
    try:
        table = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path.name} is not TOML: {error}.") from error
    entries = table.get("milestones", [])
    if not entries:
        raise DataError(f"{path.name} has no entry “[[milestones]]”.")
    found = [_milestone(entry, number, path.name) for number, entry in enumerate(entries, 1)]
    return sorted(found, key=lambda milestone: milestone.year)


def _milestone(entry: dict[str, Any], number: int, file: str) -> Milestone:
    named = entry.get("name")
    what = f"“{named}”" if isinstance(named, str) and named else f"number {number}"
    problem = _problem(entry)
    if problem:
        raise DataError(f"{file}: the entry {what} {problem}.")
    return Milestone(**entry)


def _problem(entry: dict[str, Any]) -> str:
    """Return what is wrong with an entry, or an empty string."""
    known = [field.name for field in fields(Milestone)]
    unknown = [key for key in entry if key not in known]
    if unknown:
        return f"has an unknown key “{unknown[0]}”"
    for key in ("name", "people", "claim", "kind", "line", "source"):
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            return f"needs a text for “{key}”"
    if type(entry.get("year")) is not int or entry["year"] not in YEARS:
        return f"needs a year between {YEARS[0]} and {YEARS[-1]}"
    for key, choices in (("kind", MILESTONE_KINDS), ("line", MILESTONE_LINES)):
        if entry[key] not in choices:
            return f"has the {key} “{entry[key]}”, which is none of {', '.join(choices)}"
    if not entry["claim"].endswith(".") or len(entry["claim"].split()) > LONGEST_CLAIM:
        return f"needs a claim of one sentence and at most {LONGEST_CLAIM} words"
    return next(filter(None, (_number_problem(entry, *pair) for pair in NUMBERS.items())), "")


def _number_problem(entry: dict[str, Any], key: str, prefix: str) -> str:
    """Return what is wrong with a number and the words that go with it, or an empty string."""
    value, origin, note = (entry.get(name) for name in (key, f"{prefix}_origin", f"{prefix}_note"))
    if value is None:
        return f"says where “{key}” comes from, and does not give it" if origin or note else ""
    if type(value) not in (int, float) or not 0 < value < float("inf"):
        return f"needs a positive number for “{key}”"
    if origin not in ORIGINS:
        return f"must say whether “{key}” is {' or '.join(ORIGINS)}"
    return "" if isinstance(note, str) and note.strip() else f"needs a note on “{key}”"
