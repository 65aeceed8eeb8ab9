"""Promise: one palette for every figure, told apart by any eyes, in the light and in the dark."""

import itertools
import re

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from support.reading import SITE

from milestones.plots import DRAWN, PALETTE, STYLE, THEMES
from milestones_book.drawing.svg import NAMES

LINES = ("blue", "orange", "green", "purple")
"""The colors of a figure with up to four lines, in the order of the style guide."""

# Colors as seen without red, green or blue receptors: Machado, Oliveira and Fernandes (2009),
# doi:10.1109/TVCG.2009.113, at full severity; they apply to linear light.
EYES = {
    "all receptors": np.eye(3),
    "no red": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "no green": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "no blue": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(color: str) -> np.ndarray:
    """Return the linear light of an sRGB color."""
    value = np.array(to_rgb(color))
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colors as WCAG 2 defines it, from 1 to 21."""
    dim, bright = sorted(TO_XYZ[1] @ linear(color) for color in (first, second))
    return (bright + 0.05) / (dim + 0.05)


def difference(first: str, second: str, eyes: str) -> float:
    """Return the distance of two colors in CIELAB, as seen by some eyes."""

    def lab(color: str) -> np.ndarray:
        seen = np.clip(np.array(EYES[eyes]) @ linear(color), 0, 1)
        x, y, z = np.cbrt(np.maximum(TO_XYZ @ seen / [0.9505, 1, 1.089], 1e-6))
        return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])

    return float(np.linalg.norm(lab(first) - lab(second)))


@pytest.mark.parametrize("theme", THEMES)
def test_every_color_stands_out_from_the_paper(theme: str) -> None:
    colors = THEMES[theme]
    assert contrast(colors["ink"], colors["paper"]) >= 7
    assert {
        name: contrast(colors[name], colors["paper"]) >= 3 for name in PALETTE
    } == dict.fromkeys(PALETTE, True)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("eyes", EYES)
def test_the_lines_of_a_figure_are_told_apart_by_any_eyes(theme: str, eyes: str) -> None:
    colors = [THEMES[theme][name] for name in LINES]
    assert min(difference(a, b, eyes) for a, b in itertools.combinations(colors, 2)) >= 10


def test_red_and_green_would_be_refused() -> None:
    assert (
        difference("#c0392b", "#6b7a1f", "no red")
        < difference("#c0392b", "#6b7a1f", "all receptors") / 2
    )
    assert contrast("#777777", "#888888") < 3


def test_every_color_that_is_drawn_has_a_value_in_both_themes() -> None:
    values = map(str, STYLE.values())
    used = {value.lower() for value in values if re.fullmatch("#[0-9A-F]{6}", value)}
    assert used | {color.lower() for color in DRAWN.values()} <= set(NAMES)
    for colors in THEMES.values():
        assert set(NAMES.values()) <= set(colors)


def test_the_style_sheet_of_the_site_has_these_colors() -> None:
    style = (SITE / "_static/milestones.css").read_text(encoding="utf-8")
    light, dark = (
        "".join(re.findall(rf"(?:^|\}}){re.escape(selector)}\{{([^}}]*)", style))
        for selector in (":root", "html[data-theme=dark]")
    )
    for theme, text in [("light", light), ("dark", dark)]:
        found = dict(re.findall(r"--figure-(\w+): (#[0-9a-f]{6})", text))
        assert found == {name: color.lower() for name, color in THEMES[theme].items()}
