"""The promise: weights come as named, finite arrays with their vocabulary, or one sentence names
the file at fault; a copy that cannot be opened is never called ok.
"""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from gguf import GGMLQuantizationType, GGUFWriter, quantize
from safetensors.numpy import save_file
from support.damage import assert_blames
from support.places import find_real

import milestones.data.__main__ as command
from milestones import data
from milestones.data import load_catalog
from milestones.data.resolver import FOLDER_VARIABLE

GGUF_FILE = load_catalog()["smollm2"].files[0]
VOCABULARY = ["<|endoftext|>", "Ġ", "t", "Ġt", "h"]
MERGES = ["Ġ t", "Ġt h"]
HARM = {
    "empty": lambda content: b"",
    "magic alone": lambda content: content[:4],
    "header alone": lambda content: content[:24],
    "half": lambda content: content[: len(content) // 2],
    "last byte missing": lambda content: content[:-1],
    "no weights at all": lambda content: b"no weights at all",
    "garbled in front": lambda content: content[:4] + b"\xff" * 40 + content[44:],
}
each_harm = pytest.mark.parametrize("harm", HARM.values(), ids=HARM)


def matrix(rows: int, columns: int) -> np.ndarray:
    return np.random.default_rng(rows).normal(size=(rows, columns)).astype(np.float32)


def put_gguf(folder: Path, leave_out: str = "", **changes: np.ndarray) -> Path:
    """Write a Llama model of one block, with some weights replaced or a field left out."""
    path = folder / GGUF_FILE
    path.parent.mkdir(exist_ok=True)
    writer = GGUFWriter(path, "llama")
    fields: dict[str, Callable[[], None]] = {
        "block_count": lambda: writer.add_block_count(1),
        "embedding_length": lambda: writer.add_embedding_length(32),
        "feed_forward_length": lambda: writer.add_feed_forward_length(64),
        "head_count": lambda: writer.add_head_count(4),
        "head_count_kv": lambda: writer.add_head_count_kv(2),
        "context_length": lambda: writer.add_context_length(128),
        "freq_base": lambda: writer.add_rope_freq_base(100_000.0),
        "epsilon": lambda: writer.add_layer_norm_rms_eps(1e-5),
        "chat_template": lambda: writer.add_chat_template("{{ messages }}"),
        "tokens": lambda: writer.add_token_list(VOCABULARY),
        "merges": lambda: writer.add_token_merges(MERGES),
    }
    for name, add in fields.items():
        if name != leave_out:
            add()
    weights = {"token_embd.weight": matrix(5, 32), "output_norm.weight": matrix(1, 32)[0]}
    for name, array in {**weights, **changes}.items():
        writer.add_tensor(name, array)
    packed = quantize(matrix(16, 32), GGMLQuantizationType.Q8_0)
    writer.add_tensor("blk.0.attn_k.weight", packed, raw_dtype=GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_gguf_gives_named_arrays_vocabulary_merges_and_shape(own_folder: Path) -> None:
    put_gguf(own_folder)
    model = data.load_gguf()
    assert model.vocabulary == VOCABULARY
    assert model.merges == [("Ġ", "t"), ("Ġt", "h")]
    shape = (1, 32, 64, 4, 2, 128, 100_000.0, pytest.approx(1e-5), "{{ messages }}")
    assert tuple(vars(model.config).values()) == shape
    weights = model.weights
    np.testing.assert_array_equal(weights["token_embd.weight"], matrix(5, 32))
    np.testing.assert_array_equal(weights["output_norm.weight"], matrix(1, 32)[0])
    # Eight bits for each number: an error of half a step, and the step is at most max / 127.
    key = weights["blk.0.attn_k.weight"]
    assert key.shape == (16, 32)
    assert 0 < np.abs(key - matrix(16, 32)).max() <= np.abs(matrix(16, 32)).max() / 127
    assert {(type(array), array.dtype.name) for array in weights.values()} == {
        (np.ndarray, "float32")
    }
    weights["output_norm.weight"][0] = 0  # A lesson may change its copy.


@each_harm
def test_damaged_gguf_is_blamed(own_folder: Path, harm: Callable[[bytes], bytes]) -> None:
    path = put_gguf(own_folder)
    path.write_bytes(harm(path.read_bytes()))
    assert_blames(path, data.load_gguf, "GGUF")


def test_gguf_cut_anywhere_is_blamed(own_folder: Path) -> None:
    path = put_gguf(own_folder)
    content = path.read_bytes()
    for kept in range(0, len(content), 7):
        path.write_bytes(content[:kept])
        assert_blames(path, data.load_gguf)


def test_gguf_without_its_magic_is_named_as_another_format(own_folder: Path) -> None:
    path = put_gguf(own_folder)
    path.write_bytes(b"GGML" + path.read_bytes()[4:])
    assert_blames(path, data.load_gguf, "it does not begin with the four letters GGUF")


@pytest.mark.parametrize(
    "field", ["block_count", "chat_template", "tokens", "merges", "head_count"]
)
def test_gguf_without_a_field_of_the_model_is_refused(own_folder: Path, field: str) -> None:
    assert_blames(put_gguf(own_folder, leave_out=field), data.load_gguf, "cannot be read as GGUF")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_gguf_with_a_weight_that_is_not_finite_is_refused(own_folder: Path, value: float) -> None:
    norm = np.full(32, value, dtype=np.float32)
    path = put_gguf(own_folder, **{"output_norm.weight": norm})
    assert_blames(path, data.load_gguf, "every one must be finite")


@pytest.mark.parametrize("shape", [(4, 32), (5, 64)])
def test_gguf_whose_embedding_does_not_fit_is_refused(own_folder: Path, shape: tuple) -> None:
    path = put_gguf(own_folder, **{"token_embd.weight": matrix(*shape)})
    assert_blames(path, data.load_gguf, "its embedding does not fit its vocabulary")


@pytest.mark.skipif(not find_real(GGUF_FILE), reason="SmolLM2 was not fetched yet")
def test_real_smollm2_is_the_documented_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(find_real(GGUF_FILE)))
    model = data.load_gguf("smollm2")
    assert len(model.weights) == 272
    assert sum(array.size for array in model.weights.values()) == 134_515_008
    assert model.weights["blk.29.attn_k.weight"].shape == (3 * 64, 576)
    assert model.vocabulary[:3] == ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    assert (len(model.vocabulary), len(model.merges)) == (49_152, 48_900)
    assert tuple(vars(model.config).values())[:7] == (30, 576, 1536, 9, 3, 8192, 100_000)
    assert "<|im_start|>assistant" in model.config.chat_template


# --- Weights that Keras reads: verify opens them --------------------------------------------


def put_mobilenet(folder: Path, value: float = 1.0) -> Path:
    (name,) = load_catalog()["mobilenet"].files
    with h5py.File(folder / name, "w") as file:
        file.create_dataset("conv1/kernel", data=np.full((3, 3), value, dtype=np.float32))
    return folder / name


def put_minilm(folder: Path, value: float = 1.0) -> Path:
    place = folder / "minilm"
    place.mkdir()
    (place / "config.json").write_text("{}")
    (place / "vocab.txt").write_text("[PAD]\n")
    save_file({"kernel": np.full((3, 3), value, dtype=np.float32)}, place / "model.safetensors")
    return place / "model.safetensors"


PUT = {"mobilenet": put_mobilenet, "minilm": put_minilm, "smollm2": put_gguf}
each_model = pytest.mark.parametrize("name", PUT)


@each_model
def test_weights_that_are_not_the_published_ones_are_an_unknown_file(
    own_folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path = PUT[name](own_folder).relative_to(own_folder)
    assert command.main(["verify"]) == 0
    assert capsys.readouterr().out == (
        f"unknown  {name}: {path} is an unknown file: readable, but not the published one.\n"
    )


@each_model
@each_harm
def test_weights_that_cannot_be_opened_are_damaged(
    own_folder: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    harm: Callable[[bytes], bytes],
) -> None:
    path = PUT[name](own_folder)
    path.write_bytes(harm(path.read_bytes()))
    assert command.main(["verify"]) == 1
    assert capsys.readouterr().out.startswith(f"damaged  {name}: {path.name} is damaged: it ")


@pytest.mark.parametrize("name", ["mobilenet", "minilm"])
def test_weights_that_are_not_finite_are_damaged(
    own_folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    PUT[name](own_folder, np.nan)
    assert command.main(["verify"]) == 1
    assert "every one must be finite" in capsys.readouterr().out


def test_file_of_weights_without_any_is_damaged(
    own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with h5py.File(put_mobilenet(own_folder), "w"):
        pass
    save_file({}, put_minilm(own_folder))
    assert command.main(["verify"]) == 1
    assert capsys.readouterr().out.count("it must hold weights") == 2


@pytest.mark.parametrize("name", ["config.json", "vocab.txt"])
def test_weights_without_their_readable_company_are_damaged(
    own_folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    put_minilm(own_folder).with_name(name).write_bytes(b"{\xff")
    assert command.main(["verify"]) == 1
    assert capsys.readouterr().out.startswith(f"damaged  minilm: {name} is damaged: it ")
