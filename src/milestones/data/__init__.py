"""Data: a catalogue, a resolver that finds or downloads what it lists, and validating loaders."""

from milestones.data.catalog import Dataset, Download, load_catalog
from milestones.data.errors import DataError
from milestones.data.loaders import (
    CIFAR10_CLASSES,
    load_banking77,
    load_cifar10,
    load_pneumonia_mnist,
    load_sentence_pairs,
    load_text,
)
from milestones.data.resolver import fetch, locate, resolve

__all__ = [
    "CIFAR10_CLASSES",
    "DataError",
    "Dataset",
    "Download",
    "fetch",
    "load_banking77",
    "load_catalog",
    "load_cifar10",
    "load_pneumonia_mnist",
    "load_sentence_pairs",
    "load_text",
    "locate",
    "resolve",
]
