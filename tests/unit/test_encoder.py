"""The promise: the encoder is BERT's: with the same weights it gives KerasHub's vectors."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.places import find_real

FILES = [f"minilm/{name}" for name in ("config.json", "model.safetensors", "vocab.txt")]
SENTENCES = ["How do I replace a lost card?", "", "我爱你 😀 naïve", "one word " * 40]
MODULE = Path(__file__).parents[2] / "src" / "milestones" / "models" / "encoder.py"


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    """Compare in one process, because loading Keras takes long."""
    place = find_real(*FILES)
    arguments = json.dumps([str(place / "minilm") if place else "", SENTENCES])
    program = str(Path(__file__).with_name("encoder_program.py"))
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow"}
    command = [sys.executable, program, arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_it_gives_the_vectors_of_kerashub_with_the_same_gelu(answer: dict[str, Any]) -> None:
    assert max(answer["approximate"]) < 1e-4


def test_the_exact_gelu_is_another_function(answer: dict[str, Any]) -> None:
    assert 1e-4 < answer["exact"][0] < 0.1


def test_it_has_all_parameters_of_bert(answer: dict[str, Any]) -> None:
    ours, theirs = answer["parameters"]
    assert ours == theirs


def test_padding_changes_no_bit_of_a_real_token(answer: dict[str, Any]) -> None:
    assert answer["leaks"] == 0


@pytest.mark.skipif(not find_real(*FILES), reason="MiniLM was not fetched yet")
def test_it_takes_the_published_weights(answer: dict[str, Any]) -> None:
    assert answer["minilm parameters"] == 22_713_216
    assert max(answer["minilm"]) < 1e-4


def test_it_stays_short() -> None:
    assert len(MODULE.read_text(encoding="utf-8").splitlines()) <= 150
