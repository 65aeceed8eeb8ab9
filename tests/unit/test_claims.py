"""The promise: a claim prints one line, the same on every machine up to "measured", or raises."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestones import ClaimError, claim

numbers = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("bounds", "line"),
    [
        ({"at_least": 0.9}, "✓ test accuracy ≥ 0.9 (measured 0.934)"),
        ({"at_most": 0.95}, "✓ test accuracy ≤ 0.95 (measured 0.934)"),
        ({"at_least": 0.9, "at_most": 1}, "✓ 0.9 ≤ test accuracy ≤ 1 (measured 0.934)"),
        ({"at_least": -1000}, "✓ test accuracy ≥ -1,000 (measured 0.934)"),
        ({"at_least": 0}, "✓ test accuracy ≥ 0 (measured 0.934)"),
        ({"at_most": math.inf}, "✓ test accuracy ≤ inf (measured 0.934)"),
    ],
)
def test_claim_prints_bound_then_measurement(
    bounds: dict, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    claim("test accuracy", 0.93412, **bounds)
    assert capsys.readouterr().out == f"{line}\n"


@pytest.mark.parametrize("value", [22_713_216, np.int64(22_713_216), np.array(22_713_216.0)])
def test_exact_claim_prints_no_measurement(
    value: object, capsys: pytest.CaptureFixture[str]
) -> None:
    claim("parameters", value, equals=22_713_216)
    assert capsys.readouterr().out == "✓ parameters = 22,713,216\n"


def test_zero_is_a_bound_like_any_other(capsys: pytest.CaptureFixture[str]) -> None:
    claim("missing pages", 0, equals=0)
    claim("loss", 0.0, at_most=0)
    assert capsys.readouterr().out == "✓ missing pages = 0\n✓ loss ≤ 0 (measured 0)\n"


@given(numbers)
def test_bounds_are_inclusive(value: float) -> None:
    claim("value", value, at_least=value)
    claim("value", value, at_most=value)
    claim("value", value, at_least=value, at_most=value)
    claim("value", value, equals=value)


@given(numbers)
def test_just_outside_a_bound_is_refused(value: float) -> None:
    above, below = math.nextafter(value, math.inf), math.nextafter(value, -math.inf)
    for bounds in ({"at_least": above}, {"at_most": below}, {"equals": above}):
        with pytest.raises(ClaimError):
            claim("value", value, **bounds)
    with pytest.raises(ClaimError):
        claim("value", value, at_least=-math.inf, at_most=below)
    with pytest.raises(ClaimError):
        claim("value", value, at_least=above, at_most=math.inf)


@pytest.mark.parametrize(
    "bounds", [{"at_least": -math.inf}, {"at_most": math.inf}, {"equals": math.nan}]
)
def test_nan_meets_no_bound(bounds: dict, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ClaimError, match=r"^Not true: .*; measured nan\.$"):
        claim("loss", math.nan, **bounds)
    assert capsys.readouterr().out == ""


def test_nan_bound_is_met_by_nothing() -> None:
    for name in ("at_least", "at_most", "equals"):
        with pytest.raises(ClaimError):
            claim("loss", 1.0, **{name: math.nan})


def test_infinite_values_are_compared_like_others() -> None:
    claim("loss", math.inf, at_least=400)
    claim("loss", math.inf, equals=math.inf)
    claim("loss", -math.inf, at_most=0)
    for value, bounds in ((math.inf, {"at_most": 1e300}), (-math.inf, {"at_least": -1e300})):
        with pytest.raises(ClaimError, match=r"measured -?inf\.$"):
            claim("loss", value, **bounds)


def test_broken_claim_says_what_was_measured() -> None:
    with pytest.raises(ClaimError) as caught:
        claim("test accuracy", 0.123456789, at_least=0.9)
    assert str(caught.value) == "Not true: test accuracy ≥ 0.9; measured 0.123457."
    assert isinstance(caught.value, AssertionError)


@pytest.mark.parametrize(
    "bounds", [{"at_least": 1000.5}, {"at_most": -1}, {"at_least": 1, "at_most": 2}, {"equals": 2}]
)
def test_broken_claim_carries_the_statement_that_it_would_have_printed(
    bounds: dict, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ClaimError) as caught:
        claim("test accuracy", 0.5, **bounds)
    right = max(bounds.values())
    claim("test accuracy", right, **bounds)
    assert capsys.readouterr().out.split(" (measured")[0].rstrip() == f"✓ {caught.value.statement}"


@pytest.mark.parametrize("bounds", [{}, {"equals": 1, "at_least": 1}, {"equals": 1, "at_most": 1}])
def test_wrong_call_is_refused(bounds: dict) -> None:
    with pytest.raises(ValueError, match="either equals, or at_least and/or at_most"):
        claim("value", 1, **bounds)


def test_bounds_are_named() -> None:
    with pytest.raises(TypeError):
        claim("value", 1, 1)
