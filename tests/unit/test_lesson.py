"""The promise: a lesson starts without a word on standard error, and a seed fixes its numbers."""

import subprocess
import sys

import pytest

SILENCE = """
import os
from milestones.lesson import silenced_stderr
os.write(2, b"before ")
with silenced_stderr():
    os.write(2, b"HIDDEN ")
os.write(2, b"between ")
try:
    with silenced_stderr():
        os.write(2, b"shown ")
        raise {error}
except {error}:
    os.write(2, b"after")
print(len(os.listdir("/dev/fd")) if os.path.isdir("/dev/fd") else 0)
for _ in range(3):
    with silenced_stderr():
        pass
print(len(os.listdir("/dev/fd")) if os.path.isdir("/dev/fd") else 0)
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)


def test_lesson_starts_silently(lesson: subprocess.CompletedProcess[bytes]) -> None:
    assert lesson.stderr == b""


def test_equal_seeds_give_equal_numbers(lesson: subprocess.CompletedProcess[bytes]) -> None:
    assert lesson.returncode == 0, lesson.stderr.decode()


@pytest.mark.parametrize("error", ["RuntimeError", "KeyboardInterrupt", "SystemExit"])
def test_silence_ends_with_its_block_and_a_failure_is_shown(error: str) -> None:
    done = run(SILENCE.format(error=error))
    assert done.stderr == "before between shown after"
    assert done.returncode == 0


def test_silence_leaves_no_descriptor_open() -> None:
    before, after = run(SILENCE.format(error="RuntimeError")).stdout.split()
    assert before == after
