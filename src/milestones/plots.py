"""One look for every figure: the book's colors and Matplotlib style, and what lessons draw often.

Source: book/appendix/how-the-book-is-tested.md.
"""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation

PALETTE = {
    "blue": "#0072B2",
    "orange": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "gold": "#E69F00",
    "grey": "#6B7280",
}
"""Colors that people with any kind of color vision can tell apart.

Source: Okabe and Ito (2008), Color Universal Design.
"""

DRAWN = {"ink": "#1F2937", "paper": "#FFFFFF", "grid": "#E5E7EB", **PALETTE}
"""All colors of a figure, as a notebook draws them; a page replaces each by that of its theme."""

THEMES = {
    "light": {
        **DRAWN,
        # A little darker than drawn, where white paper asks for it.
        "green": "#00875F",
        "purple": "#B3568C",
        "sky": "#2B8FCB",
        "gold": "#B07900",
    },
    "dark": {
        "ink": "#D6DAE1",
        "paper": "#121212",
        "grid": "#343B46",
        "blue": "#3C9FE0",
        "orange": "#F07C2A",
        "green": "#25BB8F",
        "purple": "#D58FB7",
        "sky": "#9AD4F7",
        "gold": "#EDB52F",
        "grey": "#98A1AE",
    },
}
"""The same colors on a page, light or dark; the style sheet of the book is made from these."""

STYLE = {
    "figure.figsize": (7.2, 3.6),
    "figure.dpi": 110,
    "figure.constrained_layout.use": True,
    "figure.facecolor": DRAWN["paper"],
    "savefig.facecolor": DRAWN["paper"],
    # Letters stay letters, and the same figure has the same bytes.
    "svg.fonttype": "none",
    "svg.hashsalt": "milestones",
    "font.family": "DejaVu Sans",
    "font.size": 10.5,
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.edgecolor": DRAWN["grey"],
    "axes.labelcolor": DRAWN["ink"],
    "axes.titlecolor": DRAWN["ink"],
    "axes.prop_cycle": pyplot.cycler("color", list(PALETTE.values())),
    "text.color": DRAWN["ink"],
    "xtick.color": DRAWN["grey"],
    "ytick.color": DRAWN["grey"],
    "xtick.labelcolor": DRAWN["ink"],
    "ytick.labelcolor": DRAWN["ink"],
    "grid.color": DRAWN["grid"],
    "grid.linewidth": 0.8,
    "lines.linewidth": 2,
    "lines.markersize": 5,
    "legend.frameon": False,
    "image.cmap": "viridis",
}
"""Open frame, colors for any eyes, deterministic bytes."""


def use_style() -> None:
    """Apply the book's Matplotlib style to every figure drawn from now on."""
    pyplot.style.use(STYLE)


def label_line(line: Line2D, name: str, shift: float = 0.0) -> Annotation:
    """Write the name of a line beside its last point, in its color; return the text.

    Parameters
    ----------
    line
        As ``ax.plot`` returns it, in a list: ``label_line(*ax.plot(x, y), "training")``.
    name
        The text; it may have several lines.
    shift
        Points to move it up, where two lines end too close to each other.

    Raises
    ------
    ValueError
        If the line has no point that is finite.
    """
    ends = np.asarray(line.get_xydata(), dtype=float)
    ends = ends[np.isfinite(ends).all(axis=1)]
    if not len(ends):
        raise ValueError(f"The line {name!r} has no point to stand beside.")
    end, color = tuple(ends[-1]), line.get_color()
    beside = {"textcoords": "offset points", "va": "center", "color": color}
    return cast(Axes, line.axes).annotate(name, end, (8, shift), **cast(Any, beside))


def image_grid(
    images: np.ndarray,
    titles: Sequence[str] = (),
    columns: int = 8,
    limits: tuple[float, float] | None = None,
    framed: bool = False,
    rows: Sequence[str] = (),
    size: tuple[float, float] | None = None,
) -> Figure:
    """Draw images side by side and return the figure.

    Parameters
    ----------
    images
        Shape ``(count, height, width)`` for grey, ``(count, height, width, 3)`` for color.
        Color values are integers from 0 to 255 or floats from 0 to 1.
    titles
        One short text for each image, or for each image of the first row.
    columns
        Images in a row.
    limits
        Values drawn as white and black in a grey image; the range of all images by default.
    framed
        Whether each image has a frame, so that an empty one can be seen.
    rows
        The name of each row, written at its left; needs frames.
    size
        Width and height of the figure in inches.

    Raises
    ------
    ValueError
        If there are no images, or titles or names of rows do not fit them.
    """
    count = -(-len(images) // columns)
    if len(images) == 0 or len(titles) not in (0, len(images), min(columns, len(images))):
        raise ValueError(f"Cannot draw {len(images)} images with these titles.")
    if len(rows) not in (0, count) or (rows and not framed):
        raise ValueError(f"Cannot name {count} rows of images like this.")
    low, high = limits or (float(np.min(images)), float(np.max(images)))
    size = size or (columns * 1.1, count * 1.3)
    fig, axes = pyplot.subplots(count, columns, figsize=size, squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    for ax, image in zip(axes.flat, images, strict=False):
        ax.imshow(image, cmap="gray_r", vmin=low, vmax=high)
        if framed:
            _frame(ax)
    for ax, title in zip(axes.flat, titles, strict=False):
        ax.set_title(title, fontsize=9)
    for ax, name in zip(axes[:, 0], rows, strict=False):
        ax.set_ylabel(name)
    return fig


def _frame(ax: Axes) -> None:
    """Draw a frame around an image, without ticks."""
    ax.set_axis_on()
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(True)
