"""Catalogues for translators, made from the reading that all editions share."""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.gettext import MessageCatalogBuilder
from sphinx.util.nodes import is_translatable
from sphinx.versioning import add_uids

from milestones_book.editions.build import build


class Catalogues(MessageCatalogBuilder):
    """Sphinx's own builder, which would read all pages again to give each text a name."""

    versioning_method = "none"

    def write_doc(self, docname: str, doctree: nodes.document) -> None:
        """Name the texts of a page, then collect them."""
        list(add_uids(doctree, is_translatable))
        super().write_doc(docname, doctree)


def make_gettext() -> Path:
    """Write the catalogues that a translator fills in."""
    return build("gettext")


def setup(app: Sphinx) -> None:
    """Take the place of Sphinx's builder."""
    app.add_builder(Catalogues, override=True)
