"""The two cards of a chapter: what it offers, and how to run it."""

import re
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from nbformat import NotebookNode
from sphinx.application import Sphinx

from milestones_book.pages.base import BookDirective
from milestones_book.pages.elements import html

WORDS_PER_MINUTE = 200
SECONDS_PER_FORMULA = 10
LESSON_FACTS = (
    "runs in {seconds} s on {cores} cores without a GPU, using {peak_memory_gb} GB of memory"
)


class LessonCard(BookDirective):
    """What both cards know: the chapter's notebook, and what was measured in it."""

    @property
    def slug(self) -> str:
        """The part and the name of the chapter."""
        return self.env.docname.removeprefix("book/")

    def measured(self) -> NotebookNode:
        """Return the time and the memory from the metadata of the notebook."""
        return self.notebook(f"/notebooks/{self.slug}.ipynb").metadata.milestones.measured


class AtAGlance(LessonCard):
    """The card below a chapter's promise: objectives, prerequisites, times, memory and data."""

    has_content = True
    option_spec = {"prerequisites": directives.unchanged_required, "data": directives.unchanged}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Return the objectives, and a list of facts below them."""
        page = Path(self.env.doc2path(self.env.docname)).read_text(encoding="utf-8")
        facts = {
            "You should know": self.options["prerequisites"],
            "To read": f"about {minutes_to_read(page)} minutes",
            "To run": f"the [notebook](/notebooks/{self.slug}.ipynb) "
            + LESSON_FACTS.format(**self.measured()),
            "Data": self.options["data"],
        }
        heading = self.line("At a glance: after this chapter you can", "p", "title")
        rows = [
            html("div", "fact", self.line(name, "dt"), html("dd", "", *self.parse(text)))
            for name, text in facts.items()
        ]
        objectives = self.parse("\n".join(self.content))
        return [html("aside", "at-a-glance", heading, *objectives, html("dl", "facts", *rows))]


def minutes_to_read(page: str) -> int:
    """Return the time for the words and the displayed formulas of a page, at an easy pace."""
    words = len(re.findall(r"[^\W\d_]{2,}", re.sub(r"`[^`]*`|\$[^$]*\$|\([^)]*\)", " ", page)))
    formulas = page.count("```{math}") + page.count("\n$$\n") // 2
    return max(1, round(words / WORDS_PER_MINUTE + formulas * SECONDS_PER_FORMULA / 60))


class RunIt(LessonCard):
    """The box at the end of a chapter: one command, the notebook to download, and what it needs."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the box; the directive's content says what the notebook needs."""
        command = f"```bash\nmake notebooks NB={self.slug}\n```"
        address = f"/notebooks/{self.slug}.ipynb"
        text = [
            f"Read the [notebook]({address}), or {{download}}`download it <{address}>`.",
            "To change it as you read, open it with `make lab`. To run all of it, type",
            command,
            f"It {LESSON_FACTS.format(**self.measured())}.",
            *self.content,
        ]
        return [html("div", "run-it", *self.parse("\n\n".join(["\n".join(text[:2]), *text[2:]])))]


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("at-a-glance", AtAGlance)
    app.add_directive("run-it", RunIt)
