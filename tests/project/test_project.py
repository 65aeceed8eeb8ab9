"""Promise: the project's own files agree with each other."""

import ast
import io
import json
import re
import subprocess
import sys
import tokenize
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support.reading import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
GROUPS = PROJECT["dependency-groups"]
BASE = PROJECT["project"]["dependencies"]
USES = {
    "book": BASE + GROUPS["book"],
    "notebooks": BASE + EXTRAS["notebooks"],
    "gpu": BASE + EXTRAS["notebooks"] + EXTRAS["gpu"],
    "coursework": BASE + EXTRAS["notebooks"] + GROUPS["coursework"],
    "dev": BASE + EXTRAS["notebooks"] + GROUPS["book"] + GROUPS["dev"],
    "jax": BASE + EXTRAS["notebooks"] + GROUPS["jax"],
    "node": GROUPS["node"],
    "uv": ["uv"],
}

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
NO_CODE = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
    tokenize.ENDMARKER,
}  # fmt: skip


def locked(use: str) -> dict[str, set[str]]:
    """Return the versions that a lock pins for each package."""
    text = (ROOT / "locks" / f"{use}.txt").read_text(encoding="utf-8")
    pins: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([\w.-]+)(?:\[.*?\])?==([^\s;\\]+)", text, flags=re.MULTILINE
    ):
        pins.setdefault(canonicalize_name(name), set()).add(version)
    return pins


def test_there_is_one_lock_for_each_use() -> None:
    assert {path.stem for path in (ROOT / "locks").glob("*.txt")} == set(USES)


ONLY_LOCKED = """
import sys
from importlib import import_module

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"{name} is not in the lock", name=name)

BLOCKED = set(sys.argv[1].split(","))
sys.meta_path.insert(0, Refuse())
import milestones_book
from milestones_book.editions import __main__, site
for name in milestones_book.EXTENSIONS:
    import_module(f"milestones_book.{name}")
"""


def test_the_site_is_made_with_the_packages_of_its_own_lock() -> None:
    # The tests run with the packages of all uses, and would not miss one that the book lacks.
    others = set(locked("dev")) - set(locked("book"))
    blocked = {
        module
        for module, owners in packages_distributions().items()
        if {canonicalize_name(owner) for owner in owners} <= others
    }
    assert {"playwright", "pytest", "tensorflow"} <= blocked
    command = [sys.executable, "-c", ONLY_LOCKED, ",".join(blocked)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-1000:]


@pytest.mark.parametrize("use", USES)
def test_a_lock_satisfies_every_requirement_of_its_use(use: str) -> None:
    pins = locked(use)
    for text in USES[use]:
        requirement = Requirement(text)
        versions = pins[canonicalize_name(requirement.name)]
        assert all(requirement.specifier.contains(version) for version in versions), text


@pytest.mark.parametrize("use", USES)
def test_every_locked_package_has_hashes_and_no_address(use: str) -> None:
    text = (ROOT / "locks" / f"{use}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    entries = re.split(r"\n(?=\S)", text.strip())
    assert all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("use", ["book", "notebooks", "gpu", "jax"])
def test_locks_agree_with_the_one_that_the_tests_use(use: str) -> None:
    tested = locked("dev")
    for name, versions in locked(use).items():
        assert versions <= tested.get(name, versions), name


def test_jupyter_book_stays_below_2_and_python_within_the_supported_range() -> None:
    assert all(version.startswith("1.") for version in locked("book")["jupyter-book"])
    assert PROJECT["project"]["requires-python"] == ">=3.11.4,<3.14"


def test_the_book_needs_neither_tensorflow_nor_a_lesson_package() -> None:
    assert not {"tensorflow", "keras", "keras-hub", "jupyterlab"} & set(locked("book"))


def test_the_conda_environment_is_thin_and_agrees_with_the_project() -> None:
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, pip, packages = conda["dependencies"]
    assert python == f"python {PROJECT['project']['requires-python']}"
    assert (pip, packages) == ("pip", {"pip": ["-e .[notebooks]"]})


def test_the_npm_lock_holds_hashes_and_no_addresses() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = [entry for path, entry in lock["packages"].items() if path]
    assert packages
    assert all("integrity" in entry and "resolved" not in entry for entry in packages)
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    for kind in ("dependencies", "devDependencies"):
        assert lock["packages"][""][kind] == wanted[kind]


def test_workflow_actions_are_pinned_by_commit() -> None:
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        uses = re.findall(r"uses: (\S+)", path.read_text(encoding="utf-8"))
        assert uses
        assert all(re.search(r"@[0-9a-f]{40}$", use) for use in uses), path.name


SOURCES = sorted((ROOT / "src").rglob("*.py"))
MODELS = ROOT / "src" / "milestones" / "models"


def lines_of_code(path: Path) -> set[int]:
    """Return the numbers of the lines that hold code: no blanks, no comments, no docstrings."""
    text = path.read_text(encoding="utf-8")
    found: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in NO_CODE:
            found |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None:
            found -= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_module_and_no_function_is_long(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    code = lines_of_code(path)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = len(code & set(range(node.lineno, node.end_lineno + 1)))
            assert length <= 30, f"{node.name} has {length} lines"


def test_the_package_that_lessons_import_stays_small() -> None:
    own = [path for path in SOURCES if path.is_relative_to(ROOT / "src" / "milestones")]
    besides_models = [path for path in own if not path.is_relative_to(MODELS)]
    assert sum(len(lines_of_code(path)) for path in besides_models) <= 1600


def test_make_help_names_every_target_that_a_person_needs() -> None:
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"],
        capture_output=True, text=True, cwd=ROOT, check=True,
    ).stdout  # fmt: skip
    for target in (
        "book",
        "pdf",
        "epub",
        "zip",
        "gettext",
        "lab",
        "test",
        "check",
        "nbval",
        "mutants",
        "portable",
        "notebooks",
        "lint",
        "clean",
        "locks",
    ):
        assert f"make {target}" in shown


def test_the_readme_shows_an_image_that_exists() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    images = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", readme)
    assert images
    assert all(Path(ROOT / image).is_file() for image in images)
