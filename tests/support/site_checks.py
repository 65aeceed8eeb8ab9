"""Reading the built site: what a page asks for, where its links lead, what its images say."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

FOREIGN = re.compile(r"(?:https?:)?//[\w.-]+\.\w+", re.IGNORECASE)
LOADING_RELATIONS = {"stylesheet", "preload", "modulepreload", "icon", "prefetch", "manifest"}
CSS_ADDRESS = re.compile(r"(?:url\(|@import)\s*['\"]?\s*(?:https?:)?//", re.IGNORECASE)


@cache
def parse(page: Path) -> BeautifulSoup:
    """Return the parsed page."""
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return every place of a page that a link may lead to."""
    return frozenset(tag["id"] for tag in parse(page).find_all(id=True))


def foreign_requests(page: Path) -> list[str]:
    """Return what a page would load from another host when it is opened."""
    found = []
    for tag in parse(page).find_all(True):
        loads = [tag.get("src"), tag.get("srcset"), tag.get("poster"), tag.get("data")]
        if tag.name == "link" and LOADING_RELATIONS & set(tag.get("rel", [])):
            loads.append(tag.get("href"))
        found += [str(load) for load in loads if load and FOREIGN.match(load)]
        styles = [tag.get("style") or "", tag.get_text() if tag.name == "style" else ""]
        found += [style[:80] for style in styles if CSS_ADDRESS.search(style)]
        if tag.name == "script" and not tag.get("src") and FOREIGN.search(tag.get_text()):
            found.append(tag.get_text()[:80])
    return found


def foreign_styles(root: Path) -> list[str]:
    """Return the style sheets of a site that load something from another host."""
    sheets = root.rglob("*.css")
    return [
        sheet.name for sheet in sheets if CSS_ADDRESS.search(sheet.read_text("utf-8", "replace"))
    ]


def dead_links(page: Path, root: Path) -> list[str]:
    """Return the internal links, images and scripts of a page that lead nowhere."""
    found = []
    for tag in parse(page).find_all(True):
        for name in ("href", "src"):
            address = tag.get(name)
            if address and not _leads_somewhere(str(address), page, root):
                found.append(address)
    return found


def _leads_somewhere(address: str, page: Path, root: Path) -> bool:
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return True
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not target.is_file() or not target.is_relative_to(root.resolve()):
        return False
    needs_anchor = parts.fragment and target.suffix == ".html"
    return not needs_anchor or unquote(parts.fragment) in anchors(target)


def images_without_text(page: Path) -> list[str]:
    """Return images whose alternative text is missing, or is only a file name."""
    found = []
    for tag in parse(page).select("img, [role=img]"):
        text = (tag.get("alt") or tag.get("aria-label") or "").strip()
        if not text or re.fullmatch(r"[\w./-]+\.(?:png|svg|jpe?g)", text):
            found.append(str(tag)[:120])
    return found
