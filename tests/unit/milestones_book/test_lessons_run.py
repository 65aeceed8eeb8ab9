"""Promise: a run stores what a lesson shows; whatever goes wrong loses nothing."""

import fcntl
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from nbformat.v4 import new_code_cell, new_notebook
from support.reading import ROOT

from milestones_book.lessons import execution
from milestones_book.lessons.execution import LessonError, execute, read
from milestones_book.lessons.run import run


def write(folder: Path, *sources: str) -> Path:
    path = folder / "notebooks" / "part" / "lesson.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), path)
    return path


def nbval(path: Path) -> subprocess.CompletedProcess[str]:
    sanitizer = ROOT / "tests" / "nbval_sanitize.cfg"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval"]
    command += ["-p", "no:randomly"]  # the cells of a lesson have their order
    command += ["--nbval-current-env", "--nbval-sanitize-with", str(sanitizer), str(path)]
    return subprocess.run(command, capture_output=True, text=True, cwd=path.parent, check=False)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small lesson, executed by our own tool."""
    path = write(
        tmp_path_factory.mktemp("stored"),
        "import random, time\nimport milestones as ms",
        "ms.claim('a share', random.random(), at_most=1)\nms.quote('share', random.random())",
        "for n in range(3):\n    print(f'\\rstep {n}', end='')\nprint('\\rdone')",
        "print(6 * 7)",
    )
    run(path)
    return path


def test_running_stores_outputs_time_and_memory(stored: Path) -> None:
    notebook = nbformat.read(stored, as_version=4)
    assert [cell.execution_count for cell in notebook.cells] == [1, 2, 3, 4]
    assert notebook.cells[3].outputs[0].text == "42\n"
    assert notebook.metadata.milestones.measured.cores >= 1
    assert "execution" not in notebook.cells[0].metadata
    assert "version" not in notebook.metadata.language_info


def test_strict_comparison_accepts_what_is_measured_and_nothing_else(stored: Path) -> None:
    assert nbval(stored).returncode == 0, nbval(stored).stdout


def test_strict_comparison_refuses_a_changed_output(stored: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(stored, as_version=4)
    notebook.cells[3].outputs[0].text = "43\n"
    path = tmp_path / "changed.ipynb"
    nbformat.write(notebook, path)
    outcome = nbval(path)
    assert outcome.returncode == 1
    assert "1 failed, 3 passed" in outcome.stdout, outcome.stdout


def test_strict_comparison_refuses_a_changed_claim(stored: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(stored, as_version=4)
    claim = notebook.cells[1].outputs[0]
    claim.text = claim.text.replace("≤ 1", "≤ 2")
    path = tmp_path / "changed.ipynb"
    nbformat.write(notebook, path)
    assert nbval(path).returncode == 1


def outcome_of_run(path: Path) -> subprocess.CompletedProcess[str]:
    """Run a lesson by the command that ``make notebooks`` uses."""
    return subprocess.run(command(), capture_output=True, text=True, cwd=home(path), check=False)


def command() -> list[str]:
    return [sys.executable, "-m", "milestones_book.lessons", "run", "part/lesson"]


def home(path: Path) -> Path:
    """Return the root of a small book, from the path of its lesson."""
    return path.parents[2]


@pytest.mark.parametrize("source", ["raise ValueError('no')", "import os; os._exit(9)"])
def test_a_lesson_that_fails_or_is_killed_is_left_as_it_was(tmp_path: Path, source: str) -> None:
    path = write(tmp_path, "x = 1", source)
    before = path.read_bytes()
    outcome = outcome_of_run(path)
    assert outcome.returncode == 1
    assert "lesson.ipynb was left as it was: " in outcome.stderr
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["lesson.ipynb"]


def test_what_a_kernel_says_when_it_dies_is_kept(tmp_path: Path) -> None:
    path = write(tmp_path, "import os\nos.write(2, b'last words')\nos.abort()")
    with pytest.raises(LessonError, match="code cell 1 “import os” killed its kernel") as caught:
        run(path)
    assert "last words" in caught.value.details


def test_the_cell_that_failed_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "print(1)", "x = 1", "print(2)")
    run(path)
    path.write_text(path.read_text().replace("x = 1", "x = 1 / 0"))
    with pytest.raises(LessonError) as caught:
        run(path)
    assert str(caught.value) == "code cell 2 “x = 1 / 0” raised ZeroDivisionError: division by zero"
    assert "Traceback" in caught.value.details


def test_an_edit_that_was_saved_during_the_run_stays(tmp_path: Path) -> None:
    path = write(tmp_path, "open('lesson.ipynb', 'a').write(' ')")
    before = path.read_bytes()
    with pytest.raises(LessonError, match="was edited while it ran"):
        run(path)
    assert path.read_bytes() == before + b" "
    assert [file.name for file in path.parent.iterdir()] == ["lesson.ipynb"]


def test_a_second_run_of_one_lesson_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "x = 1")
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(LessonError, match="another run of it is under way"):
            run(path)
    run(path)


def test_a_run_keeps_the_rights_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "x = 1")
    path.chmod(0o664)
    run(path)
    assert path.stat().st_mode & 0o777 == 0o664


def test_when_the_runner_is_killed_its_kernel_ends_and_writes_nothing(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "import os, time, pathlib\npathlib.Path('kernel').write_text(str(os.getpid()))",
        "time.sleep(6)\npathlib.Path('late').touch()",
    )
    before = path.read_bytes()
    runner = subprocess.Popen(command(), cwd=home(path))
    kernel = path.with_name("kernel")
    wait_until(lambda: kernel.exists() and kernel.read_text())
    runner.send_signal(signal.SIGKILL)
    runner.wait()
    wait_until(lambda: not is_running(int(kernel.read_text())), seconds=5)
    time.sleep(3)
    assert not path.with_name("late").exists()
    assert path.read_bytes() == before


def wait_until(condition: Callable[[], object], seconds: int = 60) -> None:
    """Return when a condition holds; fail when it does not come to hold."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)


def is_running(process: int) -> bool:
    """Tell whether a process still runs; one that ended and waits for its parent does not."""
    outcome = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True)
    return bool(outcome.stdout.strip()) and not outcome.stdout.strip().startswith(b"Z")


@pytest.mark.parametrize("source", ["print(30_000_000 * 'x')", "while True: print(9_999 * 'x')"])
def test_endless_output_is_one_sentence_and_takes_no_time(tmp_path: Path, source: str) -> None:
    path = write(tmp_path, "x = 1", source)
    started = time.monotonic()
    with pytest.raises(LessonError, match=r"code cell 2 .* prints over 100,000 characters\."):
        run(path)
    assert time.monotonic() - started < 30


def test_as_much_output_as_is_allowed_takes_no_time(tmp_path: Path) -> None:
    path = write(tmp_path, f"print({execution.LONGEST_TEXT - 1} * 'x')")
    started = time.monotonic()
    run(path)
    assert time.monotonic() - started < 30


def test_a_cell_that_takes_too_long_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "CELL_TIMEOUT_SECONDS", 1)
    path = write(tmp_path, "import time\ntime.sleep(60)")
    with pytest.raises(LessonError, match="code cell 1 “import time” took over 1 s"):
        run(path)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 1}', '{"nbformat": 9}', "\0"])
def test_a_file_that_is_no_notebook_is_one_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "lesson.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LessonError, match=r"^lesson.ipynb cannot be read as a notebook: [^\n]+$"):
        read(path)


def test_a_missing_kernel_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def find_none(manager: KernelSpecManager, name: str) -> None:
        raise NoSuchKernel(name)

    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", find_none)
    with pytest.raises(LessonError, match="there is no Jupyter kernel “python3”"):
        execute(new_notebook(cells=[new_code_cell("x = 1")]), tmp_path)
