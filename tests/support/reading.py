"""What the tests read: chapters, notebooks, objectives, exercises and quizzes."""

import ast
import re
import tomllib
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from milestones_book import contents

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "html"
PAGES = contents.pages(ROOT)


class Pair:
    """The texts of a chapter and of its lesson."""

    def __init__(self, place: contents.Pair) -> None:
        self.place = place
        self.name = place.name

    @cached_property
    def chapter(self) -> str:
        return self.place.chapter.read_text(encoding="utf-8")

    @cached_property
    def notebook(self) -> NotebookNode:
        return nbformat.read(self.place.lesson, as_version=4)

    @cached_property
    def quiz(self) -> list[dict]:
        return tomllib.loads(self.place.quiz.read_text(encoding="utf-8"))["questions"]

    def cells(self, tag: str) -> list[NotebookNode]:
        return [cell for cell in self.notebook.cells if tag in cell.metadata.get("tags", [])]


PAIRS = [Pair(place) for place in contents.chapters(ROOT)]


def objectives(text: str) -> list[str]:
    """Return the numbered objectives of a card or of a notebook's first cell."""
    return re.findall(r"^\d+\. (\*\*.+)$", text, flags=re.MULTILINE)


def named_objectives(text: str) -> set[int]:
    """Return the numbers after the word Objective or Objectives in an exercise."""
    found = re.search(r"\*Objectives? ([\d, and]+)\.\*", text)
    return {int(number) for number in re.findall(r"\d+", found[1])} if found else set()


def signatures(source: str) -> dict[str, str]:
    """Return the parameters of each function that a cell defines, as source text."""
    return {
        node.name: ast.unparse(node.args)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
    }


def function_bodies(source: str) -> dict[str, str]:
    """Return the statements of each top-level function or class, without its docstring."""
    bodies = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            statements = node.body[ast.get_docstring(node) is not None :]
            bodies[node.name] = "\n".join(map(ast.unparse, statements))
    return bodies


def prose(page: str) -> str:
    """Return the running text of a page, without formulas, code, directives and addresses."""
    page = re.sub(r"^---\n.*?^---\n", "", page, flags=re.MULTILINE | re.DOTALL)
    page = re.sub(r"^(`{3,}|:{3,}).*$", "", page, flags=re.MULTILINE)
    page = re.sub(r"^\$\$.*?^\$\$", "", page, flags=re.MULTILINE | re.DOTALL)
    page = re.sub(r"^(?:[:|#]|flowchart|  \w).*$", "", page, flags=re.MULTILINE)
    page = re.sub(r"\{(?:term|ref|doc)\}`([^`<]*)[^`]*`", r"\1", page)
    page = re.sub(r"\{[\w:]+\}`[^`]*`", "it", page)
    page = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", page)
    return re.sub(r"\$[^$]*\$|`[^`]*`", "x", page)


def sentences(text: str) -> list[list[str]]:
    """Return the words of each sentence; a line of a list is a sentence."""
    pieces = re.split(r"[.!?:;]\s|\n\n|\n(?=[-*\d])", text)
    found = [re.findall(r"[A-Za-z][A-Za-z'’-]*", piece) for piece in pieces]
    return [words for words in found if len(words) > 1]


def words_per_sentence(text: str) -> float:
    """Return the mean length of a sentence."""
    lengths = [len(words) for words in sentences(text)]
    return sum(lengths) / len(lengths)


def reading_ease(text: str) -> float:
    """Return Flesch's reading ease, about 60 for plain English (doi:10.1037/h0057532)."""
    words = [word for words in sentences(text) for word in words]
    syllables = sum(
        max(1, len(re.findall(r"[aeiouy]+", word.lower().rstrip("e")))) for word in words
    )
    return 206.835 - 1.015 * words_per_sentence(text) - 84.6 * syllables / len(words)
