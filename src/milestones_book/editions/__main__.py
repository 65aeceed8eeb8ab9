"""``python -m milestones_book.editions site | pdf | epub | zip | gettext``."""

import sys
from importlib import import_module
from pathlib import Path

from milestones_book.editions.build import ROOT, BuildError

MODULES = {"site": "site", "zip": "site", "pdf": "pdf", "epub": "epub", "gettext": "catalogues"}
"""Where each edition is made. Only that module is imported: a site needs no browser."""


def make(edition: str) -> Path:
    """Make one edition, and return its path."""
    module = import_module(f"milestones_book.editions.{MODULES[edition]}")
    made: Path = getattr(module, f"make_{edition}")()
    return made


def main(arguments: list[str]) -> None:
    """Make one edition, and say where it is."""
    if len(arguments) != 1 or arguments[0] not in MODULES:
        sys.exit(f"Say which edition: {', '.join(MODULES)}.")
    try:
        made = make(arguments[0])
    except BuildError as error:
        sys.exit(str(error))
    print(f"Made {made.relative_to(ROOT)}.")


if __name__ == "__main__":
    main(sys.argv[1:])
