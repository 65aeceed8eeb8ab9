"""Images: small photographs and X-rays."""

import io
import zipfile
import zlib

import numpy as np

from milestones.data.loaders.reading import choose, damaged, read_bytes, reads
from milestones.data.resolver import resolve

__all__ = ["CIFAR10_CLASSES", "load_cifar10", "load_pneumonia_mnist"]

CIFAR10_CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
"""The ten classes in label order, as in ``batches.meta.txt``."""

UNREADABLE = (ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile, zlib.error)
"""What NumPy raises for an .npz file that is truncated, garbled, pickled or something else."""

CIFAR10_SHAPE = (3, 32, 32)
CIFAR10_RECORD = 1 + 3 * 32 * 32
"""Bytes of one example: a label, then the red, the green and the blue plane."""


@reads("cifar-10", "train", "test")
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
    name = choose(split, {"train": "data_batch_1.bin", "test": "test_batch.bin"})
    path = resolve("cifar-10") / "cifar-10-batches-bin" / name
    content = np.frombuffer(read_bytes(path), dtype=np.uint8)
    if content.size == 0 or content.size % CIFAR10_RECORD:
        raise damaged(path, f"its {content.size:,} bytes are not whole records of 3,073 bytes")
    records = content.reshape(-1, CIFAR10_RECORD)
    labels = records[:, 0].astype(np.int64)
    if labels.max() > 9:
        raise damaged(path, f"it has the label {labels.max()}, and labels go from 0 to 9")
    images = records[:, 1:].reshape(-1, *CIFAR10_SHAPE).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), labels


@reads("pneumonia-mnist", "train", "val", "test")
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
    choose(split, {name: name for name in ("train", "val", "test")})
    path = resolve("pneumonia-mnist") / "pneumoniamnist.npz"
    try:
        with np.load(io.BytesIO(read_bytes(path)), allow_pickle=False) as archive:
            images, labels = archive[f"{split}_images"], archive[f"{split}_labels"]
    except UNREADABLE as error:
        raise damaged(path, f"NumPy cannot read its {split} arrays") from error
    if images.dtype != np.uint8 or images.shape[1:] != (28, 28) or not len(images):
        raise damaged(path, f"{split}_images has shape {images.shape} and type {images.dtype}")
    if labels.size != len(images) or not np.isin(labels, (0, 1)).all():
        raise damaged(path, f"{split}_labels must hold one 0 or 1 for each image")
    return images, labels.reshape(-1).astype(np.int64)
