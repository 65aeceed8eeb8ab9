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
