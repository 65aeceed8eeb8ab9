"""Claims: every number the book states is asserted where it is measured.

Source: book/appendix/how-the-book-is-tested.md.
"""

import math
from collections.abc import Sequence
from io import BytesIO
from typing import Any

MEASURED_MARK = "\N{WORD JOINER}"
"""Invisible character before a quoted measurement; the nbval sanitiser blanks what follows it."""

RECORD_PREFIX = "application/papermill.record/"


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


def quote(name: str, value: Any) -> None:
    """Store a number, a text or a figure under a name, so that a chapter page can show it.

    The chapter quotes a text with the role ``{glue:text}`` and a figure with the directive
    ``{glue:figure}``. A text is stored invisibly, marked as measured. A Matplotlib figure is
    also displayed where the call stands, then closed.

    Parameters
    ----------
    name
        Unique within the notebook, such as ``"test-accuracy"``.
    value
        A Matplotlib figure, or anything whose ``str`` is ready to print.
    """
    from IPython.display import display
    from matplotlib.figure import Figure

    if isinstance(value, Figure):
        from matplotlib import pyplot

        display(value, metadata={"scrapbook": {"name": name, "mime_prefix": ""}})
        pyplot.close(value)
        return
    display(
        {f"{RECORD_PREFIX}text/plain": f"{MEASURED_MARK}{value}"},
        metadata={"scrapbook": {"name": name, "mime_prefix": RECORD_PREFIX}},
        raw=True,
    )


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
    from IPython.display import display
    from matplotlib import pyplot

    if len(figures) < 2 or len(labels) != len(figures):
        raise ValueError(f"A film of {len(figures)} frames cannot have {len(labels)} labels.")
    for number, (figure, label) in enumerate(zip(figures, labels, strict=True)):
        prefix = "" if number == len(figures) // 2 else RECORD_PREFIX
        image = BytesIO()
        figure.savefig(image, format="png")
        pyplot.close(figure)
        display(
            {f"{prefix}image/png": image.getvalue()},
            metadata={
                "scrapbook": {"name": f"{name}-{number:02}", "mime_prefix": prefix},
                "label": label,
            },
            raw=True,
        )
