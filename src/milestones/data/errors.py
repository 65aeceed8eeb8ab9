"""The one exception that readers see when data is missing or damaged."""


class DataError(Exception):
    """Data can't be had or can't be read; the message is one sentence that says what to do."""

    def _render_traceback_(self) -> list[str]:
        """Make IPython show that sentence in place of a traceback."""
        return [f"Skipped: {self}"]
