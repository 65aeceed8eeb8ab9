"""The promise: what a notebook stores for a page is shown at most once, and is found again."""

import configparser
import re
from collections.abc import Iterator
from pathlib import Path

import matplotlib
import nbformat
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import select_figure_formats
from IPython.utils.capture import CapturedIO, capture_output
from matplotlib import pyplot
from matplotlib.figure import Figure
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from traitlets.config import Config

from milestones import claim, film, quote, quotes, scientific
from milestones.plots import use_style

SANITIZER = Path(__file__).parents[1] / "nbval_sanitize.cfg"


@pytest.fixture(autouse=True)
def style() -> Iterator[None]:
    """Draw as lessons do, so that letters stay letters; leave the style as it was."""
    with matplotlib.rc_context():
        use_style()
        yield


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


@pytest.mark.parametrize("text", ["inf", "-inf", "nan"])
def test_a_number_that_is_not_finite_is_written_as_a_word(text: str) -> None:
    assert scientific(float(text)) == text


def draw(number: float) -> Figure:
    fig, ax = pyplot.subplots(figsize=(1, 1))
    ax.set_title(f"frame {number}")
    return fig


def notebook_of(*captured: CapturedIO) -> NotebookNode:
    """Return a notebook with a cell for each of these outputs, as read from a file."""
    cells = [
        new_code_cell(
            outputs=[
                new_output("display_data", data=output.data, metadata=output.metadata)
                for output in one.outputs
            ]
        )
        for one in captured
    ]
    written = nbformat.writes(new_notebook(cells=[new_markdown_cell("A page."), *cells]))
    return nbformat.reads(written, as_version=4)


@pytest.mark.parametrize(("count", "shown"), [(2, 1), (3, 1), (4, 2)])
def test_film_stores_its_frames_and_shows_the_middle_one(
    shell: InteractiveShell, count: int, shown: int
) -> None:
    with capture_output() as captured:
        film("film-loss", range(count), draw, "z = {:.1f}")
    assert len(captured.outputs) == count
    for number, output in enumerate(captured.outputs):
        prefix = "" if number == shown else "application/papermill.record/"
        assert list(output.data) == [f"{prefix}image/svg+xml"]
        assert f">frame {number}<" in output.data[f"{prefix}image/svg+xml"]
        assert output.metadata["scrapbook"] == {
            "name": f"film-loss-{number:02}",
            "mime_prefix": prefix,
            "film": "film-loss",
            "frame": number,
            "label": f"z = {number:.1f}",
        }
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize(
    ("values", "label"),
    [([], "{}"), ([1], "{}"), ([1, 1], "{}"), ([1, 2], "z"), ([0.1, 0.2], "{:.0f}")],
)
def test_film_refuses_too_few_frames_or_labels(
    shell: InteractiveShell, values: list[float], label: str
) -> None:
    with (
        capture_output() as captured,
        pytest.raises(ValueError, match="two frames or more, each with its own label"),
    ):
        film("film-loss", values, draw, label)
    assert captured.outputs == []
    assert pyplot.get_fignums() == []


def test_film_refuses_frames_that_would_jump(shell: InteractiveShell) -> None:
    with (
        capture_output() as captured,
        pytest.raises(ValueError, match="frames of film-loss must have one size, not 3"),
    ):
        film("film-loss", [1, 2, 3], lambda size: pyplot.subplots(figsize=(size, 1))[0], "{}")
    assert captured.outputs == []
    assert pyplot.get_fignums() == []


def test_all_that_a_notebook_stores_is_found_by_its_name(shell: InteractiveShell) -> None:
    with capture_output() as frames:
        film("fig-loss", [3, 1, 2], draw, "z = {}")
        film("fig-loss-00", [5, 6], draw)
    stored = notebook_of(quoted("accuracy", "93.4 %"), frames, quoted("fig-loss-0", draw(9)))
    assert len(list(quotes.stored_outputs(stored))) == 7
    assert quotes.stored_texts(stored) == {"accuracy": "93.4 %"}
    assert list(quotes.stored_figures(stored)) == ["fig-loss-0"]
    assert list(quotes.stored_films(stored)) == ["fig-loss", "fig-loss-00"]
    found = quotes.stored_film(stored, "fig-loss")
    assert [quotes.label(frame) for frame in found] == ["z = 3", "z = 1", "z = 2"]
    titles = [re.findall(r">frame (\d)<", quotes.drawing(frame)) for frame in found]
    assert titles == [["3"], ["1"], ["2"]]
    assert quotes.stored_film(stored, "fig") == []


def test_frames_are_ordered_by_their_numbers(shell: InteractiveShell) -> None:
    with capture_output() as frames:
        film("fig-loss", range(3), draw)
    frames._outputs.reverse()
    found = quotes.stored_film(notebook_of(frames), "fig-loss")
    assert [quotes.label(frame) for frame in found] == ["0", "1", "2"]


def test_outputs_without_a_name_or_a_drawing_are_no_figures() -> None:
    stored = notebook_of()
    stored.cells.append(
        new_code_cell(outputs=[new_output("stream", text="<svg "), new_output("display_data")])
    )
    assert quotes.stored_figures(stored) == quotes.stored_films(stored) == {}
    assert quotes.drawing(new_output("display_data", {"text/plain": "<svg "})) is None
    assert quotes.drawing(new_output("stream", text="<svg ")) is None


def test_marks_are_taken_out_of_a_text() -> None:
    assert quotes.unmarked(f"{quotes.MEASURED_MARK}3 of {quotes.MEASURED_MARK}4") == "3 of 4"


def sanitized(text: str) -> str:
    """Apply the sanitizer file as nbval does."""
    file = configparser.RawConfigParser()
    file.read(SANITIZER, encoding="utf-8")
    for name in file.sections():
        text = re.sub(file.get(name, "regex"), file.get(name, "replace"), text)
    return text


def test_the_sanitizer_blanks_what_was_measured_and_nothing_else(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    claim("accuracy", 0.934, at_least=0.9)
    claim("images", 569, equals=569)
    printed = capsys.readouterr().out
    assert sanitized(printed) == "✓ accuracy ≥ 0.9 (measured\n✓ images = 569\n"
    first, second = quoted("a", "93.4 %").outputs[0].data, quoted("a", "1.2 %").outputs[0].data
    assert first != second
    assert {sanitized(text) for text in (*first.values(), *second.values())} == {"quoted"}
    shown = [quoted("a", draw(number)).outputs[0].data["image/svg+xml"] for number in (1, 2)]
    assert [sanitized(f"before\n{svg}after") for svg in shown] == ["before\nfigure\nafter"] * 2
    assert sanitized("93.4 %\n<svgs> 2.5 s") == "93.4 %\n<svgs> 2.5 s"
