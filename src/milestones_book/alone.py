"""``python alone.py COMMAND ...``: run a command while no other one works on this book.

Two builds at once would write the same files, so the second waits. It needs nothing but Python,
because the first build of a fresh clone makes the environment.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HELD = "MILESTONES_ALONE"
"""Set for the command, so that what it starts does not wait for itself."""


def main(command: list[str], folder: Path = ROOT) -> int:
    """Wait for the folder's other builds, run the command, and return its exit status."""
    if os.environ.get(HELD) == str(folder):
        return subprocess.run(command, check=False).returncode
    (folder / "_build").mkdir(exist_ok=True)
    # The lock ends with the process, however that ends.
    with (folder / "_build" / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another make is at work on this book: waiting for it.", file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        environment = dict(os.environ, **{HELD: str(folder)})
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
