"""The outline of the PDF, as a reader should see it."""

from collections.abc import Iterator
from pathlib import Path

from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject


def name_once(path: Path) -> None:
    """Mend the titles that Chromium has written twice.

    It lays a heading out again when the heading moves to the next page, and then its title in the
    outline is "SummarySummary".
    """
    writer = PdfWriter(path, incremental=True)
    for entry in _entries(writer.get_outline_root()):
        title = str(entry["/Title"])
        half = len(title) // 2
        if title[:half] == title[half:]:
            entry[NameObject("/Title")] = TextStringObject(title[:half])
    writer.write(path)


def _entries(parent: DictionaryObject) -> Iterator[DictionaryObject]:
    """Yield every entry below one, whatever its depth."""
    child = parent.get("/First")
    while child is not None:
        entry = child.get_object()
        yield entry
        yield from _entries(entry)
        child = entry.get("/Next")
