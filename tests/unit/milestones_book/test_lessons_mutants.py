"""Promise: a claim or a check that accepts a wrong version is found, and so is a file that errs."""

import ast
import hashlib
import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from milestones_book.contents import Pair
from milestones_book.lessons import __main__ as command
from milestones_book.lessons.execution import LessonError
from milestones_book.lessons.mutants import fingerprint, reading, report, session, walk
from milestones_book.lessons.mutants.command import narrowed
from milestones_book.lessons.mutants.records import Cell, MutantsError, Plan

DOUBLE = "double of three = 6"
WEAK = "double of zero ≤ 1"
ITEMS = "items = 1"
SHARE = "a share ≤ 1"
TRIPLE = "triple of two = 6"
WORD = "letters = 3"

CELLS = (
    Cell(("start",), "import milestones as ms\nimport numpy as np", ()),
    Cell((), "random, kept = np.random.default_rng(0), []", ()),
    Cell((), "def double(x):\n    return 2 * x", ()),
    Cell(
        (),
        "kept.append(double(3))\n"
        "ms.claim('items', len(kept), equals=1)\n"
        "ms.claim('double of three', double(3), equals=6)\n"
        "drawn = random.uniform()",
        (ITEMS, DOUBLE),
    ),
    Cell(
        (),
        "fresh = np.random.default_rng(0).uniform()\n"
        "ms.claim('a share', drawn if drawn == fresh else 2, at_most=1)\n"
        "ms.claim('double of zero', double(0), at_most=1)",
        (SHARE, WEAK),
    ),
    Cell(("stub",), "def triple(x):\n    ...", ()),
    Cell(("solution", "hide-cell"), "def triple(x):\n    return 3 * x", ()),
    Cell(("check",), "ms.claim('triple of two', triple(2), equals=6)", (TRIPLE,)),
    Cell(("stub",), "def spell():\n    return 'one'", ()),
    Cell(("solution", "hide-cell"), "def spell():\n    return 'two'", ()),
    Cell(("check",), "ms.claim('letters', len(spell()), equals=3)", (WORD,)),
)

MUTANTS: list[tuple[str, dict[str, Any], str]] = [
    ("killed", {"claim": DOUBLE, "with": "2 + x"}, ""),
    ("too weak a claim", {"claims": [WEAK], "with": "3 * x"}, "the claim holds"),
    (
        "killed by another claim",
        {"claim": WEAK, "with": "2 + x"},
        f"another claim refused it first: {DOUBLE}",
    ),
    ("killed after another claim", {"claims": [WEAK], "with": "2 + x"}, ""),
    (
        "an error before the claim",
        {"claim": DOUBLE, "with": "x.y"},
        "it raised AttributeError ('int' object has no attribute 'y') before the claim",
    ),
    ("an error that counts", {"claim": DOUBLE, "with": "x.y", "raises": "AttributeError"}, ""),
    (
        "the claim is never made",
        {
            "claim": WEAK,
            "cell": "fresh = np.random.default_rng(0).uniform()",
            "replace": "ms.claim('double of zero', double(0), at_most=1)",
            "with": "pass",
        },
        "the claim was not made",
    ),
]
ANSWERS = [
    {"exercise": 1, "why": "adds four", "code": "def triple(x):\n    return x + 4"},
    {"exercise": 1, "why": "squares", "code": "def triple(x):\n    return x * x"},
    {"exercise": 1, "why": "cannot run", "code": "triple = missing"},
]
OUTCOMES_OF_ANSWERS = [
    ("exercise 1", "the untouched stub", ""),
    ("exercise 1", "adds four", "the check accepts it"),
    ("exercise 1", "squares", ""),
    (
        "exercise 1",
        "cannot run",
        "it raised NameError (name 'missing' is not defined) before the check",
    ),
    ("exercise 2", "the untouched stub", "the check accepts it"),
]


def mutant(**changes: Any) -> dict[str, Any]:
    """Return an entry that is right but for the changes."""
    entry = {"claim": DOUBLE, "cell": "def double(x):", "replace": "2 * x", "with": "2 + x"}
    if "claims" in changes:
        del entry["claim"]
    return entry | changes


def plan_of(**table: Any) -> Plan:
    return reading.plan("part/lesson", CELLS, table)


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> list[walk.Verdict]:
    """Return what became of every wrong version of the small lesson, in one run of it."""
    entries = [mutant(**changes) for _, changes, _ in MUTANTS]
    plan = plan_of(mutants=entries, answers=ANSWERS)
    return walk.walk(plan, tmp_path_factory.mktemp("lesson"))


@pytest.mark.parametrize(
    ("number", "reason"),
    [pytest.param(n, reason, id=name) for n, (name, _, reason) in enumerate(MUTANTS)],
)
def test_a_mutant_is_killed_or_survives_for_its_reason(
    verdicts: list[walk.Verdict], number: int, reason: str
) -> None:
    _, changes, _ = MUTANTS[number]
    found = verdicts[number]
    assert found.subject == changes.get("claim", changes.get("claims", [""])[0])
    assert found.reason == reason


def test_stubs_and_answers_are_refused_by_the_check_or_survive(
    verdicts: list[walk.Verdict],
) -> None:
    found = [(v.subject, v.version, v.reason) for v in verdicts[len(MUTANTS) :]]
    assert found == OUTCOMES_OF_ANSWERS


def test_one_mutant_is_judged_by_each_claim_that_it_names(tmp_path: Path) -> None:
    both = mutant(claims=[DOUBLE, WEAK, SHARE], **{"with": "2 + x"})
    verdicts = walk.walk(plan_of(mutants=[both]), tmp_path)
    assert [verdict.reason for verdict in verdicts[:3]] == ["", "", "the claim holds"]


def test_a_lesson_that_fails_by_itself_is_named(tmp_path: Path) -> None:
    cells = (Cell((), "x = 1", ()), Cell((), "y = 2 / (x - 1)", ()), Cell((), "z = 3", ("c = 1",)))
    entry = {"claim": "c = 1", "cell": "z = 3", "replace": "3", "with": "4"}
    plan = reading.plan("part/lesson", cells, {"mutants": [entry]})
    with pytest.raises(LessonError, match=r"“y = 2 / \(x - 1\)” of the lesson raised ZeroDivision"):
        walk.walk(plan, tmp_path)


def test_a_killed_process_is_one_sentence(tmp_path: Path) -> None:
    cells = (Cell((), "import os\nos._exit(9)", ("c = 1",)),)
    entry = {"claim": "c = 1", "cell": "import os", "replace": "9", "with": "8"}
    plan = reading.plan("part/lesson", cells, {"mutants": [entry]})
    with pytest.raises(LessonError, match="was killed"):
        walk.walk(plan, tmp_path)


def test_a_cell_without_end_is_stopped() -> None:
    with session.time_limit(1), pytest.raises(TimeoutError, match="over 1 s"):
        time.sleep(60)


def test_the_time_limit_is_over_after_its_body() -> None:
    with session.time_limit(1):
        pass
    assert signal.alarm(0) == 0


class Weights:
    """What the state of a lesson knows of a Keras model."""

    def __init__(self) -> None:
        self.variables = [Variable()]

    def get_weights(self) -> list[np.ndarray]:
        return [np.array(variable) for variable in self.variables]


class Variable:
    """A number that is assigned, as those of Keras are."""

    def __init__(self) -> None:
        self.value = 1.0

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.value, dtype)

    def assign(self, value: np.ndarray) -> None:
        self.value = float(value)


CHANGES: dict[str, tuple[Any, Callable[[Any], object], Callable[[Any], object]]] = {
    "list": ([1, 2], lambda v: v.append(3), list),
    "dictionary": ({"a": 1}, lambda v: v.update(a=2, b=3), dict),
    "set": ({1}, lambda v: v.add(2), set),
    "array": (np.arange(3), lambda v: v.__setitem__(0, 9), lambda v: v.tolist()),
    "generator": (
        np.random.default_rng(0),
        lambda v: v.uniform(),
        lambda v: v.bit_generator.state["state"]["state"],
    ),
    "weights": (Weights(), lambda v: v.variables[0].assign(np.array(5)), lambda v: v.get_weights()),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_changed_variable_gets_its_content_back(kind: str) -> None:
    value, change, content = CHANGES[kind]
    namespace = {"value": value, "gone": 1}
    before = content(value)
    restore = session.state_of(namespace)
    change(value)
    assert content(value) != before
    namespace.update(value=None, new=2)
    del namespace["gone"]
    restore()
    assert namespace.keys() == {"value", "gone"}
    assert namespace["value"] is value
    assert content(value) == before


def test_global_random_numbers_are_put_back() -> None:
    restore = session.state_of({})
    first = np.random.uniform()
    restore()
    assert np.random.uniform() == first


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown claim": ({"mutants": [mutant(claim="none = 1")]}, "makes no claim “none = 1”"),
    "unknown cell": ({"mutants": [mutant(cell="def f():")]}, "no cells are named “def f():”"),
    "cell named twice": ({"mutants": [mutant(cell="check")]}, "2 cells are named “check”"),
    "no such solution": ({"mutants": [mutant(cell="solution 3")]}, "no cells are named"),
    "text not there": ({"mutants": [mutant(replace="x * 2")]}, "stands there 0 times"),
    "text twice": ({"mutants": [mutant(replace="x")]}, "stands there 2 times"),
    "no change": ({"mutants": [mutant(replace="2 * x", **{"with": "2 * x"})]}, "by itself"),
    "no Python": ({"mutants": [mutant(**{"with": "2 *"})]}, "the cell is not Python"),
    "claim before the cell": (
        {"mutants": [mutant(cell="solution 1", replace="3 * x")]},
        "made before that cell",
    ),
    "claim and claims": ({"mutants": [mutant() | {"claims": [WEAK]}]}, "either “claim” or"),
    "missing key": ({"mutants": [{"claim": DOUBLE}]}, "mutant 1 lacks “cell”"),
    "misspelled key": ({"mutants": [mutant(cliam=1)]}, "an unknown key “cliam”"),
    "misspelled table": ({"mutant": [mutant()]}, "nothing is called “mutant”"),
    "unknown exercise": (
        {"answers": [{"exercise": 3, "why": "w", "code": ""}]},
        "no exercise 3; the lesson has 2",
    ),
    "answer without reason": ({"answers": [{"exercise": 1, "code": ""}]}, "lacks “why”"),
    "unknown arithmetic": ({"arithmetic": {"claims": ["none = 1"]}}, "makes no claim"),
    "arithmetic that is tried": (
        {"arithmetic": {"claims": [DOUBLE]}, "mutants": [mutant()]},
        "marked as arithmetic, and tried",
    ),
    "unknown survivor": ({"survivors": [{"claim": "none = 1", "why": "w"}]}, "makes no claim"),
    "survivor without reason": ({"survivors": [{"claim": DOUBLE}]}, "and a why"),
    "unknown surviving exercise": ({"survivors": [{"exercise": 0, "why": "w"}]}, "no exercise 0"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_file_that_does_not_fit_its_lesson_is_one_sentence(name: str) -> None:
    table, sentence = FAULTS[name]
    with pytest.raises(MutantsError) as caught:
        plan_of(**table)
    assert sentence in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_solution_has_a_name_though_its_stub_begins_alike() -> None:
    entries = [
        mutant(claim=TRIPLE, cell=cell, replace="3 * x", **{"with": "x"})
        for cell in ("def triple(x):", "solution 1")
    ]
    assert [found.cell for found in plan_of(mutants=entries).mutants] == [6, 6]


def test_what_nothing_tries_is_listed() -> None:
    plan = plan_of(
        mutants=[mutant()],
        arithmetic={"claims": [ITEMS]},
        survivors=[{"claim": WEAK, "why": "w"}],
        answers=ANSWERS[:2],
    )
    assert plan.uncovered == (SHARE, "exercise 2 (needs two wrong answers)")


def judged(*verdicts: tuple[str, str], **table: Any) -> list[str]:
    """Return the problems of a result with these subjects and reasons."""
    everything = {"arithmetic": {"claims": [ITEMS, SHARE, WEAK]}, "mutants": [mutant()]}
    listed = [{"exercise": 2, "why": "w"}, *table.pop("survivors", [])]
    plan = plan_of(**everything, answers=ANSWERS, survivors=listed, **table)
    found = tuple(walk.Verdict(subject, "version", reason) for subject, reason in verdicts)
    return list(report.Result(plan, found).problems())


def test_a_result_without_survivors_has_no_problem() -> None:
    assert judged((DOUBLE, ""), ("exercise 1", ""), ("exercise 2", "accepted")) == []


def test_a_survivor_that_is_not_listed_is_a_problem() -> None:
    (problem,) = judged((DOUBLE, "the claim holds"), ("exercise 2", "accepted"))
    assert problem == f"A mutant survives that is not listed: {DOUBLE}."


def test_a_listed_survivor_is_no_problem_until_it_is_refused() -> None:
    listed = [{"claim": DOUBLE, "why": "w"}]
    accepted = (DOUBLE, "the claim holds"), ("exercise 2", "accepted")
    assert judged(*accepted, survivors=listed) == []
    (problem,) = judged((DOUBLE, ""), ("exercise 2", "accepted"), survivors=listed)
    assert "take it off the list: double of three = 6" in problem


def test_a_listed_exercise_that_is_refused_is_a_problem() -> None:
    (problem,) = judged((DOUBLE, ""), ("exercise 2", ""))
    assert "take it off the list: exercise 2" in problem


PACKAGE = {
    "claims.py": '__all__ = ["claim"]\n__all__ += ["x"]\n'
    'LIMIT = 3\n"""Docs."""\n\ndef claim(x):\n    """Docs."""\n    return x < LIMIT\n',
    "other.py": "def unused(x):\n    return x\n",
    "loaders.py": "@loader('digits')\ndef load_digits(x):\n    return x\n",
}
EDITS = {
    "a comment": ("claims.py", "return x < LIMIT", "return x < LIMIT  # why", True),
    "a docstring": ("claims.py", '"""Docs."""', '"""Better docs."""', True),
    "layout": ("claims.py", "return x < LIMIT", "return (\n        x < LIMIT\n    )", True),
    "the names that a module offers": ("claims.py", '["claim"]', '["claim", "z"]', True),
    "more names that a module offers": ("claims.py", '["x"]', '["y"]', True),
    "an unused function": ("other.py", "return x", "return -x", True),
    "a used function": ("claims.py", "x < LIMIT", "x <= LIMIT", False),
    "a constant that it uses": ("claims.py", "LIMIT = 3", "LIMIT = 4", False),
    "a loader, asked for by name": ("loaders.py", "return x", "return -x", False),
}


@pytest.fixture
def book(tmp_path: Path) -> Pair:
    """Return a book of one lesson, stored, with its file of mutants and a small package."""
    for folder in ("notebooks/history", "book/history", "book/appendix", "package"):
        (tmp_path / folder).mkdir(parents=True)
    pair = Pair("history/lesson", tmp_path)
    source = "import milestones as ms\ndata = ms.data.load('digits')\nms.claim('one', 1, equals=1)"
    printed = new_output("stream", name="stdout", text="✓ one = 1\n")
    nbformat.write(new_notebook(cells=[new_code_cell(source, outputs=[printed])]), pair.lesson)
    pair.mutants.write_text('[arithmetic]\nclaims = ["one = 1"]\n', encoding="utf-8")
    for name, text in PACKAGE.items():
        (tmp_path / "package" / name).write_text(text, encoding="utf-8")
    return pair


def hash_of(pair: Pair) -> str:
    fingerprint.pieces_of.cache_clear()
    return fingerprint.fingerprint(pair, reading.read(pair).cells, pair.root / "package")


@pytest.mark.parametrize("name", EDITS)
def test_the_hash_follows_what_a_lesson_can_reach_and_nothing_else(name: str, book: Pair) -> None:
    file, old, new, same = EDITS[name]
    before = hash_of(book)
    path = book.root / "package" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert (hash_of(book) == before) == same


def test_the_hash_follows_the_cells_and_the_mutants(book: Pair) -> None:
    hashes = [hash_of(book)]
    book.mutants.write_text('[[survivors]]\nclaim = "one = 1"\nwhy = "w"', encoding="utf-8")
    hashes.append(hash_of(book))
    notebook = nbformat.read(book.lesson, as_version=4)
    notebook.cells[0].source += "\nx = 1"
    nbformat.write(notebook, book.lesson)
    hashes.append(hash_of(book))
    assert len(set(hashes)) == 3


def test_the_structure_of_code_is_the_same_in_every_version_of_python() -> None:
    """Python 3.12 and 3.13 gave definitions and formatted texts new fields; they are not seen."""
    source = "@wrap\ndef f(a, *b, c=1):\n    'Docs.'\n    return f'{a!r:>{c}} and {b[0]}'\n"
    code = fingerprint.plain(ast.parse(source + "class A(B):\n    x: int = None\n"))
    assert hashlib.sha256(code.encode()).hexdigest()[:16] == "8d1edc970c03a56e"


def test_the_command_stores_the_result_of_the_lessons_that_it_ran(
    book: Pair, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = book.root / report.STORED
    path.write_text('{"history/other": {"hash": "1"}}', encoding="utf-8")
    monkeypatch.chdir(book.root)
    assert command.main(["mutants", book.name]) == 0
    everything = json.loads(path.read_text(encoding="utf-8"))
    assert everything["history/other"] == {"hash": "1"}
    entry = everything[book.name]
    assert entry.pop("hash") == report.current_hash(book, reading.read(book))
    assert entry == {
        "claims": 1,
        "arithmetic": 1,
        "mutants": 0,
        "kills": 0,
        "answers": 0,
        "refused": 0,
        "survivors": [],
    }
    assert "1 claims, 1 of them arithmetic" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["[[mutants", '[arithmetic]\nclaims = ["two = 2"]'])
def test_the_command_says_what_is_wrong_with_a_file(
    text: str, book: Pair, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book.mutants.write_text(text, encoding="utf-8")
    monkeypatch.chdir(book.root)
    assert command.main(["mutants"]) == 1
    assert capsys.readouterr().err.startswith("history/lesson: lesson.mutants.toml")


def test_the_command_says_where_a_file_is_missing(
    book: Pair, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book.mutants.unlink()
    monkeypatch.chdir(book.root)
    assert command.main(["mutants", "--dry"]) == 1
    assert "there is no file" in capsys.readouterr().err


def test_a_dry_run_lists_what_nothing_tries(
    book: Pair, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book.mutants.write_text("", encoding="utf-8")
    monkeypatch.chdir(book.root)
    assert command.main(["mutants", "--dry"]) == 1
    assert "Nothing tries to break it: one = 1." in capsys.readouterr().out
    assert not (book.root / report.STORED).exists()


def test_one_mutant_or_some_can_be_asked_for() -> None:
    entries = [mutant(), mutant(claim=WEAK), mutant(claim=WEAK)]
    plan = plan_of(mutants=entries, answers=ANSWERS)
    found = [
        ([m.number for m in part.mutants], [e.number for e in part.exercises])
        for part in (narrowed(plan, only) for only in ("2", "zero", "exercise 2"))
    ]
    assert found == [([2], []), ([2, 3], []), ([], [2])]
