"""A hash of everything that a lesson's mutants depend on.

Comments, docstrings and layout do not count, nor do parts of the package that the lesson cannot
reach, so that a stored result stays valid when only they change.
"""

import ast
import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from milestones_book.contents import Pair
from milestones_book.lessons.mutants.records import Cell


@dataclass(frozen=True)
class Piece:
    """A statement at the top of a module: the names that ask for it, what it uses, its code."""

    names: frozenset[str]
    used: frozenset[str]
    code: str


def fingerprint(pair: Pair, cells: Iterable[Cell], package: Path) -> str:
    """Return the hash for a lesson, its file of mutants and what it uses of a package."""
    trees = [(cell.tags, _parsed(cell.source)) for cell in cells]
    used = {name for _, tree in trees for name in words(tree)}
    parts = [f"{tags} {plain(tree)}" for tags, tree in trees]
    parts += sorted(piece.code for piece in reachable(used, pieces_of(package)))
    parts.append(repr(tomllib.loads(pair.mutants.read_text(encoding="utf-8"))))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@cache
def pieces_of(package: Path) -> list[Piece]:
    """Return every statement at the top of a package's modules that a lesson can depend on."""
    return [
        Piece(frozenset(_names(node)), frozenset(words(node)), plain(node))
        for path in sorted(package.rglob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if not (isinstance(node, ast.Import | ast.ImportFrom) or _is_text(node) or _is_list(node))
    ]


def reachable(used: set[str], pieces: list[Piece]) -> list[Piece]:
    """Return the pieces that are asked for by name, directly or by one another.

    A name is compared without its module, so there may be too many pieces, and never too few.
    """
    used, found, waiting = set(used), [], list(pieces)
    while new := [piece for piece in waiting if piece.names & used or not piece.names]:
        found += new
        waiting = [piece for piece in waiting if piece not in new]
        used = used.union(*(piece.used for piece in new))
    return found


def words(tree: ast.AST) -> set[str]:
    """Return the names, attributes and texts of one line in a piece of code."""
    found = set()
    for node in ast.walk(tree):
        for _, value in ast.iter_fields(node):
            if isinstance(value, str) and "\n" not in value:
                found.add(value)
    return found


def plain(node: object) -> str:
    """Return the structure of a piece of code, the same in every version of Python."""
    if isinstance(node, list):
        return f"[{' '.join(plain(item) for item in node if not _is_text(item))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    # A field that is empty may be one that only newer versions have.
    fields = {name: value for name, value in ast.iter_fields(node) if value not in (None, [])}
    if isinstance(node, ast.JoinedStr):  # Python 3.12 ends some with an empty text
        fields["values"] = [part for part in node.values if not _is_empty(part)]
    return f"{type(node).__name__}({' '.join(f'{k}={plain(v)}' for k, v in fields.items())})"


def _is_empty(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == ""


def _is_text(node: object) -> bool:
    """Tell whether a statement is only a text: a docstring, of whatever it may be."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _is_list(node: ast.stmt) -> bool:
    """Tell whether a statement only lists what a module offers."""
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    return [getattr(target, "id", "") for target in targets] == ["__all__"]


def _names(node: ast.stmt) -> set[str]:
    """Return what asks for a definition; what has no name, or a special one, is always there."""
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return set().union(*(words(target) for target in targets))
    if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("__"):
        return set()
    # A loader, say, is registered under a name by its decorator.
    constants = [leaf for top in node.decorator_list for leaf in ast.walk(top)]
    texts = {leaf.value for leaf in constants if isinstance(leaf, ast.Constant)}
    return {node.name} | {text for text in texts if isinstance(text, str)}


def _parsed(source: str) -> ast.AST:
    """Return the tree of a cell; a cell that is more than Python counts as its text."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.Constant(source)
