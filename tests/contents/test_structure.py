"""Promise: chapters, notebooks, table of contents, exercises and quizzes agree with each other."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
from support.reading import (
    PAGES,
    PAIRS,
    ROOT,
    Pair,
    function_bodies,
    named_objectives,
    objectives,
    prose,
    reading_ease,
    signatures,
    words_per_sentence,
)

from milestones_book import contents
from milestones_book.lessons.rules import problems

UNREAD = {"bibliography", "notation", "glossary"}  # lists, not prose
each_pair = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)


def test_every_chapter_has_its_notebook_and_every_notebook_its_chapter() -> None:
    assert contents.chapters(ROOT) == contents.lessons(ROOT)
    assert len(PAIRS) >= 3


def test_the_table_of_contents_lists_every_page_once() -> None:
    pages = {p.relative_to(ROOT).with_suffix("").as_posix() for p in ROOT.glob("book/**/*.md")}
    lessons = {f"notebooks/{pair.name}" for pair in contents.lessons(ROOT)}
    assert sorted(PAGES) == sorted(pages | lessons)


def test_each_notebook_is_the_section_of_its_chapter() -> None:
    parents = dict(contents.pages_and_parents(ROOT))
    for pair in contents.lessons(ROOT):
        assert parents[f"notebooks/{pair.name}"] == f"book/{pair.name}"


@each_pair
def test_the_stored_notebook_breaks_no_rule(pair: Pair) -> None:
    assert problems(pair.notebook) == []


@each_pair
def test_the_notebook_states_time_memory_and_data(pair: Pair) -> None:
    facts = pair.notebook.metadata.milestones
    assert 0 < facts.measured.seconds <= (240 if facts.get("long") else 120)
    assert 0 < facts.measured.peak_memory_gb <= 4
    assert isinstance(facts.data, list)


def test_at_most_six_lessons_are_long() -> None:
    assert sum(pair.notebook.metadata.milestones.get("long", False) for pair in PAIRS) <= 6


@each_pair
def test_objectives_are_the_same_on_the_page_and_in_the_notebook(pair: Pair) -> None:
    card = re.search(r"^```\{at-a-glance\}\n(.*?)^```", pair.chapter, flags=re.M | re.S)
    stated = objectives(card[1])
    assert 3 <= len(stated) <= 6
    assert objectives(pair.notebook.cells[0].source) == stated


@each_pair
def test_every_objective_is_practiced_by_an_exercise_or_a_question(pair: Pair) -> None:
    numbers = set(range(1, len(objectives(pair.notebook.cells[0].source)) + 1))
    exercises = [named_objectives(cell.source) for cell in pair.cells("exercise")]
    assert all(exercises), "an exercise names no objective"
    asked = {question["objective"] for question in pair.quiz}
    assert set().union(asked, *exercises) == numbers


@each_pair
def test_the_recap_ties_back_to_every_objective(pair: Pair) -> None:
    recap = pair.notebook.cells[-1].source
    named = {
        int(number) for number in re.findall(r"\d+", " ".join(re.findall(r"\*Obj[^*]*\*", recap)))
    }
    assert named == set(range(1, len(objectives(pair.notebook.cells[0].source)) + 1))


@each_pair
def test_each_stub_has_the_functions_and_parameters_of_its_solution(pair: Pair) -> None:
    for stub, solution in zip(pair.cells("stub"), pair.cells("solution"), strict=True):
        asked = signatures(stub.source)
        solved = signatures(solution.source)
        assert asked, "a stub defines no function"
        assert asked.items() <= solved.items()


@each_pair
def test_quizzes_have_one_right_option_and_explain_every_option(pair: Pair) -> None:
    assert 3 <= len(pair.quiz) <= 5
    for question in pair.quiz:
        assert question.keys() == {"objective", "text", "options"}
        assert 3 <= len(question["options"]) <= 4
        assert sum(option.get("correct", False) for option in question["options"]) == 1
        texts = [option["text"] for option in question["options"]]
        reasons = [option["feedback"] for option in question["options"]]
        assert len(set(texts)) == len(set(reasons)) == len(texts)
        assert all(len(reason) > 15 for reason in reasons)


@each_pair
def test_the_page_has_every_section_of_a_chapter(pair: Pair) -> None:
    sections = re.findall(r"^## (.+)$", pair.chapter, flags=re.MULTILINE)
    wanted = ["What goes wrong", "Run it", "Summary", "Quiz", "Further reading"]
    assert [section for section in sections if section in wanted] == wanted
    assert "## Run it\n\n```{run-it}\n" in pair.chapter


@each_pair
def test_every_figure_is_referred_to(pair: Pair) -> None:
    names = re.findall(r"^:name: (fig-.+)$", pair.chapter, flags=re.MULTILINE)
    diagrams = pair.chapter.count("```{mermaid}")
    assert names or diagrams
    for name in names:
        assert f"{{numref}}`{name}`" in pair.chapter, f"{name} is never mentioned"


def test_no_function_is_defined_twice() -> None:
    places = defaultdict(set)
    for pair in PAIRS:
        for cell in pair.notebook.cells:
            if cell.cell_type == "code" and "stub" not in cell.metadata.get("tags", []):
                for body in function_bodies(cell.source).values():
                    places[body].add(pair.name)
    for path in sorted((ROOT / "src").rglob("*.py")):
        for body in function_bodies(path.read_text(encoding="utf-8")).values():
            places[body].add(path.name)
    twice = {body: where for body, where in places.items() if len(where) > 1}
    # A body of one line, such as a formula, may stand in two lessons.
    assert not {body: where for body, where in twice.items() if body.count("\n") >= 1}


def _glossary_and_links() -> tuple[set[str], set[str]]:
    glossary = (ROOT / "book/appendix/glossary.md").read_text(encoding="utf-8")
    terms = re.findall(r"^(\S.*)\n  \S", glossary, flags=re.MULTILINE)
    text = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("book/*/*.md"))
    links = re.findall(r"(?<!`)\{term\}`(?:[^`<]*<)?([^`>]+)>?`", text)
    return {term.lower() for term in terms}, {link.lower() for link in links}


def test_every_glossary_term_is_used_and_every_linked_term_is_defined() -> None:
    terms, links = _glossary_and_links()
    assert len(terms) > 80
    assert terms - links == set()
    assert links - terms == set()


def test_the_glossary_is_in_order_and_short() -> None:
    glossary = (ROOT / "book/appendix/glossary.md").read_text(encoding="utf-8")
    entries = re.findall(r"^(\S.*)\n  (\S.*)$", glossary, flags=re.MULTILINE)
    names = [name.lower() for name, _ in entries]
    assert names == sorted(names)
    assert all(len(definition.split()) <= 50 for _, definition in entries)


def test_every_cited_work_can_be_found() -> None:
    bibliography = (ROOT / "book/references.bib").read_text(encoding="utf-8")
    works = re.findall(r"^@\w+\{(.+?),\n(.*?)^\}", bibliography, flags=re.MULTILINE | re.DOTALL)
    assert len(works) > 60
    assert [key for key, fields in works if not re.search(r"^\s*(doi|url)\s*=", fields, re.M)] == []


PROSE_PAGES = [path for path in sorted(ROOT.glob("book/**/*.md")) if path.stem not in UNREAD]


@pytest.mark.parametrize("path", PROSE_PAGES, ids=lambda path: path.stem)
def test_a_page_is_easy_to_read(path: Path) -> None:
    text = prose(path.read_text(encoding="utf-8"))
    assert reading_ease(text) >= 60
    assert words_per_sentence(text) <= 15
