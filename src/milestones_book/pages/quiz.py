"""Quizzes that answer in the page."""

from docutils import nodes
from sphinx.application import Sphinx

from milestones_book.pages.base import BookDirective
from milestones_book.pages.elements import html


class Quiz(BookDirective):
    """Questions that answer in the page: each option unfolds its own explanation.

    The options of one question share a name, so that a browser keeps one open at a time; this
    works with the keyboard, by touch, and without any script.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Read the questions from the file named in the argument."""
        questions = self.read_toml(self.arguments[0])["questions"]
        return [self.question(number, content) for number, content in enumerate(questions, 1)]

    def question(self, number: int, content: dict) -> nodes.Node:
        """Return one question with its options."""
        label = self.line(f"Question {number}.", "strong")
        text = html("div", "question", label, self.line(content["text"]))
        options = [
            self.option(number, letter, option)
            for letter, option in zip("abcd", content["options"], strict=False)
        ]
        return html("div", "quiz", text, *options)

    def option(self, number: int, letter: str, content: dict) -> nodes.Node:
        """Return one option; a word, not only a color, says whether it is right."""
        right = content.get("correct", False)
        verdict = self.line("Right." if right else "Not quite.", "strong")
        mark = html("span", "letter", nodes.Text(letter))
        return html(
            "details",
            "quiz-option right" if right else "quiz-option wrong",
            html("summary", "", mark, self.line(content["text"])),
            html("div", "feedback", verdict, self.line(content["feedback"])),
            name=f"question-{number}",
        )


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("quiz", Quiz)
