"""Training with a falling learning rate and a line of progress, and the outputs of a model.

Source: book/appendix/how-the-book-is-tested.md.
"""

import time
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

LINE_WIDTH = 78


def fit(
    model: keras.Model,
    inputs: Any,
    targets: Any,
    epochs: int,
    learning_rate: float,
    batch_size: int = 32,
    loss: keras.losses.Loss | None = None,
    name: str = "model",
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> dict[str, list[float]]:
    """Train a model with Adam while the learning rate falls to zero along a cosine.

    Taught in book/mathematics/optimizers.md. What is trainable must be
    settled before, because the model is compiled here.

    Parameters
    ----------
    model
        Returns logits, unless the loss expects something else.
    inputs, targets
        Arrays with the examples along the first axis; several inputs as a list or a dictionary.
    epochs, batch_size
        Passes over the examples, and examples in a step; the last batch may be smaller.
    learning_rate
        At the first step.
    loss
        Cross-entropy of class numbers and logits by default.
    name
        What is being trained, in words, for the line of progress.
    callbacks
        Further Keras callbacks.

    Returns
    -------
    The history of Keras: for each metric its value by epoch, averaged while the weights change.
    """
    examples = len(keras.tree.flatten(inputs)[0])
    steps = epochs * -(-examples // batch_size)
    schedule = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    loss = loss or keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(schedule), loss)
    watchers = [Progress(name), *callbacks]
    data = {"x": inputs, "y": targets, "batch_size": batch_size}
    return dict(model.fit(**data, epochs=epochs, verbose=0, callbacks=watchers).history)


def outputs(model: keras.Model, inputs: Any, batch_size: int = 128) -> np.ndarray:
    """Return a model's outputs in inference, computed batch by batch, as a NumPy array.

    Parameters
    ----------
    model
        With one output.
    inputs
        Arrays with the examples along the first axis; several inputs as a list or a dictionary.
    batch_size
        Examples held in memory at once.
    """
    return np.asarray(model.predict(inputs, batch_size=batch_size, verbose=0))


class Progress(keras.callbacks.Callback):
    """Show epoch, loss, validation metric and time left on one line; end with a summary.

    Use it in place of Keras' own bar: ``model.fit(..., verbose=0, callbacks=[Progress()])``.
    The line is rewritten with a carriage return, so that only the summary remains.

    Parameters
    ----------
    what
        What is being trained, in words, such as ``"head"``.
    """

    def __init__(self, what: str = "model") -> None:
        super().__init__()
        self.what = what

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start the clock."""
        self.started = time.perf_counter()
        self.shown = 0.0
        self.epochs = 0

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Rewrite the line at most four times a second."""
        now = time.perf_counter()
        if now - self.shown > 0.25:
            self.shown = now
            steps = self.params.get("steps") or batch + 1
            self._rewrite(self.epochs + (batch + 1) / steps, logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Show the epoch's metrics, which include the validation's."""
        self.epochs = epoch + 1
        self._rewrite(self.epochs, logs)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Replace the line by the summary."""
        seconds = time.perf_counter() - self.started
        print("\r" + " " * LINE_WIDTH, end="\r")
        epochs = "1 epoch" if self.epochs == 1 else f"{self.epochs} epochs"
        print(f"Trained {self.what}: {epochs} (measured {seconds:.1f} s)")

    def _rewrite(self, done: float, logs: dict[str, Any] | None) -> None:
        total = self.params.get("epochs") or 1
        left = (time.perf_counter() - self.started) * (total / max(done, 1e-9) - 1)
        metrics = " · ".join(f"{name} {value:.3f}" for name, value in (logs or {}).items())
        line = f"{self.what}: epoch {int(done)}/{total} · {metrics} · {left:.0f} s left"
        print("\r" + line[:LINE_WIDTH].ljust(LINE_WIDTH), end="", flush=True)
