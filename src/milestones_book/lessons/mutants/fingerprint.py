"""A hash of everything that a lesson's mutants depend on.

Comments, docstrings and layout do not count, nor do parts of the package that the lesson cannot
reach, so that a stored result stays valid when only they change.
"""

import ast
import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
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


def pieces_of(package: Path) -> list[Piece]:
    """Return every statement at the top of a package's modules, except imports."""
    return [
        Piece(frozenset(_names(node)), frozenset(words(node)), plain(node))
        for path in sorted(package.rglob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if not isinstance(node, ast.Import | ast.ImportFrom)
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
        return f"[{' '.join(map(plain, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = {name: _without_docstring(node, name, value) for name, value in ast.iter_fields(node)}
    # A field that is empty may be one that only newer versions have.
    kept = [f"{name}={plain(value)}" for name, value in fields.items() if value not in (None, [])]
    return f"{type(node).__name__}({' '.join(kept)})"


def _without_docstring(node: ast.AST, name: str, value: object) -> object:
    holders = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module
    if name == "body" and isinstance(node, holders) and ast.get_docstring(node) is not None:
        return node.body[1:]
    return value


def _names(node: ast.stmt) -> set[str]:
    """Return what a definition is asked for by: its name, or a text of its decorator."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}.union(*(words(decorator) for decorator in node.decorator_list))
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return set().union(*(words(target) for target in targets))
    return set()


def _parsed(source: str) -> ast.AST:
    """Return the tree of a cell; a cell that is more than Python counts as its text."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.Constant(source)
