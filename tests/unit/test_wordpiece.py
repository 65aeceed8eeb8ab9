"""The promise: the tokenizer gives the numbers of the ``tokenizers`` library, on any text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.places import find_real
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from milestones.models.wordpiece import WordPiece, words

LETTERS = "abcdeé我"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PIECES = ["a", "ab", "abc", "b", "e", "我", ".", "##a", "##b", "##cd", "##e", "##de", "##c"]
SMALL = SPECIAL + PIECES
# Python and the library follow different versions of Unicode, so new characters may differ.
TEXT = st.text(st.sampled_from(LETTERS + " .,-\t\n\u200b\u0301ABÅßİΣ😀か한\x00\ufffd\u00a0"))


def library(vocabulary: list[str]) -> Tokenizer:
    """Return the reference: the same vocabulary in the ``tokenizers`` library."""
    numbers = {piece: number for number, piece in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordPiece(numbers, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = [(token, numbers[token]) for token in ("[SEP]", "[CLS]")]
    tokenizer.post_processor = processors.BertProcessing(*ends)
    tokenizer.enable_truncation(512)
    return tokenizer


OURS, THEIRS = WordPiece(SMALL), library(SMALL)


@given(TEXT)
def test_any_text_gets_the_numbers_of_the_library(text: str) -> None:
    assert OURS.encode(text) == THEIRS.encode(text).ids


@pytest.mark.parametrize("text", ["", "a" * 100, "a" * 101, "ab " * 600, "我" * 600])
def test_extreme_texts_get_the_numbers_of_the_library(text: str) -> None:
    assert OURS.encode(text) == THEIRS.encode(text).ids


def test_an_empty_text_has_two_tokens_and_a_long_one_512() -> None:
    assert OURS.encode("") == [SMALL.index("[CLS]"), SMALL.index("[SEP]")]
    assert len(OURS.encode("ab " * 600)) == 512
    assert len(OURS.encode("ab " * 600, longest=10)) == 10


def test_the_longest_piece_wins_and_one_missing_piece_makes_a_word_unknown() -> None:
    assert [SMALL[number] for number in OURS.encode("abcde")] == [
        "[CLS]",
        "abc",
        "##de",
        "[SEP]",
    ]
    assert [SMALL[number] for number in OURS.encode("abx")][1] == "[UNK]"


def test_words_lose_accents_and_case_and_chinese_characters_stand_alone() -> None:
    assert words("Über 3 Äpfel!") == ["uber", "3", "apfel", "!"]
    assert words("我爱你") == ["我", "爱", "你"]


@pytest.mark.parametrize("missing", ["[UNK]", "[CLS]", "[SEP]"])
def test_a_vocabulary_without_a_special_token_is_refused(missing: str) -> None:
    with pytest.raises(ValueError, match=r"lacks \[" + missing[1:4]):
        WordPiece([piece for piece in SMALL if piece != missing])


VOCABULARY = find_real("minilm/vocab.txt")


@pytest.mark.skipif(not VOCABULARY, reason="MiniLM was not fetched yet")
@pytest.mark.parametrize(
    "text",
    [
        "İstanbul'da naïve café, Straße",
        "深度学习很有趣。 東京タワー 안녕하세요",
        "👩‍👩‍👧‍👦 I ❤️ you 👍🏽!",
        "pneumonoultramicroscopicsilicovolcanoconiosis",
        "[MASK] is text here",
        "one two three " * 300,
    ],
)
def test_the_real_vocabulary_gives_the_numbers_of_the_library(text: str) -> None:
    place = Path(str(VOCABULARY)) / "minilm" / "vocab.txt"
    vocabulary = place.read_text(encoding="utf-8").splitlines()
    assert WordPiece(vocabulary).encode(text) == library(vocabulary).encode(text).ids
