"""Compare the encoder of the package with KerasHub's, in a process of its own.

The argument is a list in JSON: the folder of MiniLM, or an empty text, and sentences.
The answer is a dictionary in JSON on the last line.
"""

import json
import sys

import milestones as ms

ms.start_lesson()

import keras_hub  # noqa: E402
import numpy as np  # noqa: E402
from keras import ops  # noqa: E402

from milestones.models.encoder import TABLES, Encoder, gelu, gelu_tanh  # noqa: E402

SIZES = {"vocabulary": 50, "width": 24, "heads": 3, "blocks": 2, "hidden": 40, "longest": 16}
folder, sentences = json.loads(sys.argv[1])


def published(hub: keras_hub.models.Backbone) -> dict[str, np.ndarray]:
    """Return the weights of KerasHub's BERT as a published file names them."""
    found = {}

    def put(name: str, layer: object, kernel: str = "kernel", bias: str = "bias") -> None:
        matrix = np.array(getattr(layer, kernel))
        shift = np.array(getattr(layer, bias)).reshape(-1)
        rows = len(shift) if kernel == "kernel" else 1
        found[f"{name}.weight"] = matrix.reshape(-1, rows).T if rows > 1 else matrix
        found[f"{name}.bias"] = shift

    found[TABLES["tokens"]] = np.array(hub.token_embedding.embeddings)
    found[TABLES["positions"]] = np.array(hub.position_embedding.position_embeddings)
    found[TABLES["segments"]] = np.array(hub.segment_embedding.embeddings)
    put("embeddings.LayerNorm", hub.embeddings_layer_norm, "gamma", "beta")
    put("pooler.dense", hub.pooled_dense)
    for number, block in enumerate(hub.transformer_layers):
        start, attention = f"encoder.layer.{number}", block._self_attention_layer
        put(f"{start}.attention.self.query", attention.query_dense)
        put(f"{start}.attention.self.key", attention.key_dense)
        put(f"{start}.attention.self.value", attention.value_dense)
        mix = attention.output_dense
        found[f"{start}.attention.output.dense.weight"] = np.array(mix.kernel).reshape(24, 24).T
        found[f"{start}.attention.output.dense.bias"] = np.array(mix.bias)
        norms = (block._self_attention_layer_norm, block._feedforward_layer_norm)
        put(f"{start}.attention.output.LayerNorm", norms[0], "gamma", "beta")
        put(f"{start}.output.LayerNorm", norms[1], "gamma", "beta")
        put(f"{start}.intermediate.dense", block._feedforward_intermediate_dense)
        put(f"{start}.output.dense", block._feedforward_output_dense)
    return found


def gaps(hub: keras_hub.models.Backbone, encoder: Encoder, numbers: np.ndarray) -> list[float]:
    """Return the largest differences of real vectors, and of pooled ones."""
    real = numbers > 0
    segments = np.where(np.arange(numbers.shape[1]) > 3, 1, 0) * real
    inputs = {"token_ids": numbers, "padding_mask": real.astype("int32"), "segment_ids": segments}
    theirs = {name: ops.convert_to_numpy(part) for name, part in hub(inputs).items()}
    states = encoder(numbers, segments)
    ours = ops.convert_to_numpy(states)
    pooled = ops.convert_to_numpy(encoder.pool(states))
    apart = np.abs(ours - theirs["sequence_output"])[real].max()
    return [float(apart), float(np.abs(pooled - theirs["pooled_output"]).max())]


random = np.random.default_rng(0)
small = keras_hub.models.BertBackbone(50, 2, 3, 24, 40, max_sequence_length=16)
for weight in small.weights:  # nothing is left at zero or one
    weight.assign(weight + 0.3 * random.normal(size=weight.shape))
numbers = random.integers(1, 50, (5, 12))
numbers[:3, 7:] = 0
answer = {}
for name, activation in (("approximate", gelu_tanh), ("exact", gelu)):
    encoder = Encoder(**SIZES, activation=activation)
    encoder.fill(published(small))
    answer[name] = gaps(small, encoder, numbers)
answer["parameters"] = [encoder.count_params(), small.count_params()]
before = ops.convert_to_numpy(encoder(numbers))[:3, :7]
table = np.array(encoder.tokens.embeddings)
table[0] += 1
encoder.tokens.set_weights([table])
after = ops.convert_to_numpy(encoder(numbers))[:3, :7]
answer["leaks"] = int((before != after).sum())
if folder:
    from pathlib import Path

    from safetensors.numpy import load_file

    from milestones.models.wordpiece import WordPiece

    place = Path(folder)
    hub = keras_hub.models.Backbone.from_preset(folder)
    minilm = Encoder(30_522, 384, 12, 6, 1536, activation=gelu_tanh)
    minilm.fill(load_file(place / "model.safetensors"))
    pieces = WordPiece((place / "vocab.txt").read_text(encoding="utf-8").splitlines())
    rows = [pieces.encode(sentence) for sentence in sentences]
    table = np.zeros((len(rows), max(map(len, rows))), dtype="int32")
    for line, row in zip(table, rows, strict=True):
        line[: len(row)] = row
    answer["minilm"] = gaps(hub, minilm, table)
    answer["minilm parameters"] = minilm.count_params()
print(json.dumps(answer))
