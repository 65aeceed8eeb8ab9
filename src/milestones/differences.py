"""Central differences, and how much of them is noise.

Taught in book/mathematics/binary-cross-entropy.md.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Scale = ArrayLike | Callable[[Array], ArrayLike] | None

EPSILON = float(np.finfo(np.float64).eps)

DEFAULT_STEP = float(np.cbrt(EPSILON))
"""About 6e-6: where the truncation error (step squared) meets the rounding error (1 / step)."""

NOISE_FLOOR = 1e7
"""A coordinate of a gradient counts as at least this many times the noise of one rounding.

A right coordinate is off by up to ten roundings of the function, and so by an error of 1e-6,
however small it is. A wrong one shows as soon as ten roundings cannot explain it.
"""


def numerical_gradient(
    function: Callable[[Array], float],
    point: ArrayLike,
    step: float = DEFAULT_STEP,
    scale: Scale = None,
) -> Array:
    """Return the gradient of a scalar function by central differences.

    Parameters
    ----------
    function
        Maps a float64 array of ``point``'s shape to a number.
    point
        Where to differentiate; any shape. It is not changed.
    step
        Distance moved each way, in units of the scale.
    scale
        How far a coordinate can move before the function bends: a number, an array of the
        point's shape, or a function of the point. The default is ``max(1, |coordinate|)``.

    Raises
    ------
    ValueError
        If the step does not move a coordinate, the point is empty, a value is not finite, or
        the function returns more than one number or changes its argument.
    """
    point = np.array(point, dtype=np.float64)
    above, below, width = _both_sides(function, point, step, scale)
    return (above - below) / width


def numerical_jacobian(
    function: Callable[[Array], ArrayLike], point: ArrayLike, step: float = DEFAULT_STEP
) -> Array:
    """Return the derivatives of a vector by central differences; of a gradient, the Hessian.

    Parameters
    ----------
    function
        Maps a float64 array of ``point``'s shape to an array of one dimension.
    point, step
        See :func:`numerical_gradient`.

    Returns
    -------
    Array
        Shape (components of the function, *shape of the point).

    Raises
    ------
    ValueError
        As :func:`numerical_gradient`.
    """

    def component(k: int) -> Callable[[Array], float]:
        return lambda moved: float(np.asarray(function(moved))[k])

    components = len(np.asarray(function(np.array(point, dtype=np.float64))))
    return np.array([numerical_gradient(component(k), point, step) for k in range(components)])


def differences(
    function: Callable[[Array], float], point: Array, scale: Scale = None
) -> tuple[Array, Array]:
    """Return the gradient by central differences, and the size below which noise rules it.

    A function value is wrong by one rounding of the pieces that it is a sum of. Its own size
    bounds them from below, and so does the rounding of each coordinate: ``EPSILON`` times the
    coordinate, times the slope beside the point, which is seldom 0 where the gradient is.
    A difference divides this noise by the distance moved.
    """
    above, below, width = _both_sides(function, point, DEFAULT_STEP, scale)
    here = _number(function, point)
    slope = np.maximum(np.abs(above - here), np.abs(here - below)) / (width / 2)
    pieces = abs(here) + np.sum(np.abs(point) * slope)
    return (above - below) / width, NOISE_FLOOR * EPSILON * pieces / (width / 2)


def call(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function with copies of the arguments, which it must leave as they are."""
    copies = [np.copy(one) if isinstance(one, np.ndarray) else one for one in arguments]
    result = function(*copies)
    for before, after in zip(arguments, copies, strict=True):
        if isinstance(before, np.ndarray) and before.tobytes() != after.tobytes():
            raise ValueError("The function changes its argument in place; let it copy first.")
    return result


def _both_sides(
    function: Callable[[Array], float], point: Array, step: float, scale: Scale
) -> tuple[Array, Array, Array]:
    """Return the function above and below each coordinate, and the distance between the two."""
    if not point.size or not np.isfinite(point).all():
        raise ValueError("The point is empty, or contains a value that is not finite.")
    distances = _distances(point, step, scale)
    above, below, width = (np.empty_like(point) for _ in range(3))
    for index in np.ndindex(point.shape):
        up, down = point.copy(), point.copy()
        up[index] += distances[index]
        down[index] -= distances[index]
        if not down[index] < point[index] < up[index]:
            raise ValueError(f"The step {step:g} is too small to move coordinate {index}.")
        above[index], below[index] = _number(function, up), _number(function, down)
        # Not twice the distance, because the moved coordinates were rounded.
        width[index] = up[index] - down[index]
        if not np.isfinite(above[index] - below[index]):
            raise ValueError(f"The function is not finite near coordinate {index} of the point.")
    return above, below, width


def _distances(point: Array, step: float, scale: Scale) -> Array:
    """Return how far each coordinate moves."""
    if scale is None:
        scale = np.maximum(1.0, np.abs(point))
    elif callable(scale):
        scale = scale(point)
    distances = step * np.broadcast_to(np.asarray(scale, dtype=np.float64), point.shape)
    if not (np.isfinite(distances).all() and (distances > 0).all()):
        raise ValueError("The step and the scale must be positive and finite.")
    return distances


def _number(function: Callable[[Array], Any], point: Array) -> float:
    """Return the value of a function that must return one number."""
    value = call(function, point)
    shape = tuple(np.shape(value))
    if shape != ():
        raise ValueError(f"The function must return one number, not shape {shape}.")
    return float(value)
