"""Claims: every number the book states is asserted where it is measured.

Source: book/appendix/how-the-book-is-tested.md.
"""

import math


class ClaimError(AssertionError):
    """A measured value lies outside the bound that the lesson states.

    Attributes
    ----------
    statement
        What would have been printed after the check mark, without the measurement, such as
        ``"test accuracy ≥ 0.9"``.
    """

    def __init__(self, statement: str, measured: float) -> None:
        super().__init__(f"Not true: {statement}; measured {measured:.6g}.")
        self.statement = statement


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
        raise ClaimError(statement, number)
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
