"""Promise: what changed is tested again, and tests that share a folder share a worker."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from support.reading import PAGES, ROOT
from support.selection import CODE, Green, changed_files, changed_pages, lesson_hash
from support.workers import ANYWHERE, EDITIONS, LONG, group_of, turn_of

from milestones_book import contents

PAGE = "book/mathematics/backpropagation"


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def test_changed_new_and_removed_files_differ_from_head(tmp_path: Path) -> None:
    for name in ("same.md", "edited.md", "removed.md"):
        (tmp_path / name).write_text("text", encoding="utf-8")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "First")
    (tmp_path / "edited.md").write_text("other", encoding="utf-8")
    (tmp_path / "removed.md").unlink()
    (tmp_path / "new folder").mkdir()
    (tmp_path / "new folder" / "néw.md").write_text("new", encoding="utf-8")
    assert changed_files(tmp_path) == {"edited.md", "removed.md", "new folder/néw.md"}


def test_without_a_repository_everything_counts_as_changed(tmp_path: Path) -> None:
    assert changed_files(tmp_path) is None
    assert changed_pages(PAGES, None) == set(PAGES)


@pytest.mark.parametrize("part", [".md", ".quiz.toml"])
def test_a_page_changes_with_its_text_and_its_quiz(part: str) -> None:
    assert changed_pages(PAGES, frozenset([PAGE + part])) == {PAGE}
    assert changed_pages(PAGES, frozenset(["README.md"])) == set()


def test_a_changed_look_is_tried_on_three_kinds_of_page() -> None:
    found = changed_pages(PAGES, frozenset(["src/milestones_book/theme/static/page.js"]))
    assert {page.partition("/")[0] for page in found} == {"book", "notebooks"}
    assert len(found) == 3


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder with two short lessons, and the project's way to test them."""
    for place in ("tests/support", "notebooks/conftest.py", "tests/nbval_sanitize.cfg"):
        source, target = ROOT / place, tmp_path / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    settings = '[tool.pytest.ini_options]\npythonpath = ["tests"]\n'
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
    write(tmp_path, "short", seconds=1, source="6 * 7")
    write(tmp_path, "long", seconds=100, source="6 * 7")
    return tmp_path


def write(folder: Path, name: str, seconds: int, source: str, data: tuple[str, ...] = ()) -> Path:
    """Store a lesson whose cells show 42."""
    facts = {"measured": {"seconds": seconds}, "data": list(data)}
    output = {"output_type": "execute_result", "data": {"text/plain": "42"}, "metadata": {}}
    cells = [
        new_markdown_cell("# A lesson"),
        new_code_cell("import os", execution_count=1),
        new_code_cell(
            source,
            execution_count=2,
            outputs=[nbformat.from_dict({**output, "execution_count": 2})],
        ),
    ]
    path = folder / "notebooks" / "part" / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=cells, metadata={"milestones": facts}), path)
    return path


def nbval(project: Path, *options: str) -> list[str]:
    """Test the lessons as make does, but shuffled, and return the lines about their cells."""
    command = [sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env"]
    outcome = subprocess.run(
        [*command, "-p", "randomly", "--green", "green.json", *options, "notebooks"],
        cwd=project, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert outcome.returncode in (0, 1, 5), outcome.stdout + outcome.stderr
    return [line for line in outcome.stdout.splitlines() if line.startswith("notebooks/")]


def to_run(project: Path) -> list[str]:
    """Return the names of the lessons that would be run."""
    cells = nbval(project, "--collect-only")
    return list(dict.fromkeys(Path(cell.partition("::")[0]).stem for cell in cells))


def test_the_longest_lesson_comes_first_and_its_cells_in_their_order(project: Path) -> None:
    lessons = [f"notebooks/part/{name}.ipynb" for name in ("long", "short")]
    wanted = [f"{lesson}::Cell {number}" for lesson in lessons for number in (0, 1)]
    assert nbval(project, "--collect-only") == wanted


def test_a_lesson_that_passed_is_left_out_until_it_changes(project: Path) -> None:
    nbval(project)
    assert json.loads((project / "green.json").read_text(encoding="utf-8")).keys() == {
        "notebooks/part/long.ipynb",
        "notebooks/part/short.ipynb",
    }
    write(project, "short", seconds=1, source="7 * 6")
    assert to_run(project) == ["short"]


@pytest.mark.parametrize("outcome", ["failed", "skipped"])
def test_a_lesson_with_a_cell_that_failed_or_was_skipped_is_not_green(
    tmp_path: Path, outcome: str
) -> None:
    green = Green(tmp_path / "green.json")
    lesson = contents.lessons(ROOT)[0].lesson
    cell = f"{lesson.relative_to(ROOT).as_posix()}::Cell "
    for number, how in enumerate(["passed", outcome, "passed"]):
        report = SimpleNamespace(nodeid=f"{cell}{number}", when="call", outcome=how)
        green.pytest_runtest_logreport(report)
    green.pytest_sessionfinish()
    assert not Green(tmp_path / "green.json").holds(lesson)


@pytest.mark.parametrize("place", CODE)
def test_what_decides_over_a_lesson_exists(place: str) -> None:
    assert (ROOT / place).exists()


def test_the_hash_of_a_lesson_depends_on_code_outputs_and_tools_and_not_on_prose(
    tmp_path: Path,
) -> None:
    (tmp_path / "notebooks").mkdir()
    path = write(tmp_path, "lesson", seconds=1, source="6 * 7")
    before = lesson_hash(path)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source = "# Another title"
    nbformat.write(notebook, path)
    assert lesson_hash(path) == before
    notebook.cells[2].outputs[0].data["text/plain"] = "43"
    nbformat.write(notebook, path)
    assert lesson_hash(path) != before
    assert lesson_hash(path, tmp_path) != lesson_hash(path)


def test_tests_of_a_file_share_a_worker_and_visits_to_pages_do_not() -> None:
    assert group_of("tests/unit/test_a.py::test_b[c]") == "tests/unit/test_a.py"
    assert len({group_of(f"{file}::test_a") for file in EDITIONS}) == 1
    visits = [f"tests/browser/test_pages.py::{ANYWHERE[0]}[{page}]" for page in PAGES]
    assert len({group_of(visit) for visit in visits}) == len(PAGES)


def test_what_is_named_in_the_groups_exists() -> None:
    assert all((ROOT / file).is_file() for file in EDITIONS)
    code = "".join(path.read_text("utf-8") for path in ROOT.glob("tests/*/test_*.py"))
    assert all(f"def {name}" in code for name in ANYWHERE)


def test_what_takes_long_starts_first() -> None:
    tests = ["tests/unit/test_claims.py::test_a", *(f"{name}::test_b" for name in reversed(LONG))]
    assert sorted(tests, key=turn_of)[-1] == tests[0]
    files = [path.relative_to(ROOT).as_posix() for path in ROOT.glob("tests/**/test_*.py")]
    for name in LONG:
        assert any(name.partition("::")[0] in file for file in files), f"{name} is no test"
