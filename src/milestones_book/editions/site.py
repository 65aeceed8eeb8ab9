"""The site, and its archive for reading without a network."""

from pathlib import Path

from milestones_book.editions.archive import pack
from milestones_book.editions.build import BUILD, WORK, BuildError, build


def make_site() -> Path:
    """Render the site, writing only what has changed; return the page to open."""
    return build("html", anew=False) / "index.html"


def make_zip() -> Path:
    """Pack the site; open ``index.html`` in it."""
    site = BUILD / "html"
    if not (site / "index.html").is_file():
        raise BuildError("There is no site to pack: run `make book` first.")
    target = WORK / "milestones-site.zip"
    pack(target, site, sorted(path for path in site.rglob("*") if path.is_file()))
    return target
