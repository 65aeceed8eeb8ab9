"""Mends of what other people's software writes; each says so when it no longer fits.

A mend replaces text that some version of a theme, a parser or a drawer writes. When the next
version writes something else, the build fails with one sentence that names the mend.
"""

import re
from collections.abc import Callable
from pathlib import Path

from sphinx.errors import ExtensionError

Replacement = str | Callable[[re.Match[str]], str]


class MendError(ExtensionError):
    """A mend has not matched as often as it should."""


def mend(name: str, text: str, pattern: str, replacement: Replacement, times: int = -1) -> str:
    """Replace each match of a pattern, and count.

    Parameters
    ----------
    name
        What the mend does, for the message.
    text, pattern, replacement
        As for ``re.sub``; a dot matches the end of a line as well.
    times
        How often the pattern must match; -1 means once or more.

    Raises
    ------
    MendError
        If it matches more or less often.
    """
    mended, found = re.subn(pattern, replacement, text, flags=re.DOTALL)
    require(name, found, times)
    return mended


def require(name: str, found: int, times: int = -1) -> None:
    """Refuse a mend that has matched more or less often than it should; -1: once or more."""
    if found != times and (times >= 0 or found == 0):
        wanted = f"{times} times" if times >= 0 else "at least once"
        raise MendError(
            f"The mend “{name}” should match {wanted}, but it matched {found} times: "
            "what it mends is written differently now."
        )


def discard(folder: Path, *patterns: str) -> None:
    """Remove the files that match each pattern; one at least must be there."""
    for pattern in patterns:
        paths = list(folder.glob(pattern))
        require(f"without {pattern}", len(paths))
        for path in paths:
            path.unlink()
