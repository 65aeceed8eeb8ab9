"""A picture with words, as a node: what a figure and a diagram have in common."""

from docutils import nodes
from sphinx import addnodes


class Picture(nodes.General, addnodes.translatable, nodes.Element):
    """Lines (``svg``) and what they show (``alt``), which can be translated."""

    def preserve_original_messages(self) -> None:
        """Keep the words for the catalogue."""
        self["original"] = self["alt"]

    def apply_translated_message(self, original_message: str, translated_message: str) -> None:
        """Say the same in another language."""
        if self["alt"] == original_message:
            self["alt"] = translated_message

    def extract_original_messages(self) -> list[str]:
        """Return the words for the catalogue."""
        return [self["original"]]
