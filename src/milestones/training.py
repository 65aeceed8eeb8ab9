"""A progress line for a person at the keyboard that leaves one tidy line in the notebook.

Source: book/appendix/how-the-book-is-tested.md.
"""

import time
from typing import Any

import keras

LINE_WIDTH = 78


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
