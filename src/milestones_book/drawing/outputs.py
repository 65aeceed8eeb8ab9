"""What a notebook's own page shows of its outputs: MyST-NB's way, but drawings in the page."""

from myst_nb.core.render import MimeData, NbElementRenderer

from milestones_book.drawing.figures import Drawing


class Renderer(NbElementRenderer):
    """MyST-NB's renderer, which would write each drawing to a file and load it as an image."""

    def render_image(self, data: MimeData) -> list:
        """Return a drawing as a node that holds its lines; pixels stay a file."""
        if data.mime_type != "image/svg+xml":
            return super().render_image(data)
        options = self.renderer.get_cell_level_config(
            "render_image_options", data.cell_metadata, line=data.line
        )
        return [Drawing(svg=data.string.rstrip("\n"), alt=options.get("alt", ""), hidden=False)]
