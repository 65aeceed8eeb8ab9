"""Pencil-and-paper tasks: the reader types a number, and the page checks it without a server.

Each task also unfolds its answer without a script; a printed page has all answers at its end.
"""

import math
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

from milestones_book.pages.base import BookDirective
from milestones_book.pages.elements import Html, html

FRACTION_TOLERANCE = Fraction(1, 200)
"""A reader may type a fraction as a decimal number with two digits."""
OPTIONS = ("answer", "from", "mistake", "hint")
NAMES = {name: value for name, value in vars(math).items() if not name.startswith("_")} | {
    "abs": abs,
    "max": max,
    "min": min,
    "sum": sum,
    "round": round,
}
"""What an expression may use: Python's ``math``, and a few functions."""


def value_of(expression: str) -> float:
    """Return the number that an expression of the book's own text stands for.

    Raises:
        ValueError: If it is not an expression of numbers and of the functions of ``math``.
    """
    try:
        return float(eval(expression, {"__builtins__": {}}, NAMES))
    except Exception as error:
        raise ValueError(f"“{expression}” is not a number: {error}.") from error


def read_answer(text: str) -> tuple[float, float]:
    """Return the number that a reader should type, and how far a reply may be from it.

    A decimal number allows half a unit of its last digit.

    Raises:
        ValueError: If the text is no decimal number and no fraction.
    """
    try:
        if "/" in text:
            return float(Fraction(text)), float(FRACTION_TOLERANCE)
        number = Decimal(text)
        return float(number), float(Decimal((0, (5,), int(number.as_tuple().exponent) - 1)))
    except (InvalidOperation, ValueError, ZeroDivisionError) as error:
        raise ValueError(f"“{text}” is neither a decimal number nor a fraction.") from error


def shown(answer: str) -> str:
    """Return an answer as a page prints it: with a minus sign, not a hyphen."""
    return answer.replace("-", "−")


class Pencil(BookDirective):
    """A task for pencil and paper, with a field that checks the reader's number.

    The build computes ``from`` and refuses an answer that is not its rounding. The number of
    ``mistake`` gets the hint as its reply.
    """

    has_content = True
    option_spec = dict.fromkeys(OPTIONS, directives.unchanged_required)

    def run(self) -> list[nodes.Node]:
        """Return the task, its form and its answer."""
        if not self.content or set(OPTIONS) - set(self.options):
            raise self.error(f"A pencil task needs a text and the options {', '.join(OPTIONS)}.")
        try:
            data = self.data()
        except ValueError as error:
            raise self.error(str(error)) from error
        number = self.env.new_serialno("pencil") + 1
        name = self.line(f"Task {number}.", "strong", "name")
        answer = shown(self.options["answer"])
        solution = html(
            "details",
            "answer",
            html("summary", "", nodes.Text("Show the answer")),
            html("p", "", nodes.Text(answer)),
        )
        task = html("div", "task", name, *self.parse("\n".join(self.content)))
        box = html("div", "pencil", task, self.form(number, data), solution)
        box["answer"] = (number, answer)
        return [box]

    def data(self) -> dict[str, str]:
        """Return the numbers that the page's script compares with."""
        answer, tolerance = read_answer(self.options["answer"])
        exact, mistake = value_of(self.options["from"]), value_of(self.options["mistake"])
        if not abs(exact - answer) <= tolerance * (1 + 1e-9):
            raise ValueError(f"The answer {self.options['answer']} is not {exact}.")
        if not abs(mistake - answer) > 2 * tolerance:
            raise ValueError(f"The usual mistake {mistake} is too close to the answer {answer}.")
        numbers = {"answer": answer, "mistake": mistake, "tolerance": tolerance}
        return {f"data-{name}": repr(number) for name, number in numbers.items()}

    def form(self, number: int, data: dict[str, str]) -> Html:
        """Return the field, the button, and the replies, which wait out of sight."""
        field = html("input", "", type="text", autocomplete="off", size="10")
        replies = {
            "right": self.line("**Right.**", "p", "right"),
            "hint": self.line(f"**Not quite.** {self.options['hint']}", "p", "hint"),
            "other": self.line("**Not quite.** Try once more.", "p", "other"),
            "unread": self.line("Type a number, such as 0.25 or 1/4.", "p", "unread"),
        }
        for reply in replies.values():
            reply["attributes"]["hidden"] = "hidden"
        return html(
            "form",
            "",
            html("label", "", nodes.Text(f"Your answer to task {number}: "), field),
            html("button", "", nodes.Text("Check"), type="submit"),
            html("div", "replies", *replies.values(), role="status"),
            **data,
        )


class Answers(SphinxTransform):
    """Put the answers at the end of the page, for a printed book; a screen does not show them."""

    default_priority = 500

    def apply(self, **_: object) -> None:
        """Add one paragraph at the end of the current page."""
        elements = self.document.findall(Html)
        answers = [element["answer"] for element in elements if "answer" in element]
        if answers:
            lines = [f"Task {number}: {answer}" for number, answer in answers]
            text = nodes.Text(f"Answers. {'; '.join(lines)}.")
            next(self.document.findall(nodes.section)).append(html("p", "answers", text))


class FormlessTasks(SphinxPostTransform):
    """Take the fields from an e-book, which runs no script; its answers unfold below each task."""

    default_priority = 5
    builders = ("epub",)

    def run(self, **_: object) -> None:
        """Drop the forms and the list of answers of the current page."""
        unused = [
            element
            for element in self.document.findall(Html)
            if element["tag"] == "form" or element["attributes"]["class"] == "answers"
        ]
        for element in unused:
            element.parent.remove(element)


def setup(app: Sphinx) -> None:
    """Register the directive and its transforms."""
    app.add_directive("pencil", Pencil)
    app.add_transform(Answers)
    app.add_post_transform(FormlessTasks)
