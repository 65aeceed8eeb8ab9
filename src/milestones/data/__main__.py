"""``python -m milestones.data list | fetch NAME | verify | where``."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from milestones.data import loaders
from milestones.data.catalog import Dataset, load_catalog
from milestones.data.errors import DataError
from milestones.data.resolver import cache_folder, fetch, is_intact, locate

READERS: dict[str, Callable[[], object]] = {
    "cifar-10": lambda: [loaders.load_cifar10(split) for split in ("train", "test")],
    "banking77": lambda: [loaders.load_banking77(split) for split in ("train", "test")],
    "cmn-eng": loaders.load_sentence_pairs,
    "pneumonia-mnist": lambda: [
        loaders.load_pneumonia_mnist(split) for split in ("train", "val", "test")
    ],
    "tinyshakespeare": loaders.load_text,
}
"""How to prove that a copy is readable; weights are read by Keras and checked by hash alone."""


def list_datasets() -> int:
    """Print a line for each data set: name, size, whether it is here, and what it is for."""
    for name, dataset in load_catalog().items():
        state = "here" if locate(name) else "not here"
        print(f"{name:16} {dataset.bytes / 1e6:7.1f} MB  {state:9} {dataset.purpose}")
    return 0


def verify() -> int:
    """Check every local copy; return 1 if one is damaged."""
    damaged = 0
    for name, dataset in load_catalog().items():
        folder = locate(name)
        if folder is None:
            continue
        try:
            _check(dataset, folder)
            print(f"ok       {name}")
        except DataError as error:
            damaged += 1
            print(f"damaged  {name}: {error}")
    return min(damaged, 1)


def _check(dataset: Dataset, folder: Path) -> None:
    """Compare hashes in the cache; a copy in the user's own folder need only be readable."""
    for download in dataset.downloads:
        if folder == cache_folder() and not is_intact(download, folder):
            path = folder / download.path
            raise DataError(f"the hash of {path} is wrong; fetch it again.")
    READERS.get(dataset.name, lambda: None)()


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
