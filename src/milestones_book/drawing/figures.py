"""Figures and films from the notebooks, as drawings that belong to the page."""

import json

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.writers.html4css1 import HTMLTranslator
from nbformat import NotebookNode
from sphinx.application import Sphinx

from milestones.quotes import drawing, label, stored_figures, stored_film
from milestones_book.drawing.nodes import Picture
from milestones_book.drawing.svg import inline
from milestones_book.pages.base import BookDirective
from milestones_book.pages.elements import Html, html


class Drawing(Picture):
    """A drawing of Matplotlib's; ``hidden`` says that it is a frame that waits for its turn."""


class NotebookFigure(BookDirective):
    """A figure that ``ms.quote`` stored in a notebook, shown on a chapter page.

    MyST-NB's own ``glue:figure`` reads the current page only.
    """

    has_content = True
    required_arguments = 1
    option_spec = {  # noqa: RUF012
        "doc": directives.unchanged_required,
        "alt": directives.unchanged_required,
        "name": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """Return a numbered figure, or refuse the page if the notebook has none of that name."""
        outputs = stored_figures(self.notebook(self.options["doc"]))
        if self.arguments[0] not in outputs:
            raise self.error(f"{self.options['doc']} has no figure {self.arguments[0]}.")
        return self.figure(self.drawing(outputs[self.arguments[0]], self.options["alt"]))

    def drawing(self, output: NotebookNode, alt: str, hidden: bool = False) -> Drawing:
        """Return the drawing of an output."""
        node = Drawing(svg=drawing(output), alt=alt, hidden=hidden)
        self.set_source_info(node)
        return node

    def figure(self, *content: nodes.Node) -> list[nodes.Node]:
        """Wrap content in a figure with the directive's caption and name."""
        figure = nodes.figure("", *content)
        text = "\n".join(self.content)
        caption = nodes.caption(text, "", *self.parse_line(text))
        self.set_source_info(figure)
        self.set_source_info(caption)
        figure += caption
        self.add_name(figure)
        return [figure]


class Film(NotebookFigure):
    """A figure with a slider: the frames that ``ms.film`` stored in a notebook.

    All frames are in the page; a short script shows the one that the slider names, and print
    shows the middle one. In an e-book the middle one stands alone (pages/ebooks.py).
    """

    option_spec = {**NotebookFigure.option_spec, "label": directives.unchanged_required}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Return a numbered figure with its frames and its slider."""
        outputs = stored_film(self.notebook(self.options["doc"]), self.arguments[0])
        if not outputs:
            raise self.error(f"{self.options['doc']} has no film {self.arguments[0]}.")
        labels = [label(output) for output in outputs]
        middle = len(outputs) // 2
        shown = [
            self.drawing(output, self.words(said), hidden=number != middle)
            for number, (output, said) in enumerate(zip(outputs, labels, strict=True))
        ]
        film = html("div", "film", html("div", "frames", *shown), self.slider(labels, middle))
        film["still"] = self.options["alt"]
        return self.figure(film)

    def words(self, said: str) -> str:
        """Return what the frame shows at which the slider says something."""
        return f"{self.options['alt']} {self.options['label']}: {said}."

    def slider(self, labels: list[str], middle: int) -> Html:
        """Return the slider, and the label of the frame that it shows."""
        spoken = {"data-labels": json.dumps(labels), "aria-valuetext": labels[middle]}
        last, value = str(len(labels) - 1), str(middle)
        slider = html("input", "", type="range", min="0", max=last, value=value, **spoken)
        shown = html("output", "", nodes.Text(labels[middle]))
        return html("label", "", self.line(self.options["label"]), slider, shown)


def visit_drawing(writer: HTMLTranslator, node: Drawing) -> None:
    """Write the lines of a drawing into the page; an e-book knows no variables."""
    themed = writer.builder.name != "epub"
    writer.body.append(inline(node["svg"], node["alt"], node.get("hidden", False), themed))
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the node and the directives."""
    app.add_node(Drawing, html=(visit_drawing, None))
    app.add_directive("notebook-figure", NotebookFigure)
    app.add_directive("film", Film)
