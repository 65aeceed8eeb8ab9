"""The promise: a loader returns arrays of the documented shape, or one sentence that names the file
at fault.
"""

import codecs
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

import numpy as np
import pytest
from support.damage import assert_blames

from milestones import data
from milestones.data import DataError

CIFAR_FILES = {
    "train": "cifar-10-batches-bin/data_batch_1.bin",
    "test": "cifar-10-batches-bin/test_batch.bin",
}
BANKING_FILES = {"train": "banking77/train.csv", "test": "banking77/test.csv"}
PAIRS_FILE = "cmn-eng/cmn.txt"
XRAY_FILE = "pneumoniamnist.npz"
TEXT_FILE = "tinyshakespeare/input.txt"


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


# --- CIFAR-10 -------------------------------------------------------------------------------


def cifar_record(label: int, pixels: np.ndarray) -> bytes:
    """Write an image of shape (32, 32, 3) as the official binary format does."""
    planes = [pixels[:, :, channel].tobytes() for channel in range(3)]
    return bytes([label]) + b"".join(planes)


def put_cifar(folder: Path, train: bytes, test: bytes = b"") -> Path:
    put(folder, CIFAR_FILES["test"], test)
    return put(folder, CIFAR_FILES["train"], train)


@pytest.mark.parametrize("count", [1, 2, 7])
@pytest.mark.parametrize("split", ["train", "test"])
def test_cifar10_turns_color_planes_into_pixels(own_folder: Path, count: int, split: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)
    records = [cifar_record(9 - number, image) for number, image in enumerate(pixels)]
    put_cifar(own_folder, b"", b"")
    put(own_folder, CIFAR_FILES[split], b"".join(records))
    images, labels = data.load_cifar10(split)
    np.testing.assert_array_equal(images, pixels)
    np.testing.assert_array_equal(labels, 9 - np.arange(count))
    assert (images.dtype, labels.dtype) == (np.uint8, np.int64)
    images[0] = 0  # A lesson may change its copy.


def test_cifar10_has_ten_class_names_in_official_order() -> None:
    assert len(data.CIFAR10_CLASSES) == 10
    assert [data.CIFAR10_CLASSES[label] for label in (0, 3, 9)] == ["airplane", "cat", "truck"]


@pytest.mark.parametrize("size", [0, 1, 3072, 3074, 2 * 3073 - 1])
def test_cifar10_refuses_what_is_not_whole_records(own_folder: Path, size: int) -> None:
    path = put_cifar(own_folder, bytes(size))
    assert_blames(path, lambda: data.load_cifar10("train"), f"its {size:,} bytes are not whole")


@pytest.mark.parametrize("label", [10, 255])
def test_cifar10_refuses_a_label_over_nine(own_folder: Path, label: int) -> None:
    path = put_cifar(own_folder, bytes(3073) + bytes([label]) + bytes(3072))
    assert_blames(path, lambda: data.load_cifar10("train"), f"it has the label {label}")


# --- BANKING77 ------------------------------------------------------------------------------

TABLE = b'text,category\n"Where, please, is ""my"" card?",card_arrival\r\nHi\xc3\xa9!,other\n\n'


@pytest.mark.parametrize("split", ["train", "test"])
def test_banking77_reads_quoted_questions(own_folder: Path, split: str) -> None:
    for name in BANKING_FILES.values():
        put(own_folder, name, b"")
    put(own_folder, BANKING_FILES[split], TABLE)
    texts, intents = data.load_banking77(split)
    assert texts == ['Where, please, is "my" card?', "Hié!"]
    assert intents == ["card_arrival", "other"]


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b"", "it is empty"),
        (b"text,category\n", "it must have the columns text and category, and rows below them"),
        (b"Where is my card?,card_arrival\n", "it must have the columns text and category"),
        (b"category,text\na,b\n", "it must have the columns text and category"),
        (b"text,category\nWhere?,\n", "every row needs a text and a category"),
        (b"text,category\n,card_arrival\n", "every row needs a text and a category"),
        (b"text,category\nWhere?\n", "every row needs a text and a category"),
        (b"text,category\nWhere?,card,arrival\n", "every row needs a text and a category"),
        (b"text,category\n\xff\xfe,a\n", "it is not UTF-8 text"),
        (b"text,category\n" + b"x" * 200_000 + b",a\n", "it is not a table"),
    ],
)
def test_banking77_refuses_a_damaged_table(own_folder: Path, content: bytes, hint: str) -> None:
    put(own_folder, BANKING_FILES["test"], TABLE)
    path = put(own_folder, BANKING_FILES["train"], content)
    assert_blames(path, lambda: data.load_banking77("train"), hint)


# --- Sentence pairs and plain text ----------------------------------------------------------


def test_sentence_pairs_keep_order_and_drop_further_columns(own_folder: Path) -> None:
    lines = "Hi.\t嗨。\tCC-BY 2.0\r\n\nRun!\u2028\t跑！\n"
    put(own_folder, PAIRS_FILE, lines.encode())
    assert data.load_sentence_pairs() == [("Hi.", "嗨。"), ("Run!\u2028", "跑！")]


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b"", "it is empty"),
        (b" \n\n", "it is empty"),
        (b"Hi.\n", "every line needs"),
        (b"Hi.\tA\nRun!\t\n", "every line needs"),
        (b"\tA\n", "every line needs"),
        ("Hi.\t嗨。".encode("utf-16"), "it is not UTF-8 text"),
    ],
)
def test_sentence_pairs_refuse_a_damaged_file(own_folder: Path, content: bytes, hint: str) -> None:
    path = put(own_folder, PAIRS_FILE, content)
    assert_blames(path, data.load_sentence_pairs, hint)


def test_text_has_plain_line_ends(own_folder: Path) -> None:
    put(own_folder, TEXT_FILE, "Première\r\nSecond\n".encode())
    assert data.load_text() == data.load_text("tinyshakespeare") == "Première\nSecond\n"


def test_mark_that_an_editor_put_first_is_not_part_of_the_text(own_folder: Path) -> None:
    put(own_folder, BANKING_FILES["test"], b"")
    put(own_folder, BANKING_FILES["train"], codecs.BOM_UTF8 + TABLE)
    put(own_folder, PAIRS_FILE, codecs.BOM_UTF8 + "Hi.\t嗨。\n".encode())
    put(own_folder, TEXT_FILE, codecs.BOM_UTF8 + b"First\n")
    assert data.load_banking77("train")[1] == ["card_arrival", "other"]
    assert data.load_sentence_pairs() == [("Hi.", "嗨。")]
    assert data.load_text() == "First\n"


@pytest.mark.parametrize(
    ("content", "hint"), [(b"", "empty"), (b"\n \n", "empty"), (b"\x80abc", "not UTF-8")]
)
def test_text_refuses_a_damaged_file(own_folder: Path, content: bytes, hint: str) -> None:
    path = put(own_folder, TEXT_FILE, content)
    assert_blames(path, data.load_text, hint)


# --- PneumoniaMNIST -------------------------------------------------------------------------


def xrays(folder: Path, **changes: np.ndarray | None) -> Path:
    """Write a small archive of X-rays with some arrays replaced, or left out where None."""
    rng = np.random.default_rng(0)
    arrays: dict[str, np.ndarray | None] = {}
    for count, split in enumerate(("train", "val", "test"), start=4):
        arrays[f"{split}_images"] = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        arrays[f"{split}_labels"] = np.arange(count, dtype=np.uint8).reshape(-1, 1) % 2
    arrays |= changes
    path = folder / XRAY_FILE
    np.savez_compressed(path, **{key: value for key, value in arrays.items() if value is not None})
    return path


@pytest.mark.parametrize(("split", "count"), [("train", 4), ("val", 5), ("test", 6)])
def test_pneumonia_mnist_flattens_labels(own_folder: Path, split: str, count: int) -> None:
    stored = np.load(xrays(own_folder))
    images, labels = data.load_pneumonia_mnist(split)
    np.testing.assert_array_equal(images, stored[f"{split}_images"])
    np.testing.assert_array_equal(labels, np.arange(count) % 2)
    assert (images.dtype, labels.dtype) == (np.uint8, np.int64)


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"val_images": None}, "NumPy cannot read its val arrays"),
        ({"val_labels": None}, "NumPy cannot read its val arrays"),
        ({"val_images": np.array([{}], dtype=object)}, "NumPy cannot read its val arrays"),
        ({"val_labels": np.array([{}] * 5, dtype=object)}, "NumPy cannot read its val arrays"),
        ({"val_images": np.zeros((5, 28, 27), np.uint8)}, "val_images has shape (5, 28, 27)"),
        ({"val_images": np.zeros((5, 28, 28, 3), np.uint8)}, "val_images has shape (5, 28, 28, 3)"),
        ({"val_images": np.zeros((0, 28, 28), np.uint8)}, "val_images has shape (0, 28, 28)"),
        ({"val_images": np.uint8(3)}, "val_images has shape ()"),
        ({"val_images": np.zeros((5, 28, 28))}, "type float64"),
        ({"val_labels": np.full((5, 1), 2)}, "val_labels must hold one 0 or 1 for each image"),
        ({"val_labels": np.full((5, 1), -1)}, "val_labels must hold one 0 or 1 for each image"),
        ({"val_labels": np.full((5, 1), 0.5)}, "val_labels must hold one 0 or 1 for each image"),
        ({"val_labels": np.zeros((4, 1))}, "val_labels must hold one 0 or 1 for each image"),
        ({"val_labels": np.zeros((5, 2))}, "val_labels must hold one 0 or 1 for each image"),
    ],
)
def test_pneumonia_mnist_refuses_wrong_arrays(own_folder: Path, changes: dict, hint: str) -> None:
    path = xrays(own_folder, **changes)
    assert_blames(path, lambda: data.load_pneumonia_mnist("val"), hint)


def test_pneumonia_mnist_runs_no_pickle(own_folder: Path) -> None:
    marker = own_folder / "ran"

    class Trap:
        def __reduce__(self) -> tuple:
            return (os.mkdir, (str(marker),))

    path = xrays(own_folder, val_images=np.array([Trap()], dtype=object))
    assert_blames(path, lambda: data.load_pneumonia_mnist("val"))
    assert not marker.exists()


@pytest.mark.parametrize("kept", [0, 1, 10, 100, 1000, -1, -30])
def test_pneumonia_mnist_refuses_a_truncated_file(own_folder: Path, kept: int) -> None:
    path = xrays(own_folder)
    path.write_bytes(path.read_bytes()[:kept])
    assert_blames(path, lambda: data.load_pneumonia_mnist("val"), "NumPy cannot read")


def test_pneumonia_mnist_refuses_garbled_bytes(own_folder: Path) -> None:
    path = xrays(own_folder)
    content = bytearray(path.read_bytes())
    start = content.index(b"val_images.npy") + 60
    content[start : start + 100] = b"\xff" * 100
    path.write_bytes(bytes(content))
    assert_blames(path, lambda: data.load_pneumonia_mnist("val"), "NumPy cannot read")


def test_pneumonia_mnist_refuses_a_single_array(own_folder: Path) -> None:
    path = own_folder / XRAY_FILE
    with path.open("wb") as stream:
        np.save(stream, np.zeros((5, 28, 28), np.uint8))
    assert_blames(path, lambda: data.load_pneumonia_mnist("val"), "NumPy cannot read")


# --- All of them ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "load", [data.load_cifar10, data.load_banking77, data.load_pneumonia_mnist]
)
def test_unknown_split_lists_the_splits(load: Callable[[str], object]) -> None:
    with pytest.raises(ValueError, match=r"^There is no split 'Train'; choose from train, .*\.$"):
        load("Train")


def test_file_that_may_not_be_read_is_named(
    own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(own_folder, TEXT_FILE, b"text")

    usual = Path.open

    def forbidden(self: Path, *arguments: str, **options: str) -> IO:
        if self == path:
            raise PermissionError(13, "Permission denied", str(self))
        return usual(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", forbidden)
    with pytest.raises(DataError) as caught:
        data.load_text()
    assert str(caught.value) == f"{path} can't be read: Permission denied; check its owner."


# --- The real files -------------------------------------------------------------------------


@pytest.mark.parametrize(("split", "count"), [("train", 10_000), ("test", 2_000)])
def test_real_cifar10_has_the_documented_count(real_data: Path, split: str, count: int) -> None:
    images, labels = data.load_cifar10(split)
    # The test batch lent with the project is the first fifth of the official one.
    assert len(images) in (count, 10_000)
    assert images.shape == (len(labels), 32, 32, 3)
    assert set(labels.tolist()) == set(range(10))
    assert np.ptp(images) == 255


def test_real_cifar10_begins_with_a_frog_and_a_cat(real_data: Path) -> None:
    first = [data.load_cifar10(split)[1][0] for split in ("train", "test")]
    assert [data.CIFAR10_CLASSES[label] for label in first] == ["frog", "cat"]


@pytest.mark.parametrize(("split", "count"), [("train", 10_003), ("test", 3_080)])
def test_real_banking77_has_the_documented_count(real_data: Path, split: str, count: int) -> None:
    texts, intents = data.load_banking77(split)
    assert (len(texts), len(intents), len(set(intents))) == (count, count, 77)


def test_real_sentence_pairs_have_the_documented_count(real_data: Path) -> None:
    pairs = data.load_sentence_pairs()
    assert len(pairs) >= 20_133
    assert pairs[0] == ("Hi.", "嗨。")


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_real_pneumonia_mnist_has_a_documented_count(real_data: Path, split: str) -> None:
    counts = {"train": (2_428, 4_708), "val": (270, 524), "test": (468, 624)}
    images, labels = data.load_pneumonia_mnist(split)
    assert len(images) in counts[split]
    assert len(labels) == len(images)
    assert set(labels.tolist()) == {0, 1}


def test_real_shakespeare_has_the_documented_length(real_data: Path) -> None:
    text = data.load_text()
    assert len(text) == 1_115_394
    assert text.startswith("First Citizen:\n")
