"""Tables made from data: the catalogue, and the measured times."""

from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.application import Sphinx

from milestones.data import load_catalog
from milestones_book.contents import lessons
from milestones_book.lessons.mutants.report import STORED, stored
from milestones_book.pages.base import BookDirective


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
        for pair in lessons(root):
            self.env.note_dependency(str(pair.lesson))
            measured = nbformat.read(pair.lesson, as_version=4).metadata.milestones.measured
            rows.append(
                [
                    f"[{pair.name}](/notebooks/{pair.name}.ipynb)",
                    f"{measured.seconds} s",
                    f"{measured.peak_memory_gb} GB",
                    str(measured.cores),
                ]
            )
        return self.table(["Lesson", "Time", "Peak memory", "Cores used"], rows)


class MutantsTable(BookDirective):
    """The table of mutants, from the stored results of ``make mutants``."""

    def run(self) -> list[nodes.Node]:
        """Return one row for each lesson."""
        self.env.note_dependency(str(STORED))
        header = ["Lesson", "Claims", "Only arithmetic", "Mutants killed", "Wrong answers refused"]
        rows = [
            [
                f"[{name}](/notebooks/{name}.ipynb)",
                str(result["claims"]),
                str(result["arithmetic"]),
                f"{result['kills']} of {result['mutants']}",
                f"{result['refused']} of {result['answers']}",
            ]
            for name, result in stored(Path(self.env.srcdir)).items()
        ]
        return self.table(header, rows)


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("data-catalogue", DataCatalogue)
    app.add_directive("measured-times", MeasuredTimes)
    app.add_directive("mutants-table", MutantsTable)
