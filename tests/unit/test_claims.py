"""The promise: a claim prints a line that is the same on every machine up to "measured", or raises;
a quote stores a value for a page without showing it twice.
"""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import select_figure_formats
from IPython.utils.capture import CapturedIO, capture_output
from matplotlib import pyplot
from traitlets.config import Config

from milestones import ClaimError, claim, film, quote, scientific
from milestones.plots import use_style

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


@pytest.mark.parametrize("bounds", [{}, {"equals": 1, "at_least": 1}, {"equals": 1, "at_most": 1}])
def test_wrong_call_is_refused(bounds: dict) -> None:
    with pytest.raises(ValueError, match="either equals, or at_least and/or at_most"):
        claim("value", 1, **bounds)


def test_bounds_are_named() -> None:
    with pytest.raises(TypeError):
        claim("value", 1, 1)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """Start what a notebook shows its outputs through, and leave no trace of it."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    select_figure_formats(shell, {"png"})
    yield shell
    InteractiveShell.clear_instance()


def quoted(name: str, value: object) -> CapturedIO:
    with capture_output() as captured:
        quote(name, value)
    return captured


def test_quoted_text_is_stored_under_its_name_and_not_shown(shell: InteractiveShell) -> None:
    captured = quoted("test-accuracy", "93.4 %")
    (output,) = captured.outputs
    assert output.data == {"application/papermill.record/text/plain": "\N{WORD JOINER}93.4 %"}
    assert output.metadata["scrapbook"] == {
        "name": "test-accuracy",
        "mime_prefix": "application/papermill.record/",
    }
    assert (captured.stdout, captured.stderr) == ("", "")


@pytest.mark.parametrize(("value", "text"), [(3, "3"), (0.25, "0.25"), (np.float64(0.5), "0.5")])
def test_quoted_number_is_stored_as_its_text(
    shell: InteractiveShell, value: object, text: str
) -> None:
    (output,) = quoted("number", value).outputs
    assert list(output.data.values()) == [f"\N{WORD JOINER}{text}"]


def test_quoted_figure_is_shown_once_and_closed(shell: InteractiveShell) -> None:
    fig, _ = pyplot.subplots()
    (output,) = quoted("loss-curve", fig).outputs
    drawing = output.data["image/svg+xml"]
    assert drawing.startswith("<svg ")
    assert drawing.rstrip().endswith("</svg>")
    assert output.metadata["scrapbook"] == {"name": "loss-curve", "mime_prefix": ""}
    assert not pyplot.fignum_exists(fig.number)


def test_a_figure_is_stored_with_letters_and_the_same_bytes_each_time(
    shell: InteractiveShell,
) -> None:
    use_style()
    stored = []
    for _ in range(2):
        fig, ax = pyplot.subplots()
        ax.plot([0, 1], [0, 1])
        ax.set_title("Letters stay letters")
        stored.append(quoted("a-figure", fig).outputs[0].data["image/svg+xml"])
    assert ">Letters stay letters</text>" in stored[0]
    assert stored[0] == stored[1]


@pytest.mark.parametrize(
    ("number", "text"),
    [(2.44e-10, "2.4 × 10⁻¹⁰"), (np.float32(1), "1.0 × 10⁰"), (-3e12, "-3.0 × 10¹²")],
)
def test_a_number_is_written_with_a_power_of_ten(number: float, text: str) -> None:
    assert scientific(number) == text.replace(" ", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize(("count", "shown"), [(2, 1), (3, 1), (4, 2)])
def test_film_stores_its_frames_and_shows_the_middle_one(
    shell: InteractiveShell, count: int, shown: int
) -> None:
    figures = [pyplot.subplots(figsize=(1, 1))[0] for _ in range(count)]
    with capture_output() as captured:
        film("film-loss", figures, [f"z = {number}" for number in range(count)])
    assert len(captured.outputs) == count
    for number, output in enumerate(captured.outputs):
        prefix = "" if number == shown else "application/papermill.record/"
        assert list(output.data) == [f"{prefix}image/svg+xml"]
        expected = {"name": f"film-loss-{number:02}", "mime_prefix": prefix}
        assert output.metadata == {"scrapbook": expected, "label": f"z = {number}"}
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize(("count", "labels"), [(0, []), (1, ["a"]), (2, ["a"]), (2, list("abc"))])
def test_film_refuses_too_few_frames_or_labels(count: int, labels: list[str]) -> None:
    figures = [pyplot.subplots(figsize=(1, 1))[0] for _ in range(count)]
    with pytest.raises(ValueError, match=f"of {count} frames cannot have {len(labels)} labels"):
        film("film-loss", figures, labels)
    pyplot.close("all")
