"""Text: tables, sentence pairs, and plain files."""

import csv
import io

from milestones.data.loaders.reading import choose, damaged, read_text, reads
from milestones.data.resolver import find_dataset, resolve

__all__ = ["load_banking77", "load_sentence_pairs", "load_text"]


@reads("banking77", "train", "test")
def load_banking77(split: str) -> tuple[list[str], list[str]]:
    """Load BANKING77's questions and intents.

    Parameters
    ----------
    split
        ``"train"`` or ``"test"``.

    Returns
    -------
    texts, intents
        Two lists of equal length: 10,003 training or 3,080 test examples in the official files.

    Raises
    ------
    DataError
        If the file can't be had, lacks its two columns, or has an empty field.

    Source: Casanueva et al. (2020), *Efficient Intent Detection with Dual Sentence Encoders*.
    """
    name = choose(split, {"train": "train.csv", "test": "test.csv"})
    path = resolve("banking77") / "banking77" / name
    try:
        table = csv.reader(io.StringIO(read_text(path), newline=""))
        header, *rows = [row for row in table if row] or [[]]
    except csv.Error as error:
        raise damaged(path, f"it is not a table ({error})") from error
    if header != ["text", "category"] or not rows:
        raise damaged(path, "it must have the columns text and category, and rows below them")
    if any(len(row) != 2 or not all(row) for row in rows):
        raise damaged(path, "every row needs a text and a category")
    return [row[0] for row in rows], [row[1] for row in rows]


@reads("cmn-eng")
def load_sentence_pairs() -> list[tuple[str, str]]:
    """Load pairs of an English sentence and its Chinese translation, shortest first.

    Raises
    ------
    DataError
        If the file can't be had, or a line is not two or more columns separated by tabs.

    Source: the Tatoeba project, in the edition of manythings.org.
    """
    path = resolve("cmn-eng") / "cmn-eng" / "cmn.txt"
    lines = [line.split("\t") for line in read_text(path).split("\n") if line]
    if not lines or any(len(columns) < 2 or not all(columns[:2]) for columns in lines):
        raise damaged(path, "every line needs an English and a Chinese sentence")
    return [(columns[0], columns[1]) for columns in lines]


@reads("tinyshakespeare")
def load_text(name: str = "tinyshakespeare") -> str:
    """Load a catalogue entry that is one plain text file; line ends become ``\\n``.

    Raises
    ------
    DataError
        If the file can't be had, is empty, or is not UTF-8.
    """
    return read_text(resolve(name) / find_dataset(name).files[0])
