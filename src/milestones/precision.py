"""How much a computation loses in formats with fewer digits than float64.

Taught in book/mathematics/softmax-cross-entropy.md.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

FORMATS = ("float32", "bfloat16", "float16")
"""What neural networks are computed in, from the most digits to the widest range to neither."""


def largest_error(
    function: Callable[..., Any],
    inputs: ArrayLike | tuple[ArrayLike, ...],
    reference: Callable[..., Any] | None = None,
    formats: Sequence[str] = FORMATS,
    size: Callable[..., Any] | None = None,
) -> dict[str, float]:
    """Return the largest relative error of a function in each number format.

    The inputs are rounded to the format first, and the reference gets the rounded ones: their
    rounding is not the function's mistake. Where the function is not finite, its error is
    infinite.

    Parameters
    ----------
    function
        Maps arrays to an array of the same format; anything of any shape.
    inputs
        One array, or a tuple of arguments.
    reference
        What is right, for float64 arrays; by default the function itself.
    formats
        NumPy's or ml_dtypes' names, such as ``"float16"``.
    size
        What the error is divided by, for float64 arrays; by default the reference's magnitude.
        Give it where the reference crosses zero.

    Raises
    ------
    ValueError
        If there are no inputs, an input does not fit into a format, the function returns another
        format (it was then not computed in this one), or the reference or the size is unusable.
    """
    arguments = inputs if isinstance(inputs, tuple) else (inputs,)
    return {
        name: _error(function, _rounded(arguments, name), reference or function, size)
        for name in formats
    }


def _rounded(arguments: tuple[ArrayLike, ...], name: str) -> list[np.ndarray]:
    """Return the arguments in a format; each number must fit into it."""
    import ml_dtypes  # adds bfloat16 to NumPy's formats

    kind = np.dtype(getattr(ml_dtypes, name, name))
    with np.errstate(over="ignore"):
        rounded = [np.asarray(argument, dtype=np.float64).astype(kind) for argument in arguments]
    if not all(one.size and np.isfinite(one).all() for one in rounded):
        raise ValueError(f"The inputs are empty, or a number does not fit into {name}.")
    return rounded


def _error(
    function: Callable[..., Any],
    rounded: list[np.ndarray],
    reference: Callable[..., Any],
    size: Callable[..., Any] | None,
) -> float:
    exact_inputs = [one.astype(np.float64) for one in rounded]
    exact = np.asarray(reference(*exact_inputs), dtype=np.float64)
    scale = np.abs(exact if size is None else np.asarray(size(*exact_inputs), dtype=np.float64))
    with np.errstate(all="ignore"):
        found = np.asarray(function(*rounded))
    if found.dtype != rounded[0].dtype:
        raise ValueError(f"Given {rounded[0].dtype}, the function returned {found.dtype}.")
    if found.shape != exact.shape or not (np.isfinite(exact).all() and np.isfinite(scale).all()):
        raise ValueError("The reference must be finite, and of the shape of the function's result.")
    with np.errstate(all="ignore"):
        difference = np.abs(found.astype(np.float64) - exact)
        errors = np.where(difference == 0, 0.0, difference / scale)
    return float(np.where(np.isnan(errors), np.inf, errors).max())
