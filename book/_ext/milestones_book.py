"""The book's own directives: a chapter's card, quizzes, diagrams, and tables made from data.

Everything they show is read from files at build time (a notebook's metadata, a quiz file, the
data catalogue), so a page cannot disagree with what was measured.
"""

import base64
import hashlib
import json
import os
import tomllib
from pathlib import Path

import nbformat
from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from milestones.data import load_catalog
from milestones.notebooks import lessons

VOID_TAGS = ("input",)
MERMAID_SCRIPTS = ("vendor/mermaid.tiny.js", "diagrams.js")


class Html(nodes.General, nodes.Element):
    """An HTML element with docutils children; other writers see the children alone."""


class HtmlText(nodes.General, nodes.TextElement):
    """An HTML element that holds running text, such as a summary."""


class Diagram(nodes.General, nodes.Element):
    """A Mermaid diagram, drawn in the reader's browser by a script of our own site."""


class BookDirective(SphinxDirective):
    """What the directives below share: parsing MyST into nodes, and reading files."""

    def parse(self, text: str) -> list[nodes.Node]:
        """Return the nodes of a piece of MyST."""
        holder = nodes.Element()
        lines = StringList(text.splitlines(), self.env.docname)
        self.state.nested_parse(lines, 0, holder)
        return holder.children

    def parse_line(self, text: str) -> list[nodes.Node]:
        """Return the inline nodes of one paragraph of MyST."""
        return [child for node in self.parse(text) for child in node.children]

    def read_toml(self, name: str) -> dict:
        """Read a file that lies beside the page, and rebuild the page when it changes."""
        relative, absolute = self.env.relfn2path(name)
        self.env.note_dependency(relative)
        return tomllib.loads(Path(absolute).read_text(encoding="utf-8"))

    def table(self, header: list[str], rows: list[list[str]]) -> list[nodes.Node]:
        """Return a table whose cells are MyST."""
        lines = [header, ["---"] * len(header), *rows]
        text = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
        return [html("div", "table-scroll", *self.parse(text))]


def html(tag: str, classes: str, *children: nodes.Node, **attributes: str) -> Html:
    """Make an element; attributes are given without their quotes."""
    return Html("", *children, tag=tag, attributes={"class": classes, **attributes})


class AtAGlance(BookDirective):
    """The card below a chapter's promise: objectives, prerequisites, time, memory and data."""

    has_content = True
    option_spec = {"prerequisites": directives.unchanged_required, "data": directives.unchanged}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Read the time and the memory from the metadata of the chapter's notebook."""
        slug = self.env.docname.removeprefix("book/")
        notebook = Path(self.env.srcdir) / "notebooks" / f"{slug}.ipynb"
        self.env.note_dependency(str(notebook))
        measured = nbformat.read(notebook, as_version=4).metadata.milestones.measured
        facts = {
            "You should know": self.options["prerequisites"],
            "Data": self.options["data"],
            "The notebook": f"[runs](/notebooks/{slug}.ipynb) in {measured.seconds} s on "
            f"{measured.cores} cores without a GPU, using {measured.peak_memory_gb} GB of memory",
        }
        heading = nodes.paragraph("", "At a glance: after this chapter you can", classes=["title"])
        rows = [
            html("div", "fact", HtmlText("", name, tag="dt"), html("dd", "", *self.parse(text)))
            for name, text in facts.items()
        ]
        objectives = self.parse("\n".join(self.content))
        return [html("aside", "at-a-glance", heading, *objectives, html("dl", "facts", *rows))]


class Quiz(BookDirective):
    """Questions that answer in the page: each option unfolds its own explanation.

    The options of one question share a name, so that a browser keeps one open at a time; this
    works with the keyboard, by touch, and without any script.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Read the questions from the file named in the argument."""
        questions = self.read_toml(self.arguments[0])["questions"]
        return [self.question(number, content) for number, content in enumerate(questions, 1)]

    def question(self, number: int, content: dict) -> nodes.Node:
        """Return one question with its options."""
        label = nodes.strong("", f"Question {number}. ")
        text = nodes.paragraph("", "", label, *self.parse_line(content["text"]))
        options = [self.option(number, option) for option in content["options"]]
        return html("div", "quiz", text, *options)

    def option(self, number: int, content: dict) -> nodes.Node:
        """Return one option; a word, not only a color, says whether it is right."""
        right = content.get("correct", False)
        verdict = nodes.strong("", "Right. " if right else "Not quite. ")
        feedback = nodes.paragraph("", "", verdict, *self.parse_line(content["feedback"]))
        return html(
            "details",
            "quiz-option right" if right else "quiz-option wrong",
            HtmlText("", "", *self.parse_line(content["text"]), tag="summary"),
            feedback,
            name=f"question-{number}",
        )


class Mermaid(BookDirective):
    """A Mermaid diagram with a text that says what it shows."""

    has_content = True
    option_spec = {"alt": directives.unchanged_required, "caption": directives.unchanged}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Return a figure; without ``:alt:`` the page is refused."""
        if not self.options.get("alt"):
            raise self.error("A diagram needs :alt:, a text that says what it shows.")
        diagram = Diagram(code="\n".join(self.content), alt=self.options["alt"])
        caption = self.options.get("caption")
        captions = (
            [HtmlText("", "", *self.parse_line(caption), tag="figcaption")] if caption else []
        )
        return [html("figure", "diagram", diagram, *captions)]


class NotebookFigure(BookDirective):
    """A figure that ``ms.quote`` stored in a notebook, shown on a chapter page.

    MyST-NB's own ``glue:figure`` reads the current page only.
    """

    has_content = True
    required_arguments = 1
    option_spec = {  # noqa: RUF012
        "doc": directives.unchanged_required,
        "alt": directives.unchanged_required,
        "name": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """Return a numbered figure."""
        return self.figure(self.image(self.find(self.arguments[0]), self.options["alt"]))

    def find(self, name: str) -> NotebookNode:
        """Return the output stored under a name, or refuse the page."""
        outputs = self.stored_images()
        if name not in outputs:
            raise self.error(f"{self.options['doc']} has no figure {name}.")
        return outputs[name]

    def stored_images(self) -> dict[str, NotebookNode]:
        """Return the named images of the notebook, in order."""
        relative, absolute = self.env.relfn2path(self.options["doc"])
        self.env.note_dependency(relative)
        return {
            output.metadata.scrapbook.name: output
            for cell in nbformat.read(absolute, as_version=4).cells
            for output in cell.get("outputs", [])
            if "scrapbook" in output.get("metadata", {}) and image_key(output)
        }

    def image(self, output: NotebookNode, alt: str, classes: str = "") -> nodes.image:
        """Write the image below the build folder, named by its content, and return its node."""
        content = base64.b64decode(output.data[image_key(output)])
        folder = Path(self.env.app.outdir).parent / "figures"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{hashlib.sha256(content).hexdigest()}.png"
        path.write_bytes(content)
        address = "/" + Path(os.path.relpath(path, self.env.srcdir)).as_posix()
        # A frame that is hidden at first may wait; a figure that loads late makes the page jump.
        loading = "lazy" if classes else "eager"
        return nodes.image("", uri=address, alt=alt, classes=classes.split(), loading=loading)

    def figure(self, *content: nodes.Node) -> list[nodes.Node]:
        """Wrap content in a figure with the directive's caption and name."""
        figure = nodes.figure("", *content)
        figure += nodes.caption("", "", *self.parse_line("\n".join(self.content)))
        self.set_source_info(figure)
        self.add_name(figure)
        return [figure]


class Film(NotebookFigure):
    """A figure with a slider: the frames that ``ms.film`` stored in a notebook.

    All frames are in the page; a short script shows the one that the slider names, and print
    shows the middle one.
    """

    option_spec = {**NotebookFigure.option_spec, "label": directives.unchanged_required}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Return a numbered figure with its frames and its slider."""
        frames = [
            output
            for name, output in self.stored_images().items()
            if name.rpartition("-")[0] == self.arguments[0]
        ]
        if not frames:
            raise self.error(f"{self.options['doc']} has no film {self.arguments[0]}.")
        middle = len(frames) // 2
        images = [
            self.image(frame, self.options["alt"], "" if number == middle else "hidden")
            for number, frame in enumerate(frames)
        ]
        labels = [frame.metadata.label for frame in frames]
        slider = html(
            "input",
            "",
            type="range",
            min="0",
            max=str(len(frames) - 1),
            value=str(middle),
            **{"data-labels": json.dumps(labels), "aria-valuetext": labels[middle]},
        )
        name = HtmlText("", self.options["label"], tag="span")
        controls = html("label", "", name, slider, HtmlText("", labels[middle], tag="output"))
        return self.figure(html("div", "film", html("div", "frames", *images), controls))


def image_key(output: NotebookNode) -> str | None:
    """Return the key of a named output's PNG, shown or hidden, or None if it has none."""
    key = f"{output.metadata.scrapbook.mime_prefix}image/png"
    return key if key in output.get("data", {}) else None


class DataCatalogue(BookDirective):
    """The table of all data, from the package's catalogue."""

    def run(self) -> list[nodes.Node]:
        """Return one row for each data set."""
        rows = [
            [
                f"`{data.name}`",
                f"[{data.title}]({data.homepage}) {{cite:p}}`{data.citation}`",
                data.purpose,
                data.licence,
                f"{data.bytes / 1e6:.1f} MB" if data.bytes else "by hand",
            ]
            for data in load_catalog().values()
        ]
        return self.table(["Name", "Data", "What it is for", "License", "Download"], rows)


class MeasuredTimes(BookDirective):
    """The table of run times, from the metadata of every notebook."""

    def run(self) -> list[nodes.Node]:
        """Return one row for each lesson."""
        root, rows = Path(self.env.srcdir), []
        for path in lessons(root):
            self.env.note_dependency(str(path))
            lesson = f"{path.parent.name}/{path.stem}"
            measured = nbformat.read(path, as_version=4).metadata.milestones.measured
            rows.append(
                [
                    f"[{lesson}](/notebooks/{lesson}.ipynb)",
                    f"{measured.seconds} s",
                    f"{measured.peak_memory_gb} GB",
                    str(measured.cores),
                ]
            )
        return self.table(["Lesson", "Time", "Peak memory", "Cores used"], rows)


def visit_html(writer: nodes.NodeVisitor, node: Html) -> None:
    """Write the opening tag."""
    attributes = {name: value for name, value in node.get("attributes", {}).items() if value}
    classes = attributes.pop("class", "")
    writer.body.append(writer.starttag(node, node["tag"], "", CLASS=classes, **attributes))


def depart_html(writer: nodes.NodeVisitor, node: Html) -> None:
    """Write the closing tag."""
    if node["tag"] not in VOID_TAGS:
        writer.body.append(f"</{node['tag']}>\n")


def visit_diagram(writer: nodes.NodeVisitor, node: Diagram) -> None:
    """Write the diagram's source, which the script replaces by a picture."""
    # Mermaid's own output is one picture to a screen reader, described by the text we give.
    label = writer.attval(node["alt"])
    code = writer.encode(node["code"])
    writer.body.append(
        f'<div role="img" tabindex="0" aria-label="{label}"><pre class="mermaid">{code}</pre></div>'
    )
    raise nodes.SkipNode


def pass_over(writer: nodes.NodeVisitor, node: nodes.Node) -> None:
    """Leave the children to a writer that is not HTML."""


def add_diagram_scripts(
    app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None
) -> None:
    """Load Mermaid only on pages that have a diagram."""
    if doctree is not None and any(True for _ in doctree.findall(Diagram)):
        for script in MERMAID_SCRIPTS:
            app.add_js_file(script)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    both = (visit_html, depart_html)
    plain = (pass_over, pass_over)
    for node in (Html, HtmlText):
        app.add_node(node, html=both, epub=both, latex=plain, text=plain)
    app.add_node(Diagram, html=(visit_diagram, None), latex=plain, text=plain)
    app.add_directive("at-a-glance", AtAGlance)
    app.add_directive("quiz", Quiz)
    app.add_directive("mermaid", Mermaid)
    app.add_directive("notebook-figure", NotebookFigure)
    app.add_directive("film", Film)
    app.add_directive("data-catalogue", DataCatalogue)
    app.add_directive("measured-times", MeasuredTimes)
    app.connect("html-page-context", add_diagram_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
