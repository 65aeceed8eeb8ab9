"""The promise: the page's timeline has a row for each entry of the data file, with its citation."""

import html
import re
from pathlib import Path

from support.small_book import ROOT, built, start

from milestones.data import load_timeline

PAGE = """# A page

```{timeline}
```

```{bibliography}
```
"""


def rows_of(page: str) -> list[list[str]]:
    """Return the texts of the cells of each row, without tags."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", page, flags=re.DOTALL)
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, flags=re.DOTALL) for row in rows]
    return [[html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in cells]


def test_each_entry_has_its_row(tmp_path: Path) -> None:
    references = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    start(tmp_path, {"book/index.md": PAGE, "book/references.bib": references})
    with built(tmp_path) as app:
        assert app.warning.getvalue() == ""
        page = (Path(app.outdir) / "book" / "index.html").read_text(encoding="utf-8")
        files = {Path(file).name for file in app.env.dependencies["book/index"]}
    assert "timeline.toml" in files
    assert 'class="table-scroll timeline"' in page
    header, *rows = rows_of(page)
    assert header == ["Year", "Milestone", "Who", "What they showed or proposed", "Kind and line"]
    timeline = load_timeline()
    assert len(rows) == len(timeline)
    for row, milestone in zip(rows, timeline, strict=True):
        year, name, people, claim, part = row
        assert (year, name, people) == (str(milestone.year), milestone.name, milestone.people)
        assert claim.startswith(milestone.claim)
        assert len(claim) > len(milestone.claim) + 2  # the citation
        assert part == f"{milestone.kind}, {milestone.line}"
