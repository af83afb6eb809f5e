"""Cut the vocabulary of multilingual-e5-small to the languages that Vigie serves, and build its tokenizer.

In: an `E5File` and the texts of training. Out: the numbers of the kept pieces, and a `tokenizers.Tokenizer`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import wordfreq
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

LANGUAGES = ("fr", "en", "es", "de", "it", "pt", "ar", "hi", "nl")
SIZE = 60_000
WORDS = 60_000  # of each language, the most frequent
CAPITALIZED = 0.2  # of a word's frequency, for the form that starts with a capital
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
# Latin, punctuation and symbols, Arabic, Devanagari, variation selectors and emoji.
_CHARACTERS = ((0, 0x250), (0x2000, 0x2C00), (0x600, 0x700), (0x900, 0x980), (0xFE00, 0xFE10), (0x1F000, 0x110000))
_BATCH = 10_000


def tokenizer_of(pieces: Sequence[str], scores: Sequence[float]) -> Tokenizer:
    """Return a tokenizer that splits like XLM-R's: SentencePiece's unigram model after NFKC."""
    vocabulary = [
        (piece, -1000.0 if number < len(SPECIAL) or piece == "<mask>" else score)
        for number, (piece, score) in enumerate(zip(pieces, scores, strict=True))
    ]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=SPECIAL.index("<unk>"), byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Nmt(),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
            normalizers.Strip(left=False, right=True),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.add_special_tokens([AddedToken(piece, special=True) for piece in SPECIAL])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[(piece, SPECIAL.index(piece)) for piece in ("<s>", "</s>")]
    )
    # The pieces of special tokens in a text ("</s>") are text.
    tokenizer.encode_special_tokens = True
    return tokenizer


def kept_pieces(pieces: Sequence[str], scores: Sequence[float], texts: Sequence[str]) -> list[int]:
    """Return the numbers of SIZE pieces, ascending: the special ones, those of the texts, single characters of the
    scripts served, then the most frequent of the languages."""
    tokenizer = tokenizer_of(pieces, scores)
    kept = set(range(len(SPECIAL))) | set(_counted(tokenizer, texts, [1.0] * len(texts)))
    kept |= {number for number, piece in enumerate(pieces) if _is_character(piece)}
    frequency = _frequencies(tokenizer)
    others = sorted((number for number in frequency if number not in kept), key=lambda number: -frequency[number])
    return sorted(kept | set(others[: max(0, SIZE - len(kept))]))


def _is_character(piece: str) -> bool:
    character = piece.replace("▁", "")
    served = all(any(start <= ord(one) < end for start, end in _CHARACTERS) for one in piece.replace("▁", " "))
    return bool(piece) and len(character) <= 1 and served


def _frequencies(tokenizer: Tokenizer) -> dict[int, float]:
    """Return for each piece its frequency in the language where it is most frequent."""
    highest: dict[int, float] = {}
    for language in LANGUAGES:
        frequency = wordfreq.get_frequency_dict(language, wordlist="best")
        words = sorted(frequency, key=lambda word: -frequency[word])[:WORDS]
        weights = [frequency[word] for word in words]
        small = _counted(tokenizer, [word.lower() for word in words], weights)
        capital = _counted(tokenizer, [word.capitalize() for word in words], [CAPITALIZED * one for one in weights])
        for number, value in (small + capital).items():
            highest[number] = max(highest.get(number, 0.0), value)
    return highest


def _counted(tokenizer: Tokenizer, texts: Sequence[str], weights: Iterable[float]) -> Counter[int]:
    counts: Counter[int] = Counter()
    weighted = list(weights)
    for start in range(0, len(texts), _BATCH):
        encoded = tokenizer.encode_batch(list(texts[start : start + _BATCH]), add_special_tokens=False)
        for one, weight in zip(encoded, weighted[start : start + _BATCH], strict=True):
            for number in one.ids:
                counts[number] += weight  # type: ignore[assignment]
    return counts
