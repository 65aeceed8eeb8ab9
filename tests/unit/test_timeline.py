"""The promise: the timeline is complete, cited and in order, and a bad entry is named in one
sentence.
"""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from milestones.data import (
    MILESTONE_KINDS,
    MILESTONE_LINES,
    DataError,
    Milestone,
    load_timeline,
)

TIMELINE = load_timeline()
REFERENCES = Path(__file__).parents[2] / "book" / "references.bib"
ENTRY = {
    "year": 1958,
    "name": "Perceptron",
    "people": "Frank Rosenblatt",
    "claim": "A net of simple units can learn.",
    "kind": "forerunner",
    "line": "networks",
    "source": "rosenblatt1958perceptron",
}
SIZE = {"parameters": 9_760, "parameters_origin": "stated", "parameters_note": "weights"}
COMPUTE = {"training_flop": 6.5e10, "flop_origin": "computed", "flop_note": "6 × weights"}


def put(folder: Path, *entries: dict) -> Path:
    """Write a file with these entries; a value of None leaves a key out."""
    lines = []
    for entry in entries:
        lines.append("[[milestones]]")
        kept = {key: value for key, value in entry.items() if value is not None}
        lines += [f"{key} = {value!r}".replace("'", '"') for key, value in kept.items()]
    path = folder / "some.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def refused(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        load_timeline(path)
    text = str(caught.value)
    assert text.startswith("some.toml")
    assert text.endswith(".")
    assert "\n" not in text
    return text


def test_the_book_has_a_timeline_of_the_size_that_it_promises() -> None:
    assert 30 <= len(TIMELINE) <= 50
    assert TIMELINE[0].year == 1943
    assert TIMELINE[-1].year >= 2025
    assert len({milestone.name for milestone in TIMELINE}) == len(TIMELINE)


def test_the_timeline_is_in_order_and_uses_every_kind_and_line() -> None:
    years = [milestone.year for milestone in TIMELINE]
    assert years == sorted(years)
    assert {milestone.kind for milestone in TIMELINE} == set(MILESTONE_KINDS)
    assert {milestone.line for milestone in TIMELINE} == set(MILESTONE_LINES)


def test_every_source_is_in_the_bibliography() -> None:
    keys = re.findall(r"^@\w+\{([^,\s]+)\s*,", REFERENCES.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(set(keys)) == len(keys)
    assert {milestone.source for milestone in TIMELINE} - set(keys) == set()


def test_the_moments_of_the_essay_have_their_place() -> None:
    moments = {milestone.name for milestone in TIMELINE if milestone.kind == "moment"}
    assert {"Backpropagation", "AlexNet", "GAN", "Transformer", "BERT", "GPT"} <= moments


def test_who_has_a_training_cost_has_a_size() -> None:
    measured = [milestone for milestone in TIMELINE if milestone.training_flop]
    assert len(measured) >= 12
    for milestone in measured:
        assert milestone.parameters
        assert milestone.training_flop > milestone.parameters


def test_a_good_entry_is_read_as_it_stands(tmp_path: Path) -> None:
    (found,) = load_timeline(put(tmp_path, ENTRY | SIZE | COMPUTE))
    assert found == Milestone(**ENTRY, **SIZE, **COMPUTE)


def test_a_number_that_is_not_given_is_none(tmp_path: Path) -> None:
    (found,) = load_timeline(put(tmp_path, ENTRY))
    assert found.parameters is None
    assert found.training_flop is None
    assert (found.parameters_note, found.flop_origin) == ("", "")


def test_entries_are_sorted_by_year_and_keep_their_order_within_a_year(tmp_path: Path) -> None:
    entries = [ENTRY | {"year": year, "name": name} for year, name in
               [(2012, "a"), (1943, "b"), (2012, "c")]]  # fmt: skip
    assert [one.name for one in load_timeline(put(tmp_path, *entries))] == ["b", "a", "c"]


@pytest.mark.parametrize("key", sorted(ENTRY))
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    text = refused(put(tmp_path, ENTRY | {key: None}))
    assert f"needs a text for “{key}”" in text or (key == "year" and "needs a year" in text)
    assert ("number 1" if key == "name" else "“Perceptron”") in text


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"year": 1899}, "needs a year between 1900 and 2100"),
        ({"year": 2101}, "needs a year between 1900 and 2100"),
        ({"year": "1958"}, "needs a year"),
        ({"year": 1958.0}, "needs a year"),
        ({"people": " "}, "needs a text for “people”"),
        ({"source": 3}, "needs a text for “source”"),
        ({"kind": "hero"}, "has the kind “hero”, which is none of moment, forerunner"),
        ({"line": "music"}, "has the line “music”, which is none of networks, images"),
        ({"claim": "It learns"}, "needs a claim of one sentence and at most 20 words"),
        ({"claim": "word " * 20 + "word."}, "needs a claim of one sentence and at most 20 words"),
        ({"weights": 3}, "has an unknown key “weights”"),
        (SIZE | {"parameters": 0}, "needs a positive number for “parameters”"),
        (SIZE | {"parameters": "many"}, "needs a positive number for “parameters”"),
        (SIZE | {"parameters_origin": "guessed"}, "whether “parameters” is stated or computed"),
        (SIZE | {"parameters_note": None}, "needs a note on “parameters”"),
        (SIZE | {"parameters": None}, "says where “parameters” comes from, and does not give it"),
        (COMPUTE | {"training_flop": -1.0}, "needs a positive number for “training_flop”"),
        (COMPUTE | {"flop_origin": None}, "whether “training_flop” is stated or computed"),
        (COMPUTE | {"flop_note": " "}, "needs a note on “training_flop”"),
    ],
)
def test_a_bad_entry_is_named_in_one_sentence(tmp_path: Path, change: dict, hint: str) -> None:
    good = ENTRY | {"name": "Good"}
    text = refused(put(tmp_path, good, ENTRY | change))
    assert hint in text
    assert "“Perceptron”" in text
    assert "“Good”" not in text


def test_infinity_is_no_number(tmp_path: Path) -> None:
    path = put(tmp_path, ENTRY | COMPUTE)
    path.write_text(path.read_text(encoding="utf-8").replace("65000000000.0", "inf"), "utf-8")
    assert "needs a positive number" in refused(path)


@pytest.mark.parametrize(
    ("content", "hint"),
    [("[[milestones]\n", "is not TOML"), ("title = 'x'\n", "has no entry"), ("", "is empty")],
)
def test_a_file_that_is_no_timeline_is_refused(tmp_path: Path, content: str, hint: str) -> None:
    path = tmp_path / "some.toml"
    path.write_text(content, encoding="utf-8")
    assert hint in refused(path)


def test_the_longest_claim_that_is_allowed_is_read(tmp_path: Path) -> None:
    claim = "word " * 19 + "word."
    (found,) = load_timeline(put(tmp_path, ENTRY | {"claim": claim}))
    assert found.claim == claim


def test_every_field_is_described() -> None:
    for field in fields(Milestone):
        assert field.name in (Milestone.__doc__ or "")
