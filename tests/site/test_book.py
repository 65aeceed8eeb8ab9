"""Promise: the built book is whole, opens without a network, and is the same every time.

Build it first (``make book``); ``make test`` does.
"""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont
from nbformat.v4 import new_markdown_cell, new_notebook
from support.reading import PAGES as NAMES
from support.reading import ROOT, SITE
from support.site_checks import (
    dead_links,
    foreign_requests,
    foreign_styles,
    images_without_text,
    parse,
)
from support.small_book import built, start

from milestones_book.contents import Pair, lessons
from milestones_book.theme.fonts import ICON_CLASS

CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
SETTINGS = CONFIG["sphinx"]["config"]["html_theme_options"]
MOVED = CONFIG["sphinx"]["config"]["moved_pages"]
PAGES = [SITE / f"{name}.html" for name in NAMES]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def test_every_entry_of_the_table_of_contents_has_a_page_and_no_page_is_extra() -> None:
    built = [p for folder in ("book", "notebooks") for p in (SITE / folder).rglob("*.html")]
    assert sorted(built) == sorted([*PAGES, *(SITE / f"{old}.html" for old in MOVED)])


@pytest.mark.parametrize("old", MOVED)
def test_the_address_of_a_page_that_has_moved_leads_to_the_new_one(old: str) -> None:
    page = BeautifulSoup((SITE / f"{old}.html").read_text(encoding="utf-8"), "html.parser")
    target = (SITE / f"{old}.html").parent / page.select_one("body a")["href"]
    assert target.resolve() == SITE / f"{MOVED[old]}.html"
    assert page.select_one("meta[http-equiv=refresh]")["content"].endswith(target.name)


def test_a_page_that_moved_nowhere_stops_the_build(tmp_path: Path) -> None:
    start(tmp_path, {"book/index.md": "# A page\n"})
    for moved in ({"book/old": "book/none"}, {"book/index": "book/index"}):
        with built(tmp_path, moved=moved) as app:
            assert app.statuscode != 0
            assert "has moved to" in app.warning.getvalue()


def test_the_page_at_the_top_is_a_page_and_leads_to_the_front_page() -> None:
    text = (SITE / "index.html").read_text(encoding="utf-8")
    page = BeautifulSoup(text, "html.parser")
    assert text.startswith("<!DOCTYPE html>")
    assert page.html["lang"] == "en"
    assert page.title.get_text() == "Milestones"
    assert page.select_one("meta[http-equiv=refresh]")["content"] == "0; url=book/index.html"
    assert page.select_one("body a")["href"] == "book/index.html"
    assert (SITE / "book/index.html").is_file()


@each_page
def test_no_page_asks_another_host_for_anything(page: Path) -> None:
    assert foreign_requests(page) == []


def test_no_style_sheet_asks_another_host_for_anything() -> None:
    assert foreign_styles(SITE) == []


@each_page
def test_every_internal_link_and_anchor_leads_somewhere(page: Path) -> None:
    assert dead_links(page, SITE) == []


@each_page
def test_every_image_says_what_it_shows(page: Path) -> None:
    assert images_without_text(page) == []


@each_page
def test_no_reference_was_left_unresolved(page: Path) -> None:
    article = BeautifulSoup(str(parse(page).find("article")), "html.parser")
    for code in article.find_all(["code", "pre"]):
        code.decompose()
    text = article.get_text()
    for mark in ("{cite", "{term", "{numref", "{glue", "{eq}", "[?]", "problematic"):
        assert mark not in text


def test_formulas_and_diagrams_need_no_script() -> None:
    scripts = {Path(tag["src"]).name for page in PAGES for tag in parse(page).select("script[src]")}
    assert not [name for name in scripts if re.search("mathjax|mermaid|fontawesome", name.lower())]
    pages = [parse(page) for page in PAGES]
    assert sum(len(page.select(".math > svg, .formula > svg")) for page in pages) > 1000
    assert sum(len(page.select(".drawing g.node")) for page in pages) > 30


def test_every_formula_finds_the_outlines_of_its_glyphs() -> None:
    for page in map(parse, PAGES):
        outlines = {path["id"] for path in page.select(".glyphs path")}
        used = {use["xlink:href"][1:] for use in page.select(".math use")}
        assert used == outlines


def test_every_icon_has_a_rule_and_a_letter_in_the_font() -> None:
    rules = dict(
        re.findall(r'\.fa-([a-z0-9-]+):before\{content:"\\([0-9a-f]+)"', _static("icons.css"))
    )
    wanted = set(ICON_CLASS.findall("".join(page.read_text("utf-8") for page in PAGES)))
    fonts = [TTFont(path) for path in (SITE / "_static").glob("vendor/**/fa-*.woff2")]
    letters = {code for font in fonts for code in font.getBestCmap()}
    assert len(wanted) > 8
    assert wanted == set(rules)
    assert {int(code, 16) for code in rules.values()} <= letters


def test_every_letter_of_a_figure_is_in_the_font() -> None:
    letters = set(TTFont(SITE / "_static/fonts/DejaVuSans.woff2").getBestCmap())
    texts = [text.get_text() for page in PAGES for text in parse(page).select("svg.plot text")]
    used = {ord(letter) for text in texts for letter in text if letter not in "\n\t"}
    assert len(texts) > 1000
    assert {chr(code) for code in used - letters} == set()


def _static(name: str) -> str:
    return (SITE / "_static" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("pair", lessons(ROOT), ids=lambda pair: pair.name)
def test_numbers_on_a_page_are_those_of_the_notebooks_it_quotes(pair: Pair) -> None:
    page = parse(SITE / f"book/{pair.name}.html")
    quoting = re.findall(r"`([^`\s]+\.ipynb)[^`\s]*::", pair.chapter.read_text("utf-8"))
    named = {(pair.chapter.parent / name).resolve() for name in quoting}
    assert pair.lesson.resolve() in named
    notebooks = "".join(path.read_text("utf-8") for path in named)
    badges = [tag.get_text().rpartition("error ")[2] for tag in page.select(".checked")]
    quoted = [tag.get_text().strip("\N{WORD JOINER} ") for tag in page.select(".pasted-text")]
    assert badges
    assert quoted
    assert all(text in notebooks for text in [*badges, *quoted])


def test_a_badge_says_how_the_formula_was_checked() -> None:
    page = parse(SITE / "book/history/generative-adversarial-networks.html")
    ways = {tag.get_text().strip("✓ ").partition(",")[0] for tag in page.select(".checked")}
    assert {"checked in three ways", "checked in two ways"} < ways


JUPYTER_BOOK = str(Path(sys.executable).with_name("jupyter-book"))


def _build(target: Path) -> subprocess.CompletedProcess[str]:
    command = [JUPYTER_BOOK, "build", str(ROOT), "-n", "-W", "--keep-going"]
    command += ["--quiet", "--path-output", str(target)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _contents(site: Path) -> dict[str, str]:
    return {
        path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in site.rglob("*")
        if path.is_file() and path.name not in {".buildinfo", ".written.json", "objects.inv"}
    }


def test_a_second_build_gives_the_same_pages(tmp_path: Path) -> None:
    outcome = _build(tmp_path)
    assert outcome.returncode == 0, outcome.stderr
    first, second = _contents(SITE), _contents(tmp_path / "_build" / "html")
    assert {name for name in second if first.get(name) != second[name]} == set()


BROKEN = {
    "script of another host": '<script src="https://cdn.example.org/x.js"></script>',
    "address without scheme": '<img alt="a plot" src="//cdn.example.org/x.png">',
    "style of another host": '<link rel="stylesheet" href="https://cdn.example.org/x.css">',
    "font in a style": "<style>@import 'https://cdn.example.org/x.css';</style>",
    "address in a script": "<script>load('https://cdn.example.org/x.js')</script>",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_page_that_asks_another_host_is_found(tmp_path: Path, name: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<html><body>{BROKEN[name]}</body></html>", encoding="utf-8")
    assert foreign_requests(page)


@pytest.mark.parametrize("address", ["none.html", "#nowhere", "other.html#nowhere", "../out.html"])
def test_a_dead_link_is_found(tmp_path: Path, address: str) -> None:
    (tmp_path / "out.html").write_text("outside", encoding="utf-8")
    root = tmp_path / "site"
    root.mkdir()
    (root / "other.html").write_text("<p id='here'>", encoding="utf-8")
    page = root / "page.html"
    page.write_text(f"<a href='{address}'></a><a href='other.html#here'></a>", encoding="utf-8")
    assert dead_links(page, root) == [address]


@pytest.mark.parametrize("tag", ["<img src='a.png'>", "<img alt='plots/a.png'>", "<p role=img>"])
def test_an_image_without_a_real_text_is_found(tmp_path: Path, tag: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(tag, encoding="utf-8")
    assert images_without_text(page)


def test_a_style_sheet_of_another_host_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("p { background: url(//cdn.example.org/x.png) }", "utf-8")
    assert foreign_styles(tmp_path) == ["a.css"]


def test_a_sound_page_is_built(tmp_path: Path) -> None:
    page = "A formula $x^2$.\n\n```{mermaid}\n:alt: A, then B.\nflowchart LR\n  a --> b\n```"
    start(tmp_path, {"book/index.md": f"# A page\n\n{page}\n"})
    with built(tmp_path) as app:
        assert app.warning.getvalue() == ""
        assert app.statuscode == 0


TASK = """```{pencil}
:answer: 1.39
:from: 2 * log(2)
:mistake: 4 * log(2)
:hint: You took the square.

What is the logarithm of $4$?
```"""
MISTAKES = {
    "a reference to nowhere": ("See {ref}`nowhere`.", "nowhere"),
    "a formula with an open brace": (r"See $\frac{1}{$.", "Missing close brace"),
    "a formula with an unknown command": (r"See $\nonsense$.", "Undefined control sequence"),
    "a diagram without a text": ("```{mermaid}\nflowchart LR\n  a --> b\n```", "needs :alt:"),
    "a diagram that is none": ("```{mermaid}\n:alt: A.\nnonsense\n```", "cannot be drawn"),
    "a task with a wrong answer": (TASK.replace("1.39", "1.38"), "The answer 1.38 is not 1.386"),
    "a task whose answer is a word": (TASK.replace("1.39", "much"), "neither a decimal number"),
    "a task with an empty option": (TASK.replace(" 4 * log(2)", ""), "mistake"),
    "a task without a hint": (
        TASK.replace(":hint: You took the square.\n", ""),
        "needs a text and",
    ),
    "a task whose mistake is right": (TASK.replace("4 *", "2 *"), "too close to the answer"),
    "a task that computes nothing": (TASK.replace("2 * log", "lag"), "is not a number"),
    "a badge of no check": ("{checked}`lesson.ipynb#a::b`", "lesson.ipynb#a has no check b"),
    "a diagram that leads nowhere": (
        '```{mermaid}\n:alt: A.\nflowchart LR\n  a --> b\n  click a "none.md"\n```',
        "which is no page",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_page_with_a_mistake_is_not_built(tmp_path: Path, name: str) -> None:
    page, sentence = MISTAKES[name]
    lesson = nbformat.writes(new_notebook())
    start(tmp_path, {"book/index.md": f"# A page\n\n{page}\n", "book/lesson.ipynb": lesson})
    with built(tmp_path) as app:
        assert app.statuscode != 0
        assert sentence in app.warning.getvalue()


LAUNCH = {
    "Binder": "https://mybinder.org/v2/gh/someone/milestones/main",
    "Colab": "https://colab.research.google.com/github/someone/milestones/blob/main",
    "JupyterHub": "https://hub.example.org/hub/user-redirect/git-pull",
}


def test_launch_buttons_appear_once_the_repository_has_an_address(tmp_path: Path) -> None:
    cells = [new_markdown_cell("# A page")]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = nbformat.writes(new_notebook(cells=cells, metadata=kernel))
    address = {"repository_url": "https://github.com/someone/milestones"}
    buttons = SETTINGS["launch_buttons"] | {"jupyterhub_url": "https://hub.example.org"}
    start(tmp_path, {"book/index.ipynb": notebook})
    with built(tmp_path, **address, launch_buttons=buttons) as app:
        assert app.statuscode == 0, app.warning.getvalue()
        page = (app.outdir / "book/index.html").read_text("utf-8")
    assert [name for name, link in LAUNCH.items() if f'href="{link}' not in page] == []


def test_no_launch_button_appears_without_an_address() -> None:
    assert SETTINGS["repository_url"] == ""
    pages = "".join(page.read_text("utf-8") for page in PAGES)
    assert not [link for link in LAUNCH.values() if link.split("/")[2] in pages]
    assert "fa-rocket" not in pages
