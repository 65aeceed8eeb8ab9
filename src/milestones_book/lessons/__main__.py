"""``python -m milestones_book.lessons run | check [PART/SLUG ...]``.

``run`` executes lessons in place; ``check`` lists what is wrong with stored ones.
"""

import argparse
import sys
from pathlib import Path

import nbformat

from milestones_book.contents import Pair, lessons
from milestones_book.lessons.rules import problems
from milestones_book.lessons.run import run_all


def check_all(pairs: list[Pair]) -> int:
    """Print every problem of some lessons; return 1 if there is one."""
    found = 0
    for pair in pairs:
        for problem in problems(nbformat.read(pair.lesson, as_version=4)):
            found += 1
            print(f"{pair.name}: {problem}")
    return min(found, 1)


def main(arguments: list[str] | None = None) -> int:
    """Run one command on the named lessons, or on all, and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m milestones_book.lessons", description=__doc__)
    parser.add_argument("command", choices=["run", "check"])
    parser.add_argument("lessons", nargs="*", metavar="PART/SLUG")
    options = parser.parse_args(arguments)
    everything = {pair.name: pair for pair in lessons(Path.cwd())}
    missing = [name for name in options.lessons if name not in everything]
    if missing:
        print(f"There is no lesson {missing[0]}.", file=sys.stderr)
        return 1
    wanted = [everything[name] for name in options.lessons or everything]
    if options.command == "run":
        return run_all([pair.lesson for pair in wanted])
    return check_all(wanted)


if __name__ == "__main__":
    sys.exit(main())
