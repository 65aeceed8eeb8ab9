"""BERT's encoder: learned positions, segments, and blocks that normalize after the addition.

Taught in book/history/bert.md.

Source: Devlin et al. (2018), arXiv:1810.04805.
"""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
from keras import layers, ops

Activation = Callable[[Any], Any]

EPSILON = 1e-12
"""What BERT's normalizations add to the variance."""

TABLES = {
    "tokens": "embeddings.word_embeddings.weight",
    "positions": "embeddings.position_embeddings.weight",
    "segments": "embeddings.token_type_embeddings.weight",
}
"""Where the embeddings of an :class:`Encoder` stand in a published file."""


def gelu(x: Any) -> Any:
    """Return x times the share of a standard normal distribution below x."""
    return x * (1 + ops.erf(x / 2**0.5)) / 2


def gelu_tanh(x: Any) -> Any:
    """Return the usual approximation of GELU, which KerasHub's BERT computes."""
    return x * (1 + ops.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x**3))) / 2


class SelfAttention(layers.Layer):
    """Look-ups of every token in all real tokens of its text, with several heads.

    Called with tokens ``(batch, length, width)`` and booleans ``(batch, length)`` that are true
    for real tokens; returns the shape of the tokens.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.maps = [layers.Dense(width, name=name) for name in ("query", "key", "value", "mix")]

    def call(self, tokens: Any, real: Any) -> Any:
        *looks, mix = self.maps
        query, key, value = (self._split(look(tokens)) for look in looks)
        scores = ops.matmul(query, ops.swapaxes(key, -1, -2)) / key.shape[-1] ** 0.5
        weights = ops.softmax(ops.where(real[:, None, None, :], scores, -1e9))
        found = ops.swapaxes(ops.matmul(weights, value), 1, 2)  # (batch, length, heads, size)
        return mix(ops.reshape(found, ops.shape(tokens)))

    def _split(self, tokens: Any) -> Any:
        """Return ``(batch, heads, length, width / heads)``."""
        *outer, width = ops.shape(tokens)
        return ops.swapaxes(ops.reshape(tokens, (*outer, self.heads, width // self.heads)), 1, 2)


class Block(layers.Layer):
    """Attention and a feed-forward layer; each is added, and the sum is normalized (post-LN)."""

    def __init__(self, width: int, heads: int, hidden: int, activation: Activation) -> None:
        super().__init__()
        self.attention = SelfAttention(width, heads)
        self.inner = layers.Dense(hidden, activation=activation)
        self.outer = layers.Dense(width)
        self.norms = [layers.LayerNormalization(epsilon=EPSILON) for _ in range(2)]

    def call(self, tokens: Any, real: Any) -> Any:
        tokens = self.norms[0](tokens + self.attention(tokens, real))
        return self.norms[1](tokens + self.outer(self.inner(tokens)))


class Encoder(keras.Model):
    """Turn token numbers ``(batch, length)`` into vectors ``(batch, length, width)``.

    Parameters
    ----------
    vocabulary
        Entries of the table of tokens; the number 0 is padding, which no token looks at.
    width, heads, blocks, hidden
        Of the vectors; look-ups side by side; blocks; units inside a feed-forward layer.
    longest
        Places that have a position.
    activation
        In the feed-forward layers: :func:`gelu`, or :func:`gelu_tanh`.
    """

    def __init__(
        self,
        vocabulary: int,
        width: int,
        heads: int,
        blocks: int,
        hidden: int,
        longest: int = 512,
        activation: Activation = gelu,
    ) -> None:
        super().__init__()
        for name, rows in {"tokens": vocabulary, "positions": longest, "segments": 2}.items():
            # Each table has an initializer of its own: one that is shared repeats its numbers.
            start = keras.initializers.TruncatedNormal(stddev=0.02)
            setattr(self, name, layers.Embedding(rows, width, start, name=name))
        self.norm = layers.LayerNormalization(epsilon=EPSILON)
        self.blocks = [Block(width, heads, hidden, activation) for _ in range(blocks)]
        self.pooler = layers.Dense(width, activation="tanh", name="pooler")
        self.pooler.build((None, width))
        self(np.array([[1]]))  # makes the other parameters

    def call(self, numbers: Any, segments: Any = 0) -> Any:
        segments = ops.add(ops.zeros_like(numbers), segments)
        states = self.tokens(numbers) + self.positions(ops.arange(numbers.shape[1]))
        states = self.norm(states + self.segments(segments))
        for block in self.blocks:
            states = block(states, numbers != 0)
        return states

    def pool(self, states: Any) -> Any:
        """Return what the pooler makes of the first token, ``(batch, width)``."""
        return self.pooler(states[:, 0])

    def fill(self, weights: Mapping[str, np.ndarray]) -> None:
        """Copy the arrays of a published BERT, by their names in its safetensors file."""
        for name, key in TABLES.items():
            getattr(self, name).set_weights([weights[key]])
        layers_by_name = {"embeddings.LayerNorm": self.norm, "pooler.dense": self.pooler}
        for number, block in enumerate(self.blocks):
            start = f"encoder.layer.{number}"
            for look in block.attention.maps[:3]:
                layers_by_name[f"{start}.attention.self.{look.name}"] = look
            layers_by_name |= {
                f"{start}.attention.output.dense": block.attention.maps[3],
                f"{start}.attention.output.LayerNorm": block.norms[0],
                f"{start}.intermediate.dense": block.inner,
                f"{start}.output.dense": block.outer,
                f"{start}.output.LayerNorm": block.norms[1],
            }
        for name, layer in layers_by_name.items():
            layer.set_weights([weights[f"{name}.weight"].T, weights[f"{name}.bias"]])
