"""What a page quotes from a lesson: a text that the lesson stored, or the badge of a check."""

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


class Checked(SphinxRole):
    """The badge of a checked formula: ``path/to/notebook.ipynb#section::name``.

    It leads to the section of the lesson that compares algebra, central differences and automatic
    differentiation, and shows the largest relative error that the lesson quotes under the name.
    What was checked otherwise says how: ``...::name::in two ways``.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link, or complain that the notebook has no such quote."""
        section, _, rest = self.text.partition("::")
        name, _, how = rest.partition("::")
        text = stored_texts(notebook(self.env, section.partition("#")[0])).get(name)
        if text is None or "#" not in section:
            logger.warning("%s has no check %s.", section, name, location=self.get_location())
            return [], []
        words = f"[checked {how or 'in three ways'}, largest error {text}]({section})"
        link, messages = self.inliner.parse(words, self.lineno, self.inliner, nodes.inline())
        return [nodes.inline("", "", nodes.Text("✓ "), *link, classes=["checked"])], messages


def setup(app: Sphinx) -> None:
    """Take the place of MyST-NB's role."""
    app.setup_extension("myst_nb")
    app.add_role_to_domain("glue", "text", Quote(), override=True)
    app.add_role("checked", Checked())
