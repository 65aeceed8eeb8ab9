"""Building the book: every edition is written from one reading of the pages."""

import shutil
from pathlib import Path

from jupyter_book.sphinx import build_sphinx

ROOT = Path.cwd()
BUILD = ROOT / "_build"
WORK = BUILD / "editions"
HERE = Path(__file__).parent


class BuildError(RuntimeError):
    """The book has a mistake, which was printed."""


def build(builder: str, anew: bool = True) -> Path:
    """Run a Sphinx builder on the book, as ``jupyter-book build`` would, and return its folder.

    ``anew`` empties the folder first. Raises ``BuildError`` after a warning or an error.
    """
    target = BUILD / builder
    if anew:
        shutil.rmtree(target, ignore_errors=True)
    settings = {
        "external_toc_path": (ROOT / "_toc.yml").as_posix(),
        "latex_individualpages": False,
        "nitpicky": True,
    }
    problem = build_sphinx(
        ROOT, target, builder=builder, doctreedir=BUILD / ".doctrees", confoverrides=settings,
        noconfig=True, path_config=ROOT / "_config.yml",
        warningiserror=True, keep_going=True, quiet=True,
    )  # fmt: skip
    if problem:
        raise BuildError("The book was not built; the reasons stand above.")
    return target
