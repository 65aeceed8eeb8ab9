"""What a page quotes from a lesson: ``{glue:text}`` with the notebook's path and a name."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from milestones.quotes import stored_texts
from milestones_book.pages.notebooks import notebook

logger = logging.getLogger(__name__)


class Quote(SphinxRole):
    """A text that ``ms.quote`` stored: ``path/to/notebook.ipynb::name:s``.

    MyST-NB's own role reads a copy of the notebook's outputs once for every quote, when the page
    is written; this one reads the notebook, and has the page rebuilt when it changes.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the text, or complain that the notebook has none of that name."""
        address, _, name = self.text.removesuffix(":s").partition("::")
        text = stored_texts(notebook(self.env, address)).get(name)
        if text is None:
            logger.warning("%s quotes nothing as %s.", address, name, location=self.get_location())
            return [], []
        node = nodes.inline(text, text, classes=["pasted-text"])
        self.set_source_info(node)
        return [node], []


def setup(app: Sphinx) -> None:
    """Take the place of MyST-NB's role."""
    app.setup_extension("myst_nb")
    app.add_role_to_domain("glue", "text", Quote(), override=True)
