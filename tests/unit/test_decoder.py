"""The promise: the decoder is GPT-2's: with the same weights it gives KerasHub's logits."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

MODULE = Path(__file__).parents[2] / "src" / "milestones" / "models" / "decoder.py"


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    """Compare in one process, because loading Keras takes long."""
    program = str(Path(__file__).with_name("decoder_program.py"))
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow"}
    done = subprocess.run(
        [sys.executable, program], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_it_gives_the_logits_of_kerashub(answer: dict[str, Any]) -> None:
    assert answer["largest"] > 1
    assert answer["apart"] < 1e-4


def test_it_has_all_parameters_of_gpt_2(answer: dict[str, Any]) -> None:
    ours, theirs = answer["parameters"]
    assert ours == theirs


def test_a_cache_changes_no_logit(answer: dict[str, Any]) -> None:
    assert answer["cached"] < 1e-4
    assert answer["cached in 64 bits"] < 1e-12


def test_no_token_sees_a_later_one(answer: dict[str, Any]) -> None:
    assert answer["changed"] == list(range(9, 16))


def test_parts_can_be_exchanged(answer: dict[str, Any]) -> None:
    # A table of 50 tokens, no positions, three normalizations, and attention; width 24.
    assert answer["exchanged parameters"] == 50 * 24 + 3 * 48 + 4 * (24 * 24 + 24)


def test_it_stays_short() -> None:
    assert len(MODULE.read_text(encoding="utf-8").splitlines()) <= 150
