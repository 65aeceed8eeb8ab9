"""Quotes: what a notebook stores for the pages of the book, and how it is read again.

This module alone knows the protocol between a notebook and a page. A quoted text, a figure and
each frame of a film is one output of a cell, named in its metadata::

    {"scrapbook": {"name": "test-accuracy", "mime_prefix": "application/papermill.record/"}}

The prefix stands before the type of an output that is stored but not shown. The metadata of a
frame also say ``film`` (its name), ``frame`` (its number, from 0) and ``label``. A text begins
with an invisible mark, because it was measured and may differ on another machine.

Source: book/appendix/how-the-book-is-tested.md.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # importing these takes long
    from matplotlib.figure import Figure
    from nbformat import NotebookNode

MEASURED_MARK = "\N{WORD JOINER}"
"""Invisible character before a quoted measurement; the nbval sanitizer blanks what follows it."""

RECORD_PREFIX = "application/papermill.record/"
"""Stands before the type of an output that is stored but not shown."""

FIGURE_TYPE = "image/svg+xml"

TEXT_TYPE = "text/plain"

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

IMAGE_DPI = 200
"""Resolution of the pixels inside a figure, such as a photograph; all else is lines and text."""


def scientific(number: float) -> str:
    """Return a number as a reader writes it, such as ``"2.4 × 10⁻¹⁰"``, with two digits.

    A number that is not finite is written ``inf``, ``-inf`` or ``nan``.
    """
    if not math.isfinite(number):
        return f"{float(number)}"
    digits, exponent = f"{float(number):.1e}".split("e")
    return f"{digits}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10{str(int(exponent)).translate(RAISED)}"


def quote(name: str, value: Any) -> None:
    """Store a number, a text or a figure under a name, so that a chapter page can show it.

    The chapter quotes a text with the role ``{glue:text}`` and a figure with the directive
    ``{notebook-figure}``. A text is stored invisibly, marked as measured. A Matplotlib figure is
    also displayed where the call stands, then closed.

    Parameters
    ----------
    name
        Unique within the notebook, such as ``"test-accuracy"``.
    value
        A Matplotlib figure, or anything whose ``str`` is ready to print.
    """
    from matplotlib.figure import Figure

    if isinstance(value, Figure):
        _store(name, FIGURE_TYPE, _closed_drawing(value))
    else:
        _store(name, TEXT_TYPE, f"{MEASURED_MARK}{value}", RECORD_PREFIX)


def film(
    name: str, values: Sequence[Any], draw: Callable[[Any], "Figure"], label: str = "{}"
) -> None:
    """Draw a frame for each value, and store the film that a chapter page plays with a slider.

    The chapter shows it with the directive ``{film}``. Here only the middle frame is displayed.

    Parameters
    ----------
    name
        Unique within the notebook, such as ``"film-loss"``.
    values
        What changes from frame to frame, in the order of the slider; at least two.
    draw
        Returns the Matplotlib figure for one value, always of one size and with the same axes
        limits, so that nothing jumps. The figure is closed.
    label
        What the slider says at each value, as a format, such as ``"η = {:.2f}"``.

    Raises
    ------
    ValueError
        If there are fewer than two values, two frames have the same label, or the figures
        differ in size. Then nothing is stored.
    """
    labels = [label.format(value) for value in values]
    if len(labels) < 2 or len(set(labels)) < len(labels):
        raise ValueError(f"A film needs two frames or more, each with its own label, not {labels}.")
    sizes, drawings = set(), []
    for value in values:
        figure = draw(value)
        sizes.add(tuple(figure.get_size_inches()))
        drawings.append(_closed_drawing(figure))
    if len(sizes) > 1:
        raise ValueError(f"The frames of {name} must have one size, not {len(sizes)}.")
    for number, drawn in enumerate(drawings):
        prefix = "" if number == len(drawings) // 2 else RECORD_PREFIX
        tie = {"film": name, "frame": number, "label": labels[number]}
        _store(f"{name}-{number:02}", FIGURE_TYPE, drawn, prefix, **tie)


def _store(name: str, kind: str, content: str, prefix: str = "", **tie: Any) -> None:
    """Put content into the outputs of the running cell; a prefix keeps it out of sight."""
    from IPython.display import display

    metadata = {"scrapbook": {"name": name, "mime_prefix": prefix, **tie}}
    display({f"{prefix}{kind}": content}, metadata=metadata, raw=True)


def _closed_drawing(figure: "Figure") -> str:
    """Return a Matplotlib figure as SVG, without a date or a file header, and close it."""
    from matplotlib import pyplot

    file = StringIO()
    figure.savefig(file, format="svg", dpi=IMAGE_DPI, metadata={"Date": None})
    pyplot.close(figure)
    return file.getvalue()[file.getvalue().index("<svg") :]


def stored_outputs(notebook: "NotebookNode") -> Iterator["NotebookNode"]:
    """Yield all that a notebook stores for pages, in order: texts, figures and frames."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "scrapbook" in output.get("metadata", {}):
                yield output


def stored_texts(notebook: "NotebookNode") -> dict[str, str]:
    """Return the quoted texts of a notebook by name, without their marks."""
    key = f"{RECORD_PREFIX}{TEXT_TYPE}"
    outputs = [output for output in stored_outputs(notebook) if key in output.data]
    return {output.metadata.scrapbook.name: unmarked(output.data[key]) for output in outputs}


def stored_figures(notebook: "NotebookNode") -> dict[str, "NotebookNode"]:
    """Return the outputs of a notebook's quoted figures by name; frames of films are left out."""
    return {
        output.metadata.scrapbook.name: output
        for output in stored_outputs(notebook)
        if drawing(output) is not None and "film" not in output.metadata.scrapbook
    }


def stored_films(notebook: "NotebookNode") -> dict[str, list["NotebookNode"]]:
    """Return the outputs of each film's frames, in the order of the slider, by the film's name."""
    films: dict[str, list[NotebookNode]] = {}
    for output in stored_outputs(notebook):
        if "film" in output.metadata.scrapbook:
            films.setdefault(output.metadata.scrapbook.film, []).append(output)
    for frames in films.values():
        frames.sort(key=lambda output: output.metadata.scrapbook.frame)
    return films


def stored_film(notebook: "NotebookNode", name: str) -> list["NotebookNode"]:
    """Return the outputs of one film's frames in order; none if there is no such film."""
    return stored_films(notebook).get(name, [])


def drawing(output: "NotebookNode") -> str | None:
    """Return the SVG of a stored output, shown or hidden, or None if it is no drawing."""
    for key in (FIGURE_TYPE, f"{RECORD_PREFIX}{FIGURE_TYPE}"):
        if key in output.get("data", {}):
            return str(output.data[key])
    return None


def label(output: "NotebookNode") -> str:
    """Return what the slider says at a frame of a film."""
    return str(output.metadata.scrapbook.label)


def unmarked(text: str) -> str:
    """Return a text without the marks of what was measured."""
    return text.replace(MEASURED_MARK, "")
