"""What the book's own directives share: parsing MyST into nodes, and reading files.

Everything they show is read from files at build time (a notebook's metadata, a quiz file, the
data catalogue), so a page cannot disagree with what was measured.
"""

import tomllib
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from nbformat import NotebookNode
from sphinx.util.docutils import SphinxDirective

from milestones_book.pages.elements import HtmlText, html
from milestones_book.pages.notebooks import notebook


class BookDirective(SphinxDirective):
    """A directive that parses MyST and reads files."""

    def parse(self, text: str) -> list[nodes.Node]:
        """Return the nodes of a piece of MyST."""
        holder = nodes.Element()
        lines = StringList(text.splitlines(), self.env.docname)
        self.state.nested_parse(lines, 0, holder)
        return holder.children

    def parse_line(self, text: str) -> list[nodes.Node]:
        """Return the inline nodes of one paragraph of MyST."""
        return [child for node in self.parse(text) for child in node.children]

    def line(self, text: str, tag: str = "span", classes: str = "") -> HtmlText:
        """Return one line of MyST as an element that can be translated."""
        attributes = {"class": classes}
        node = HtmlText(text, "", *self.parse_line(text), tag=tag, attributes=attributes)
        self.set_source_info(node)
        return node

    @property
    def root(self) -> Path:
        """The folder of the book."""
        return Path(self.env.srcdir)

    def notebook(self, address: str) -> NotebookNode:
        """Return a notebook, named as in a link."""
        return notebook(self.env, address)

    def read_toml(self, name: str) -> dict:
        """Read a file that lies beside the page, and rebuild the page when it changes."""
        relative, absolute = self.env.relfn2path(name)
        self.env.note_dependency(relative)
        return tomllib.loads(Path(absolute).read_text(encoding="utf-8"))

    def table(self, header: list[str], rows: list[list[str]], kind: str = "") -> list[nodes.Node]:
        """Return a table whose cells are MyST; the styles know its kind."""
        lines = [header, ["---"] * len(header), *rows]
        text = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
        return [html("div", f"table-scroll {kind}".strip(), *self.parse(text))]
