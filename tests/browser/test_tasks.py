"""Promise: a pencil task judges what a reader types, on a screen, on paper and in an e-book."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page
from support.checks import faults_of
from support.small_book import built, start

PAGE = """# A page

```{pencil}
:answer: 1234.50
:from: 2469 / 2
:mistake: 2469 * 2
:hint: Divide; do not **multiply**.

What is half of $2{,}469$?
```

```{pencil}
:answer: -1/3
:from: -1 / 3
:mistake: 1 / 3
:hint: Mind the sign.

What is minus one third?
```
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("pencil")
    start(folder, {"book/index.md": PAGE})
    with built(folder) as app:
        assert app.warning.getvalue() == ""
        yield Path(app.outdir)


def reply(page: Page, task: int, typed: str) -> str:
    """Type a number and return what the page says."""
    form = page.locator(".pencil form").nth(task)
    form.locator("input").fill(typed)
    form.locator("input").press("Enter")
    return form.locator(".replies").inner_text()


@pytest.mark.parametrize(
    ("task", "typed", "expected"),
    [
        (0, "1234.5", "Right."),
        (0, "1,234.5", "Right."),
        (0, " 1234,5 ", "Right."),
        (0, "2469/2", "Right."),
        (0, "1234.51", "Not quite. Try once more."),
        (0, "4938", "Not quite. Divide; do not multiply."),
        (0, "", "Type a number"),
        (0, "half", "Type a number"),
        (0, "1/", "Type a number"),
        (0, "1/0", "Type a number"),
        (1, "-1/3", "Right."),
        (1, "−0.33", "Right."),
        (1, "0.333", "Not quite. Mind the sign."),
    ],
)
def test_a_reply_is_judged(site: Path, page: Page, task: int, typed: str, expected: str) -> None:
    page.goto((site / "book/index.html").as_uri())
    assert reply(page, task, typed).startswith(expected)


def test_a_page_with_tasks_has_no_fault(site: Path, page: Page) -> None:
    assert faults_of(page, (site / "book/index.html").as_uri()) == []


def test_paper_shows_the_answers_at_the_end_and_no_field(site: Path, page: Page) -> None:
    page.goto((site / "book/index.html").as_uri())
    assert not page.locator(".answers").is_visible()
    page.emulate_media(media="print")
    page.add_style_tag(path=Path(__file__).parents[2] / "src/milestones_book/editions/print.css")
    assert page.locator(".answers").inner_text() == "Answers. Task 1: 1234.50; Task 2: −1/3."
    assert not page.locator(".pencil form").first.is_visible()


def test_an_e_book_unfolds_each_answer_and_has_no_field(tmp_path: Path) -> None:
    start(tmp_path, {"book/index.md": PAGE})
    with built(tmp_path, "epub") as app:
        page = (Path(app.outdir) / "book/index.xhtml").read_text(encoding="utf-8")
    assert page.count("Show the answer") == 2
    assert "<form" not in page
    assert "Task 2: −1/3" not in page
