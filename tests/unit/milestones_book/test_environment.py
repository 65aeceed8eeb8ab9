"""Promise: the environment check says what is missing, and fails only if a lesson could not run."""

import importlib.metadata
from pathlib import Path

import pytest

from milestones.data import DataError
from milestones_book import environment
from milestones_book.environment import Finding


@pytest.mark.parametrize("version", [(3, 11, 4), (3, 12, 4), (3, 13, 9)])
def test_supported_pythons_are_accepted(version: tuple[int, ...]) -> None:
    assert environment.check_python(version).ok


@pytest.mark.parametrize("version", [(3, 11, 3), (3, 14, 0), (4, 0, 0)])
def test_other_pythons_are_refused_with_what_to_install(version: tuple[int, ...]) -> None:
    finding = environment.check_python(version)
    assert not finding.ok
    assert "install Python 3.11.4 or later, 3.12 or 3.13" in finding.detail


def test_a_missing_package_is_named_with_the_command_that_installs_it() -> None:
    finding = environment.judge_package("no-such-package-here", works=False, reason="ImportError")
    assert not finding.ok
    assert "pip install" in finding.detail


def test_an_installed_package_shows_its_version() -> None:
    finding = environment.judge_package("numpy", works=True, reason="")
    assert str(finding) == f"ok    numpy        {importlib.metadata.version('numpy')}"


def broken_modules(folder: Path) -> None:
    """Write modules that fail on import, each in its own way, and one that chats."""
    chain = "try:\n    import no_such_library\nexcept ImportError as error:\n"
    modules = {
        "chained": chain + "    raise ImportError('a page of advice\\n\\nis here') from error\n",
        "wordy": "raise OSError('libcudart.so:\\n  cannot open')\n",
        "crashing": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n",
        "leaving": "raise SystemExit\n",
        "chatting": "print('welcome')\n",
    }
    for name, content in modules.items():
        (folder / f"{name}.py").write_text(content)


def test_each_failed_import_has_its_reason_and_a_crash_ends_no_other_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_modules(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    names = ("json", "chained", "crashing", "wordy", "leaving", "chatting")
    assert environment.ask(*(f"import {name}" for name in names), "answer = 2 + 3") == [
        (True, ""),
        (False, "ModuleNotFoundError: No module named 'no_such_library'"),
        (False, "Python stopped"),
        (False, "OSError: libcudart.so: cannot open"),
        (False, "Python stopped"),
        (True, ""),
        (True, "5"),
    ]


def test_everything_that_a_lesson_imports_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def ask(*statements: str) -> list[tuple[bool, str]]:
        asked.extend(statements)
        return [(True, "1")] * len(statements)

    monkeypatch.setattr(environment, "ask", ask)
    names = [finding.name for finding in environment.check_libraries()]
    assert {"tensorflow", "keras", "keras-hub", "scikit-learn", "h5py", "ipykernel"} < set(names)
    modules = ("tensorflow", "keras", "keras_hub", "sklearn", "h5py", "ipykernel")
    assert {f"import {module}" for module in modules} < set(asked)


@pytest.mark.parametrize(
    ("tensorflow", "shown"),
    [
        ((True, "0"), "note  GPU          0 found; no lesson needs one"),
        ((True, "2"), "ok    GPU          2 found; no lesson needs one"),
        ((False, "ImportError: x"), "note  GPU          unknown: TensorFlow fails"),
    ],
)
def test_gpus_are_counted_and_no_lesson_needs_one(
    monkeypatch: pytest.MonkeyPatch, tensorflow: tuple[bool, str], shown: str
) -> None:
    monkeypatch.setattr(
        environment, "ask", lambda *all_: [(True, "")] * len(all_[1:]) + [tensorflow]
    )
    assert str(environment.check_libraries()[-1]) == shown


def test_a_tensorflow_that_cannot_be_imported_fails_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # The other packages are shadowed too, because loading them takes long.
    for module in environment.PACKAGES.values():
        (tmp_path / f"{module}.py").touch()
    (tmp_path / "tensorflow.py").write_text("import no_such_library\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(environment, "check_network", lambda: Finding("network", True, ""))
    assert environment.main() == 1
    version = importlib.metadata.version("tensorflow")
    assert (
        f"FAIL  tensorflow   {version} cannot be imported: "
        "ModuleNotFoundError: No module named 'no_such_library'\n"
    ) in capsys.readouterr().out


def test_a_user_without_a_home_is_told_where_the_cache_could_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_folder() -> None:
        raise DataError("There is no home folder.")

    monkeypatch.setattr(environment, "cache_folder", no_folder)
    assert environment.check_disk() == Finding("disk", False, "There is no home folder.")


@pytest.mark.parametrize(("gigabytes", "ok"), [(3.9, False), (4.0, True)])
def test_memory_is_compared_with_the_budget(gigabytes: float, ok: bool) -> None:
    assert environment.check_memory(gigabytes).ok is ok


@pytest.mark.parametrize(("gigabytes", "ok"), [(0.9, False), (1.0, True)])
def test_free_disk_is_compared_with_the_need(gigabytes: float, ok: bool) -> None:
    assert environment.check_disk(gigabytes).ok is ok


def test_this_machine_has_a_plausible_amount_of_memory_and_disk() -> None:
    assert 0.5 < environment._memory_gb() < 100_000
    assert environment.check_disk().detail[0].isdigit()


def test_missing_data_is_a_note_and_not_a_failure() -> None:
    finding = environment.check_data()
    assert not finding.ok
    assert not finding.needed
    assert "python -m milestones.data fetch" in finding.detail


@pytest.mark.parametrize(("needed", "status"), [(True, 1), (False, 0)])
def test_the_exit_status_says_whether_a_lesson_could_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], needed: bool, status: int
) -> None:
    monkeypatch.setattr(environment, "check_libraries", list)
    for name in ("check_data", "check_network", "check_memory"):
        monkeypatch.setattr(environment, name, lambda: Finding("thing", True, "fine"))
    monkeypatch.setattr(environment, "check_disk", lambda: Finding("disk", False, "full", needed))
    assert environment.main() == status
    assert ("FAIL" if needed else "note") in capsys.readouterr().out
