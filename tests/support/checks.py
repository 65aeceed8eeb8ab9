"""Visiting a page as a reader would: with a window, a theme, a keyboard, and no network."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHECKS = Path(__file__).with_name("checks.js")
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EXPERIMENTAL = {"label-content-name-mismatch": {"enabled": True}}

SHOWN = """(film) => {
  const frames = [...film.querySelectorAll(".plot")];
  const seen = frames.map((frame, number) => frame.checkVisibility() ? number : "").join("");
  return [seen, film.querySelector("output").textContent];
}"""
"""The numbers of the frames that can be seen, and what the slider says."""
EMPTY_SPACE = """(film) => {
  const frame = [...film.querySelectorAll(".plot")].find((plot) => plot.checkVisibility());
  return film.getBoundingClientRect().height - (frame?.getBoundingClientRect().height ?? 0);
}"""
"""The height of a film without its frame, in pixels: there is only the slider."""


@contextmanager
def visit(
    browser: Browser, address: str, width: int = 1440, scheme: str = "light", touch: bool = False
) -> Iterator[tuple[Page, list[str]]]:
    """Open a page; yield it with a list that collects errors and requests to other hosts."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, has_touch=touch
    )
    page, complaints = context.new_page(), []
    own = address.split("/")[:3]
    page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    page.on("requestfailed", lambda asked: complaints.append(f"not answered: {asked.url}"))
    page.on(
        "request",
        lambda asked: (
            not asked.url.startswith(("data:", "blob:"))
            and asked.url.split("/")[:3] != own
            and complaints.append(f"asks another host: {asked.url}")
        ),
    )
    try:
        page.goto(address, wait_until="load")
        page.add_script_tag(path=CHECKS)
        yield page, complaints
    finally:
        context.close()


def complaints_of(page: Page, *checks: str) -> list[str]:
    """Run some of the checks of checks.js, or all, and return what they find."""
    # What is out of view has no size until a reader comes near it.
    page.add_style_tag(content="* { content-visibility: visible !important }")
    page.evaluate("dispatchEvent(new Event('resize'))")
    names = list(checks) or page.evaluate("Object.keys(bookChecks)")
    return [text for name in names for text in page.evaluate(f"bookChecks.{name}()")]


def axe_violations(page: Page) -> list[str]:
    """Return one line for each element that breaks a rule of accessibility."""
    page.add_script_tag(path=AXE)
    options = {
        "runOnly": STANDARD,
        "rules": EXPERIMENTAL,
        "resultTypes": ["violations"],
        "preload": False,
    }
    found = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{rule['id']}: {node['html'][:120]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def quiz_complaints(page: Page) -> list[str]:
    """Answer every question by keyboard and read the feedback."""
    found = []
    for question in page.locator(".quiz").all():
        right = 0
        for option in question.locator("details").all():
            option.locator("summary").focus()
            page.keyboard.press("Enter")
            feedback = option.locator(":scope > :not(summary)")
            said = feedback.inner_text() if feedback.count() and feedback.is_visible() else ""
            opened = question.locator("details[open]").count()
            if opened != 1 or not said.startswith(("Right.", "Not quite.")):
                found.append(f"no feedback for: {option.inner_text()[:80]}")
            right += said.startswith("Right.")
        if right != 1:
            found.append(f"{right} right answers: {question.inner_text()[:80]}")
    return found


def film_complaints(page: Page) -> list[str]:
    """Move every slider through its frames by keyboard; each position has its own frame."""
    found = []
    for film in page.locator(".film").all():
        film.locator("input").focus()
        page.keyboard.press("Home")
        frames = film.locator(".plot").count()
        shown = [film.evaluate(SHOWN)]
        for _ in range(frames - 1):
            page.keyboard.press("ArrowRight")
            shown.append(film.evaluate(SHOWN))
        numbers, labels = zip(*shown, strict=True)
        if frames < 2 or numbers != tuple(map(str, range(frames))) or len(set(labels)) != frames:
            found.append(f"the slider does not move the figure: {film.inner_text()[:80]}")
        if film.evaluate(EMPTY_SPACE) > 150:
            found.append(f"hidden frames take space: {film.inner_text()[:80]}")
    return found
