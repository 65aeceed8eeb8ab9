"""A small lesson that test_lesson.py and test_training.py run once, in a process of its own."""

import random
import sys

import milestones as ms

assert "keras" not in sys.modules
ms.start_lesson(7)

import keras  # noqa: E402
import numpy as np  # noqa: E402
from matplotlib import pyplot  # noqa: E402

from milestones.training import LINE_WIDTH, Progress  # noqa: E402


def numbers(seed: int) -> list[np.ndarray | float]:
    """Return initial weights, trained weights, and one number from each generator."""
    ms.start_lesson(seed)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8), keras.layers.Dropout(0.5)])
    first = model.get_weights()[0]
    model.compile(loss="mse")
    model.fit(np.random.normal(size=(64, 4)), np.ones((64, 8)), epochs=1, verbose=0)
    return [first, model.get_weights()[0], np.random.uniform(), random.random()]


def train(what: str, epochs: int) -> None:
    """Train a model that has nothing to learn, for the sake of the line it prints."""
    x, y = np.zeros((40, 4)), np.zeros((40, 1))
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(loss="mse", metrics=["mae"])
    data = {"validation_data": (x, y), "batch_size": 4}
    model.fit(x, y, epochs=epochs, verbose=0, callbacks=[Progress(what)], **data)


assert ms.training.Progress is Progress
assert LINE_WIDTH == 78
assert pyplot.rcParams["svg.hashsalt"] == "milestones"
if keras.backend.backend() == "tensorflow":
    from tensorflow.python.framework import config

    assert config.is_op_determinism_enabled()
if keras.backend.backend() == "torch":
    import torch

    assert torch.are_deterministic_algorithms_enabled()
assert keras.config.floatx() == "float32"
wide = keras.ops.matmul(keras.ops.sin(np.ones((2, 2))), np.ones((2, 2)))
assert keras.backend.standardize_dtype(wide.dtype) == "float64"
assert np.allclose(keras.ops.convert_to_numpy(wide), 2 * np.sin(1), rtol=1e-15)
assert keras.backend.result_type("float32", float) == "float32"
point = np.array([[0.5, -1.0], [2.0, 3.0]])
gradient = ms.gradients.automatic_gradient(lambda x: keras.ops.sum(x**3), point)
assert gradient.dtype == np.float64
assert np.allclose(gradient, 3 * point**2, rtol=1e-14)
try:
    ms.gradients.automatic_gradient(lambda x: keras.ops.ones(()), point)
except ValueError as error:
    assert str(error) == "The function does not depend on its argument."  # noqa: PT017
else:
    raise AssertionError("A constant has no gradient to speak of.")
same, again, other = numbers(0), numbers(0), numbers(1)
for one, two, three in zip(same, again, other, strict=True):
    assert np.array_equal(one, two)
    assert not np.array_equal(one, three)
train("head", 3)
train("a model with an uncommonly long name, to be cut where the line ends", 1)
