"""The promise: central differences find the true gradient, and a wrong one is caught and named,
whatever else the gradient holds; three ways agree only where all three are right.
"""

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from milestones import backends
from milestones.gradients import (
    DEFAULT_STEP,
    GradientError,
    automatic_gradient,
    catches,
    check_gradient,
    numerical_gradient,
    numerical_jacobian,
    points,
    relative_error,
    three_ways,
)

shapes = array_shapes(min_dims=0, max_dims=3, max_side=3)
values = st.floats(-3, 3)
places = arrays(np.float64, shapes, elements=values)
vectors = arrays(np.float64, st.integers(1, 6), elements=values)


@given(places, st.lists(st.floats(-2, 2), min_size=1, max_size=5))
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


@given(places)
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


@pytest.fixture(scope="module")
def ops() -> ModuleType:
    """Load Keras when a test first needs it, because that takes long, and set up its backend."""
    from keras import ops

    backends.prepare()
    return ops


def lopsided(x: np.ndarray) -> float:
    return 1e6 * x[0] ** 2 / 2 + x[1] ** 2 / 2


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_a_small_coordinate_cannot_hide_behind_a_large_one(sign: float, size: float) -> None:
    point = size * np.array([1.0, 1.0])
    right = np.array([1e6, 1.0]) * point
    assert check_gradient(lopsided, lambda x: right, point) < 1e-6
    for factor in (-1.0, 0.0, 0.99, 1.01):
        wrong = right * [1.0, factor]
        assert relative_error(wrong, right) <= 2e-6
        with pytest.raises(GradientError, match=r"^At coordinate \(1,\) the gradient says"):
            check_gradient(lopsided, lambda x, wrong=wrong: wrong, point)


@given(vectors, st.integers(0, 5))
def test_a_right_gradient_with_a_coordinate_of_zero_passes(x: np.ndarray, place: int) -> None:
    x[place % x.size] = 0.0
    assert check_gradient(lambda x: float(np.cos(x).sum()), lambda x: -np.sin(x), x) <= 1e-6
    weights = np.where(np.arange(x.size) == place % x.size, 0.0, 1.0)
    assert check_gradient(lambda x: weights @ np.exp(x), lambda x: weights * np.exp(x), x) <= 1e-6


@given(vectors, st.floats(-8, 8))
def test_a_right_gradient_passes_at_the_minimum_and_at_any_scale(
    target: np.ndarray, exponent: float
) -> None:
    size = 10.0**exponent

    def loss(x: np.ndarray) -> float:
        return float(size * np.sum((x - target) ** 2))

    assert check_gradient(loss, lambda x: 2 * size * (x - target), target) <= 1e-6
    assert check_gradient(loss, lambda x: 2 * size * (x - target), target + 1) <= 1e-6
    assert catches(lambda x: -2 * size * (x - target), loss, [target + 1])


matrices = arrays(np.float64, (5, 3), elements=values)


@given(matrices, st.integers(0, 2**32 - 1))
def test_right_gradients_of_random_losses_pass(x: np.ndarray, seed: int) -> None:
    generator = np.random.default_rng(seed)
    theta, labels = generator.standard_normal(3), generator.integers(0, 2, 5)

    def loss(theta: np.ndarray) -> float:
        return float(np.mean(np.logaddexp(0, x @ theta) - labels * (x @ theta)))

    def gradient(theta: np.ndarray) -> np.ndarray:
        return x.T @ (1 / (1 + np.exp(-x @ theta)) - labels) / 5

    assert check_gradient(loss, gradient, theta) <= 1e-6


@pytest.mark.parametrize("tolerance", [0, -1e-6, 1, 2, np.inf, np.nan])
def test_a_tolerance_that_accepts_all_or_nothing_is_refused(tolerance: float) -> None:
    with pytest.raises(ValueError, match="tolerance must lie between 0 and 1, not "):
        check_gradient(lambda x: x @ x, lambda x: 0 * x, [1.0], tolerance)
    with pytest.raises(ValueError, match="tolerance must lie between 0 and 1, not "):
        catches(lambda x: 0 * x, lambda x: x @ x, [np.ones(1)], tolerance)


def spoil(x: np.ndarray) -> np.ndarray:
    x *= 2
    return x


def test_functions_that_change_their_argument_are_refused() -> None:
    message = r"^The function changes its argument in place"
    with pytest.raises(ValueError, match=message):
        numerical_gradient(lambda x: spoil(x).sum(), [1.0, 2.0])
    with pytest.raises(ValueError, match=message):
        check_gradient(lambda x: x @ x, spoil, [1.0, 2.0])
    with pytest.raises(ValueError, match=message):
        catches(lambda x, y: x, lambda x, y: spoil(y).sum(), [(np.ones(2), np.ones(2))])


@pytest.mark.parametrize("step", [1e-300, 1e-17])
def test_a_step_that_moves_nothing_is_refused(step: float) -> None:
    with pytest.raises(ValueError, match=r"is too small to move coordinate \(1,\)"):
        numerical_gradient(lambda x: x.sum(), [0.0, 1.0], step)


@pytest.mark.parametrize("step", [0.0, -1e-6, np.nan, np.inf])
def test_a_step_that_is_no_distance_is_refused(step: float) -> None:
    for settings in ({"step": step}, {"scale": step}, {"scale": lambda x: step * x}):
        with pytest.raises(ValueError, match="step and the scale must be positive and finite"):
            numerical_gradient(lambda x: x.sum(), [1.0], **settings)


@pytest.mark.parametrize("point", [[], np.zeros((2, 0)), [np.nan], [1.0, np.inf]])
def test_a_point_that_is_none_is_refused(point: object) -> None:
    with pytest.raises(ValueError, match="point is empty, or contains a value that is not finite"):
        numerical_gradient(lambda x: x.sum(), point)
    with pytest.raises(ValueError, match="point is empty, or contains a value that is not finite"):
        check_gradient(lambda x: x.sum(), np.ones_like, point)


def test_more_than_one_number_is_refused() -> None:
    with pytest.raises(ValueError, match=r"must return one number, not shape \(2,\)"):
        numerical_gradient(lambda x: x, [1.0, 2.0])


def test_the_scale_says_how_far_a_coordinate_moves() -> None:
    for scale, ends in ((2.0, (11.0, 9.0)), (lambda x: x / 5, (11.0, 9.0)), (None, (15.0, 5.0))):
        visited: list[float] = []
        numerical_gradient(lambda x, v=visited: v.append(x[0]) or x[0], [10.0], 0.5, scale)
        assert tuple(visited) == ends


def test_the_distance_is_that_between_the_rounded_coordinates() -> None:
    measured = numerical_gradient(lambda x: x[0], [1e6], scale=1e-3)
    assert measured.tolist() == [1.0]


def test_points_are_seeded_and_grow_from_one_size_to_the_other() -> None:
    found = points((40, 50), 1e-3, 10.0, count=9)
    sizes = [point.std() for point in found]
    assert sizes == pytest.approx(np.geomspace(1e-3, 10, 9), rel=0.1)
    assert {point.shape for point in found} == {(40, 50)}
    assert all(map(np.array_equal, found, points((40, 50), 1e-3, 10.0, count=9)))
    assert not np.array_equal(found[0], points((40, 50), 1e-3, 10.0, count=9, seed=1)[0])
    assert len(points(3)) == 100
    assert points(3)[0].shape == (3,)
    assert [[part.shape for part in point] for point in points([(2, 3), (4,)], count=2)] == [
        [(2, 3), (4,)]
    ] * 2
    assert isinstance(points([(2,)])[0], tuple)


def test_a_mistake_is_caught_where_it_shows_at_any_point() -> None:
    def loss(x: np.ndarray, labels: np.ndarray) -> float:
        return float(np.sum((x - labels) ** 2) / 2)

    cases = [(x, np.ones(4)) for x in points(4, 1e-2, 10.0, count=5)]
    assert not catches(lambda x, y: x - y, loss, cases)
    assert not catches(lambda x, y: 1.0005 * (x - y), loss, cases)
    assert catches(lambda x, y: 1.0005 * (x - y), loss, cases, 1e-4)
    assert catches(lambda x, y: np.where(x > 3, 0, x - y), loss, cases)
    assert catches(lambda x, y: (x - y)[:1], loss, cases)
    assert catches(lambda x, y: (x - y)[:, None], loss, cases)
    assert catches(lambda x, y: np.where(x > 3, np.inf, x - y), loss, cases)
    with pytest.raises(ZeroDivisionError):
        catches(lambda x, y: 1 / 0, loss, cases)
    with pytest.raises(ValueError, match="no points to compare at"):
        catches(lambda x, y: -x, loss, [])


def test_the_three_ways_agree_for_a_right_formula(ops: ModuleType) -> None:
    errors = three_ways(np.cos, lambda x: np.sin(x).sum(), points(3), lambda x: ops.sum(ops.sin(x)))
    assert 0 < errors.differences < 1e-6
    assert errors.automatic < 1e-10
    assert errors == three_ways(np.cos, lambda x: ops.sum(ops.sin(x)), points(3))


@pytest.mark.parametrize("wrong", ["formula", "loss", "tensor_loss"])
def test_each_of_the_three_ways_is_compared(ops: ModuleType, wrong: str) -> None:
    right = {
        "formula": np.cos,
        "loss": lambda x: np.sin(x).sum(),
        "tensor_loss": lambda x: ops.sum(ops.sin(x)),
    }
    factor = np.array([1.0, 1.0, 1.001])
    mistakes = {
        "formula": lambda x: factor * np.cos(x),
        "loss": lambda x: factor @ np.sin(x),
        "tensor_loss": lambda x: ops.sum(ops.multiply(factor, ops.sin(x))),
    }
    errors = three_ways(**{**right, wrong: mistakes[wrong]}, points=points(3)[-1:])
    assert (errors.differences > 1e-4) == (wrong in ("formula", "loss"))
    assert (errors.automatic > 1e-4) == (wrong in ("formula", "tensor_loss"))


def test_a_tuple_of_gradients_belongs_to_the_first_arguments(ops: ModuleType) -> None:
    def loss(w: np.ndarray, b: np.ndarray, x: np.ndarray, power: int) -> float:
        return ((x @ w + b) ** power).sum() / power

    def tensor_loss(w: object, b: object, x: np.ndarray, power: int) -> object:
        assert isinstance(x, np.ndarray)
        assert isinstance(power, int)
        return ops.sum((ops.matmul(x, w) + ops.convert_to_tensor(b)) ** power) / power

    def formula(w: np.ndarray, b: np.ndarray, x: np.ndarray, power: int) -> tuple:
        signal = (x @ w + b) ** (power - 1)
        return x.T @ signal, signal.sum(axis=0)

    x = np.random.default_rng(0).standard_normal((5, 3))
    cases = [(w, b, x, power) for w, b in points([(3, 2), (2,)], 0.1, count=4) for power in (2, 3)]
    errors = three_ways(formula, loss, cases, tensor_loss)
    assert errors.differences < 1e-6
    assert errors.automatic < 1e-10
    bias = three_ways(lambda *p: (formula(*p)[0], 1.01 * formula(*p)[1]), loss, cases, tensor_loss)
    assert min(bias) > 1e-3
    assert max(three_ways(lambda *p: formula(*p)[0], loss, cases, tensor_loss)) < 1e-6
    assert catches(lambda *p: (formula(*p)[0], -formula(*p)[1]), loss, cases)
    with pytest.raises(ValueError, match="no points to compare at"):
        three_ways(formula, loss, [], tensor_loss)


def test_automatic_differentiation_sees_a_small_coordinate_too(ops: ModuleType) -> None:
    def loss(x: np.ndarray) -> object:
        return 1e6 * ops.sum(x[:1] ** 2) / 2 + ops.sum(x[1:] ** 2) / 2

    point, weights = np.ones(2), np.array([1e6, 1.0])
    assert three_ways(lambda x: weights * x, loss, [point]).automatic < 1e-10
    assert min(three_ways(lambda x: weights * x * [1, -1], loss, [point])) > 1e-6


def test_automatic_gradient_wants_one_number_that_depends_on_the_point(ops: ModuleType) -> None:
    picked = automatic_gradient(lambda t: ops.sum(ops.take(t, [0, 2, 2]) ** 2), [1.0, 2.0, 3.0])
    assert picked.tolist() == [2.0, 0.0, 12.0]
    assert automatic_gradient(lambda t: t * t, 3.0) == 6.0
    assert automatic_gradient(lambda t: ops.sum(0 * t), [1.0]).tolist() == [0.0]
    with pytest.raises(ValueError, match="does not depend on its argument"):
        automatic_gradient(lambda t: ops.ones(()), [1.0])
    with pytest.raises(ValueError, match=r"must return one number, not shape \(2,\)"):
        automatic_gradient(lambda t: 2 * t, [1.0, 2.0])


def test_the_jacobian_has_a_row_for_each_component() -> None:
    matrix = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0]])
    point = np.array([0.5, -1.0, 2.0])
    found = numerical_jacobian(lambda x: matrix @ x**2, point)
    np.testing.assert_allclose(found, 2 * matrix * point, rtol=0, atol=1e-8)


def test_the_jacobian_of_a_gradient_is_the_hessian() -> None:
    def loss(x: np.ndarray) -> float:
        return float(x[0] ** 2 * x[1])

    def slope(x: np.ndarray) -> np.ndarray:
        return numerical_gradient(loss, x, 1e-3)

    found = numerical_jacobian(slope, np.array([2.0, 3.0]), 1e-3)
    np.testing.assert_allclose(found, [[6, 4], [4, 0]], atol=1e-6)


def test_the_jacobian_refuses_a_function_that_is_not_finite() -> None:
    with pytest.raises(ValueError, match="not finite"):
        numerical_jacobian(lambda x: np.full(1, np.inf), np.ones(1))
