"""The lessons as the pages see them: each notebook is parsed once, whoever asks for it."""

from copy import deepcopy
from functools import lru_cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from sphinx.environment import BuildEnvironment


@lru_cache(maxsize=256)
def parse(text: str) -> NotebookNode:
    """Return a notebook; all who ask get the same one, so nobody may change it."""
    return nbformat.reads(text, as_version=4)


def copy_of(text: str) -> NotebookNode:
    """Return a notebook for MyST-NB, which takes out what it does not show."""
    return deepcopy(parse(text))


def notebook(env: BuildEnvironment, address: str) -> NotebookNode:
    """Return a notebook, named as in a link; the current page is rebuilt when it changes."""
    relative, absolute = env.relfn2path(address)
    env.note_dependency(relative)
    return parse(Path(absolute).read_text(encoding="utf-8"))


def drawing_of(output: NotebookNode) -> str | None:
    """Return the drawing of a named output, shown or hidden, or None if it has none."""
    key = f"{output.metadata.scrapbook.mime_prefix}image/svg+xml"
    return output.get("data", {}).get(key)


def named(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """Return the named outputs of a notebook, in order."""
    return {
        output.metadata.scrapbook.name: output
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "scrapbook" in output.get("metadata", {})
    }


def drawings(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """Return the named drawings of a notebook, in order."""
    return {name: output for name, output in named(notebook).items() if drawing_of(output)}


def frames(notebook: NotebookNode, film: str) -> list[NotebookNode]:
    """Return the frames of a film, in order."""
    found = drawings(notebook).items()
    return [output for name, output in found if name.rpartition("-")[0] == film]


def text_of(output: NotebookNode) -> str | None:
    """Return the text of a named output, without its mark, or None if it has none."""
    text = output.get("data", {}).get(f"{output.metadata.scrapbook.mime_prefix}text/plain")
    return None if text is None else text.removeprefix("\N{WORD JOINER}")
