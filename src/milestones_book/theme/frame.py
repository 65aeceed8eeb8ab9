"""What surrounds a page: the theme's own parts, made accessible and light.

Each mend of the theme's markup names the rule of axe-core that it satisfies. The changes that
would make a mend unnecessary are kept as patches in ``upstream/`` at the top.
"""

import re
from collections.abc import Callable

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms.post_transforms import SphinxPostTransform

SECTION = r'(<a class="[^"]*\breference internal"[^>]*>(.*?)</a><details[^>]*><summary)(>)'
TAG = re.compile(r"<[^>]+>")


def name_of_section(found: re.Match[str]) -> str:
    """Give the arrow beside a chapter in the sidebar a name (rule summary-name)."""
    return f'{found[1]} aria-label="Below {TAG.sub("", found[2])}"{found[3]}'


MENDS: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
    (SECTION, name_of_section),
    # A label must contain the visible words, or be left out (rule label-content-name-mismatch).
    (r'(<button class="btn search-button-field[^>]*?) aria-label="[^"]*"', r"\1"),
    (r'<summary aria-label="Toggle hidden content">', "<summary>"),
    # The logo stands in the sidebar, outside of any landmark (rule region).
    (r'(<div id="pst-primary-sidebar")', r'\1 role="complementary" aria-label="The book"'),
    # A role that ARIA has withdrawn, in a list that needs items (rule aria-allowed-role).
    (r'(<div class="citation"[^>]*?) role="doc-biblioentry"', r'\1 role="listitem"'),
]  # fmt: skip


def mend(markup: str) -> Markup:
    """Repair the theme's markup."""
    for pattern, replacement in MENDS:
        markup = re.sub(pattern, replacement, markup)
    return Markup(markup)


def without_scripts(markup: str, *names: str) -> Markup:
    """Remove script elements by the name of their file."""
    pattern = rf"<script[^>]*/?(?:{'|'.join(names)})\.js[^>]*>\s*</script>"
    return Markup(re.sub(pattern, "", markup))


class NamelessProofs(SphinxPostTransform):
    """Take the names from proofs: sphinx-proof gives all proofs of a page the same two."""

    default_priority = 900

    def run(self) -> None:
        """Drop both names; nothing leads to them."""
        for element in self.document.findall(nodes.Element):
            if element.get("ids") and set(element["ids"]) <= {"proof", "proof-content"}:
                element["ids"] = []


def deferred(markup: str) -> Markup:
    """Let scripts run after the page is read; inline scripts need the first one earlier."""
    return Markup(
        re.sub(r"<script (?=[^>]*src=(?![^>]*documentation_options))", "<script defer ", markup)
    )


def drop_launch_buttons(app: Sphinx, config: Config) -> None:
    """Without the address of a repository there is nothing that a button could launch."""
    options = config.html_theme_options
    if not options.get("repository_url"):
        options.pop("repository_url", None)
        options.pop("launch_buttons", None)


def add_helpers(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Let the templates mend markup and remove scripts."""
    context["mend"] = mend
    context["deferred"] = deferred
    context["without_scripts"] = without_scripts


def setup(app: Sphinx) -> None:
    """Offer the helpers to every page."""
    app.add_post_transform(NamelessProofs)
    app.connect("config-inited", drop_launch_buttons)
    app.connect("html-page-context", add_helpers)
