"""What TensorFlow, JAX and PyTorch do differently: their settings, and how each differentiates.

Source: book/preface.md.
"""

import contextlib
import logging
import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def prepare() -> None:
    """Ask the Keras backend for deterministic operations, 64-bit numbers on demand, and silence.

    Call it before the first tensor exists. Keras' own default stays float32.
    """
    import keras

    _PREPARE[keras.backend.backend()]()


def gradient(
    function: Callable[[Any], Any], point: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Return the gradient of a scalar function at a point, or None where it does not depend on it.

    Parameters
    ----------
    function
        Maps a float64 tensor of ``point``'s shape to a scalar tensor, with ``keras.ops``.
    """
    import keras

    return _GRADIENT[keras.backend.backend()](function, point)


def tensors(arrays: tuple[NDArray[np.float64], ...]) -> tuple[Any, ...]:
    """Return float64 arrays as tensors of the backend."""
    import keras

    return tuple(keras.ops.convert_to_tensor(array) for array in arrays)


def _prepare_tensorflow() -> None:
    import tensorflow

    tensorflow.config.experimental.enable_op_determinism()
    # The first operation wakes the device layer, which logs too.
    tensorflow.constant(0.0)
    # Advice on speed, such as "retracing", would end up in stored outputs.
    logging.getLogger("tensorflow").setLevel("ERROR")


def _keep_float64() -> None:
    """Let ``keras.ops`` compute in float64 when it is given float64, as on TensorFlow.

    On other backends Keras 3.15 rounds the result of many operations to float32 without a word
    (its table of result types has no public switch). Its default, float32, is not touched.
    """
    import keras
    from keras.src.backend.common import dtypes

    dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
    if keras.backend.result_type("float64", float) != "float64":
        raise RuntimeError("This version of Keras needs another way to compute in float64.")


def _load_tensorflow() -> None:
    # Keras loads it later to read data, whatever the backend, and then its messages would show.
    with contextlib.suppress(ImportError):
        import tensorflow  # noqa: F401


def _prepare_jax() -> None:
    import jax

    # Otherwise JAX rounds every float64 array to float32 without a word.
    jax.config.update("jax_enable_x64", True)
    _keep_float64()
    logging.getLogger("jax").setLevel("ERROR")
    _load_tensorflow()


def _prepare_torch() -> None:
    # NVIDIA's library is deterministic only with a workspace of fixed size.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    import torch

    torch.use_deterministic_algorithms(True, warn_only=True)
    _keep_float64()
    _load_tensorflow()


def _tensorflow_gradient(
    function: Callable[[Any], Any], point: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    import tensorflow

    tensor = tensorflow.constant(point)
    with tensorflow.GradientTape() as tape:
        tape.watch(tensor)
        value = function(tensor)
    _require_scalar(value)
    found = tape.gradient(value, tensor)
    # Picking rows gives a sparse gradient, which only this call makes dense.
    return None if found is None else tensorflow.convert_to_tensor(found).numpy()


def _jax_gradient(
    function: Callable[[Any], Any], point: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    import jax

    with jax.enable_x64(True):
        tensor = jax.numpy.asarray(point)
        program = jax.make_jaxpr(function)(tensor).jaxpr
        _require_scalar(program.outvars[0].aval)
        # JAX returns zeros for a constant, so look for a way from the argument to the value.
        reached = {id(program.invars[0])}
        for equation in program.eqns:
            if any(id(source) in reached for source in equation.invars):
                reached.update(map(id, equation.outvars))
        if id(program.outvars[0]) not in reached:
            return None
        return np.asarray(jax.grad(function)(tensor))


def _torch_gradient(
    function: Callable[[Any], Any], point: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    import torch

    tensor = torch.tensor(point, requires_grad=True)
    value = torch.as_tensor(function(tensor))
    _require_scalar(value)
    if not value.requires_grad:
        return None
    (found,) = torch.autograd.grad(value, tensor, allow_unused=True)
    return None if found is None else found.to_dense().numpy()


def _require_scalar(value: Any) -> None:
    if tuple(value.shape) != ():
        raise ValueError(f"The function must return one number, not shape {tuple(value.shape)}.")


_PREPARE = {"tensorflow": _prepare_tensorflow, "jax": _prepare_jax, "torch": _prepare_torch}
_GRADIENT = {"tensorflow": _tensorflow_gradient, "jax": _jax_gradient, "torch": _torch_gradient}
