"""Keep every unit test away from the user's own data, cache and proxies."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib
import pytest
from hypothesis import settings
from support.places import REAL_DATA

import milestones.data.__main__ as command
from milestones.data import Dataset, resolver

matplotlib.use("agg")
# The same examples everywhere, however busy the machine is.
settings.register_profile("milestones", deadline=None, derandomize=True)
settings.load_profile("milestones")


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the cache folder of this test; it does not exist yet."""
    folder = tmp_path / "cache"
    monkeypatch.delenv(resolver.FOLDER_VARIABLE, raising=False)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "*")
    for module in (resolver, command):
        monkeypatch.setattr(module, "cache_folder", lambda: folder)
    return folder


@pytest.fixture
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return an empty folder that MILESTONES_DATA names."""
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setenv(resolver.FOLDER_VARIABLE, str(folder))
    return folder


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Dataset], None]:
    """Make a data set the only one in the catalog."""

    def put(dataset: Dataset) -> None:
        for module in (resolver, command):
            monkeypatch.setattr(module, "load_catalog", lambda: {"sample": dataset})

    return put


@pytest.fixture
def real_data(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that MILESTONES_DATA named when the tests began."""
    if not REAL_DATA:
        pytest.skip("MILESTONES_DATA is not set")
    monkeypatch.setenv(resolver.FOLDER_VARIABLE, REAL_DATA)
    return Path(REAL_DATA)


@pytest.fixture(scope="session")
def lesson() -> subprocess.CompletedProcess[bytes]:
    """Run a small lesson in a process of its own, because loading Keras takes long."""
    program = Path(__file__).with_name("lesson_program.py")
    return subprocess.run([sys.executable, str(program)], capture_output=True)
