"""Pretrained weights: HDF5, safetensors, and GGUF. None of these formats can carry code.

Their libraries are loaded on first use, so that reading a text needs none of them.
"""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from milestones.data.errors import DataError
from milestones.data.loaders.reading import damaged, read_bytes, read_text, reads
from milestones.data.resolver import find_dataset, resolve

__all__ = ["GGUFModel", "LlamaConfig", "load_gguf"]

Arrays = dict[str, np.ndarray]

LLAMA_FIELDS = {
    "blocks": "llama.block_count",
    "width": "llama.embedding_length",
    "feed_forward_width": "llama.feed_forward_length",
    "heads": "llama.attention.head_count",
    "key_value_heads": "llama.attention.head_count_kv",
    "context_length": "llama.context_length",
    "rotary_base": "llama.rope.freq_base",
    "epsilon": "llama.attention.layer_norm_rms_epsilon",
    "chat_template": "tokenizer.chat_template",
}
"""Where each attribute of :class:`LlamaConfig` stands in a GGUF file."""


@dataclass(frozen=True)
class LlamaConfig:
    """The numbers that, with its weights, define a decoder of the Llama family.

    Attributes
    ----------
    blocks, width, feed_forward_width, heads, key_value_heads, context_length
        Integers; a head has ``width / heads`` components.
    rotary_base
        The wavelengths of the rotary position embedding are 2π times powers of it from 0 to 1.
    epsilon
        What RMSNorm adds to the mean square.
    chat_template
        A Jinja template that turns messages into one prompt.
    """

    blocks: int
    width: int
    feed_forward_width: int
    heads: int
    key_value_heads: int
    context_length: int
    rotary_base: float
    epsilon: float
    chat_template: str


@dataclass(frozen=True)
class GGUFModel:
    """What a GGUF file holds.

    Attributes
    ----------
    weights
        float32 arrays by name; a matrix has shape ``(outputs, inputs)``.
    vocabulary
        The tokens in the order of their numbers, in the byte-level alphabet of GPT-2.
    merges
        The pairs that byte-pair encoding joins, the most important first.
    config
        The shape of the network.
    """

    weights: Arrays
    vocabulary: list[str]
    merges: list[tuple[str, str]]
    config: LlamaConfig


@reads("smollm2")
def load_gguf(name: str = "smollm2") -> GGUFModel:
    """Load a catalogue entry that is one GGUF file of a Llama model; needs the package gguf.

    Quantized weights are multiplied out: 134.5 million parameters take 538 MB. The rows of
    ``attn_q`` and ``attn_k`` are ordered for rotary pairs of neighbors, as llama.cpp does it.

    Raises
    ------
    DataError
        If the file can't be had, is not GGUF, is truncated, lacks a field of the model, or
        holds numbers that are not finite.

    Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
    """
    path = resolve(name) / find_dataset(name).files[0]
    if read_bytes(path, 4) != b"GGUF":
        raise damaged(path, "it does not begin with the four letters GGUF")
    model = _parsed(path, "GGUF", _read_gguf)
    embedding = model.weights.get("token_embd.weight", np.empty(0))
    if embedding.shape != (len(model.vocabulary), model.config.width):
        raise damaged(path, "its embedding does not fit its vocabulary")
    _check_finite(path, model.weights)
    return model


def _read_gguf(path: Path) -> GGUFModel:
    from gguf import GGUFReader, dequantize

    reader = GGUFReader(path)
    weights = {
        # A copy, because what is not quantized is a view of the file that can't be changed.
        tensor.name: np.array(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
        for tensor in reader.tensors
    }
    fields = {key: field.contents() for key, field in reader.fields.items()}
    merges = [(left, right) for left, right in map(str.split, fields["tokenizer.ggml.merges"])]
    config = LlamaConfig(**{name: fields[key] for name, key in LLAMA_FIELDS.items()})
    return GGUFModel(weights, fields["tokenizer.ggml.tokens"], merges, config)


@reads("mobilenet")
def _read_mobilenet() -> Arrays:
    path = resolve("mobilenet") / find_dataset("mobilenet").files[0]
    return _check_finite(path, _parsed(path, "HDF5", _read_hdf5))


def _read_hdf5(path: Path) -> Arrays:
    import h5py

    arrays: Arrays = {}
    with h5py.File(io.BytesIO(read_bytes(path))) as file:
        file.visititems(
            lambda name, item: arrays.update({name: item[()]} if hasattr(item, "shape") else {})
        )
    return arrays


@reads("minilm")
def _read_minilm() -> Arrays:
    folder = resolve("minilm") / "minilm"
    read_text(folder / "vocab.txt")
    _parsed(folder / "config.json", "JSON", lambda path: json.loads(read_text(path)))
    path = folder / "model.safetensors"
    return _check_finite(path, _parsed(path, "safetensors", _read_safetensors))


def _read_safetensors(path: Path) -> Arrays:
    from safetensors.numpy import load

    return load(read_bytes(path))


def _parsed(path: Path, format_name: str, parse: Callable[[Path], Any]) -> Any:
    """Parse a file; no library documents all that its parser raises when a file is damaged."""
    try:
        return parse(path)
    except (ImportError, DataError):
        raise
    except Exception as error:
        raise damaged(path, f"it cannot be read as {format_name}") from error


def _check_finite(path: Path, arrays: Arrays) -> Arrays:
    if not arrays or not all(np.isfinite(array).all() for array in arrays.values()):
        raise damaged(path, "it must hold weights, and every one must be finite")
    return arrays
