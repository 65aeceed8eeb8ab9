"""``python -m milestones_book.editions pdf | epub | zip | gettext``."""

import sys

from milestones_book.editions.tool import MAKERS, ROOT

if __name__ == "__main__":
    if sys.argv[1:2] == [] or sys.argv[1] not in MAKERS:
        sys.exit(f"Say which edition: {', '.join(MAKERS)}.")
    made = MAKERS[sys.argv[1]]()
    print(f"Made {made.relative_to(ROOT)}.")
