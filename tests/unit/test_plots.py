"""The promise: every figure has the book's look, and the same figure is the same file."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_hex

from milestones.plots import DRAWN, PALETTE, STYLE, THEMES, image_grid, label_line, use_style

DRAW = """
import hashlib, io, matplotlib
matplotlib.use("agg")
from matplotlib import pyplot
from milestones.plots import use_style
use_style()
fig, ax = pyplot.subplots()
ax.plot([0, 1, 4], label="loss")
ax.legend()
ax.fill_between([0, 1, 2], [0, 1, 2], hatch="/")
for kind, metadata in (("png", {}), ("svg", {"Date": None})):
    buffer = io.BytesIO()
    fig.savefig(buffer, format=kind, metadata=metadata)
    print(kind, hashlib.sha256(buffer.getvalue()).hexdigest())
"""


@pytest.fixture(autouse=True)
def defaults() -> Iterator[None]:
    """Begin and end each test with Matplotlib's own style, and no open figure."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.use("agg")
        yield
    pyplot.close("all")


def test_style_is_applied_to_later_figures() -> None:
    use_style()
    fig, ax = pyplot.subplots()
    assert tuple(fig.get_size_inches()) == (7.2, 3.6)
    assert fig.dpi == 110
    assert fig.get_constrained_layout()
    assert to_hex(fig.get_facecolor()) == "#ffffff"
    assert not ax.spines["top"].get_visible()
    assert not ax.spines["right"].get_visible()
    assert pyplot.rcParams["svg.hashsalt"] == "milestones"
    assert pyplot.rcParams["svg.fonttype"] == "none"


def test_style_cycles_through_the_palette() -> None:
    use_style()
    cycle = pyplot.rcParams["axes.prop_cycle"].by_key()["color"]
    assert [to_hex(color).upper() for color in cycle] == [
        color.upper() for color in PALETTE.values()
    ]


def test_saved_figure_has_the_same_bytes_in_every_process() -> None:
    command = [sys.executable, "-c", DRAW]
    first, second = (subprocess.run(command, capture_output=True, text=True) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert len(first.stdout.splitlines()) == 2
    assert first.stdout == second.stdout
    assert hashlib.sha256(b"").hexdigest() not in first.stdout


@pytest.mark.parametrize("tail", [(), (3,)])
def test_image_grid_draws_each_image_in_its_place(tail: tuple[int, ...]) -> None:
    images = np.random.default_rng(0).uniform(size=(5, 4, 6, *tail))
    fig = image_grid(images, titles=list("abcde"), columns=3)
    assert len(fig.axes) == 6
    for ax, image, title in zip(fig.axes, images, "abcde", strict=False):
        np.testing.assert_allclose(ax.images[0].get_array(), image)
        assert ax.get_title() == title
    assert not fig.axes[5].images
    assert not any(ax.axison for ax in fig.axes)
    last = fig.axes[3].get_subplotspec()
    assert (last.rowspan.start, last.colspan.start) == (1, 0)


def test_image_grid_needs_no_titles() -> None:
    fig = image_grid(np.zeros((2, 4, 4)))
    assert len(fig.axes) == 8
    assert [ax.get_title() for ax in fig.axes] == [""] * 8


def test_gray_images_share_one_range_drawn_from_white_to_black() -> None:
    images = np.stack([np.zeros((2, 2)), np.full((2, 2), 16.0)])
    first, second = (ax.images[0] for ax in image_grid(images, columns=2).axes)
    assert first.get_clim() == second.get_clim() == (0.0, 16.0)
    assert first.to_rgba(0.0)[:3] == (1.0, 1.0, 1.0)
    assert first.to_rgba(16.0)[:3] == (0.0, 0.0, 0.0)


def test_limits_replace_the_range() -> None:
    fig = image_grid(np.zeros((1, 2, 2)), limits=(-1.0, 1.0))
    assert fig.axes[0].images[0].get_clim() == (-1.0, 1.0)


@pytest.mark.parametrize(("count", "titles"), [(0, ()), (0, []), (2, ["a"]), (2, list("abc"))])
def test_image_grid_refuses_what_it_cannot_draw(count: int, titles: list[str]) -> None:
    with pytest.raises(ValueError, match=f"^Cannot draw {count} images with these titles"):
        image_grid(np.zeros((count, 4, 4)), titles)
    assert pyplot.get_fignums() == []


def test_titles_may_stand_above_the_first_row_alone() -> None:
    fig = image_grid(np.zeros((5, 2, 2)), ["a", "b", "c"], columns=3)
    assert [ax.get_title() for ax in fig.axes] == ["a", "b", "c", "", "", ""]
    assert image_grid(np.zeros((2, 2, 2)), ["a", "b"], columns=3).axes[1].get_title() == "b"


def test_frames_show_an_empty_image_and_names_stand_at_the_rows() -> None:
    use_style()
    fig = image_grid(
        np.zeros((5, 2, 2)), columns=3, framed=True, rows=["one", "two"], size=(7.0, 2.0)
    )
    assert fig.get_size_inches().tolist() == [7.0, 2.0]
    for number, ax in enumerate(fig.axes):
        assert ax.axison == (number < 5)
        assert (list(ax.get_xticks()), list(ax.get_yticks())) == ([], []) or number == 5
        assert all(spine.get_visible() for spine in ax.spines.values()) or number == 5
    names = [ax.get_ylabel() for ax in fig.axes]
    assert names == ["one", "", "", "two", "", ""]


@pytest.mark.parametrize(
    ("rows", "framed"), [(["a"], True), (list("abc"), True), (["a", "b"], False)]
)
def test_names_of_rows_that_do_not_fit_are_refused(rows: list[str], framed: bool) -> None:
    with pytest.raises(ValueError, match=r"^Cannot name 2 rows of images like this"):
        image_grid(np.zeros((5, 2, 2)), columns=3, rows=rows, framed=framed)
    assert pyplot.get_fignums() == []


def test_a_line_is_named_beside_its_last_point_in_its_color() -> None:
    _, ax = pyplot.subplots()
    text = label_line(*ax.plot([0, 1, 2], [3, 5, 4], color=PALETTE["green"]), "loss", shift=5)
    assert (text.get_text(), text.get_color()) == ("loss", PALETTE["green"])
    assert tuple(text.xy) == (2, 4)
    assert text.get_position() == (8, 5)
    assert (text.anncoords, text.get_va(), text.axes) == ("offset points", "center", ax)


def test_a_line_that_breaks_off_is_named_where_it_ends() -> None:
    _, ax = pyplot.subplots()
    assert tuple(label_line(*ax.plot([0, 1, 2], [3, 5, np.nan]), "loss").xy) == (1, 5)
    with pytest.raises(ValueError, match="'loss' has no point to stand beside"):
        label_line(*ax.plot([0], [np.inf]), "loss")


def test_every_theme_has_a_value_for_every_color_that_is_drawn() -> None:
    assert set(THEMES["light"]) == set(THEMES["dark"]) == set(DRAWN) > set(PALETTE)
    for colors in (DRAWN, *THEMES.values()):
        assert len({color.upper() for color in colors.values()}) == len(colors)


def test_the_style_draws_with_the_palette_alone() -> None:
    used = {
        value
        for name, value in STYLE.items()
        if isinstance(value, str) and name.endswith(("color", "facecolor"))
    }
    assert used == {DRAWN["ink"], DRAWN["paper"], DRAWN["grid"], DRAWN["grey"]}
    assert list(STYLE["axes.prop_cycle"].by_key()["color"]) == list(PALETTE.values())
