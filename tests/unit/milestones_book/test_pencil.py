"""Promise: a pencil task accepts the rounding of its exact answer, and nothing else."""

import pytest

from milestones_book.pages.pencil import read_answer, shown, value_of


@pytest.mark.parametrize(
    ("text", "number", "tolerance"),
    [
        ("3616", 3616, 0.5),
        ("-0.25", -0.25, 0.005),
        ("0.50", 0.5, 0.005),
        ("2.5e-7", 2.5e-7, 5e-9),
        ("1/4", 0.25, 0.005),
    ],
)
def test_an_answer_allows_half_a_unit_of_its_last_digit(
    text: str, number: float, tolerance: float
) -> None:
    assert read_answer(text) == pytest.approx((number, tolerance))


@pytest.mark.parametrize("text", ["", "many", "1/0", "1/2/3", "nan"])
def test_what_is_no_number_is_no_answer(text: str) -> None:
    with pytest.raises(ValueError, match="neither a decimal number nor a fraction"):
        read_answer(text)


def test_an_expression_knows_the_functions_of_math() -> None:
    assert value_of("2 * log(2)") == pytest.approx(1.3862943611)
    assert value_of("max(exp(0), 3) / 2") == 1.5


@pytest.mark.parametrize("text", ["", "lag(2)", "1 +", "__import__('os')", "1/0", "'a'"])
def test_an_expression_without_a_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        value_of(text)


def test_a_negative_answer_is_shown_with_a_minus_sign() -> None:
    assert shown("-0.25") == "−0.25"
