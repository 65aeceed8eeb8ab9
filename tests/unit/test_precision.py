"""The promise: a format's error is that of the computation alone, and a failure is infinite."""

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestones.precision import FORMATS, largest_error

EPSILON = {"float64": 2.0**-52, "float32": 2.0**-23, "bfloat16": 2.0**-7, "float16": 2.0**-10}


def test_one_operation_is_wrong_by_half_a_unit_in_the_last_place() -> None:
    inputs = np.linspace(1.0, 4.0, 2000)
    errors = largest_error(lambda x, y: x + y, (inputs, inputs[::-1]))
    assert tuple(errors) == FORMATS == ("float32", "bfloat16", "float16")
    for name, error in errors.items():
        assert 0.1 * EPSILON[name] < error <= EPSILON[name] / 2


@pytest.mark.parametrize("name", EPSILON)
def test_the_rounding_of_inputs_does_not_count(name: str) -> None:
    assert largest_error(lambda x: x, np.linspace(0.1, 1, 99), formats=[name]) == {name: 0.0}


@given(st.floats(0.5, 2.0), st.sampled_from(["float32", "bfloat16", "float16"]))
def test_the_largest_relative_error_is_found(factor: float, name: str) -> None:
    inputs = np.array([1.0, 8.0, 64.0])
    wrong = largest_error(lambda x: x, inputs, lambda x: np.where(x == 8, factor * x, x), [name])
    assert wrong[name] == pytest.approx(abs(1 - factor) / factor, rel=1e-12)


def test_the_size_replaces_the_reference_where_it_crosses_zero() -> None:
    arguments = (lambda x: x + x.dtype.type(0.25), [0.0, 1.0], lambda x: x, ["float32"])
    assert largest_error(*arguments) == {"float32": np.inf}
    assert largest_error(*arguments, size=lambda x: x + 1) == {"float32": 0.25}
    assert largest_error(*arguments, size=lambda x: -(x + 1)) == {"float32": 0.25}


def test_a_function_that_breaks_has_an_infinite_error() -> None:
    naive = largest_error(lambda z: np.log(np.exp(z)), [1.0, 12.0], lambda z: z)
    assert naive["float16"] == np.inf
    assert naive["float32"] < 1e-6
    undefined = largest_error(lambda z: z * np.nan, [1.0], lambda z: z, ["float32"])
    assert undefined == {"float32": np.inf}


def test_the_function_gets_the_format_and_the_reference_gets_float64() -> None:
    seen = []
    largest_error(
        lambda x: (seen.append(x.dtype), x)[1], [0.1], lambda x: (seen.append(x.dtype), x)[1]
    )
    kinds = [np.float32, ml_dtypes.bfloat16, np.float16]
    assert sorted(map(str, seen)) == sorted(map(str, [*map(np.dtype, kinds), *["float64"] * 3]))


@pytest.mark.parametrize(
    ("inputs", "name"), [([1e5], "float16"), ([np.nan], "float32"), ([], "float32")]
)
def test_inputs_that_do_not_fit_are_refused(inputs: list[float], name: str) -> None:
    with pytest.raises(ValueError, match=f"empty, or a number does not fit into {name}"):
        largest_error(lambda x: x, inputs, formats=[name])


def test_a_function_that_leaves_the_format_is_refused() -> None:
    with pytest.raises(ValueError, match="Given float16, the function returned float64"):
        largest_error(lambda x: x.astype(float), [1.0], formats=["float16"])


@pytest.mark.parametrize(
    "reference", [lambda x: x / 0, lambda x: x[:1], lambda x: np.full_like(x, np.nan)]
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_reference_that_cannot_be_right_is_refused(reference: object) -> None:
    with pytest.raises(ValueError, match="reference must be finite, and of the shape"):
        largest_error(lambda x: x, [1.0, 2.0], reference)
