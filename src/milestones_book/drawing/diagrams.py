"""Diagrams, written as Mermaid and drawn while the book is built.

A line ``click NODE "page"`` makes a node a link; the page is named as in a Markdown link.
"""

import hashlib
import re

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.writers.html4css1 import HTMLTranslator
from sphinx.application import Sphinx

from milestones_book.drawing.formulas import draw
from milestones_book.pages.base import BookDirective
from milestones_book.pages.elements import html, pass_over

CLICK = re.compile(r'^\s*click (\w+) "([^"]+)"\s*$', flags=re.MULTILINE)
STYLE = re.compile(r"<style>.*?</style>\n?", flags=re.DOTALL)
OWN_COLORS = ' style="--bg:#FFFFFF;--fg:#27272A;background:var(--bg)"'


class Diagram(nodes.General, nodes.Element):
    """A drawn diagram: ``svg``, ``alt``, and ``links`` from a node's name to a document."""


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
        caption = self.options.get("caption")
        captions = [self.line(caption, "figcaption")] if caption else []
        return [html("figure", "diagram", diagram, *captions)]

    def drawn(self, code: str) -> str:
        """Return the diagram as SVG, without colors or fonts of its own."""
        reply = draw(code=CLICK.sub("", code))
        if "error" in reply:
            raise self.error(f"The diagram cannot be drawn: {reply['error']}")
        svg = STYLE.sub("", reply["svg"]).replace(OWN_COLORS, "")
        # Two diagrams on a page must not share the names of their arrowheads.
        mark = hashlib.sha256(code.encode()).hexdigest()[:8]
        return re.sub(r"(id=\"|url\(#)(arrowhead)", rf"\g<1>{mark}-\2", svg)

    def links(self, code: str) -> dict[str, str]:
        """Return the document that each linked node leads to."""
        found = {name: self.env.relfn2path(page)[0] for name, page in CLICK.findall(code)}
        documents = {name: path.rpartition(".")[0] for name, path in found.items()}
        for document in documents.values():
            if document not in self.env.found_docs:
                raise self.error(f"The diagram leads to {document}, which is no page.")
        return documents


def linked(svg: str, name: str, address: str) -> str:
    """Make one node of a diagram a link."""
    pattern = rf'<g class="node" data-id="{name}".*?</g>'
    return re.sub(pattern, lambda node: f'<a href="{address}">{node[0]}</a>', svg, flags=re.DOTALL)


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
    app.add_node(Diagram, html=(visit_diagram, None), latex=(pass_over, pass_over), text=(pass_over, pass_over))  # fmt: skip  # noqa: E501
    app.add_directive("mermaid", Mermaid)
