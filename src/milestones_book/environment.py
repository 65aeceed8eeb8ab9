"""``python -m milestones_book.environment``: can this machine run the lessons?

One line for each requirement: ok, or what to do. The exit status is 1 if a lesson could not run.

Source: book/appendix/environment-check.md.
"""

import importlib.metadata
import json
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from urllib.parse import urlsplit

from milestones.data.catalog import load_catalog
from milestones.data.errors import DataError
from milestones.data.resolver import cache_folder, locate

MEMORY_NEEDED_GB = 4.0
DISK_NEEDED_GB = 1.0
PYTHON_NEEDED = (3, 11, 4)
PYTHON_TOO_NEW = (3, 14)

PACKAGES = {
    "tensorflow": "tensorflow",
    "keras": "keras",
    "keras-hub": "keras_hub",
    "scikit-learn": "sklearn",
    "h5py": "h5py",
    "gguf": "gguf",
    "ipykernel": "ipykernel",
}
"""What the lessons import, by the name under which it is installed."""

COUNT_GPUS = "import tensorflow; answer = len(tensorflow.config.list_physical_devices('GPU'))"

PROBE = """
import json, sys
report, sys.stdout = sys.stdout, sys.stderr
for statement in sys.argv[1:]:
    answer, works = "", True
    try:
        exec(statement)
    except Exception as error:
        while error.__cause__ or error.__context__:
            error = error.__cause__ or error.__context__
        answer, works = f"{type(error).__name__}: {' '.join(str(error).split())}", False
    print(json.dumps([works, answer]), file=report, flush=True)
"""
"""Runs statements; reports whether each works, and its answer or the first cause of its failure."""


@dataclass(frozen=True)
class Finding:
    """What was found for one requirement; ``needed`` says whether a lesson depends on it."""

    name: str
    ok: bool
    detail: str
    needed: bool = True

    def __str__(self) -> str:
        mark = "ok  " if self.ok else ("FAIL" if self.needed else "note")
        return f"{mark}  {self.name:12} {self.detail}"


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Check the interpreter's version."""
    shown = ".".join(map(str, version))
    if PYTHON_NEEDED <= version < PYTHON_TOO_NEW:
        return Finding("Python", True, shown)
    return Finding("Python", False, f"{shown}: install Python 3.11.4 or later, 3.12 or 3.13")


def ask(*statements: str) -> list[tuple[bool, str]]:
    """Run statements in a process of their own, so that a library that crashes is only reported.

    Returns
    -------
    list of (bool, str)
        For each statement, whether it works, and what it assigned to ``answer`` or why not.
    """
    command = [sys.executable, "-c", PROBE, *statements]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    answers = [(works, str(answer)) for works, answer in map(json.loads, done.stdout.splitlines())]
    if len(answers) == len(statements):
        return answers
    return [*answers, (False, "Python stopped"), *ask(*statements[len(answers) + 1 :])]


def check_libraries() -> list[Finding]:
    """Import every package that a lesson needs, and count the GPUs, which no lesson needs."""
    imports = [f"import {module}" for module in PACKAGES.values()]
    *imported, (works, answer) = ask(*imports, COUNT_GPUS)
    findings = [judge_package(name, *found) for name, found in zip(PACKAGES, imported, strict=True)]
    detail = f"{answer} found; no lesson needs one" if works else "unknown: TensorFlow fails"
    return [*findings, Finding("GPU", answer not in ("", "0") and works, detail, needed=False)]


def judge_package(name: str, works: bool, reason: str) -> Finding:
    """Say whether a package is installed, and whether it could be imported."""
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, False, 'not installed: run pip install -e ".[notebooks]"')
    return Finding(name, works, version if works else f"{version} cannot be imported: {reason}")


def check_memory(total_gb: float | None = None) -> Finding:
    """Check the memory of the machine, in GB."""
    total_gb = _memory_gb() if total_gb is None else total_gb
    detail = f"{total_gb:.1f} GB"
    if total_gb >= MEMORY_NEEDED_GB:
        return Finding("memory", True, detail)
    return Finding("memory", False, f"{detail}: the lessons need {MEMORY_NEEDED_GB:.0f} GB")


def check_disk(free_gb: float | None = None) -> Finding:
    """Check the free disk space where the cache lies, in GB."""
    try:
        folder = cache_folder()
    except DataError as error:
        return Finding("disk", False, str(error))
    while not folder.exists():
        folder = folder.parent
    free_gb = shutil.disk_usage(folder).free / 1e9 if free_gb is None else free_gb
    detail = f"{free_gb:.1f} GB free at {folder}"
    if free_gb >= DISK_NEEDED_GB:
        return Finding("disk", True, detail)
    return Finding("disk", False, f"{detail}: free at least {DISK_NEEDED_GB:.0f} GB")


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
    findings = [check_python(), *check_libraries()]
    findings += [check_memory(), check_disk(), check_data(), check_network()]
    print(*findings, sep="\n")
    return int(any(finding.needed and not finding.ok for finding in findings))


if __name__ == "__main__":
    sys.exit(main())
