"""Promise: a mend of somebody else's markup that no longer fits stops the build and is named.

Each mend is tried on markup as it is written today, and on markup that is written differently.
"""

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.parsers.rst import Parser
from docutils.utils import new_document
from matplotlib import pyplot
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx_proof.nodes import proof_node, theorem_node

from milestones import plots, quotes
from milestones_book.drawing import diagrams, svg
from milestones_book.drawing.formulas import draw
from milestones_book.editions import epub, pdf
from milestones_book.mends import MendError, discard, mend
from milestones_book.theme import fonts
from milestones_book.theme.frame import Frame, NamelessProofs

CODE = 'flowchart LR\n  a["One"] --> b["Two"]'
GOLDEN = Path(__file__).with_name("golden-diagram.svg")


def test_a_mend_counts() -> None:
    assert mend("x", "a b a", "a", "c", times=2) == "c b c"
    assert mend("x", "a b a", "a", "c") == "c b c"
    with pytest.raises(MendError, match="“x” should match 1 times, but it matched 2 times"):
        mend("x", "a b a", "a", "c", times=1)
    with pytest.raises(MendError, match="at least once"):
        mend("x", "a b a", "d", "c")


@pytest.fixture(scope="module")
def drawing() -> str:
    """Return a drawing as a notebook stores it."""
    with pyplot.style.context(plots.STYLE):
        figure, axes = pyplot.subplots(figsize=(2, 1))
        axes.plot([0, 1], [0, 1])
        axes.set_title("A line")
        return quotes._closed_drawing(figure)


CHANGES_OF_DRAWINGS = {
    "facts about a drawing": ("metadata>", "facts>"),
    "style of a drawing": ("<style", "<look"),
    "paper of a drawing": ('id="patch_1"', 'id="background"'),
    "font of a drawing": ("'DejaVu Sans'", "'Another Sans'"),
    "size of a drawing": ('pt"', 'px"'),
    "names of groups": ('<g id="(?!patch_1")', '<g name="'),
}


@pytest.mark.parametrize("name", CHANGES_OF_DRAWINGS)
def test_a_drawing_that_matplotlib_writes_differently_is_refused(drawing: str, name: str) -> None:
    assert "var(--figure-blue)" in svg.inline(drawing, "A line.")
    old, new = CHANGES_OF_DRAWINGS[name]
    changed, times = re.subn(old, new, drawing)
    assert times > 0
    with pytest.raises(MendError, match=name):
        svg.inline(changed, "A line.")


@pytest.fixture(scope="module")
def diagram() -> str:
    """Return a small diagram as the drawer writes it."""
    return draw(code=CODE)["svg"]


def test_the_box_of_a_planned_node_is_dashed_and_no_other(diagram: str) -> None:
    drawn = diagrams.dashed(diagram, "a")
    assert drawn.count("stroke-dasharray") == 1
    assert drawn.index("stroke-dasharray") < drawn.index('data-id="b"')
    with pytest.raises(MendError, match="box of the node c"):
        diagrams.dashed(diagram, "c")


def test_the_drawer_of_diagrams_draws_what_it_drew_before(diagram: str) -> None:
    assert diagrams.plain(diagram, "mark") == GOLDEN.read_text(encoding="utf-8").rstrip("\n")


CHANGES_OF_DIAGRAMS = {
    "style of a diagram": ("<style>", "<style media='all'>"),
    "colors of a diagram": ("--bg:#FFFFFF", "--bg:#EEEEEE"),
    "arrowheads of a diagram": ("arrowhead", "arrow"),
}


@pytest.mark.parametrize("name", CHANGES_OF_DIAGRAMS)
def test_a_diagram_that_is_drawn_differently_is_refused(diagram: str, name: str) -> None:
    old, new = CHANGES_OF_DIAGRAMS[name]
    assert old in diagram
    with pytest.raises(MendError, match=name):
        diagrams.plain(diagram.replace(old, new), "mark")


def test_a_node_that_cannot_be_found_gets_no_link(diagram: str) -> None:
    assert diagrams.linked(diagram, "a", "x.html").count('<a href="x.html">') == 1
    with pytest.raises(MendError, match="link of the node c"):
        diagrams.linked(diagram, "c", "x.html")


PIECES = {
    "names of the arrows": '<a class="reference internal" href="#">One</a><details><summary>',
    "label of the search button": '<button class="btn search-button-field" aria-label="Search">',
    "label of hidden cells": '<summary aria-label="Toggle hidden content">',
    "sidebar": '<div id="pst-primary-sidebar">',
    "role of a work": '<div class="citation" role="doc-biblioentry">',
}
"""The pieces of the theme's markup that are mended, each once."""


def document(*children: nodes.Node) -> nodes.document:
    """Return a page of some nodes."""
    page = new_document("page", get_default_settings(Parser()))
    page += list(children)
    return page


@pytest.fixture
def frame() -> Frame:
    """Return the frame of a page with a hidden cell and a work, in a book with one chapter."""
    env = SimpleNamespace(
        toctree_includes={"root": ["a"], "a": ["b"]}, config=SimpleNamespace(root_doc="root")
    )
    return Frame(env, "html", "a", document(HideCodeCellNode(), nodes.citation()))


@pytest.mark.parametrize("name", PIECES)
def test_a_frame_that_the_theme_writes_differently_is_refused(frame: Frame, name: str) -> None:
    mended = frame.content("\n".join(PIECES.values()))
    assert 'aria-label="Below One"' in mended
    others = [piece for other, piece in PIECES.items() if other != name]
    with pytest.raises(MendError, match=name):
        frame.content("\n".join(others))
    with pytest.raises(MendError, match=name):
        frame.content("\n".join([*others, PIECES[name], PIECES[name]]))


def script(name: str) -> str:
    return f'<script src="_static/{name}.js"></script>'


LATE_THEME = '.dataset.theme = localStorage.getItem("theme") || "auto";'
"""How the theme's script leaves the theme open until the page is drawn."""


def test_scripts_that_are_not_there_are_missed(frame: Frame) -> None:
    assert "prefers-color-scheme" in frame.css(LATE_THEME + script("scripts/fontawesome"))
    with pytest.raises(MendError, match="script fontawesome"):
        frame.css(LATE_THEME + script("scripts/icons"))
    with pytest.raises(MendError, match="early theme"):
        frame.css(script("scripts/fontawesome"))
    search = [script(name) for name in ("searchtools", "language_data", "searchindex")]
    assert frame.head("".join(search)) == ""
    for number, name in enumerate(("searchtools", "language_data", "searchindex")):
        with pytest.raises(MendError, match=f"script {name}"):
            frame.head("".join(search[:number] + search[number + 1 :]))


def test_scripts_are_deferred_only_while_the_first_one_is_known(frame: Frame) -> None:
    first, later = script("documentation_options"), script("page")
    assert frame.scripts(first + later).count("defer") == 1
    with pytest.raises(MendError, match="first script"):
        frame.scripts(later)
    with pytest.raises(MendError, match="later scripts"):
        frame.scripts(first)


def test_proofs_that_have_other_names_are_missed() -> None:
    def page(name: str) -> nodes.document:
        theorem = theorem_node("", nodes.section(ids=["proof-content"]))
        return document(theorem, proof_node("", nodes.admonition(ids=[name])))

    sound = page("proof")
    NamelessProofs(sound).run()
    assert all(not element["ids"] for element in sound.findall(nodes.Element))
    with pytest.raises(MendError, match="names of proofs"):
        NamelessProofs(page("proof-1")).run()


def test_files_that_are_not_there_cannot_be_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.map").touch()
    discard(tmp_path, "*.map")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(MendError, match=re.escape("without *.map")):
        discard(tmp_path, "*.map")


def test_styles_that_lose_nothing_were_not_trimmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static" / "a.css").write_text("p { color: red }", encoding="utf-8")
    monkeypatch.setattr(fonts.subprocess, "run", lambda *_, **__: None)
    with pytest.raises(MendError, match="styles without what no page uses"):
        fonts.trim(tmp_path)


PAGE_OF_ALL = {
    "links inside the book": '<a href="book/index.html#x">there</a>',
    "names of citations": '<a class="bibtex-citation" id="id7">',
    "downloads": '<a class="reference download" href="x.ipynb">it</a>',
}


@pytest.mark.parametrize("name", PAGE_OF_ALL)
def test_a_page_of_all_that_is_written_differently_is_refused(name: str) -> None:
    assert pdf.printable("".join(PAGE_OF_ALL.values())).count("href") == 1
    others = [piece for other, piece in PAGE_OF_ALL.items() if other != name]
    with pytest.raises(MendError, match=name):
        pdf.printable("".join(others))


PAGE = '<html xmlns="http://www.w3.org/1999/xhtml"><head>{}</head><body>{}</body></html>'
SUMMARY = "<details><summary><p>More</p></summary><p>Text</p></details>"
WORK = '<div role="doc-biblioentry"></div>'


def test_a_page_of_an_e_book_is_mended_or_refused(tmp_path: Path) -> None:
    page = tmp_path / "part" / "page.xhtml"
    page.parent.mkdir()
    styles = '<link rel="stylesheet" href="x.css"/><script src="x.js"/>'
    page.write_text(PAGE.format(styles, SUMMARY + WORK), encoding="utf-8")
    found = epub.mend_page(page, tmp_path)
    assert found == {"paragraphs in summaries": 1, "roles of works": 1}
    text = page.read_text(encoding="utf-8")
    assert "<summary><span>More</span></summary><p>Text</p>" in text
    assert 'href="../_static/epub.css"' in text
    assert '<div role="listitem"/>' in text
    assert "x.css" not in text
    assert "script" not in text
    page.write_text(PAGE.format("", SUMMARY), encoding="utf-8")
    with pytest.raises(MendError, match=r"styles of page\.xhtml"):
        epub.mend_page(page, tmp_path)


@pytest.mark.parametrize("name", ["paragraphs in summaries", "roles of works"])
def test_an_e_book_without_anything_to_mend_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = tmp_path / "epub"
    (folder / "_static").mkdir(parents=True)
    (folder / "book.epub").touch()
    (folder / "page.xhtml").touch()
    both = {"paragraphs in summaries", "roles of works"}
    monkeypatch.setattr(epub, "build", lambda _: folder)
    monkeypatch.setattr(epub, "mend_page", lambda *_: epub.Counter(both - {name}))
    with pytest.raises(MendError, match=name):
        epub.make_epub()


def test_a_package_without_its_lists_is_refused() -> None:
    package = epub.minidom.parseString("<package><manifest><item/></manifest></package>")
    epub.fill(package, "manifest", "item", [{"id": "a"}, {"id": "b"}])
    assert package.toxml().count("<item ") == 2
    with pytest.raises(MendError, match="the spine of the e-book"):
        epub.fill(package, "spine", "itemref", [])


@pytest.fixture
def site(tmp_path: Path) -> Callable[[str], None]:
    """Return a function that writes the icons of some pages, with the theme's own fonts."""
    import shutil

    import pydata_sphinx_theme

    theme = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static"
    (tmp_path / "styles").mkdir()
    shutil.copy(theme / "styles/pydata-sphinx-theme.css", tmp_path / "styles")
    shutil.copytree(theme / "vendor", tmp_path / "vendor")
    return lambda pages: fonts.write_icons(tmp_path, pages)


def test_an_icon_that_no_font_has_is_named(site: Callable[[str], None]) -> None:
    site('<i class="fa-solid fa-moon">')
    with pytest.raises(MendError, match="icons no-such-icon"):
        site('<i class="fa-solid fa-moon"><i class="fa-solid fa-no-such-icon">')
