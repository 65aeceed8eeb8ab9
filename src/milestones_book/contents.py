"""What the book consists of: its parts, its pages in reading order, and each chapter's lesson.

Everything that walks through the book asks here: the pages, the runner of lessons, and the tests.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PARTS = ("history", "mathematics", "fine-tuning", "applications")


@dataclass(frozen=True)
class Pair:
    """A chapter and its lesson; ``name`` is ``part/slug``."""

    name: str
    root: Path

    @property
    def slug(self) -> str:
        """The name within the part."""
        return self.name.partition("/")[2]

    @property
    def chapter(self) -> Path:
        """The page."""
        return self.root / "book" / f"{self.name}.md"

    @property
    def lesson(self) -> Path:
        """The notebook."""
        return self.root / "notebooks" / f"{self.name}.ipynb"

    @property
    def quiz(self) -> Path:
        """The questions at the end of the page."""
        return self.chapter.with_suffix(".quiz.toml")

    @property
    def mutants(self) -> Path:
        """The wrong versions of the lesson's code that its claims must refuse."""
        return self.chapter.with_suffix(".mutants.toml")


def chapters(root: Path) -> list[Pair]:
    """Return a pair for each chapter page, in the order of their names."""
    pages = [page for part in PARTS for page in (root / "book" / part).glob("*.md")]
    return _pairs((page for page in pages if page.stem != "index"), root)


def lessons(root: Path) -> list[Pair]:
    """Return a pair for each notebook, in the order of their names."""
    notebooks = (root / "notebooks").glob("*/*.ipynb")
    return _pairs((path for path in notebooks if ".ipynb_checkpoints" not in path.parts), root)


def _pairs(paths: Iterator[Path], root: Path) -> list[Pair]:
    return [
        Pair(name, root) for name in sorted(f"{path.parent.name}/{path.stem}" for path in paths)
    ]


def pages(root: Path) -> list[str]:
    """Return the document name of every page, in reading order."""
    return [page for page, _ in pages_and_parents(root)]


def pages_and_parents(root: Path) -> list[tuple[str, str | None]]:
    """Return each page in reading order, with the page that it is a section of.

    Pages that stand directly below the front page have no parent.
    """
    from sphinx_external_toc.parsing import parse_toc_yaml

    toc = parse_toc_yaml(root / "_toc.yml")

    def below(page: str, parent: str | None) -> Iterator[tuple[str, str | None]]:
        yield page, parent
        for tree in toc[page].subtrees:
            for item in tree.items:
                yield from below(str(item), None if page == toc.root.docname else page)

    return list(below(toc.root.docname, None))
