"""Gradients by central differences and by automatic differentiation, to check algebra against.

Taught in book/mathematics/binary-cross-entropy.md.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

DEFAULT_STEP = float(np.cbrt(np.finfo(np.float64).eps))
"""About 6e-6: where the truncation error (step squared) meets the rounding error (1 / step)."""


class GradientError(AssertionError):
    """A hand-written gradient differs from the numerical one."""


def numerical_gradient(
    function: Callable[[NDArray[np.float64]], float],
    point: ArrayLike,
    step: float = DEFAULT_STEP,
) -> NDArray[np.float64]:
    """Return the gradient of a scalar function by central differences.

    Parameters
    ----------
    function
        Maps a float64 array of ``point``'s shape to a number.
    point
        Where to differentiate; any shape. It is not changed.
    step
        Distance moved each way, multiplied by ``max(1, |coordinate|)``.

    Raises
    ------
    ValueError
        If the function returns something that is not finite near the point.
    """
    point = np.array(point, dtype=np.float64)
    gradient = np.empty_like(point)
    for index in np.ndindex(point.shape):
        centre = point[index]
        distance = step * max(1.0, abs(centre))
        point[index] = centre + distance
        above = float(function(point))
        point[index] = centre - distance
        below = float(function(point))
        point[index] = centre
        if not np.isfinite(above - below):
            raise ValueError(f"The function is not finite near coordinate {index} of the point.")
        gradient[index] = (above - below) / (2 * distance)
    return gradient


def automatic_gradient(function: Callable[[Any], Any], point: ArrayLike) -> NDArray[np.float64]:
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
        If the function does not depend on its argument.
    """
    import keras

    point = np.array(point, dtype=np.float64)
    gradient = _BACKENDS[keras.backend.backend()](function, point)
    if gradient is None:
        raise ValueError("The function does not depend on its argument.")
    return np.asarray(gradient, dtype=np.float64)


def _tensorflow_gradient(function: Callable, point: NDArray[np.float64]) -> Any:
    import tensorflow

    tensor = tensorflow.constant(point)
    with tensorflow.GradientTape() as tape:
        tape.watch(tensor)
        value = function(tensor)
    gradient = tape.gradient(value, tensor)
    # Picking rows gives a sparse gradient, which only this call makes dense.
    return None if gradient is None else tensorflow.convert_to_tensor(gradient)


def _jax_gradient(function: Callable, point: NDArray[np.float64]) -> Any:
    import jax

    with jax.enable_x64(True):
        return jax.grad(function)(jax.numpy.asarray(point))


def _torch_gradient(function: Callable, point: NDArray[np.float64]) -> Any:
    import torch

    tensor = torch.tensor(point, requires_grad=True)
    function(tensor).backward()
    return tensor.grad


_BACKENDS = {
    "tensorflow": _tensorflow_gradient,
    "jax": _jax_gradient,
    "torch": _torch_gradient,
}


def relative_error(actual: ArrayLike, expected: ArrayLike) -> float:
    """Return the largest difference of two arrays, divided by their largest magnitude.

    Two arrays of zeros have the error 0.

    Raises
    ------
    ValueError
        If the shapes differ (broadcasting would hide a mistake) or a value is not finite.
    """
    actual, expected = np.asarray(actual, np.float64), np.asarray(expected, np.float64)
    if actual.shape != expected.shape:
        raise ValueError(f"Shapes {actual.shape} and {expected.shape} differ.")
    if not (np.isfinite(actual).all() and np.isfinite(expected).all()):
        raise ValueError("A gradient contains a value that is not finite.")
    scale = max(np.abs(actual).max(initial=0.0), np.abs(expected).max(initial=0.0))
    return float(np.abs(actual - expected).max(initial=0.0) / scale) if scale else 0.0


def check_gradient(
    function: Callable[[NDArray[np.float64]], float],
    gradient: Callable[[NDArray[np.float64]], ArrayLike],
    point: ArrayLike,
    tolerance: float = 1e-6,
) -> float:
    """Compare a hand-written gradient with central differences; return the relative error.

    Parameters
    ----------
    function, gradient
        The scalar function, and what is believed to be its gradient.
    point
        Where to compare them.
    tolerance
        The largest relative error accepted.

    Raises
    ------
    GradientError
        If the error is larger; the message names the coordinate that differs most.
    """
    point = np.array(point, dtype=np.float64)
    expected = numerical_gradient(function, point)
    actual = np.asarray(gradient(point), dtype=np.float64)
    error = relative_error(actual, expected)
    if error > tolerance:
        worst = np.unravel_index(np.argmax(np.abs(actual - expected)), expected.shape)
        place = tuple(int(index) for index in worst)
        raise GradientError(
            f"At coordinate {place} the gradient says {actual[worst]:.6g}, "
            f"central differences say {expected[worst]:.6g} (relative error {error:.2g})."
        )
    return error
