"""Promise: the environment check says what is missing, and fails only if a lesson could not run."""

import pytest

from milestones import environment
from milestones.environment import Finding


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 4), (3, 13, 9)])
def test_supported_pythons_are_accepted(version: tuple[int, ...]) -> None:
    assert environment.check_python(version).ok


@pytest.mark.parametrize("version", [(3, 10, 14), (3, 14, 0), (4, 0, 0)])
def test_other_pythons_are_refused_with_what_to_install(version: tuple[int, ...]) -> None:
    finding = environment.check_python(version)
    assert not finding.ok
    assert "install Python 3.11, 3.12 or 3.13" in finding.detail


def test_a_missing_package_is_named_with_the_command_that_installs_it() -> None:
    finding = environment.check_package("no-such-package-here")
    assert not finding.ok
    assert "pip install" in finding.detail


def test_an_installed_package_shows_its_version() -> None:
    assert environment.check_package("numpy").detail[0].isdigit()


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
    for name in ("check_gpu", "check_data", "check_network", "check_memory"):
        monkeypatch.setattr(environment, name, lambda: Finding("thing", True, "fine"))
    monkeypatch.setattr(environment, "check_disk", lambda: Finding("disk", False, "full", needed))
    assert environment.main() == status
    assert ("FAIL" if needed else "note") in capsys.readouterr().out
