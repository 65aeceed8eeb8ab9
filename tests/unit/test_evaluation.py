"""The promise: intervals and p-values agree with the formulas in the book, computed another way."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from milestones.evaluation import Proportion, accuracy, mean_by_group, paired_test, proportion

counts = st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def wilson(successes: int, trials: int, confidence: float) -> tuple[float, float]:
    """Return the interval by Wilson's closed formula."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / trials
    center = share + z**2 / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    return (center - spread) / (1 + z**2 / trials), (center + spread) / (1 + z**2 / trials)


@given(counts, st.sampled_from([0.5, 0.8, 0.95, 0.99]))
def test_interval_follows_the_closed_formula(count: tuple[int, int], confidence: float) -> None:
    measured = proportion(*count, confidence)
    assert measured.value == count[0] / count[1]
    assert (measured.low, measured.high) == pytest.approx(wilson(*count, confidence), abs=1e-9)
    assert measured.confidence == confidence


@given(counts)
def test_interval_holds_the_value_and_stays_in_range(count: tuple[int, int]) -> None:
    measured = proportion(*count)
    assert 0 <= measured.low <= measured.value <= measured.high <= 1
    mirrored = proportion(count[1] - count[0], count[1])
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((measured.low, measured.high))


def test_interval_holds_the_truth_as_often_as_it_says() -> None:
    trials = 100
    measured = [proportion(count, trials) for count in range(trials + 1)]
    low = np.array([interval.low for interval in measured])
    high = np.array([interval.high for interval in measured])
    coverage = [
        binom.pmf(np.arange(trials + 1), trials, truth)[(low <= truth) & (truth <= high)].sum()
        for truth in np.linspace(0.05, 0.95, 91)
    ]
    assert np.mean(coverage) == pytest.approx(0.95, abs=0.002)
    assert min(coverage) > 0.93


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (-1, 5), (6, 5), (0, -1)])
def test_impossible_counts_are_refused(successes: int, trials: int) -> None:
    message = f"^{successes} successes out of {trials} trials is not a proportion"
    with pytest.raises(ValueError, match=message):
        proportion(successes, trials)


def test_proportion_prints_percent_with_its_interval() -> None:
    assert str(proportion(85, 100)) == "85.0 % (95 % interval 76.7 to 90.7 %)"
    assert str(Proportion(0.5, 0.25, 0.75, 0.9)) == "50.0 % (90 % interval 25.0 to 75.0 %)"


def test_accuracy_counts_right_predictions() -> None:
    measured = accuracy([0, 1, 2, 2], np.array([0, 1, 2, 1]), 0.8)
    assert measured == proportion(3, 4, 0.8)


@pytest.mark.parametrize(
    ("labels", "predictions"),
    [
        ([0, 1], [0]),
        ([[0], [1]], [0, 1]),
        ([0, 1], [[0, 1]]),
        ([[0, 1]], [[0, 1]]),
        (1, 1),
        (np.zeros(3), np.zeros((3, 10))),
    ],
)
def test_shapes_that_do_not_fit_are_refused(labels: object, predictions: object) -> None:
    with pytest.raises(ValueError, match="must be two equally long lists of class numbers"):
        accuracy(labels, predictions)
    with pytest.raises(ValueError, match="must be two equally long lists of class numbers"):
        paired_test(labels, labels, predictions)
    with pytest.raises(ValueError, match="must be two equally long lists of class numbers"):
        paired_test(labels, predictions, labels)


def test_no_examples_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^There are no examples to count"):
        accuracy([], [])
    with pytest.raises(ValueError, match=r"^There are no examples to count"):
        paired_test([], [], [])


@pytest.mark.parametrize(
    "wrong", [["0", "1"], [0.5, 1.0], [np.nan, 1], [np.inf, 0.5], [None, 1], [1j, 0]]
)
def test_what_is_no_class_number_is_refused(wrong: list) -> None:
    for arguments in ([wrong, [0, 1]], [[0, 1], wrong], [wrong, wrong]):
        with pytest.raises(ValueError, match=r"^Classes are whole numbers, not text, prob"):
            accuracy(*arguments)
    for arguments in ([wrong, [0, 1], [0, 1]], [[0, 1], wrong, [0, 1]], [[0, 1], [0, 1], wrong]):
        with pytest.raises(ValueError, match=r"^Classes are whole numbers, not text, prob"):
            paired_test(*arguments)


@pytest.mark.parametrize("kind", ["int8", "uint64", "float32", "float64"])
def test_class_numbers_may_have_any_type(kind: str) -> None:
    assert accuracy([0, 1, 2, 3], np.array([0, 1, 2, 2], kind)).value == 0.75
    assert accuracy([True, False], [1.0, 1.0]).value == 0.5


@pytest.mark.parametrize("confidence", [0, 1, -0.5, 1.5, 95, math.nan])
def test_a_confidence_that_no_interval_has_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match=r"^The confidence must lie between 0 and 1, not "):
        proportion(5, 10, confidence)
    with pytest.raises(ValueError, match=r"^The confidence must lie between 0 and 1, not "):
        accuracy([0, 1], [0, 1], confidence)


@pytest.mark.parametrize(("successes", "trials"), [(2.5, 5), (2, 5.0), ("2", 5), (math.nan, 5)])
def test_counts_that_are_not_integers_are_refused(successes: object, trials: object) -> None:
    with pytest.raises(ValueError, match=r"^Counts are integers, unlike "):
        proportion(successes, trials)
    assert proportion(np.int64(2), np.int32(5)) == proportion(2, 5)


def answers(both: int, first: int, second: int, none: int) -> tuple[np.ndarray, ...]:
    """Return labels and two classifiers' predictions with these counts of right answers."""
    labels = np.zeros(both + first + second + none, dtype=int)
    one = np.repeat([0, 0, 1, 2], [both, first, second, none])
    two = np.repeat([0, 1, 0, 3], [both, first, second, none])
    return labels, one, two


@given(*[st.integers(0, 40)] * 3, st.integers(1, 40))
def test_paired_test_is_the_binomial_sum(both: int, first: int, second: int, none: int) -> None:
    discordant, fewer = first + second, min(first, second)
    tail = sum(math.comb(discordant, count) for count in range(fewer + 1))
    expected = min(1.0, 2 * tail / 2**discordant)
    measured = paired_test(*answers(both, first, second, none))
    assert measured == pytest.approx(expected, rel=1e-9)


def test_paired_test_does_not_depend_on_the_order() -> None:
    labels, one, two = answers(50, 12, 3, 10)
    assert paired_test(labels, one, two) == paired_test(labels, two, one) < 0.05


def test_equal_classifiers_do_not_differ() -> None:
    assert paired_test([0, 1, 2], [0, 1, 1], [0, 1, 0]) == 1.0


def test_two_groups_of_three_say_as_little_as_two_numbers() -> None:
    mean, half_width = mean_by_group([0, 1, 2, 2, 3, 4], list("aaabbb"))
    assert mean == 2
    assert half_width == pytest.approx(12.706, abs=1e-3)  # t with one degree of freedom


def test_groups_of_one_give_the_interval_of_a_mean() -> None:
    values = np.array([1.0, 4.0, 2.0, 7.0, 3.5])
    half_width = mean_by_group(values, range(5), 0.9)[1]
    assert half_width == pytest.approx(2.1318 * values.std(ddof=1) / math.sqrt(5), abs=1e-4)


def test_an_interval_by_group_holds_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(0)
    groups = np.repeat(np.arange(8), 20)
    held = 0
    for _ in range(500):
        mean, half_width = mean_by_group(random.normal(size=8)[groups], groups)
        held += abs(mean) <= half_width
    assert 0.92 <= held / 500 <= 0.98


@pytest.mark.parametrize("groups", [[1, 1], [1, 2, 3]])
def test_a_single_group_or_another_length_is_refused(groups: list[int]) -> None:
    with pytest.raises(ValueError, match="groups"):
        mean_by_group([0.5, 1.5], groups)
