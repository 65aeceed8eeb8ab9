"""Accuracy with its uncertainty, and a paired test of two classifiers.

Taught in book/fine-tuning/auditing-a-result.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Proportion:
    """A measured share of successes with its confidence interval; all three lie in [0, 1]."""

    value: float
    low: float
    high: float
    confidence: float = 0.95

    def __str__(self) -> str:
        percent = f"{100 * self.confidence:g} %"
        return (
            f"{100 * self.value:.1f} % "
            f"({percent} interval {100 * self.low:.1f} to {100 * self.high:.1f} %)"
        )


def proportion(successes: int, trials: int, confidence: float = 0.95) -> Proportion:
    """Return a share with its Wilson score interval.

    Parameters
    ----------
    successes, trials
        Counts, with ``0 <= successes <= trials`` and ``trials >= 1``.
    confidence
        The coverage wanted, between 0 and 1.

    Raises
    ------
    ValueError
        If the counts are impossible.

    Source: Wilson (1927), *Journal of the American Statistical Association* 22, 209-212.
    """
    from scipy.stats import binomtest

    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes out of {trials} trials is not a proportion.")
    interval = binomtest(successes, trials).proportion_ci(confidence, method="wilson")
    return Proportion(successes / trials, float(interval.low), float(interval.high), confidence)


def accuracy(labels: ArrayLike, predictions: ArrayLike, confidence: float = 0.95) -> Proportion:
    """Return the share of right predictions with its Wilson interval.

    Parameters
    ----------
    labels, predictions
        Class numbers, both of shape ``(examples,)``.

    Raises
    ------
    ValueError
        If the shapes differ, or there are no examples.
    """
    right = _right(labels, predictions)
    return proportion(int(right.sum()), right.size, confidence)


def paired_test(labels: ArrayLike, first: ArrayLike, second: ArrayLike) -> float:
    """Return the two-sided p-value that two classifiers err equally often (exact McNemar test).

    Only the examples on which exactly one classifier is right carry information: if the two
    were equally good, each would win half of them.

    Parameters
    ----------
    labels, first, second
        True classes and two sets of predictions for the same examples, each ``(examples,)``.

    Source: McNemar (1947), *Psychometrika* 12, 153-157.
    """
    from scipy.stats import binomtest

    first_right, second_right = _right(labels, first), _right(labels, second)
    first_only = int(np.sum(first_right & ~second_right))
    second_only = int(np.sum(second_right & ~first_right))
    if first_only + second_only == 0:
        return 1.0
    return float(binomtest(first_only, first_only + second_only, 0.5).pvalue)


def _right(labels: ArrayLike, predictions: ArrayLike) -> np.ndarray:
    labels, predictions = np.asarray(labels), np.asarray(predictions)
    if labels.ndim != 1 or labels.shape != predictions.shape:
        raise ValueError(
            f"Labels {labels.shape} and predictions {predictions.shape} must be two equally "
            "long lists of class numbers."
        )
    return labels == predictions
