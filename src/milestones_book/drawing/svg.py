"""Matplotlib's drawings as parts of a page.

A drawing stands in the page itself, not in a file beside it: its letters can be searched and
translated, its colors follow the light or dark theme, and it is sharp at every size.
"""

import hashlib
import re
from html import escape

from milestones.plots import DRAWN
from milestones_book.mends import mend, require

NAMES = {color.lower(): name for name, color in DRAWN.items()} | {"#000000": "ink"}
"""The variable of the page that stands for each color that Matplotlib draws with."""
COMMENT = re.compile(r"<!--.*?-->\s*", flags=re.DOTALL)
SIZE = re.compile(r'^<svg\b[^>]*? width="([\d.]+)pt" height="([\d.]+)pt"[^>]*>')


def inline(svg: str, alt: str, hidden: bool = False, themed: bool = True) -> str:
    """Return a drawing of Matplotlib's as a part of a page.

    Parameters
    ----------
    svg
        The drawing, from ``<svg`` to ``</svg>``.
    alt
        What the drawing shows; a screen reader hears this instead of the labels of the axes.
    hidden
        Whether the drawing is a frame of a film that waits for its turn.
    themed
        Whether colors are variables of the page, for readers that know what these are.
    """
    body = without_header(svg)
    if themed:
        body = with_variables(body)
    body = without_bare_groups(with_own_names(body))
    width, height, inside = measured(body)
    wide, high = f"{width * 4 / 3:.0f}", f"{height * 4 / 3:.0f}"
    classes = "picture hidden" if hidden else "picture"
    # The size lets the browser leave a drawing out until it comes into view.
    return (
        f'<div class="{classes}" style="--wide: {wide}; --high: {high}">'
        f'<svg class="plot" role="img" aria-label="{escape(alt)}" '
        f'viewBox="0 0 {width} {height}" width="{wide}" height="{high}" '
        f'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{inside}</div>'
    )


def without_header(svg: str) -> str:
    """Leave out facts about the file, and a style that would apply to the whole page."""
    svg = COMMENT.sub("", svg)
    svg = mend("facts about a drawing", svg, r"<metadata>.*?</metadata>\s*", "", times=1)
    style = r"<defs>\s*<style.*?</style>\s*</defs>\s*"
    return mend("style of a drawing", svg, style, "", times=1)


def with_variables(svg: str) -> str:
    """Take colors and fonts from the page, and leave out the white paper."""
    svg = mend("paper of a drawing", svg, r'<g id="patch_1">.*?</g>\s*', "", times=1)
    fonts = len(re.findall(r"\bfont(?:-family)?: ", svg))
    family = r"('DejaVu Sans'(?:, [^;\"]+)?)"
    svg = mend("font of a drawing", svg, family, "var(--figure-font)", times=fonts)
    for color, name in NAMES.items():
        svg = svg.replace(color, f"var(--figure-{name})")
    return svg


def with_own_names(svg: str) -> str:
    """Make names unique on the page: equal names then mean equal content."""
    mark = hashlib.sha256(svg.encode()).hexdigest()[:8]
    svg = mend("names of groups", svg, r'(<(?:g|image)\b[^>]*?) id="[^"]*"', r"\1")
    return re.sub(r'( id="|"#|url\(#)', rf"\g<1>{mark}-", svg)


def measured(svg: str) -> tuple[float, float, str]:
    """Return width and height in points, and what stands inside of the outermost element."""
    found = SIZE.match(svg)
    require("size of a drawing", found is not None, times=1)
    assert found is not None
    return float(found[1]), float(found[2]), svg[found.end() :]


def without_bare_groups(svg: str) -> str:
    """Unwrap the groups that say nothing; a page with half the elements is drawn faster."""
    pieces: list[str] = []
    kept: list[bool] = []
    for piece in re.split(r"(<g\b[^>]*(?<!/)>|</g>)", svg):
        if piece.startswith("<g"):
            kept.append(piece != "<g>")
        says_something = kept.pop() if piece == "</g>" else not piece.startswith("<g") or kept[-1]
        pieces += [piece] * says_something
    return "".join(pieces)
