"""``python -m milestones.environment``: can this machine run the lessons?

One line for each requirement: ok, or what to do. The exit status is 1 if a lesson could not run.

Source: book/appendix/environment-check.md.
"""

import importlib.metadata
import os
import shutil
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from milestones.data.catalog import load_catalog
from milestones.data.resolver import cache_folder, locate
from milestones.lesson import silenced_stderr

MEMORY_NEEDED_GB = 4.0
DISK_NEEDED_GB = 1.0
PYTHON_NEEDED = (3, 11)
PYTHON_TOO_NEW = (3, 14)


@dataclass(frozen=True)
class Finding:
    """What was found for one requirement; ``needed`` says whether a lesson depends on it."""

    name: str
    ok: bool
    detail: str
    needed: bool = True

    def __str__(self) -> str:
        mark = "ok  " if self.ok else ("FAIL" if self.needed else "note")
        return f"{mark}  {self.name:11} {self.detail}"


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Check the interpreter's version."""
    shown = ".".join(map(str, version))
    if PYTHON_NEEDED <= version < PYTHON_TOO_NEW:
        return Finding("Python", True, shown)
    return Finding("Python", False, f"{shown}: install Python 3.11, 3.12 or 3.13")


def check_package(name: str) -> Finding:
    """Check that a package is installed."""
    try:
        return Finding(name, True, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, False, 'not installed: run pip install -e ".[notebooks]"')


def check_memory(total_gb: float | None = None) -> Finding:
    """Check the memory of the machine, in GB."""
    total_gb = _memory_gb() if total_gb is None else total_gb
    detail = f"{total_gb:.1f} GB"
    if total_gb >= MEMORY_NEEDED_GB:
        return Finding("memory", True, detail)
    return Finding("memory", False, f"{detail}: the lessons need {MEMORY_NEEDED_GB:.0f} GB")


def check_disk(free_gb: float | None = None) -> Finding:
    """Check the free disk space where the cache lies, in GB."""
    folder = cache_folder()
    while not folder.exists():
        folder = folder.parent
    free_gb = shutil.disk_usage(folder).free / 1e9 if free_gb is None else free_gb
    detail = f"{free_gb:.1f} GB free at {folder}"
    if free_gb >= DISK_NEEDED_GB:
        return Finding("disk", True, detail)
    return Finding("disk", False, f"{detail}: free at least {DISK_NEEDED_GB:.0f} GB")


def check_gpu() -> Finding:
    """Say whether TensorFlow sees a GPU; no lesson needs one."""
    try:
        with silenced_stderr():
            import tensorflow

            count = len(tensorflow.config.list_physical_devices("GPU"))
    except ImportError:
        return Finding("GPU", False, "unknown, because TensorFlow is missing", needed=False)
    return Finding("GPU", bool(count), f"{count} found; no lesson needs one", needed=False)


def check_data() -> Finding:
    """Say which data sets are here; lessons without theirs are skipped."""
    names = list(load_catalog())
    here = [name for name in names if locate(name)]
    detail = f"{len(here)} of {len(names)} data sets here ({', '.join(here) or 'none'})"
    if len(here) < len(names):
        detail += "; get another with python -m milestones.data fetch NAME"
    return Finding("data", len(here) == len(names), detail, needed=False)


def check_network() -> Finding:
    """Say whether a host that serves data can be reached."""
    urls = [url for data in load_catalog().values() for d in data.downloads for url in d.urls]
    host = urlsplit(urls[0]).hostname
    try:
        socket.create_connection((host, 443), timeout=3).close()
    except OSError:
        return Finding("network", False, f"no connection to {host}; work offline", needed=False)
    return Finding("network", True, f"{host} answers", needed=False)


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def main() -> int:
    """Print every finding; return 1 if something that a lesson needs is missing."""
    checks: list[Callable[[], Finding]] = [
        check_python,
        lambda: check_package("tensorflow"),
        lambda: check_package("keras"),
        check_memory,
        check_disk,
        check_gpu,
        check_data,
        check_network,
    ]
    findings = [check() for check in checks]
    print("\n".join(map(str, findings)))
    return int(any(finding.needed and not finding.ok for finding in findings))


if __name__ == "__main__":
    sys.exit(main())
