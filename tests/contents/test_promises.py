"""Promise: the front pages lead only to what exists; what is planned is marked."""

import re

import pytest
from support.reading import PAIRS, ROOT

from milestones_book.drawing.diagrams import CLICK, PLANNED

FRONT = ["index", "preface", "history/index", "mathematics/index", "fine-tuning/index"]
DIAGRAM = re.compile(r"^```\{mermaid\}\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)
NODE = re.compile(r"\b(\w+)(?=\[|\()")


def boxes(code: str) -> tuple[set[str], set[str], set[str]]:
    """Return the boxes of a diagram, those that lead to a page, and those that are planned."""
    drawn = code[code.index("flowchart") :]
    linked = {name for name, _ in CLICK.findall(drawn)}
    planned = {name for names in PLANNED.findall(drawn) for name in names.split(",")}
    return set(NODE.findall(CLICK.sub("", drawn))), linked, planned


@pytest.mark.parametrize("page", FRONT)
def test_a_box_on_a_front_page_leads_to_a_page_or_is_marked_as_planned(page: str) -> None:
    text = (ROOT / "book" / f"{page}.md").read_text(encoding="utf-8")
    for code in DIAGRAM.findall(text):
        drawn, linked, planned = boxes(code)
        assert drawn == linked | planned
        assert not linked & planned
        assert not planned or "dashed boxes" in code


def test_the_front_page_of_a_part_lists_all_its_chapters() -> None:
    for pair in PAIRS:
        part = pair.place.chapter.with_name("index.md").read_text(encoding="utf-8")
        assert f"]({pair.place.slug}.md)" in part, pair.name
