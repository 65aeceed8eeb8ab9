"""Visiting a page as a reader would: with a window, a theme, a keyboard, and no network."""

from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHECKS = Path(__file__).with_name("checks.js")
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EXPERIMENTAL = {"label-content-name-mismatch": {"enabled": True}}

LAYOUT = ["color-contrast", "target-size", "scrollable-region-focusable"]
"""The rules whose outcome depends on the theme or on the width of the window."""
WIDE, NARROW = 1440, 390

WATCH = """(film) => {
  const frames = [...film.querySelectorAll(".plot")];
  const look = () => [
    frames.map((frame, number) => (frame.checkVisibility() ? number : "")).join(""),
    film.querySelector("output").textContent,
  ];
  film.seen = [look()];
  film.querySelector("input").oninput = () => film.seen.push(look());
}"""
"""From now on, note the numbers of the frames that can be seen, and what the slider says."""
EMPTY_SPACE = """(film) => {
  const frame = [...film.querySelectorAll(".plot")].find((plot) => plot.checkVisibility());
  return film.getBoundingClientRect().height - (frame?.getBoundingClientRect().height ?? 0);
}"""
"""The height of a film without its frame, in pixels: there is only the slider."""
ANSWER = """(option) => {
  const feedback = option.querySelector(":scope > :not(summary)");
  const open = option.closest(".quiz").querySelectorAll("details[open]").length;
  return [open, feedback?.checkVisibility() ? feedback.innerText : ""];
}"""
"""How many options are open, and the feedback to this one where it can be read."""

WATCH_JUMPS = """() => {
  window.jumps = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.jumps += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
}"""
READ_TO_THE_END = """async () => {
  for (let y = 0; y < document.body.scrollHeight; y += 1200) {
    scrollTo(0, y);
    await new Promise((next) => setTimeout(next, 15));
  }
}"""
"""Scroll as a reader does, so that whatever loads late is loaded."""
BYTES = """() => ["navigation", "resource"]
  .flatMap((kind) => performance.getEntriesByType(kind))
  .reduce((sum, entry) => sum + entry.transferSize, 0)"""


def visit(page: Page, address: str, width: int = WIDE, scheme: str = "light") -> list[str]:
    """Open a page; return a list that goes on collecting errors and requests to other hosts."""
    complaints: list[str] = []
    own = address.split("/")[:3]
    page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    page.on(
        "requestfailed",
        # What was under way when the reader went on to another page was given up, not refused.
        lambda asked: (
            asked.failure != "net::ERR_ABORTED" and complaints.append(f"not answered: {asked.url}")
        ),
    )
    page.on(
        "request",
        lambda asked: (
            not asked.url.startswith(("data:", "blob:"))
            and asked.url.split("/")[:3] != own
            and complaints.append(f"asks another host: {asked.url}")
        ),
    )
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(address, wait_until="load")
    return complaints


def faults_of(page: Page, address: str) -> list[str]:
    """Open a page wide and light, make it narrow and dark, and return all that is wrong with it."""
    complaints = visit(page, address)
    complaints += complaints_of(page) + axe_violations(page)
    complaints += quiz_complaints(page) + film_complaints(page) + pencil_complaints(page)
    page.set_viewport_size({"width": NARROW, "height": 900})
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme !== 'light'")
    complaints += complaints_of(page) + axe_violations(page, LAYOUT) + film_complaints(page)
    return complaints


def burden_of(page: Page) -> tuple[int, float]:
    """Read an open page to its end; return the bytes it has transferred, and how far it jumped."""
    page.evaluate(WATCH_JUMPS)
    page.evaluate(READ_TO_THE_END)
    page.wait_for_load_state("networkidle")
    return page.evaluate(BYTES), page.evaluate("window.jumps")


def complaints_of(page: Page) -> list[str]:
    """Run the checks of checks.js and return what they find."""
    page.add_script_tag(path=CHECKS)
    # What is out of view has no size until a reader comes near it; a color may still be changing.
    page.add_style_tag(
        content="* { content-visibility: visible !important; transition: none !important }"
    )
    page.evaluate("dispatchEvent(new Event('resize'))")
    return page.evaluate("Object.values(bookChecks).flatMap((check) => check())")


def axe_violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """Return one line for each element that breaks a rule of accessibility, or some rules."""
    page.add_script_tag(path=AXE)
    options = {"resultTypes": ["violations"], "preload": False}
    if rules:
        options["runOnly"] = {"type": "rule", "values": rules}
    else:
        options |= {"runOnly": STANDARD, "rules": EXPERIMENTAL}
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
            opened, said = option.evaluate(ANSWER)
            if opened != 1 or not said.startswith(("Right.", "Not quite.")):
                found.append(f"no feedback for: {option.inner_text()[:80]}")
            right += said.startswith("Right.")
        if right != 1:
            found.append(f"{right} right answers: {question.inner_text()[:80]}")
    return found


def pencil_complaints(page: Page) -> list[str]:
    """Type four replies to every task by keyboard; each gets the reply that it should."""
    found = []
    for task in page.locator(".pencil").all():
        numbers = task.locator("form").evaluate("(form) => ({ ...form.dataset })")
        beyond = max(map(float, numbers.values())) + 1
        tried = {
            "answer": (numbers["answer"], "right"),
            "mistake": (numbers["mistake"], "hint"),
            "another number": (str(beyond), "other"),
            "a word": ("word", "unread"),
        }
        for name, (typed, expected) in tried.items():
            task.locator("input").focus()
            page.keyboard.press("ControlOrMeta+A")
            page.keyboard.type(typed)
            page.keyboard.press("Enter")
            shown = task.locator(".replies > :visible").all()
            if [reply.get_attribute("class") for reply in shown] != [expected]:
                found.append(f"the reply to {name} is not {expected}: {task.inner_text()[:80]}")
    return found


def film_complaints(page: Page) -> list[str]:
    """Move every slider through its frames by keyboard; each position has its own frame."""
    found = []
    for film in page.locator(".film").all():
        film.locator("input").focus()
        page.keyboard.press("Home")
        film.evaluate(WATCH)
        frames = film.locator(".plot").count()
        for _ in range(frames - 1):
            page.keyboard.press("ArrowRight")
        numbers, labels = zip(*film.evaluate("(film) => film.seen"), strict=True)
        if frames < 2 or numbers != tuple(map(str, range(frames))) or len(set(labels)) != frames:
            found.append(f"the slider does not move the figure: {film.inner_text()[:80]}")
        if film.evaluate(EMPTY_SPACE) > 150:
            found.append(f"hidden frames take space: {film.inner_text()[:80]}")
    return found
