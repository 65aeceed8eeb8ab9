"""Gradients in three ways: algebra, central differences, automatic differentiation.

Taught in book/mathematics/binary-cross-entropy.md.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from milestones import backends
from milestones.differences import (
    DEFAULT_STEP,
    Array,
    Scale,
    call,
    differences,
    numerical_gradient,
    numerical_jacobian,
)

__all__ = [
    "DEFAULT_STEP",
    "Errors",
    "GradientError",
    "automatic_gradient",
    "catches",
    "check_gradient",
    "numerical_gradient",
    "numerical_jacobian",
    "points",
    "relative_error",
    "three_ways",
]

AUTOMATIC_FLOOR = 1e-4
"""Automatic differentiation: a coordinate counts as at least this share of the largest.

Both sides are rounded to some 50 units in the last place of the largest coordinate: an error
of 1e-10.
"""


class GradientError(AssertionError):
    """A hand-written gradient differs from the numerical one."""


class Errors(NamedTuple):
    """The largest error of a formula against each of the two other ways."""

    differences: float
    automatic: float


def points(
    shape: int | tuple[int, ...] | list[tuple[int, ...]],
    smallest: float = 1e-3,
    largest: float = 1.0,
    count: int = 100,
    seed: int = 0,
) -> list[Any]:
    """Return random points that grow evenly in powers of ten, so that no scale is left out.

    Parameters
    ----------
    shape
        Of each point; a list of shapes makes each point a tuple of arrays.
    smallest, largest
        Standard deviation of the coordinates of the first and of the last point.
    count, seed
        How many points, and where the random generator starts.
    """
    random = np.random.default_rng(seed)
    sizes = np.geomspace(smallest, largest, count)
    if isinstance(shape, list):
        return [tuple(size * random.standard_normal(one) for one in shape) for size in sizes]
    return [size * random.standard_normal(shape) for size in sizes]


def three_ways(
    formula: Callable[..., Any],
    loss: Callable[..., Any],
    points: Sequence[Any],
    tensor_loss: Callable[..., Any] | None = None,
    scale: Scale = None,
) -> Errors:
    """Compare a gradient with central differences and autodiff of its loss; return both errors.

    Each is the largest over all points and coordinates. The error of a coordinate is relative
    to that coordinate, so that a small one cannot hide behind a large one, down to the size
    that rounding leaves unknown (``differences.NOISE_FLOOR``, ``AUTOMATIC_FLOOR``).

    Parameters
    ----------
    formula
        The gradient by algebra: maps a point to an array of the point's shape.
    loss
        The scalar function, for float64 arrays.
    points
        Arrays, or tuples of arguments for ``formula`` and the losses. Of a tuple, the gradient
        belongs to the first argument; if ``formula`` returns a tuple of n gradients, they
        belong to the first n. The other arguments are passed on as they are.
    tensor_loss
        The same function written with ``keras.ops``; by default ``loss``, which then is.
    scale
        See :func:`numerical_gradient`.

    Raises
    ------
    ValueError
        If there are no points, shapes differ, a value is not finite, or a function changes its
        argument.
    """
    worst = [0.0, 0.0]
    for arguments, gradients in _cases(formula, points):
        count = len(gradients)
        tensors = (*backends.tensors(arguments[:count]), *arguments[count:])
        for place, (point, actual) in enumerate(zip(arguments, gradients, strict=False)):
            numerical, floor = differences(_slice(loss, arguments, place), point, scale)
            automatic = automatic_gradient(_slice(tensor_loss or loss, tensors, place), point)
            smallest = AUTOMATIC_FLOOR * np.abs(automatic).max()
            errors = _errors(actual, numerical, floor), _errors(actual, automatic, smallest)
            worst = [max(old, new.max()) for old, new in zip(worst, errors, strict=True)]
    return Errors(*map(float, worst))


def catches(
    mistake: Callable[..., Any],
    loss: Callable[..., Any],
    points: Sequence[Any],
    tolerance: float = 1e-3,
    scale: Scale = None,
) -> bool:
    """Tell whether central differences of the loss expose a wrong formula at one of the points.

    A formula is exposed by an error above the tolerance, a wrong shape, or a value that is not
    finite. The other parameters are those of :func:`three_ways`.

    Raises
    ------
    ValueError
        As :func:`three_ways`; or if the tolerance is not between 0 and 1.
    """
    _require_tolerance(tolerance)
    for arguments, gradients in _cases(mistake, points):
        for place, (point, actual) in enumerate(zip(arguments, gradients, strict=False)):
            if actual.shape != point.shape or not np.isfinite(actual).all():
                return True
            numerical, floor = differences(_slice(loss, arguments, place), point, scale)
            if _errors(actual, numerical, floor).max() > tolerance:
                return True
    return False


def check_gradient(
    function: Callable[[Array], float],
    gradient: Callable[[Array], ArrayLike],
    point: ArrayLike,
    tolerance: float = 1e-6,
    scale: Scale = None,
) -> float:
    """Compare a hand-written gradient with central differences; return the largest error.

    The error is that of the worst coordinate; see :func:`three_ways`.

    Parameters
    ----------
    function, gradient
        The scalar function, and what is believed to be its gradient.
    point
        Where to compare them.
    tolerance
        The largest error accepted, between 0 and 1: a gradient of zeros has the error 1.
    scale
        See :func:`numerical_gradient`.

    Raises
    ------
    GradientError
        If the error is larger; the message names the coordinate with the largest error.
    ValueError
        As :func:`three_ways`; or if the tolerance is not between 0 and 1.
    """
    _require_tolerance(tolerance)
    point = np.array(point, dtype=np.float64)
    expected, floor = differences(function, point, scale)
    actual = np.asarray(call(gradient, point), dtype=np.float64)
    errors = _errors(actual, expected, floor)
    worst = np.unravel_index(np.argmax(errors), errors.shape)
    error = float(errors[worst])
    if error > tolerance:
        place = tuple(int(index) for index in worst)
        raise GradientError(
            f"At coordinate {place} the gradient says {actual[worst]:.6g}, "
            f"central differences say {expected[worst]:.6g} (relative error {error:.2g})."
        )
    return error


def automatic_gradient(function: Callable[[Any], Any], point: ArrayLike) -> Array:
    """Return the gradient of a scalar function by the Keras backend's automatic differentiation.

    Parameters
    ----------
    function
        Maps a float64 tensor of ``point``'s shape to a scalar tensor, with ``keras.ops``.
    point
        Where to differentiate; any shape.

    Raises
    ------
    ValueError
        If the function does not depend on its argument, or returns more than one number.
    """
    gradient = backends.gradient(function, np.array(point, dtype=np.float64))
    if gradient is None:
        raise ValueError("The function does not depend on its argument.")
    return np.asarray(gradient, dtype=np.float64)


def relative_error(actual: ArrayLike, expected: ArrayLike) -> float:
    """Return the largest difference of two arrays, divided by their largest magnitude.

    It compares two results as a whole; a gradient is better checked coordinate by coordinate,
    by :func:`three_ways`. Two arrays of zeros have the error 0.

    Raises
    ------
    ValueError
        If the shapes differ (broadcasting would hide a mistake) or a value is not finite.
    """
    actual, expected = np.asarray(actual, np.float64), np.asarray(expected, np.float64)
    scale = max(np.abs(actual).max(initial=0.0), np.abs(expected).max(initial=0.0))
    return float(_errors(actual, expected, scale).max(initial=0.0))


def _errors(actual: Array, expected: Array, floor: float | Array) -> Array:
    """Return the error of each coordinate, relative to its size or to the floor."""
    if actual.shape != expected.shape:
        raise ValueError(f"Shapes {actual.shape} and {expected.shape} differ.")
    if not (np.isfinite(actual).all() and np.isfinite(expected).all()):
        raise ValueError("A gradient contains a value that is not finite.")
    difference = np.abs(actual - expected)
    size = np.maximum(np.maximum(np.abs(actual), np.abs(expected)), floor)
    return np.divide(difference, size, out=np.zeros_like(difference), where=difference > 0)


def _cases(
    formula: Callable[..., Any], points: Sequence[Any]
) -> Iterator[tuple[tuple[Any, ...], list[Array]]]:
    """Yield the arguments at each point, and the formula's gradients for the first of them."""
    if not len(points):
        raise ValueError("There are no points to compare at.")
    for point in points:
        arguments = point if isinstance(point, tuple) else (point,)
        found = call(formula, *arguments)
        gradients = [
            np.asarray(one, dtype=np.float64)
            for one in (found if isinstance(found, tuple) else (found,))
        ]
        count = len(gradients)
        floats = [np.array(one, dtype=np.float64) for one in arguments[:count]]
        yield (*floats, *arguments[count:]), gradients


def _slice(
    function: Callable[..., Any], arguments: tuple[Any, ...], place: int
) -> Callable[[Any], Any]:
    """Return a function of one argument; the others stay where they are."""
    return lambda moved: call(function, *arguments[:place], moved, *arguments[place + 1 :])


def _require_tolerance(tolerance: float) -> None:
    # A gradient of zeros has the error 1, so a larger tolerance would accept it; NaN accepts all.
    if not 0 < tolerance < 1:
        raise ValueError(f"The tolerance must lie between 0 and 1, not {tolerance}.")
