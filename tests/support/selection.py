"""What need not be tested again: pages and lessons that do not differ from a state that passed.

For daily work that state is HEAD. For CI it is a file of hashes: a lesson is green as long as its
code and stored outputs, the packages that it imports, and the tools that run it are the same.
"""

import hashlib
import json
import platform
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import nbformat
import pytest

from milestones_book import contents

ROOT = Path(__file__).parents[2]
LOOK = ("src/milestones_book/", "tests/support/")
PAGE_PARTS = (".md", ".quiz.toml", ".ipynb")
CODE = ("src/milestones", "locks/dev.txt", "tests/nbval_sanitize.cfg", "notebooks/conftest.py")


def keep(config: pytest.Config, items: list[pytest.Item], wanted: Callable) -> None:
    """Leave out the tests that are not wanted, and let pytest count them."""
    out = [item for item in items if not wanted(item)]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if wanted(item)]


@cache
def changed_files(root: Path = ROOT) -> frozenset[str] | None:
    """Return the files that differ from HEAD or are new; None where there is no HEAD."""
    command = ["git", "-C", str(root), "status", "--porcelain", "-z", "--no-renames", "-uall"]
    status = subprocess.run(command, capture_output=True, text=True, check=False)
    if status.returncode:
        return None
    return frozenset(line[3:] for line in status.stdout.split("\0") if line)


def changed_pages(pages: list[str], changed: frozenset[str] | None) -> set[str]:
    """Return the pages whose own files have changed; a changed look is tried on three."""
    if changed is None:
        return set(pages)
    found = {page for page in pages if any(f"{page}{part}" in changed for part in PAGE_PARTS)}
    if any(file.startswith(LOOK) for file in changed):
        name = contents.lessons(ROOT)[0].name
        found |= {pages[0], f"book/{name}", f"notebooks/{name}"}
    return found


def lesson_hash(path: Path, root: Path = ROOT) -> str:
    """Return a name for all that decides whether a lesson passes on this machine."""
    cells = nbformat.read(path, as_version=4).cells
    code = [(cell.source, cell.outputs) for cell in cells if cell.cell_type == "code"]
    found = hashlib.sha256(json.dumps(code, sort_keys=True).encode())
    found.update(_hash_of_code(root).encode())
    return found.hexdigest()


@cache
def _hash_of_code(root: Path) -> str:
    found = hashlib.sha256(f"{platform.platform()} {platform.python_version()}".encode())
    for place in CODE:
        files = [root / place] if (root / place).is_file() else sorted((root / place).rglob("*"))
        for path in files:
            if path.is_file() and "__pycache__" not in path.parts:
                found.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return found.hexdigest()


class Green:
    """A file of the lessons that have passed: the hash of each."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.known = json.loads(file.read_text("utf-8")) if file.is_file() else {}
        self.outcomes: dict[str, set[str]] = {}

    def holds(self, lesson: Path) -> bool:
        """Tell whether a lesson has passed as it is now."""
        return self.known.get(lesson.relative_to(ROOT).as_posix()) == lesson_hash(lesson)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the outcome of each cell; a cell that was skipped has not passed."""
        if report.when == "call" or report.outcome != "passed":
            self.outcomes.setdefault(report.nodeid.partition("::")[0], set()).add(report.outcome)

    def pytest_sessionfinish(self) -> None:
        """Write down the lessons of which every cell has passed."""
        for name, outcomes in self.outcomes.items():
            if name.endswith(".ipynb") and outcomes == {"passed"}:
                self.known[name] = lesson_hash(ROOT / name)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(self.known, indent=1), encoding="utf-8")
