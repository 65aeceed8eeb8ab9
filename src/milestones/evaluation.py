"""Accuracy and means with their uncertainty, and a paired test of two classifiers.

Taught in book/fine-tuning/auditing-a-result.md.
"""

from dataclasses import dataclass
from operator import index

import numpy as np
from numpy.typing import ArrayLike, NDArray


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
        If the counts are impossible, or the confidence does not lie between 0 and 1.

    Source: Wilson (1927), *Journal of the American Statistical Association* 22, 209-212.
    """
    from scipy.stats import binomtest

    if not 0 < confidence < 1:
        raise ValueError(f"The confidence must lie between 0 and 1, not {confidence}.")
    try:
        successes, trials = index(successes), index(trials)
    except TypeError:
        raise ValueError(f"Counts are integers, unlike {successes!r} and {trials!r}.") from None
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes out of {trials} trials is not a proportion.")
    interval = binomtest(successes, trials).proportion_ci(confidence, method="wilson")
    return Proportion(successes / trials, float(interval.low), float(interval.high), confidence)


def accuracy(labels: ArrayLike, predictions: ArrayLike, confidence: float = 0.95) -> Proportion:
    """Return the share of right predictions with its Wilson interval.

    Parameters
    ----------
    labels, predictions
        Class numbers, both of shape ``(examples,)``; whole numbers of any type.
    confidence
        The coverage wanted, between 0 and 1.

    Raises
    ------
    ValueError
        If the shapes differ, there are no examples, or these are no class numbers: text,
        probabilities, NaN.
    """
    right = _right(labels, predictions)
    return proportion(int(right.sum()), right.size, confidence)


def mean_by_group(
    values: ArrayLike, groups: ArrayLike, confidence: float = 0.95
) -> tuple[float, float]:
    """Return the mean of all values, and its interval's half-width when a group is one observation.

    The values of one group, such as the characters of a file, may be alike. So only the sums of
    their deviations from the mean are taken as independent, with Student's t. Taught in
    book/history/language-models-before-transformers.md.

    Parameters
    ----------
    values, groups
        Numbers, and for each its group; both of shape ``(values,)``, with two groups at least.
    confidence
        The coverage wanted, between 0 and 1.

    Raises
    ------
    ValueError
        If the shapes differ, or there are fewer than two groups.

    Source: Cochran (1977), *Sampling Techniques*, third edition, chapter 6 (ratio estimators).
    """
    from scipy.stats import t

    numbers, names = np.asarray(values, dtype=float), np.asarray(groups)
    if numbers.ndim != 1 or numbers.shape != names.shape:
        raise ValueError(f"Values {numbers.shape} and groups {names.shape} must be equal lists.")
    owners = np.unique(names, return_inverse=True)[1]
    apart = np.bincount(owners, numbers - numbers.mean())  # (groups,)
    if (count := len(apart)) < 2:
        raise ValueError("An interval over groups needs at least two of them.")
    error = np.sqrt(count / (count - 1) * np.sum(apart**2)) / numbers.size
    return float(numbers.mean()), float(t.ppf((1 + confidence) / 2, count - 1) * error)


def paired_test(labels: ArrayLike, first: ArrayLike, second: ArrayLike) -> float:
    """Return the two-sided p-value that two classifiers err equally often (exact McNemar test).

    Only the examples on which exactly one classifier is right carry information: if the two
    were equally good, each would win half of them.

    Parameters
    ----------
    labels, first, second
        True classes and two sets of predictions for the same examples, each ``(examples,)``.

    Raises
    ------
    ValueError
        As :func:`accuracy`.

    Source: McNemar (1947), *Psychometrika* 12, 153-157.
    """
    from scipy.stats import binomtest

    first_right, second_right = _right(labels, first), _right(labels, second)
    first_only = int(np.sum(first_right & ~second_right))
    second_only = int(np.sum(second_right & ~first_right))
    if first_only + second_only == 0:
        return 1.0
    return float(binomtest(first_only, first_only + second_only, 0.5).pvalue)


def _right(labels: ArrayLike, predictions: ArrayLike) -> NDArray[np.bool_]:
    """Return which predictions are right, after refusing what cannot be compared."""
    true, predicted = np.asarray(labels), np.asarray(predictions)
    if true.ndim != 1 or true.shape != predicted.shape:
        raise ValueError(
            f"Labels {true.shape} and predictions {predicted.shape} must be two equally "
            "long lists of class numbers."
        )
    if not true.size:
        raise ValueError("There are no examples to count.")
    for classes in (true, predicted):
        # Rounding turns a fraction into another number, and NaN differs from itself.
        if classes.dtype.kind not in "biuf" or np.any(classes != np.round(classes)):
            raise ValueError("Classes are whole numbers, not text, probabilities or NaN.")
    return np.equal(true, predicted)
