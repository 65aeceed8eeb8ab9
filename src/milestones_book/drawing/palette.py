"""The colors of figures and diagrams: names for the page, one value for each theme."""

THEMES = {
    "light": {
        "ink": "#1f2937", "paper": "#ffffff", "grid": "#e5e7eb", "grey": "#6b7280",
        "blue": "#0072b2", "orange": "#d55e00", "green": "#00875f", "purple": "#b3568c",
        "sky": "#2b8fcb", "gold": "#b07900",
    },
    "dark": {
        "ink": "#d6dae1", "paper": "#121212", "grid": "#343b46", "grey": "#98a1ae",
        "blue": "#3c9fe0", "orange": "#f07c2a", "green": "#25bb8f", "purple": "#d58fb7",
        "sky": "#9ad4f7", "gold": "#edb52f",
    },
}  # fmt: skip
NAMES = {
    "#000000": "ink",
    "#1f2937": "ink",
    "#ffffff": "paper",
    "#e5e7eb": "grid",
    "#6b7280": "grey",
    "#0072b2": "blue",
    "#d55e00": "orange",
    "#009e73": "green",
    "#cc79a7": "purple",
    "#56b4e9": "sky",
    "#e69f00": "gold",
}
"""The name of each color that Matplotlib draws with."""
