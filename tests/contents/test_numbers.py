"""Promise: each accuracy that a page quotes has its interval, and each typed number a source."""

import re
import tomllib

import pytest
from support.reading import PAIRS, ROOT, Pair

from milestones.quotes import stored_texts

each_pair = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
NOT_ACCURACIES = tomllib.loads(
    (ROOT / "tests" / "contents" / "shares.toml").read_text(encoding="utf-8")
)
"""Percentages that are no accuracy on held-out data, with what they are."""


@each_pair
def test_every_accuracy_that_a_page_quotes_has_its_interval(pair: Pair) -> None:
    shares = NOT_ACCURACIES.get(pair.name, {})
    bare = {
        name
        for name, text in stored_texts(pair.notebook).items()
        if "%" in text and "interval" not in text and f"::{name}:s" in pair.chapter
    }
    assert bare == set(shares)


NUMBER = re.compile(r"(?<![\w.,#-])\d[\d,]*(?:\.\d+)?(?!\w)")
APART = re.compile(r"^```\{(?:mermaid|quiz|at-a-glance|pencil)\}.*?^```$", re.MULTILINE | re.DOTALL)
OUTSIDE = re.compile(r"\{[\w:-]+\}`[^`]*`|\]\([^)]*\)|\$[^$]*\$|`[^`]*`|^:alt:.*$", re.MULTILINE)


def typed_numbers(page: str) -> set[str]:
    """Return the numbers of two digits or more in paragraphs that cite nobody, without commas."""
    paragraphs = [text for text in APART.sub("", page).split("\n\n") if "{cite" not in text]
    found = [NUMBER.findall(OUTSIDE.sub(" ", text)) for text in paragraphs]
    numbers = {number.replace(",", "") for numbers in found for number in numbers}
    return {number for number in numbers if len(number.strip("0.")) > 1}


def numbers_of(pair: Pair) -> set[str]:
    """Return every number in the source and in the stored output of a lesson."""
    cells = pair.notebook.cells
    texts = [cell.source for cell in cells]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    texts += [str(output.get("text", output.get("data", ""))) for output in outputs]
    found = re.findall(r"\d[\d,_]*(?:\.\d+)?", " ".join(texts))
    return {re.sub("[,_]", "", number) for number in found}


@each_pair
def test_a_number_typed_on_a_page_stands_in_its_lesson_or_has_a_source(pair: Pair) -> None:
    assert typed_numbers(pair.chapter) <= numbers_of(pair)


def test_a_number_that_stands_nowhere_is_found() -> None:
    page = (
        "It has 3,616 images {cite:p}`a`.\n\nIt took 12.5 s, $17$ and 3 steps of 1,024.\n\n:alt: 99"
    )
    assert typed_numbers(page) == {"12.5", "1024"}
