"""Fonts and styles, cut down to what the book uses.

The theme's icons come as a script of 1.5 MB; here they are a font of a few kilobytes. The figures
are set in DejaVu Sans, so that their letters fit where Matplotlib has measured them.
"""

import logging
import re
import subprocess
from html import unescape
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib import get_data_path
from sphinx.application import Sphinx

from milestones_book.drawing.formulas import node_command
from milestones_book.mends import MendError, discard, require

ICON_CLASS = re.compile(r"\bfa(?:s|b|-solid|-brands)\s+(?:fa-lg\s+)?fa-([a-z0-9-]+)")
ICON_IN_STYLE = re.compile(r'--pst-icon-[a-z-]+:"(.)')
ICON_FONTS = ("fa-solid-900", "fa-brands-400")
FIGURE_FONTS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique")
LETTER = re.compile(r"<text\b.*?</text>", flags=re.DOTALL)
PRINTABLE = set(range(0x20, 0x7F))


def write_subset(source: Path, target: Path, characters: set[int]) -> None:
    """Write the part of a font that draws some characters, as WOFF2, the same bytes every time."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    # Instructions for coarse screens are half of such a font.
    options = subset.Options(flavor="woff2", layout_features=[], notdef_outline=True, hinting=False)
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


def letters_in_figures(pages: str) -> set[int]:
    """Return the code points of all letters in drawings, and those of ASCII."""
    texts = "".join(unescape(re.sub(r"<[^>]*>", "", text)) for text in LETTER.findall(pages))
    return PRINTABLE | {ord(letter) for letter in texts if letter.isprintable()}


def write_figure_fonts(static: Path, pages: str) -> None:
    """Cut the fonts of the figures down to the letters that the figures use."""
    for name in FIGURE_FONTS:
        source = Path(get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"
        write_subset(source, static / "fonts" / f"{name}.woff2", letters_in_figures(pages))


def write_icons(static: Path, pages: str) -> None:
    """Cut the icon fonts down to the icons on the pages, and write one style rule for each."""
    wanted = set(ICON_CLASS.findall(pages))
    styles = (static / "styles/pydata-sphinx-theme.css").read_text(encoding="utf-8")
    in_styles = {ord(character) for character in ICON_IN_STYLE.findall(styles)}
    require("icons that the theme's styles name", len(in_styles))
    rules = {}
    for name in ICON_FONTS:
        font = static / f"vendor/fontawesome/webfonts/{name}.woff2"
        codes = code_points(font.with_suffix(".ttf"))
        found = {icon: codes[icon] for icon in wanted & set(codes)}
        write_subset(font, font, in_styles | set(found.values()))
        for icon in sorted(found):
            rules[icon] = f'.fa-{icon}::before {{ content: "\\{found[icon]:x}"; }}'
    if wanted - set(rules):
        raise MendError(f"No font has the icons {', '.join(sorted(wanted - set(rules)))}.")
    (static / "icons.css").write_text("\n".join(rules.values()) + "\n", encoding="utf-8")


def trim(site: Path) -> None:
    """Leave out the style rules that no page and no script can use."""
    sheets = sorted((site / "_static").rglob("*.css"))
    before = [sheet.stat().st_size for sheet in sheets]
    script = Path(__file__).with_name("trim.mjs")
    subprocess.run([node_command(), str(script), str(site)], check=True)
    lighter = sum(sheet.stat().st_size < size for sheet, size in zip(sheets, before, strict=True))
    require("styles without what no page uses", lighter)


def finish(app: Sphinx, failure: Exception | None) -> None:
    """Write the fonts once all pages are there, and leave out what no page asks for."""
    if failure or app.builder.format != "html" or app.builder.name == "epub":
        return
    site, static = Path(app.outdir), Path(app.outdir) / "_static"
    found = [page for page in sorted(site.rglob("*.html")) if static not in page.parents]
    pages = "".join(page.read_text(encoding="utf-8") for page in found)
    write_figure_fonts(static, pages)
    write_icons(static, pages)
    discard(static, "scripts/fontawesome.js", "**/*.map", "**/fa-*.ttf", "*webpack-macros.html")
    trim(site)


def setup(app: Sphinx) -> None:
    """Write the fonts and the styles at the end of the build, after all other files."""
    app.connect("build-finished", finish, priority=900)
