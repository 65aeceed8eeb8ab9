"""How every lesson starts: quiet libraries, one seed, repeatable arithmetic, one figure style.

Source: book/preface.md.
"""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator

from milestones import backends, plots


def start_lesson(seed: int = 0) -> None:
    """Prepare a notebook; call it before importing Keras.

    Loads Keras without its start-up messages, asks the backend for deterministic operations and,
    where it needs asking, for 64-bit numbers, seeds Python, NumPy and the backend, and sets the
    book's figure style.

    Parameters
    ----------
    seed
        Any integer from 0 to 2**32 - 1; the same seed gives the same run on one machine.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with silenced_stderr():
        import keras

        backends.prepare()
    keras.utils.set_random_seed(seed)
    plots.use_style()


@contextlib.contextmanager
def silenced_stderr() -> Iterator[None]:
    """Hide what C++ libraries write to standard error; show it all if the body fails."""
    sys.stderr.flush()
    saved = os.dup(2)
    with tempfile.TemporaryFile() as hidden:
        os.dup2(hidden.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(saved, 2)
            hidden.seek(0)
            sys.stderr.write(hidden.read().decode(errors="replace"))
            raise
        finally:
            os.dup2(saved, 2)
            os.close(saved)
