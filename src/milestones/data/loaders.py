"""Reading each data set into arrays, and refusing what is damaged by naming the file at fault."""

import csv
import io
import zipfile
import zlib
from pathlib import Path

import numpy as np

from milestones.data.errors import DataError
from milestones.data.resolver import find_dataset, resolve

CIFAR10_CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
"""The ten classes in label order, as in ``batches.meta.txt``."""

UNREADABLE = (ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile, zlib.error)
"""What NumPy raises for an .npz file that is truncated, garbled, pickled or something else."""

CIFAR10_SHAPE = (3, 32, 32)
CIFAR10_RECORD = 1 + 3 * 32 * 32
"""Bytes of one example: a label, then the red, the green and the blue plane."""


def load_cifar10(split: str) -> tuple[np.ndarray, np.ndarray]:
    """Load the first training batch or the test batch of CIFAR-10's binary version.

    Parameters
    ----------
    split
        ``"train"`` or ``"test"``.

    Returns
    -------
    images, labels
        uint8 of shape ``(examples, 32, 32, 3)``, values 0 to 255, and int64 of shape
        ``(examples,)``, values 0 to 9, in the official order.

    Raises
    ------
    DataError
        If the file can't be had, is empty, does not hold whole records, or has a label over 9.

    Source: Krizhevsky (2009), *Learning Multiple Layers of Features from Tiny Images*.
    """
    name = _choose(split, {"train": "data_batch_1.bin", "test": "test_batch.bin"})
    path = resolve("cifar-10") / "cifar-10-batches-bin" / name
    content = np.frombuffer(_read_bytes(path), dtype=np.uint8)
    if content.size == 0 or content.size % CIFAR10_RECORD:
        raise _damaged(path, f"its {content.size:,} bytes are not whole records of 3,073 bytes")
    records = content.reshape(-1, CIFAR10_RECORD)
    labels = records[:, 0].astype(np.int64)
    if labels.max() > 9:
        raise _damaged(path, f"it has the label {labels.max()}, and labels go from 0 to 9")
    images = records[:, 1:].reshape(-1, *CIFAR10_SHAPE).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), labels


def load_banking77(split: str) -> tuple[list[str], list[str]]:
    """Load BANKING77's questions and intents.

    Parameters
    ----------
    split
        ``"train"`` or ``"test"``.

    Returns
    -------
    texts, intents
        Two lists of equal length: 10,003 training or 3,080 test examples in the official files.

    Raises
    ------
    DataError
        If the file can't be had, lacks its two columns, or has an empty field.

    Source: Casanueva et al. (2020), *Efficient Intent Detection with Dual Sentence Encoders*.
    """
    name = _choose(split, {"train": "train.csv", "test": "test.csv"})
    path = resolve("banking77") / "banking77" / name
    try:
        table = csv.reader(io.StringIO(_read_text(path), newline=""))
        header, *rows = [row for row in table if row] or [[]]
    except csv.Error as error:
        raise _damaged(path, f"it is not a table ({error})") from error
    if header != ["text", "category"] or not rows:
        raise _damaged(path, "it must have the columns text and category, and rows below them")
    if any(len(row) != 2 or not all(row) for row in rows):
        raise _damaged(path, "every row needs a text and a category")
    return [row[0] for row in rows], [row[1] for row in rows]


def load_sentence_pairs() -> list[tuple[str, str]]:
    """Load pairs of an English sentence and its Chinese translation, shortest first.

    Raises
    ------
    DataError
        If the file can't be had, or a line is not two or more columns separated by tabs.

    Source: the Tatoeba project, in the edition of manythings.org.
    """
    path = resolve("cmn-eng") / "cmn-eng" / "cmn.txt"
    lines = [line.split("\t") for line in _read_text(path).split("\n") if line]
    if not lines or any(len(columns) < 2 or not all(columns[:2]) for columns in lines):
        raise _damaged(path, "every line needs an English and a Chinese sentence")
    return [(columns[0], columns[1]) for columns in lines]


def load_pneumonia_mnist(split: str) -> tuple[np.ndarray, np.ndarray]:
    """Load chest X-rays and whether they show pneumonia.

    Parameters
    ----------
    split
        ``"train"``, ``"val"`` or ``"test"``.

    Returns
    -------
    images, labels
        uint8 of shape ``(examples, 28, 28)``, values 0 to 255, and int64 of shape
        ``(examples,)``: 0 normal, 1 pneumonia.

    Raises
    ------
    DataError
        If the file can't be had, can't be read, or holds arrays of another shape or range.

    Source: Yang et al. (2023), *MedMNIST v2*.
    """
    _choose(split, {name: name for name in ("train", "val", "test")})
    path = resolve("pneumonia-mnist") / "pneumoniamnist.npz"
    try:
        with np.load(io.BytesIO(_read_bytes(path)), allow_pickle=False) as archive:
            images, labels = archive[f"{split}_images"], archive[f"{split}_labels"]
    except UNREADABLE as error:
        raise _damaged(path, f"NumPy cannot read its {split} arrays") from error
    if images.dtype != np.uint8 or images.shape[1:] != (28, 28) or not len(images):
        raise _damaged(path, f"{split}_images has shape {images.shape} and type {images.dtype}")
    if labels.size != len(images) or not np.isin(labels, (0, 1)).all():
        raise _damaged(path, f"{split}_labels must hold one 0 or 1 for each image")
    return images, labels.reshape(-1).astype(np.int64)


def load_text(name: str = "tinyshakespeare") -> str:
    """Load a catalogue entry that is one plain text file; line ends become ``\\n``.

    Raises
    ------
    DataError
        If the file can't be had, is empty, or is not UTF-8.
    """
    return _read_text(resolve(name) / find_dataset(name).files[0])


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} can't be read: {error.strerror}; check its owner.") from error


def _read_text(path: Path) -> str:
    try:
        text = _read_bytes(path).decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise _damaged(path, "it is not UTF-8 text") from error
    if not text.strip():
        raise _damaged(path, "it is empty")
    return text


def _choose(split: str, choices: dict[str, str]) -> str:
    if split not in choices:
        raise ValueError(f"There is no split {split!r}; choose from {', '.join(choices)}.")
    return choices[split]


def _damaged(path: Path, why: str) -> DataError:
    return DataError(f"{path.name} is damaged: {why}; delete {path} and fetch it again.")
