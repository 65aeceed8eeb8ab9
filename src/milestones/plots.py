"""One look for every figure: the book's Matplotlib style, and a grid of images.

Source: book/appendix/how-the-book-is-tested.md.
"""

from collections.abc import Sequence
from importlib.resources import as_file, files

import numpy as np
from matplotlib import pyplot
from matplotlib.figure import Figure

PALETTE = {
    "blue": "#0072B2",
    "orange": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "gold": "#E69F00",
    "grey": "#6B7280",
}
"""Colours that people with any kind of colour vision can tell apart.

Source: Okabe and Ito (2008), Color Universal Design.
"""


def use_style() -> None:
    """Apply the book's Matplotlib style to every figure drawn from now on."""
    with as_file(files("milestones") / "milestones.mplstyle") as style:
        pyplot.style.use(style)


def image_grid(
    images: np.ndarray,
    titles: Sequence[str] | None = None,
    columns: int = 8,
    limits: tuple[float, float] | None = None,
) -> Figure:
    """Draw images side by side and return the figure.

    Parameters
    ----------
    images
        Shape ``(count, height, width)`` for grey, ``(count, height, width, 3)`` for colour.
        Colour values are integers from 0 to 255 or floats from 0 to 1.
    titles
        One short text for each image.
    columns
        Images in a row.
    limits
        Values drawn as white and black in a grey image; the range of all images by default.

    Raises
    ------
    ValueError
        If there are no images, or not one title for each.
    """
    if len(images) == 0 or (titles is not None and len(titles) != len(images)):
        raise ValueError(f"Cannot draw {len(images)} images with these titles.")
    rows = -(-len(images) // columns)
    low, high = limits or (float(np.min(images)), float(np.max(images)))
    shape = {"nrows": rows, "ncols": columns, "figsize": (columns * 1.1, rows * 1.3)}
    fig, axes = pyplot.subplots(**shape, squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    for number, (ax, image) in enumerate(zip(axes.flat, images, strict=False)):
        ax.imshow(image, cmap="gray_r", vmin=low, vmax=high)
        if titles is not None:
            ax.set_title(titles[number], fontsize=9)
    return fig
