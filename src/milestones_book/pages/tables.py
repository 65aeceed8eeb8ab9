"""Tables made from data: the catalogue, the timeline, and the measured times."""

from importlib.resources import files

from docutils import nodes
from sphinx.application import Sphinx

from milestones.data import load_catalog
from milestones.data.loaders import load_timeline
from milestones_book.contents import lessons
from milestones_book.lessons.mutants.report import STORED, stored
from milestones_book.pages.base import BookDirective


class DataCatalogue(BookDirective):
    """The table of all data, from the package's catalogue."""

    def run(self) -> list[nodes.Node]:
        """Return one row for each data set."""
        self.env.note_dependency(str(files("milestones.data") / "catalog.toml"))
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
        header = ["Name", "Data", "What it is for", "License", "Download"]
        return self.table(header, rows, "catalogue")


class Timeline(BookDirective):
    """The table of the timeline, from the package's data file."""

    def run(self) -> list[nodes.Node]:
        """Return one row for each entry, oldest first."""
        self.env.note_dependency(str(files("milestones.data") / "timeline.toml"))
        rows = [
            [
                str(milestone.year),
                f"**{milestone.name}**",
                milestone.people,
                f"{milestone.claim} {{cite:p}}`{milestone.source}`",
                f"{milestone.kind}, {milestone.line}",
            ]
            for milestone in load_timeline()
        ]
        header = ["Year", "Milestone", "Who", "What they showed or proposed", "Kind and line"]
        return self.table(header, rows, "timeline")


class MeasuredTimes(BookDirective):
    """The table of run times, from the metadata of every notebook."""

    def run(self) -> list[nodes.Node]:
        """Return one row for each lesson."""
        # A lesson comes and goes with its line in the table of contents.
        self.env.note_dependency("_toc.yml")
        rows = [self.row(f"/notebooks/{pair.name}.ipynb", pair.name) for pair in lessons(self.root)]
        return self.table(["Lesson", "Time", "Peak memory", "Cores used"], rows)

    def row(self, address: str, name: str) -> list[str]:
        """Return what was measured in one lesson."""
        measured = self.notebook(address).metadata.milestones.measured
        memory = f"{measured.peak_memory_gb} GB"
        return [f"[{name}]({address})", f"{measured.seconds} s", memory, str(measured.cores)]


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
            for name, result in stored(self.root).items()
        ]
        return self.table(header, rows)


class KnownSurvivors(BookDirective):
    """The table of claims and checks that are known to accept a wrong version."""

    def run(self) -> list[nodes.Node]:
        """Return one row for each, with its reason."""
        rows = []
        for pair in lessons(self.root):
            for known in self.read_toml(f"/book/{pair.name}.mutants.toml").get("survivors", []):
                exercise = f"exercise {known.get('exercise')}"
                subject = f"`{known['claim']}`" if "claim" in known else exercise
                why = known["why"].rstrip(".")
                rows.append([pair.slug, subject, f"{why[0].upper()}{why[1:]}."])
        return self.table(["Lesson", "Claim or exercise", "What it accepts, and why"], rows)


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("data-catalogue", DataCatalogue)
    app.add_directive("timeline", Timeline)
    app.add_directive("measured-times", MeasuredTimes)
    app.add_directive("mutants-table", MutantsTable)
    app.add_directive("known-survivors", KnownSurvivors)
