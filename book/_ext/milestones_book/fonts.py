"""Fonts, cut down to the characters that the book uses.

The theme's icons come as a script of 1.5 MB; here they are a font of a few kilobytes. The figures
are set in DejaVu Sans, so that their letters fit where Matplotlib has measured them.
"""

import re
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib import get_data_path
from sphinx.application import Sphinx

ICON_CLASS = re.compile(r"\bfa(?:s|b|-solid|-brands)\s+(?:fa-lg\s+)?fa-([a-z0-9-]+)")
ICON_IN_STYLE = re.compile(r'--pst-icon-[a-z-]+:"(.)')
ICON_FONTS = ("fa-solid-900", "fa-brands-400")
FIGURE_FONTS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique")
FIGURE_CHARACTERS = [
    *range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x391, 0x3CA), 0x2113, 0x1D7D9,
    *range(0x2010, 0x2027), *range(0x2070, 0x209D), *range(0x2190, 0x2194), *range(0x2200, 0x2270),
    0x302, 0x303, 0x304, 0x177, 0x2032, 0x2033, 0x2713, 0x2717, 0x22A4, 0x22C5,
]  # fmt: skip


def write_subset(source: Path, target: Path, characters: set[int]) -> None:
    """Write the part of a font that draws some characters, as WOFF2, the same bytes every time."""
    options = subset.Options(flavor="woff2", layout_features=[], notdef_outline=True)
    options.drop_tables += ["FFTM"]
    font = subset.load_font(str(source), options)
    font.recalcTimestamp = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    target.parent.mkdir(parents=True, exist_ok=True)
    subset.save_font(font, str(target), options)


def code_points(font: Path) -> dict[str, int]:
    """Return the code point of each glyph by its name, which is the name of the icon."""
    return {name: code for code, name in TTFont(font).getBestCmap().items()}


def write_icons(site: Path) -> None:
    """Cut the icon fonts down to the icons on the pages, and write one style rule for each."""
    pages = "".join(page.read_text(encoding="utf-8") for page in site.rglob("*.html"))
    wanted = set(ICON_CLASS.findall(pages))
    styles = (site / "_static/styles/pydata-sphinx-theme.css").read_text(encoding="utf-8")
    in_styles = {ord(character) for character in ICON_IN_STYLE.findall(styles)}
    rules = []
    for name in ICON_FONTS:
        font = site / f"_static/vendor/fontawesome/webfonts/{name}.woff2"
        codes = code_points(font.with_suffix(".ttf"))
        found = {icon: codes[icon] for icon in sorted(wanted & set(codes))}
        write_subset(font, font, in_styles | set(found.values()))
        rules += [
            f'.fa-{icon}::before {{ content: "\\{code:x}"; }}' for icon, code in found.items()
        ]
    (site / "_static/icons.css").write_text("\n".join(rules) + "\n", encoding="utf-8")


def finish(app: Sphinx, failure: Exception | None) -> None:
    """Write the fonts once all pages are there, and leave out what no page asks for."""
    if failure or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    for name in FIGURE_FONTS:
        source = Path(get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"
        write_subset(source, static / "fonts" / f"{name}.woff2", set(FIGURE_CHARACTERS))
    if app.builder.name == "html":
        write_icons(Path(app.outdir))
        for unused in ("scripts/fontawesome.js", "**/*.map", "**/fa-*.ttf"):
            for path in static.glob(unused):
                path.unlink()


def setup(app: Sphinx) -> None:
    """Write the fonts at the end of the build."""
    app.connect("build-finished", finish)
