"""What makes and keeps the book: its contents, its pages, its drawings, its look, its editions.

As a Sphinx extension it registers the directives, the drawings and the theme's mends.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

EXTENSIONS = (
    "freshness",
    "pages.elements",
    "pages.cards",
    "pages.quiz",
    "pages.pencil",
    "pages.quotes",
    "pages.tables",
    "drawing.diagrams",
    "drawing.figures",
    "drawing.formulas",
    "pages.ebooks",
    "editions.catalogues",
    "theme.fonts",
    "theme.frame",
    "theme.search",
)


def setup(app: "Sphinx") -> dict[str, bool]:
    """Register everything."""
    for name in EXTENSIONS:
        import_module(f"milestones_book.{name}").setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
