"""``python -m milestones_book.lessons COMMAND [PART/SLUG ...]``.

``run`` executes lessons in place; ``check`` lists what is wrong with stored ones; ``mutants``
tries the wrong versions of a lesson that its claims must refuse; ``portable`` runs lessons on
another backend of Keras, and stores nothing.
"""

import argparse
import sys
from pathlib import Path

from milestones_book.contents import Pair, lessons
from milestones_book.lessons.execution import LessonError, read
from milestones_book.lessons.mutants.command import try_all
from milestones_book.lessons.portable import BACKENDS, run_all_on
from milestones_book.lessons.rules import problems
from milestones_book.lessons.run import run_all


def check_all(pairs: list[Pair]) -> int:
    """Print every problem of some lessons; return 1 if there is one."""
    found = 0
    for pair in pairs:
        try:
            sentences = problems(read(pair.lesson))
        except LessonError as error:
            sentences = [str(error)]
        found += len(sentences)
        print(*(f"{pair.name}: {sentence}\n" for sentence in sentences), sep="", end="")
    return min(found, 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m milestones_book.lessons", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("run", "check", "mutants", "portable"):
        command = commands.add_parser(name)
        command.add_argument("lessons", nargs="*", metavar="PART/SLUG")
        if name == "mutants":
            help_only = "try only the mutant of this number, or those whose claim has this text"
            command.add_argument("--only", metavar="TEXT", help=help_only)
            command.add_argument("--dry", action="store_true", help="read the files, run nothing")
        if name == "portable":
            command.add_argument("--backend", choices=BACKENDS, required=True)
            command.add_argument("--times", type=Path, help="write a table of the seconds there")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command on the named lessons, or on all, and return its exit status."""
    options = _parser().parse_args(arguments)
    everything = {pair.name: pair for pair in lessons(Path.cwd())}
    missing = [name for name in options.lessons if name not in everything]
    if missing:
        print(f"There is no lesson {missing[0]}.", file=sys.stderr)
        return 1
    wanted = [everything[name] for name in options.lessons or everything]
    if options.command == "run":
        return run_all([pair.lesson for pair in wanted])
    if options.command == "mutants":
        return try_all(wanted, options.only, options.dry)
    if options.command == "portable":
        return run_all_on(options.backend, wanted, options.times)
    return check_all(wanted)


if __name__ == "__main__":
    sys.exit(main())
