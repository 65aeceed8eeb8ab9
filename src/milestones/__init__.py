"""Milestones: the helpers shared by the lessons of the book.

Import it once, as ``import milestones as ms``. Importing it is fast: TensorFlow and Keras are
loaded only by :func:`start_lesson` and by :mod:`milestones.training`.
"""

import importlib
from types import ModuleType

from milestones import data, evaluation, gradients, plots, precision
from milestones.claims import ClaimError, claim
from milestones.data import DataError
from milestones.lesson import start_lesson
from milestones.quotes import film, quote, scientific

__all__ = [
    "ClaimError",
    "DataError",
    "claim",
    "data",
    "evaluation",
    "film",
    "gradients",
    "plots",
    "precision",
    "quote",
    "scientific",
    "start_lesson",
    "training",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> ModuleType:
    """Load :mod:`milestones.training` on first use, because it needs Keras."""
    if name == "training":
        return importlib.import_module("milestones.training")
    raise AttributeError(f"module 'milestones' has no attribute {name!r}")
