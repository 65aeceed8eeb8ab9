"""Pages that are broken on purpose: each is the sound page beside this file with one fault."""

from dataclasses import dataclass
from pathlib import Path
from random import Random

SOUND = Path(__file__).with_name("sound.html")


@dataclass(frozen=True)
class Fault:
    """A piece of the sound page, what stands there instead, and what the checks must say."""

    sound: str
    broken: str
    complaint: str

    def write(self, folder: Path) -> Path:
        """Write the broken page and return its path."""
        text = SOUND.read_text(encoding="utf-8")
        assert text.count(self.sound) == 1, f"the sound page must hold this once: {self.sound}"
        page = folder / "page.html"
        page.write_text(text.replace(self.sound, self.broken), encoding="utf-8")
        return page


END = "</main>"
LABEL = '<text x="20" y="50">label</text>'
MORE = "<summary>More</summary>"
DIAGRAM = '<div class="diagram">'
FILM = '<div class="film">'
FAULTS = {
    "a script that complains": Fault(
        END, f'{END}<script>console.error("said by a script")</script>', "said by a script"
    ),
    "a picture from another host": Fault(
        END,
        f'<img src="https://images.invalid/x.png" alt="Far." width="9" height="9" />{END}',
        "asks another host",
    ),
    "a box wider than the window": Fault(
        END, f'<div style="width: 3000px">wide</div>{END}', "wider than its window"
    ),
    "a file name for a text": Fault(
        "A small square.", "plots/figure-1.png", "no text says what this shows"
    ),
    "a picture that is not there": Fault('src="data:', 'src="none.png" data-was="', "not answered"),
    "a picture without a size": Fault(' width="10" height="10"', "", "no width and height"),
    "a formula that was not typeset": Fault(
        END, rf"<p>The mean is \(\frac{{1}}{{n}}\).</p>{END}", "TeX left on the page"
    ),
    "a formula that lost a glyph": Fault('xlink:href="#x"', 'xlink:href="#y"', "not typeset"),
    "a diagram that is still source": Fault(
        DIAGRAM, f"{DIAGRAM}<pre>a --> b</pre></div>{DIAGRAM}", "not drawn"
    ),
    "a label wider than its box": Fault(
        ">One<", ">One label that is far too long for its box<", "does not fit"
    ),
    "a label outside of its figure": Fault(LABEL, LABEL.replace("20", "190"), "cut off"),
    "an option that says nothing": Fault("<p>Not quite. It is not.</p>", "", "no feedback for"),
    "two right answers": Fault("Not quite. It is not.", "Right. It is, too.", "2 right answers"),
    "a slider that moves nothing": Fault(
        'addEventListener("input"', 'addEventListener("none"', "does not move the figure"
    ),
    "hidden frames that take space": Fault(
        FILM, f'{FILM}<div style="height: 400px"></div>', "hidden frames take space"
    ),
    "a task that refuses its answer": Fault(
        '0.5: "right"', '0.7: "right"', "the reply to answer is not right"
    ),
    "a task that is silent about a usual mistake": Fault(
        ', 2: "hint"', "", "the reply to mistake is not hint"
    ),
    "a task that judges a word": Fault(', NaN: "unread"', "", "the reply to a word is not unread"),
    "a summary without a name": Fault(MORE, "<summary></summary>", "summary-name"),
    "pale letters": Fault(END, f'<p style="color: #bbb">Pale.</p>{END}', "color-contrast"),
    "a table too wide for a phone": Fault(
        END, f'<div style="width: 600px">wide</div>{END}', "wider than its window"
    ),
    "letters that are pale in the dark": Fault(
        END,
        "<style>@media (prefers-color-scheme: dark) { .dim { color: #bbb } }</style>"
        f'<p class="dim">Pale.</p>{END}',
        "color-contrast",
    ),
}
NOISE = Random(0).randbytes(600_000).hex()
LATE = """const late = document.createElement("div");
late.style.height = "400px";
setTimeout(() => document.querySelector("h1").before(late), 200);"""
SERVED_FAULTS = {
    "a script that complains": FAULTS["a script that complains"],
    "a picture from another host": FAULTS["a picture from another host"],
    "a picture that is not there": Fault('src="data:', 'src="none.png" data-was="', "404"),
    "a box that comes late": Fault(END, f"{END}<script>{LATE}</script>", "jumps"),
    "a page too heavy to load": Fault(END, f"<!-- {NOISE} -->{END}", "transfers"),
}
"""What shows when the page comes from a server."""
