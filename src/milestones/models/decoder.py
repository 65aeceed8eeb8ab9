"""GPT's decoder: causal self-attention in blocks that normalize first, and a cache for writing.

Taught in book/history/gpt.md. GPT-2's smaller start of the last map of each part is left out.

Source: Radford et al. (2019), *Language Models are Unsupervised Multitask Learners*.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
from keras import layers, ops

EPSILON = 1e-5
"""What GPT-2's normalizations add to the variance."""


class CausalAttention(layers.Layer):
    """Look-ups of every token in itself and in the tokens before it, with several heads.

    Called with tokens ``(batch, new, width)`` and the place of the first of them. A cache
    ``(2, batch, heads, longest, size)`` holds the keys and values of earlier places; the new ones
    are written into it. Returns the shape of the tokens, and the cache.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.look = layers.Dense(3 * width, name="look")
        self.mix = layers.Dense(width, name="mix")

    def call(self, tokens: Any, cache: Any = None, place: Any = 0) -> tuple[Any, Any]:
        new, width = tokens.shape[1:]
        looks = ops.reshape(self.look(tokens), (-1, new, 3, self.heads, width // self.heads))
        looks = ops.transpose(looks, (2, 0, 3, 1, 4))  # (3, batch, heads, new, size)
        if cache is None:
            cache = looks[1:]
        else:
            cache = ops.slice_update(cache, (0, 0, 0, place, 0), looks[1:])
        query, key, value = looks[0], cache[0], cache[1]
        seen = ops.arange(key.shape[2]) <= place + ops.arange(new)[:, None]  # (new, places)
        scores = ops.matmul(query, ops.swapaxes(key, -1, -2)) / key.shape[-1] ** 0.5
        weights = ops.softmax(ops.where(seen, scores, -1e9))
        found = ops.swapaxes(ops.matmul(weights, value), 1, 2)  # (batch, new, heads, size)
        return self.mix(ops.reshape(found, (-1, new, width))), cache


class FeedForward(layers.Layer):
    """Two dense layers with GELU between them, applied to each token alone."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = layers.Dense(4 * width, activation=ops.gelu)
        self.outer = layers.Dense(width)

    def call(self, tokens: Any) -> Any:
        return self.outer(self.inner(tokens))


class Parts(NamedTuple):
    """What a block is made of: functions of the width, and of the heads, that return layers."""

    attention: Callable[[int, int], layers.Layer] = CausalAttention
    feed_forward: Callable[[int], layers.Layer] = FeedForward
    norm: Callable[[], layers.Layer] = lambda: layers.LayerNormalization(epsilon=EPSILON)


GPT = Parts()
"""The parts of GPT-2; another model exchanges some of them."""


class Block(layers.Layer):
    """Attention and a feed-forward layer; each reads a normalized copy and is added (pre-LN)."""

    def __init__(self, width: int, heads: int, parts: Parts = GPT) -> None:
        super().__init__()
        self.attention = parts.attention(width, heads)
        self.feed_forward = parts.feed_forward(width)
        self.norms = [parts.norm(), parts.norm()]

    def call(self, tokens: Any, cache: Any = None, place: Any = 0) -> tuple[Any, Any]:
        found, cache = self.attention(self.norms[0](tokens), cache=cache, place=place)
        tokens = tokens + found
        return tokens + self.feed_forward(self.norms[1](tokens)), cache


class Decoder(keras.Model):
    """Turn token numbers ``(batch, length)`` into logits ``(batch, length, vocabulary)``.

    Parameters
    ----------
    vocabulary
        Entries of the table of tokens, which is also the matrix of the logits.
    width, heads, blocks
        Of the vectors; look-ups side by side; blocks.
    longest
        Places that have a position, and that fit into a cache.
    parts
        What the blocks are made of.
    positions
        Whether a learned vector is added for each place; attention may bring its own order.
    """

    def __init__(
        self,
        vocabulary: int,
        width: int,
        heads: int,
        blocks: int,
        longest: int,
        parts: Parts = GPT,
        positions: bool = True,
    ) -> None:
        super().__init__()
        self.longest = longest
        self.sizes = (heads, width // heads)
        # Each table has an initializer of its own: one that is shared repeats its numbers.
        tables = [keras.initializers.RandomNormal(stddev=0.02) for _ in range(2)]
        self.tokens = layers.Embedding(vocabulary, width, tables[0], name="tokens")
        self.positions = layers.Embedding(longest, width, tables[1]) if positions else None
        self.blocks = [Block(width, heads, parts) for _ in range(blocks)]
        self.norm = parts.norm()
        self(ops.zeros((1, 1), "int32"))  # makes the parameters

    def call(self, numbers: Any) -> Any:
        return self.run(numbers)[0]

    def run(self, numbers: Any, caches: Any = None, place: Any = 0) -> tuple[Any, Any]:
        """Return logits and caches; the first of the numbers stands at ``place``.

        With caches, all numbers must have a place below ``longest``; this is not checked.
        """
        tokens = self.tokens(numbers)
        if self.positions is not None:
            tokens = tokens + self.positions(place + ops.arange(numbers.shape[1]))
        kept = []
        for block, cache in zip(self.blocks, caches or [None] * len(self.blocks), strict=True):
            tokens, cache = block(tokens, cache=cache, place=place)
            kept.append(cache)
        return ops.matmul(self.norm(tokens), ops.transpose(self.tokens.embeddings)), kept

    def empty_caches(self, batch: int) -> list[Any]:
        """Return for each block a cache ``(2, batch, heads, longest, size)`` of zeros."""
        heads, size = self.sizes
        return [ops.zeros((2, batch, heads, self.longest, size)) for _ in self.blocks]
