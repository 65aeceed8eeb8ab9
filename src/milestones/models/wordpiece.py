"""WordPiece: text to token numbers, as BERT's uncased models read it.

Taught in book/history/bert.md. Where Google's own code and the ``tokenizers`` library differ, this
follows the library, with which it is compared.

Source: https://github.com/google-research/bert/blob/master/tokenization.py (behavior, not code).
"""

import string
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

CHINESE = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),  # as in the library; Google's code begins this block at 0x2B820
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)
"""Blocks of Chinese characters, first and last code."""

REMOVED = ("Cc", "Cf", "Co")
"""Categories of Unicode that leave no trace: controls, marks of format, private characters.

Google's code keeps the private ones, "Co"; the library does not.
"""

LONGEST_WORD = 100
"""A longer word is unknown as a whole; Google's code allows 200 letters, the library 100."""


class WordPiece:
    """Split text into words, and words into the longest pieces of a vocabulary.

    Parameters
    ----------
    vocabulary
        The pieces in the order of their numbers; ``[UNK]``, ``[CLS]`` and ``[SEP]`` are needed.

    Raises
    ------
    ValueError
        If one of these three is missing.
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.vocabulary = list(vocabulary)
        self.number_of = {piece: number for number, piece in enumerate(self.vocabulary)}
        missing = {"[UNK]", "[CLS]", "[SEP]"} - self.number_of.keys()
        if missing:
            raise ValueError(f"The vocabulary lacks {', '.join(sorted(missing))}.")
        self._known = lru_cache(maxsize=None)(self._pieces)

    def encode(self, text: str, longest: int = 512) -> list[int]:
        """Return token numbers from ``[CLS]`` to ``[SEP]``, at most ``longest``."""
        tokens = [piece for word in words(text) for piece in self._known(word)]
        framed = ["[CLS]", *tokens[: longest - 2], "[SEP]"]
        return [self.number_of[token] for token in framed]

    def _pieces(self, word: str) -> tuple[str, ...]:
        found: list[str] = []
        rest = word if len(word) <= LONGEST_WORD else ""
        while rest:
            mark = "##" if found else ""
            sizes = range(len(rest), 0, -1)
            size = next((n for n in sizes if mark + rest[:n] in self.number_of), 0)
            if not size:
                return ("[UNK]",)
            found.append(mark + rest[:size])
            rest = rest[size:]
        return tuple(found) or ("[UNK]",)


def words(text: str) -> list[str]:
    """Return the words, Chinese characters and punctuation marks of a text, without accents."""
    plain = unicodedata.normalize("NFD", "".join(_cleaned(text)))
    kept = (letter.lower() for letter in plain if unicodedata.category(letter) != "Mn")
    return "".join(f" {c} " if _is_mark(c) else c for c in kept).split()


def _cleaned(text: str) -> Iterator[str]:
    """Yield the visible characters, those of Chinese between spaces."""
    for letter in text:
        if letter in "\t\n\r":
            yield " "
        elif letter != "\ufffd" and unicodedata.category(letter) not in REMOVED:
            chinese = any(first <= ord(letter) <= last for first, last in CHINESE)
            yield f" {letter} " if chinese else letter


def _is_mark(letter: str) -> bool:
    return letter in string.punctuation or unicodedata.category(letter).startswith("P")
