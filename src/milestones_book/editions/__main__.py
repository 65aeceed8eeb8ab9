"""``python -m milestones_book.editions site | pdf | epub | zip | gettext``."""

import sys
from collections.abc import Callable
from pathlib import Path

from milestones_book.editions.build import ROOT, BuildError
from milestones_book.editions.catalogues import make_gettext
from milestones_book.editions.epub import make_epub
from milestones_book.editions.pdf import make_pdf
from milestones_book.editions.site import make_site, make_zip

MAKERS: dict[str, Callable[[], Path]] = {
    "site": make_site,
    "pdf": make_pdf,
    "epub": make_epub,
    "zip": make_zip,
    "gettext": make_gettext,
}


def main(arguments: list[str]) -> None:
    """Make one edition, and say where it is."""
    if len(arguments) != 1 or arguments[0] not in MAKERS:
        sys.exit(f"Say which edition: {', '.join(MAKERS)}.")
    try:
        made = MAKERS[arguments[0]]()
    except BuildError as error:
        sys.exit(str(error))
    print(f"Made {made.relative_to(ROOT)}.")


if __name__ == "__main__":
    main(sys.argv[1:])
