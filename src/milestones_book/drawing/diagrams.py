"""Diagrams, written as Mermaid and drawn while the book is built.

A line ``click NODE "page"`` makes a node a link; the page is named as in a Markdown link. A line
``class NODE,NODE planned`` dashes the boxes of what is not written yet.
"""

import hashlib
import re

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.writers.html4css1 import HTMLTranslator
from sphinx.application import Sphinx

from milestones_book.drawing.formulas import draw
from milestones_book.drawing.nodes import Picture
from milestones_book.mends import mend
from milestones_book.pages.base import BookDirective
from milestones_book.pages.elements import html

CLICK = re.compile(r'^\s*click (\w+) "([^"]+)"\s*$', flags=re.MULTILINE)
PLANNED = re.compile(r"^\s*class ([\w,]+) planned\s*$", flags=re.MULTILINE)
STYLE = r"<style>.*?</style>\n?"
OWN_COLORS = re.escape(' style="--bg:#FFFFFF;--fg:#27272A;background:var(--bg)"')
ARROWHEAD = r"(id=\"|url\(#)(arrowhead)"


class Diagram(Picture):
    """A drawn diagram: ``links`` lead from a node's name to a document."""


class Mermaid(BookDirective):
    """A Mermaid diagram with a text that says what it shows."""

    has_content = True
    option_spec = {"alt": directives.unchanged_required, "caption": directives.unchanged}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Return a figure; without ``:alt:``, or with a mistake in it, the page is refused."""
        if not self.options.get("alt"):
            raise self.error("A diagram needs :alt:, a text that says what it shows.")
        code = "\n".join(self.content)
        diagram = Diagram(svg=self.drawn(code), alt=self.options["alt"], links=self.links(code))
        self.set_source_info(diagram)
        caption = self.options.get("caption")
        captions = [self.line(caption, "figcaption")] if caption else []
        return [html("figure", "diagram", diagram, *captions)]

    def drawn(self, code: str) -> str:
        """Return the diagram as SVG, or refuse the page."""
        reply = draw(code=PLANNED.sub("", CLICK.sub("", code)))
        if "error" in reply:
            raise self.error(f"The diagram cannot be drawn: {reply['error']}")
        svg = plain(reply["svg"], hashlib.sha256(code.encode()).hexdigest()[:8])
        for names in PLANNED.findall(code):
            for name in names.split(","):
                svg = dashed(svg, name)
        return svg

    def links(self, code: str) -> dict[str, str]:
        """Return the document that each linked node leads to."""
        found = {name: self.env.relfn2path(page)[0] for name, page in CLICK.findall(code)}
        documents = {name: path.rpartition(".")[0] for name, path in found.items()}
        for document in documents.values():
            if document not in self.env.found_docs:
                raise self.error(f"The diagram leads to {document}, which is no page.")
        return documents


def plain(svg: str, mark: str) -> str:
    """Return a diagram without colors or fonts of its own; a mark makes its names unique."""
    svg = mend("style of a diagram", svg, STYLE, "", times=1)
    svg = mend("colors of a diagram", svg, OWN_COLORS, "", times=1)
    return mend("arrowheads of a diagram", svg, ARROWHEAD, rf"\g<1>{mark}-\2")


def dashed(svg: str, name: str) -> str:
    """Dash the box of one node."""
    pattern = rf'(<g class="node" data-id="{name}"[^>]*>\s*<rect) '
    return mend(f"box of the node {name}", svg, pattern, r'\1 stroke-dasharray="5 3" ', times=1)


def linked(svg: str, name: str, address: str) -> str:
    """Make one node of a diagram a link."""
    pattern = rf'<g class="node" data-id="{name}".*?</g>'
    link = rf'<a href="{address}">\g<0></a>'
    return mend(f"link of the node {name}", svg, pattern, link, times=1)


def visit_diagram(writer: HTMLTranslator, node: Diagram) -> None:
    """Write the drawing: one picture to a screen reader, or a group of links."""
    svg, page = node["svg"], writer.builder.current_docname
    for name, document in node["links"].items():
        svg = linked(svg, name, writer.builder.get_relative_uri(page, document))
    role = "group" if node["links"] else "img"
    label = writer.attval(node["alt"])
    writer.body.append(f'<div class="drawing" role="{role}" aria-label="{label}">{svg}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the node and the directive."""
    app.add_node(Diagram, html=(visit_diagram, None))
    app.add_directive("mermaid", Mermaid)
