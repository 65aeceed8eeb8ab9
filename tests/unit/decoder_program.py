"""Compare the decoder of the package with KerasHub's GPT-2, in a process of its own.

The answer is a dictionary in JSON on the last line.
"""

import json

import milestones as ms

ms.start_lesson()

import keras  # noqa: E402
import keras_hub  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers, ops  # noqa: E402

from milestones.models.decoder import Decoder, Parts  # noqa: E402

WIDTH, HEADS, BLOCKS, LONGEST, VOCABULARY = 24, 3, 2, 16, 50


def copy(hub: keras_hub.models.Backbone, decoder: Decoder) -> None:
    """Give the decoder the weights of KerasHub's GPT-2."""
    decoder.tokens.set_weights([np.array(hub.token_embedding.embeddings)])
    decoder.positions.set_weights([np.array(hub.position_embedding.position_embeddings)])
    decoder.norm.set_weights(hub.layer_norm.get_weights())
    for theirs, block in zip(hub.transformer_layers, decoder.blocks, strict=True):
        attention = theirs._self_attention_layer
        looks = [attention.query_dense, attention.key_dense, attention.value_dense]
        kernels = [np.array(look.kernel).reshape(WIDTH, WIDTH) for look in looks]
        shifts = [np.array(look.bias).reshape(WIDTH) for look in looks]
        block.attention.look.set_weights([np.hstack(kernels), np.hstack(shifts)])
        mix = attention.output_dense
        block.attention.mix.set_weights(
            [np.array(mix.kernel).reshape(WIDTH, WIDTH), np.array(mix.bias)]
        )
        inner, outer = theirs._feedforward_intermediate_dense, theirs._feedforward_output_dense
        block.feed_forward.inner.set_weights(inner.get_weights())
        block.feed_forward.outer.set_weights(outer.get_weights())
        block.norms[0].set_weights(theirs._self_attention_layer_norm.get_weights())
        block.norms[1].set_weights(theirs._feedforward_layer_norm.get_weights())


class Silent(layers.Layer):
    """Stands for another feed-forward layer: it adds nothing."""

    def call(self, tokens: object) -> object:
        return ops.zeros_like(tokens)


random = np.random.default_rng(0)
sizes = {"num_layers": BLOCKS, "num_heads": HEADS, "hidden_dim": WIDTH}
hub = keras_hub.models.GPT2Backbone(
    VOCABULARY, intermediate_dim=4 * WIDTH, max_sequence_length=LONGEST, dropout=0.0, **sizes
)
for weight in hub.weights:  # nothing is left at zero or one
    weight.assign(weight + 0.3 * random.normal(size=weight.shape))
decoder = Decoder(VOCABULARY, WIDTH, HEADS, BLOCKS, LONGEST)
copy(hub, decoder)
numbers = random.integers(0, VOCABULARY, (5, LONGEST)).astype("int32")
states = hub({"token_ids": numbers, "padding_mask": np.ones_like(numbers)})
theirs = ops.convert_to_numpy(hub.token_embedding(states, reverse=True))
ours = ops.convert_to_numpy(decoder(numbers))
answer = {"apart": float(np.abs(ours - theirs).max()), "largest": float(np.abs(theirs).max())}
answer["parameters"] = [decoder.count_params(), hub.count_params()]


def error_with_cache(decoder: Decoder) -> float:
    """Return how far the logits of two tokens at a time are from those of all at once."""
    caches = decoder.empty_caches(len(numbers))
    cached = []
    for place in range(0, LONGEST, 2):
        logits, caches = decoder.run(numbers[:, place : place + 2], caches, place)
        cached.append(ops.convert_to_numpy(logits))
    whole = ops.convert_to_numpy(decoder(numbers))
    return float(np.abs(np.concatenate(cached, axis=1) - whole).max())


answer["cached"] = error_with_cache(decoder)

other = numbers.copy()
other[:, 9] = (other[:, 9] + 1) % VOCABULARY
changed = (ops.convert_to_numpy(decoder(other)) != ours).any(axis=(0, 2))
answer["changed"] = np.flatnonzero(changed).tolist()

exchanged = Decoder(
    VOCABULARY, WIDTH, HEADS, 1, LONGEST, Parts(feed_forward=lambda width: Silent()), False
)
answer["exchanged parameters"] = exchanged.count_params()

keras.config.set_dtype_policy("float64")
precise = Decoder(VOCABULARY, WIDTH, HEADS, BLOCKS, LONGEST)
answer["cached in 64 bits"] = error_with_cache(precise)
print(json.dumps(answer))
