"""What surrounds a page: the theme's own parts, made accessible and light.

Each mend of the theme's markup names the rule of axe-core that it satisfies. The changes that
would make a mend unnecessary are kept as patches in ``upstream/`` at the top.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from docutils import nodes
from markupsafe import Markup
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx_proof.nodes import NODE_TYPES, proof_node, unenumerable_node

from milestones.plots import THEMES
from milestones_book.mends import mend, require

logger = logging.getLogger(__name__)

SECTION = r'(<a class="[^"]*\breference internal"[^>]*>([^\n]*?)</a><details[^>]*><summary)(>)'
TAG = re.compile(r"<[^>]+>")
STATEMENTS = {*NODE_TYPES.values(), unenumerable_node} - {proof_node}
"""Theorems and their like, as nodes; a proof is another kind."""
THEME_NOW = (
    "((mode) => (mode !== 'auto' ? mode : "
    "matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'))"
    "(document.documentElement.dataset.mode)"
)
"""What the theme's own script will set, once it runs."""
SEARCH = ("searchtools", "language_data", "searchindex")


def name_of_section(found: re.Match[str]) -> str:
    """Give the arrow beside a chapter in the sidebar a name."""
    return f'{found[1]} aria-label="Below {TAG.sub("", found[2])}"{found[3]}'


@dataclass(frozen=True)
class Frame:
    """The helpers that mend one page; templates call them with pieces of the theme's markup."""

    env: BuildEnvironment
    builder: str
    page: str
    doctree: nodes.document | None

    def count(self, kind: type[nodes.Element]) -> int:
        """Return how many elements of a kind the page has; a page without a source has none."""
        return len(list(self.doctree.findall(kind))) if self.doctree else 0

    def branches(self) -> int:
        """Return how many pages the sidebar unfolds; a page of all pages has no sidebar."""
        parents = self.env.toctree_includes.items()
        root = self.env.config.root_doc
        return sum(bool(below) and page != root for page, below in parents) * (
            self.builder == "html"
        )

    def content(self, markup: str) -> Markup:
        """Repair what surrounds the text."""
        # Rule summary-name.
        text = mend("names of the arrows", markup, SECTION, name_of_section, self.branches())
        # A label must contain the visible words, or be left out (label-content-name-mismatch).
        button = r'(<button class="btn search-button-field[^>]*?) aria-label="[^"]*"'
        text = mend("label of the search button", text, button, r"\1", times=1)
        label, hidden = '<summary aria-label="Toggle hidden content">', self.count(HideCodeCellNode)
        text = mend("label of hidden cells", text, label, "<summary>", hidden)
        # The logo stands in the sidebar, outside of any landmark (rule region).
        landmark = r'\1 role="complementary" aria-label="The book"'
        text = mend("sidebar", text, r'(<div id="pst-primary-sidebar")', landmark, times=1)
        # A role that ARIA has withdrawn, in a list that needs items (rule aria-allowed-role).
        role, cited = r'(<div class="citation"[^>]*?) role="doc-biblioentry"', nodes.citation
        return Markup(mend("role of a work", text, role, r'\1 role="listitem"', self.count(cited)))

    def css(self, markup: str) -> Markup:
        """Know the theme before the page is painted; leave out the script that draws icons."""
        # The theme's own script replaces "auto" only when it runs, and all borders move then.
        late = r'dataset\.theme = localStorage\.getItem\("theme"\) \|\| "auto";'
        text = mend("early theme", markup, late, f"dataset.theme = {THEME_NOW};", times=1)
        # Icons are letters (fonts.py).
        return Markup(without_scripts(text, "fontawesome"))

    def head(self, markup: str) -> Markup:
        """Leave out Sphinx's own search, which is not loaded on the page of results."""
        return Markup(markup if self.page == "search" else without_scripts(markup, *SEARCH))

    def scripts(self, markup: str) -> Markup:
        """Let scripts run after the page is read; inline scripts need the first one earlier."""
        first = len(re.findall(r"<script [^>]*src=[^>]*documentation_options", markup))
        require("first script", first, times=1)
        later = r"<script (?=[^>]*src=(?![^>]*documentation_options))"
        return Markup(mend("later scripts", markup, later, "<script defer "))


class NoFrame:
    """A page of an e-book, which has no frame."""

    content = css = head = scripts = staticmethod(Markup)


def without_scripts(markup: str, *names: str) -> str:
    """Remove script elements by the name of their file."""
    for name in names:
        script = rf"<script[^>]*/?{name}\.js[^>]*>\s*</script>"
        markup = mend(f"script {name}", markup, script, "", times=1)
    return markup


class NamelessProofs(SphinxPostTransform):
    """Take the names from proofs: sphinx-proof gives all proofs of a page the same two."""

    default_priority = 900

    def run(self, **_: object) -> None:
        """Drop both names; nothing leads to them."""
        named = [
            element
            for element in self.document.findall(nodes.Element)
            if element.get("ids") and set(element["ids"]) <= {"proof", "proof-content"}
        ]
        proofs = len(list(self.document.findall(proof_node)))
        statements = sum(len(list(self.document.findall(kind))) for kind in STATEMENTS)
        require("names of proofs", len(named), times=proofs + statements)
        for element in named:
            element["ids"] = []


def drop_launch_buttons(app: Sphinx, config: Config) -> None:
    """Without the address of a repository there is nothing that a button could launch."""
    options = config.html_theme_options
    if not options.get("repository_url"):
        options.pop("repository_url", None)
        options.pop("launch_buttons", None)


def give_colors(app: Sphinx, config: Config) -> None:
    """Let the style sheet have the colors of the figures."""
    colors = {
        theme: {name: color.lower() for name, color in sorted(colors.items())}
        for theme, colors in THEMES.items()
    }
    config.html_context["figure_colors"] = colors


def front_door(app: Sphinx) -> Iterator[tuple[str, dict, str]]:
    """Yield the page at the top of the site, and one at each address of a page that has moved."""
    if app.builder.name != "html" or app.config.root_doc == "index":
        return
    yield "index", {"target": app.config.root_doc, "name": app.config.project}, "moved.html"
    for old, new in app.config.moved_pages.items():
        if new not in app.env.titles:
            logger.warning("%s has moved to %s, which is no page.", old, new)
        elif old in app.env.titles:
            logger.warning("%s has moved to %s, but is still a page.", old, new)
        else:
            yield old, {"target": new, "name": app.env.titles[new].astext()}, "moved.html"


def add_frame(app: Sphinx, page: str, _: str, context: dict, doctree: nodes.document) -> None:
    """Let the templates mend markup and remove scripts."""
    builder = app.builder.name
    context["frame"] = NoFrame if builder == "epub" else Frame(app.env, builder, page, doctree)


def setup(app: Sphinx) -> None:
    """Give every page its frame."""
    app.add_config_value("moved_pages", {}, "html", [dict])
    app.add_post_transform(NamelessProofs)
    app.connect("config-inited", drop_launch_buttons)
    app.connect("config-inited", give_colors)
    app.connect("html-collect-pages", front_door)
    app.connect("html-page-context", add_frame)
