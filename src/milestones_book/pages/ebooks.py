"""What an e-book shows instead of what needs a script or a newer schema."""

from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from milestones_book.drawing.figures import Drawing
from milestones_book.pages.elements import Html


class StillFilms(SphinxPostTransform):
    """Show the middle frame of a film, for a reader that runs no script."""

    default_priority = 5
    builders = ("epub",)

    def run(self, **_: object) -> None:
        """Replace the films of the current page."""
        films = [element for element in self.document.findall(Html) if "still" in element]
        for film in films:
            frame = next(frame for frame in film.findall(Drawing) if not frame["hidden"])
            frame["alt"] = film["still"]
            film.replace_self(frame)


class LoneOptions(SphinxPostTransform):
    """Take the shared name from the options of a question: the schema of e-books has none."""

    default_priority = 5
    builders = ("epub",)

    def run(self, **_: object) -> None:
        """Change the options of the current page."""
        for element in self.document.findall(Html):
            if element["tag"] == "details":
                element["attributes"].pop("name", None)


def setup(app: Sphinx) -> None:
    """Register both transforms."""
    app.add_post_transform(StillFilms)
    app.add_post_transform(LoneOptions)
