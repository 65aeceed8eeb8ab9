"""``python -m milestones.data list | fetch NAME | verify | where``."""

import argparse
import sys
from pathlib import Path

from milestones.data.catalog import Dataset, load_catalog
from milestones.data.downloads import matches
from milestones.data.errors import DataError
from milestones.data.loaders.reading import READERS
from milestones.data.resolver import cache_folder, fetch, is_intact, locate, own_folder


def list_datasets() -> int:
    """Print a line for each data set: name, size, whether it is here, and what it is for."""
    for name, dataset in load_catalog().items():
        state = "here" if locate(name) else "not here"
        print(f"{name:16} {dataset.bytes / 1e6:7.1f} MB  {state:9} {dataset.purpose}")
    return 0


def verify() -> int:
    """Judge every local copy; return 1 if one is damaged."""
    states = set()
    for name, dataset in load_catalog().items():
        if folder := locate(name):
            state, why = _judge(dataset, folder)
            print(f"{state:8} {name}{why and f': {why}'}")
            states.add(state)
    return int("damaged" in states)


def _judge(dataset: Dataset, folder: Path) -> tuple[str, str]:
    """Return ok, unknown or damaged, and why; the user's own files need only be readable."""
    try:
        for download in dataset.downloads:
            if folder != own_folder() and not is_intact(download, folder):
                path = folder / download.path
                raise DataError(f"the hash of {path} is wrong; fetch it again.")
        READERS.get(dataset.name, lambda: None)()
    except DataError as error:
        return "damaged", str(error)
    except ImportError as error:
        return "unknown", f"the package {error.name} is needed to open it."
    strange = [path for path, known in dataset.hashes.items() if not matches(folder / path, known)]
    if strange:
        names = ", ".join(strange)
        return "unknown", f"{names} is an unknown file: readable, but not the published one."
    return "ok", ""


def where() -> int:
    """Print the folder of each data set that is here, then the cache folder."""
    for name in load_catalog():
        if folder := locate(name):
            print(f"{name:16} {folder}")
    print(f"{'(cache)':16} {cache_folder()}")
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m milestones.data", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="what the catalogue holds").set_defaults(run=list_datasets)
    fetching = commands.add_parser("fetch", help="download one data set and check it")
    fetching.add_argument("name")
    commands.add_parser("verify", help="check every local copy").set_defaults(run=verify)
    commands.add_parser("where", help="the folders in use").set_defaults(run=where)
    options = parser.parse_args(arguments)
    try:
        if options.command == "fetch":
            print(fetch(options.name))
            return 0
        return options.run()
    except DataError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
