"""What surrounds a page: the theme's own parts, without what the book does not use."""

import re

from markupsafe import Markup
from sphinx.application import Sphinx

UNUSED_SCRIPTS = ("fontawesome",)
"""The icons are a font (see fonts.py)."""
SEARCH_SCRIPTS = ("searchtools", "language_data", "searchindex")
"""Needed by the page of search results alone."""


def without_scripts(markup: str, *names: str) -> Markup:
    """Remove script elements by the name of their file."""
    pattern = rf'<script[^>]*/?(?:{"|".join(names)})\.js[^>]*>\s*</script>'
    return Markup(re.sub(pattern, "", markup))


def add_helpers(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Let the templates remove scripts."""
    context["without_unused_scripts"] = lambda markup: without_scripts(markup, *UNUSED_SCRIPTS)
    context["without_search_scripts"] = lambda markup: (
        markup if page == "search" else without_scripts(markup, *SEARCH_SCRIPTS)
    )


def setup(app: Sphinx) -> None:
    """Offer the helpers to every page."""
    app.connect("html-page-context", add_helpers)
