"""The search: every section of the book in one small file, ranked by MiniSearch in the browser.

The file is loaded as a script, so the search works from a folder as well; nothing is fetched to
show a result. Formulas and code are left out, names in code are kept.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from milestones_book.mends import discard

LIBRARY = Path(__file__).parents[3] / "node_modules" / "minisearch" / "dist" / "umd" / "index.js"
NOT_PROSE = (nodes.raw, nodes.literal_block, nodes.comment, nodes.title)


def heading_of(section: nodes.section) -> str:
    """Return the title of a section in one line."""
    return " ".join(section[0].astext().split())


def is_titled_section(node: nodes.Node) -> bool:
    """Tell whether a node is a section of the page; a theorem's content has no title."""
    return isinstance(node, nodes.section) and isinstance(node[0], nodes.title)


def text_of(node: nodes.Node) -> Iterator[str]:
    """Yield the prose of a node, piece by piece."""
    if isinstance(node, nodes.Text):
        yield node.astext()
    if isinstance(node, nodes.math | nodes.math_block):
        yield "…"
        return
    for child in node.children:
        if not isinstance(child, NOT_PROSE) and not is_titled_section(child):
            yield from text_of(child)
            if not isinstance(child, nodes.Inline | nodes.Text):
                yield " "


def prose(node: nodes.Node) -> str:
    """Return the prose of a node in one line."""
    return " ".join("".join(text_of(node)).split())


def sections(document: nodes.document) -> Iterator[tuple[str, str, str]]:
    """Yield anchor, heading and text of each section, and of each entry of a glossary."""
    for section in document.findall(is_titled_section):
        yield section["ids"][0], heading_of(section), prose(section)
    for glossary in document.findall(addnodes.glossary):
        for entry in glossary.findall(nodes.definition_list_item):
            term = entry[0]
            yield term["ids"][0], prose(term), prose(entry[-1])


def records(app: Sphinx) -> list[dict[str, str]]:
    """Return one record for each section of each page."""
    found = []
    for page in sorted(app.env.found_docs):
        document = app.env.get_doctree(page)
        title = " ".join(app.env.titles[page].astext().split())
        for number, (anchor, heading, text) in enumerate(sections(document)):
            address = f"{page}.html" + (f"#{anchor}" if number else "")
            found.append({"address": address, "title": title, "heading": heading, "text": text})
    return found


def replace_search(app: Sphinx) -> None:
    """Let Sphinx make no index of its own."""
    if isinstance(app.builder, StandaloneHTMLBuilder):
        app.builder.search = False


def page_of_results(app: Sphinx) -> Iterator[tuple[str, dict, str]]:
    """Yield the page that shows results."""
    if app.builder.name == "html":
        yield "search", {}, "search.html"


def announce(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Tell the theme that there is a search."""
    hasdoc = context.get("hasdoc", bool)
    context["hasdoc"] = lambda name: name == "search" or hasdoc(name)


def finish(app: Sphinx, failure: Exception | None) -> None:
    """Write the records, bring MiniSearch, and leave out what Sphinx's own search has left."""
    if failure or app.builder.name != "html":
        return
    static = Path(app.outdir) / "_static"
    content = json.dumps(records(app), ensure_ascii=False, separators=(",", ":"))
    (static / "sections.js").write_text(f"window.bookSections = {content};\n", encoding="utf-8")
    shutil.copy(LIBRARY, static / "minisearch.js")
    discard(static, "searchtools.js", "language_data.js")


def setup(app: Sphinx) -> None:
    """Take the place of Sphinx's search."""
    app.connect("builder-inited", replace_search)
    app.connect("html-collect-pages", page_of_results)
    app.connect("html-page-context", announce)
    app.connect("build-finished", finish)
