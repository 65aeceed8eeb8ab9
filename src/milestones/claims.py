"""Claims: every number the book states is asserted where it is measured.

Source: book/appendix/how-the-book-is-tested.md.
"""

import math
from collections.abc import Sequence
from io import StringIO
from typing import Any

MEASURED_MARK = "\N{WORD JOINER}"
"""Invisible character before a quoted measurement; the nbval sanitiser blanks what follows it."""

RECORD_PREFIX = "application/papermill.record/"

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

IMAGE_DPI = 200
"""Resolution of the pixels inside a figure, such as a photograph; all else is lines and text."""


class ClaimError(AssertionError):
    """A measured value lies outside the bound that the lesson states."""


def claim(
    what: str,
    value: float,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    equals: float | None = None,
) -> None:
    """Print a checked statement about a measured number, or raise.

    Parameters
    ----------
    what
        The quantity in words, such as ``"test accuracy"``.
    value
        The measured scalar; anything that ``float`` accepts.
    at_least, at_most
        Inclusive bounds. Give one, or both for a range.
    equals
        An exact value, for counts and other numbers that are the same on every machine.

    Raises
    ------
    ClaimError
        If the value is not a number or lies outside the bound.
    ValueError
        If no bound is given, or ``equals`` is combined with another bound.
    """
    if (equals is None) == (at_least is None and at_most is None):
        raise ValueError("Give claim() either equals, or at_least and/or at_most.")
    number = float(value)
    statement = _statement(what, at_least, at_most, equals)
    # NaN lies within no bound, so it is refused as well.
    if not _holds(number, at_least, at_most, equals):
        raise ClaimError(f"Not true: {statement}; measured {number:.6g}.")
    print(f"✓ {statement}" if equals is not None else f"✓ {statement} (measured {number:.3g})")


def _statement(
    what: str, at_least: float | None, at_most: float | None, equals: float | None
) -> str:
    if equals is not None:
        return f"{what} = {equals:,}"
    if at_least is not None and at_most is not None:
        return f"{at_least:,} ≤ {what} ≤ {at_most:,}"
    return f"{what} ≥ {at_least:,}" if at_least is not None else f"{what} ≤ {at_most:,}"


def _holds(
    number: float, at_least: float | None, at_most: float | None, equals: float | None
) -> bool:
    if equals is not None:
        return number == equals
    low = -math.inf if at_least is None else at_least
    high = math.inf if at_most is None else at_most
    return low <= number <= high


def scientific(number: float) -> str:
    """Return a number as a reader writes it, such as ``"2.4 × 10⁻¹⁰"``, with two digits."""
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
        _store(name, "image/svg+xml", _drawing(value))
    else:
        _store(name, "text/plain", f"{MEASURED_MARK}{value}", RECORD_PREFIX)


def _store(name: str, kind: str, content: str, prefix: str = "", **details: str) -> None:
    """Put content into the outputs of the running cell; a prefix keeps it out of sight."""
    from IPython.display import display

    scrapbook = {"name": name, "mime_prefix": prefix}
    metadata = {"scrapbook": scrapbook, **details}
    display({f"{prefix}{kind}": content}, metadata=metadata, raw=True)


def _drawing(figure: Any) -> str:
    """Return a Matplotlib figure as SVG, without a date or a file header, and close it."""
    from matplotlib import pyplot

    drawing = StringIO()
    figure.savefig(drawing, format="svg", dpi=IMAGE_DPI, metadata={"Date": None})
    pyplot.close(figure)
    return drawing.getvalue()[drawing.getvalue().index("<svg") :]


def film(name: str, figures: Sequence[Any], labels: Sequence[str]) -> None:
    """Store figures as the frames of a film that a chapter page plays with a slider.

    The chapter shows it with the directive ``{film}``. Here only the middle frame is displayed.
    All figures are closed.

    Parameters
    ----------
    name
        Unique within the notebook, such as ``"film-loss"``.
    figures
        Matplotlib figures of one size with the same axes limits, so that nothing jumps.
    labels
        What the slider says at each frame, such as ``"z = 2"``.

    Raises
    ------
    ValueError
        If there are fewer than two frames, or not one label for each.
    """
    if len(figures) < 2 or len(labels) != len(figures):
        raise ValueError(f"A film of {len(figures)} frames cannot have {len(labels)} labels.")
    for number, (figure, label) in enumerate(zip(figures, labels, strict=True)):
        prefix = "" if number == len(figures) // 2 else RECORD_PREFIX
        _store(f"{name}-{number:02}", "image/svg+xml", _drawing(figure), prefix, label=label)
