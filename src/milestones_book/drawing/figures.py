"""Figures and films from the notebooks, as drawings that belong to the page.

A drawing stands in the page itself, not in a file beside it: its letters can be searched and
translated, its colors follow the light or dark theme, and it is sharp at every size.
"""

import hashlib
import json
import os
import re
from html import escape
from pathlib import Path

import nbformat
from docutils import nodes
from docutils.parsers.rst import directives
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from milestones_book.pages.base import BookDirective
from milestones_book.pages.elements import html

THEMED = {
    "#000000": "ink",
    "#1f2937": "ink",
    "#ffffff": "paper",
    "#e5e7eb": "grid",
    "#6b7280": "grey",
    "#0072b2": "blue",
    "#d55e00": "orange",
    "#009e73": "green",
    "#cc79a7": "purple",
    "#56b4e9": "sky",
    "#e69f00": "gold",
}
"""The colors of the book's Matplotlib style, and the names of their variables in milestones.css."""

HEADER = re.compile(
    r"<metadata>.*?</metadata>\s*|<!--.*?-->\s*|<defs>\s*<style.*?</style>\s*</defs>\s*",
    flags=re.DOTALL,
)
"""Facts about the file, comments, and a style that would apply to the whole page."""
BACKGROUND = re.compile(r'<g id="patch_1">.*?</g>\s*', flags=re.DOTALL)
FAMILY = re.compile(r"('DejaVu Sans'(?:, [^;\"]+)?)")


class NotebookFigure(BookDirective):
    """A figure that ``ms.quote`` stored in a notebook, shown on a chapter page.

    MyST-NB's own ``glue:figure`` reads the current page only.
    """

    has_content = True
    required_arguments = 1
    option_spec = {  # noqa: RUF012
        "doc": directives.unchanged_required,
        "alt": directives.unchanged_required,
        "name": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """Return a numbered figure."""
        return self.figure(self.image(self.find(self.arguments[0]), self.options["alt"]))

    def find(self, name: str) -> NotebookNode:
        """Return the output stored under a name, or refuse the page."""
        outputs = self.stored_images()
        if name not in outputs:
            raise self.error(f"{self.options['doc']} has no figure {name}.")
        return outputs[name]

    def stored_images(self) -> dict[str, NotebookNode]:
        """Return the named images of the notebook, in order."""
        relative, absolute = self.env.relfn2path(self.options["doc"])
        self.env.note_dependency(relative)
        return {
            output.metadata.scrapbook.name: output
            for cell in nbformat.read(absolute, as_version=4).cells
            for output in cell.get("outputs", [])
            if "scrapbook" in output.get("metadata", {}) and image_key(output)
        }

    def image(self, output: NotebookNode, alt: str, classes: str = "") -> nodes.image:
        """Write the drawing below the build folder, named by its content, and return its node."""
        content = output.data[image_key(output)].encode()
        folder = Path(self.env.app.outdir).parent / "figures"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{hashlib.sha256(content).hexdigest()}.svg"
        path.write_bytes(content)
        address = "/" + Path(os.path.relpath(path, self.env.srcdir)).as_posix()
        return nodes.image("", uri=address, alt=alt, classes=classes.split())

    def figure(self, *content: nodes.Node) -> list[nodes.Node]:
        """Wrap content in a figure with the directive's caption and name."""
        figure = nodes.figure("", *content)
        text = "\n".join(self.content)
        caption = nodes.caption(text, "", *self.parse_line(text))
        self.set_source_info(figure)
        self.set_source_info(caption)
        figure += caption
        self.add_name(figure)
        return [figure]


class Film(NotebookFigure):
    """A figure with a slider: the frames that ``ms.film`` stored in a notebook.

    All frames are in the page; a short script shows the one that the slider names, and print
    shows the middle one.
    """

    option_spec = {**NotebookFigure.option_spec, "label": directives.unchanged_required}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Return a numbered figure with its frames and its slider."""
        frames = [
            output
            for name, output in self.stored_images().items()
            if name.rpartition("-")[0] == self.arguments[0]
        ]
        if not frames:
            raise self.error(f"{self.options['doc']} has no film {self.arguments[0]}.")
        middle = len(frames) // 2
        if self.is_for_ebook:
            return self.figure(self.image(frames[middle], self.options["alt"]))
        images = [
            self.image(
                frame,
                f"{self.options['alt']} {self.options['label']}: {frame.metadata.label}.",
                "" if number == middle else "hidden",
            )
            for number, frame in enumerate(frames)
        ]
        labels = [frame.metadata.label for frame in frames]
        slider = html(
            "input",
            "",
            type="range",
            min="0",
            max=str(len(frames) - 1),
            value=str(middle),
            **{"data-labels": json.dumps(labels), "aria-valuetext": labels[middle]},
        )
        shown = html("output", "", nodes.Text(labels[middle]))
        controls = html("label", "", self.line(self.options["label"]), slider, shown)
        return self.figure(html("div", "film", html("div", "frames", *images), controls))


class DrawingsIntoThePage(SphinxPostTransform):
    """Put the lines of a drawing where its image would be loaded from a file."""

    # Before Sphinx collects the files that it must copy.
    default_priority = 5
    formats = ("html",)

    def run(self) -> None:
        """Replace the images of the current page."""
        themed = self.app.builder.name != "epub"
        for image in list(self.document.findall(nodes.image)):
            path = Path(self.env.srcdir) / image["uri"].lstrip("/")
            if path.suffix == ".svg" and "_build" in path.parts:
                hidden = "hidden" in image["classes"]
                drawing = inline(path.read_text(encoding="utf-8"), image["alt"], hidden, themed)
                image.parent.replace(image, nodes.raw("", drawing, format="html"))


def inline(svg: str, alt: str, hidden: bool = False, themed: bool = True) -> str:
    """Return a drawing of Matplotlib's as a part of a page.

    Parameters
    ----------
    svg
        The drawing, from ``<svg`` to ``</svg>``.
    alt
        What the drawing shows; a screen reader hears this instead of the labels of the axes.
    hidden
        Whether the drawing is a frame of a film that waits for its turn.
    themed
        Whether colors are variables of the page, for readers that know what these are.
    """
    svg = HEADER.sub("", svg)
    if themed:
        svg = FAMILY.sub("var(--figure-font)", BACKGROUND.sub("", svg))
        for color, name in THEMED.items():
            svg = svg.replace(color, f"var(--figure-{name})")
    # Names must be unique on the page: equal names then mean equal content.
    mark = hashlib.sha256(svg.encode()).hexdigest()[:8]
    svg = without_bare_groups(re.sub(r'(<(?:g|image)\b[^>]*?) id="[^"]*"', r"\1", svg))
    svg = re.sub(r'( id="|"#|url\(#)', rf"\g<1>{mark}-", svg)
    width, height = (float(size) for size in re.findall(r'(?:width|height)="([\d.]+)pt"', svg)[:2])
    wide, high = f"{width * 4 / 3:.0f}", f"{height * 4 / 3:.0f}"
    inside = svg[svg.index(">") + 1 :]
    classes = "picture hidden" if hidden else "picture"
    # The size lets the browser leave a drawing out until it comes into view.
    return (
        f'<div class="{classes}" style="--wide: {wide}; --high: {high}">'
        f'<svg class="plot" role="img" aria-label="{escape(alt)}" '
        f'viewBox="0 0 {width} {height}" width="{wide}" height="{high}" '
        f'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{inside}</div>'
    )


def without_bare_groups(svg: str) -> str:
    """Unwrap the groups that say nothing; a page with half the elements is drawn faster."""
    pieces, kept = [], []
    for piece in re.split(r"(<g\b[^>]*(?<!/)>|</g>)", svg):
        if piece.startswith("<g"):
            kept.append(piece != "<g>")
        says_something = kept.pop() if piece == "</g>" else not piece.startswith("<g") or kept[-1]
        pieces += [piece] * says_something
    return "".join(pieces)


def image_key(output: NotebookNode) -> str | None:
    """Return the key of a named output's drawing, shown or hidden, or None if it has none."""
    key = f"{output.metadata.scrapbook.mime_prefix}image/svg+xml"
    return key if key in output.get("data", {}) else None


def setup(app: Sphinx) -> None:
    """Register the directives and the transform."""
    app.add_directive("notebook-figure", NotebookFigure)
    app.add_directive("film", Film)
    app.add_post_transform(DrawingsIntoThePage)
