"""The book's own directives and drawings, one concept per module."""

from sphinx.application import Sphinx

from milestones_book import (
    cards,
    diagrams,
    drawing,
    elements,
    fonts,
    frame,
    pictures,
    quiz,
    search,
    tables,
)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register everything."""
    for module in (
        elements,
        cards,
        quiz,
        tables,
        diagrams,
        pictures,
        drawing,
        fonts,
        frame,
        search,
    ):
        module.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
