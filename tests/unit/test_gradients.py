"""The promise: central differences find the true gradient, and a wrong one is caught and named."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from milestones.gradients import (
    DEFAULT_STEP,
    GradientError,
    check_gradient,
    numerical_gradient,
    relative_error,
)

shapes = array_shapes(min_dims=0, max_dims=3, max_side=3)
values = st.floats(-3, 3)
points = arrays(np.float64, shapes, elements=values)
vectors = arrays(np.float64, st.integers(1, 6), elements=values)


@given(points, st.lists(st.floats(-2, 2), min_size=1, max_size=5))
def test_gradient_of_a_polynomial_is_found(point: np.ndarray, coefficients: list[float]) -> None:
    polynomial = np.polynomial.Polynomial(coefficients)
    measured = numerical_gradient(lambda x: polynomial(x).sum(), point)
    assert measured.shape == point.shape
    np.testing.assert_allclose(measured, polynomial.deriv()(point), atol=1e-6)


@given(vectors)
def test_coordinates_are_told_apart(point: np.ndarray) -> None:
    weights = np.arange(1.0, point.size + 1)
    measured = numerical_gradient(lambda x: weights @ x, point)
    np.testing.assert_allclose(measured, weights, atol=1e-6)


def test_differences_are_central_and_the_step_is_respected() -> None:
    visited: list[float] = []

    def cube(x: np.ndarray) -> float:
        visited.append(float(x[0]))
        return float(x[0] ** 3)

    measured = numerical_gradient(cube, [0.0], step=0.5)
    assert visited == [0.5, -0.5]
    assert measured[0] == 0.25
    visited.clear()
    numerical_gradient(cube, [10.0], step=0.5)
    assert visited == [15.0, 5.0]


def test_coordinates_are_moved_one_at_a_time() -> None:
    measured = numerical_gradient(lambda x: x[0] * x[1] * x[2], [1.0, 2.0, 3.0], step=0.5)
    assert measured.tolist() == [6.0, 3.0, 2.0]


def test_default_step_balances_truncation_and_rounding() -> None:
    def error(step: float) -> float:
        return abs(numerical_gradient(lambda x: np.exp(x[0]), [1.0], step)[0] - np.e)

    assert error(DEFAULT_STEP) < 1e-9
    assert error(DEFAULT_STEP) < min(error(100 * DEFAULT_STEP), error(DEFAULT_STEP / 1000))


@given(points)
def test_point_is_not_changed(point: np.ndarray) -> None:
    before = point.copy()
    point.flags.writeable = False
    numerical_gradient(lambda x: x.sum(), point)
    check_gradient(lambda x: x.sum(), np.ones_like, point)
    np.testing.assert_array_equal(point, before)


def test_integer_points_are_taken_as_real_numbers() -> None:
    assert numerical_gradient(lambda x: x @ x, [1, 2]) == pytest.approx([2, 4])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_function_that_is_not_finite_is_named(bad: float) -> None:
    def function(x: np.ndarray) -> float:
        return bad if x[1, 0] > 0 else 0.0

    with pytest.raises(ValueError, match=r"not finite near coordinate \(1, 0\) of the point"):
        numerical_gradient(function, np.zeros((2, 2)))


@given(vectors)
def test_right_gradient_passes_with_a_small_error(point: np.ndarray) -> None:
    error = check_gradient(lambda x: float(np.sin(x).sum()), np.cos, point)
    assert 0 <= error <= 1e-6


@given(vectors, st.data())
def test_wrong_coordinate_is_caught_and_named(point: np.ndarray, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, point.size - 1))
    change = data.draw(st.sampled_from([-1.0, -0.01, 0.01, 1.0]))

    def gradient(x: np.ndarray) -> np.ndarray:
        wrong = np.exp(x)
        wrong[place] += change
        return wrong

    with pytest.raises(GradientError, match=rf"^At coordinate \({place},\) the gradient says "):
        check_gradient(lambda x: float(np.exp(x).sum()), gradient, point)


def test_message_shows_both_numbers() -> None:
    with pytest.raises(GradientError) as caught:
        check_gradient(lambda x: float((x**2).sum()), lambda x: 3 * x, np.array([[0.0, 2.0]]))
    assert str(caught.value) == (
        "At coordinate (0, 1) the gradient says 6, central differences say 4 (relative error 0.33)."
    )


def test_tolerance_decides() -> None:
    def check(tolerance: float) -> float:
        return check_gradient(lambda x: float(x @ x), lambda x: 2.02 * x, [1.0, 2.0], tolerance)

    assert check(0.011) == pytest.approx(0.02 / 2.02)
    with pytest.raises(GradientError):
        check(0.009)


def test_gradient_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Shapes \(2, 1\) and \(2,\) differ"):
        check_gradient(lambda x: float(x.sum()), lambda x: np.ones((2, 1)), np.zeros(2))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_gradient_that_is_not_finite_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="not finite"):
        check_gradient(lambda x: float(x.sum()), lambda x: np.array([1.0, bad]), np.zeros(2))
    with pytest.raises(ValueError, match="not finite"):
        relative_error([1.0, 1.0], [1.0, bad])


def test_relative_error_divides_by_the_largest_magnitude() -> None:
    assert relative_error([1.0, -8.0], [1.0, -10.0]) == pytest.approx(0.2)
    assert relative_error([-10.0], [1.0]) == pytest.approx(1.1)
    assert relative_error([0.0, 0.0], [0, 0]) == 0.0
    assert relative_error([], []) == 0.0


@given(vectors)
def test_relative_error_ignores_scale(values: np.ndarray) -> None:
    other = values + 1
    assert relative_error(8 * values, 8 * other) == pytest.approx(relative_error(values, other))
    assert relative_error(values, values) == 0.0
