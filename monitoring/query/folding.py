"""Fold characters for search and classify them for the tokenizer. Pure.

In: a single character. Out: its folded form ("É" is "e", "œ" is "oe", "٣" is "3") and one class letter. `tokens.py`
joins the classes of a text into a string and finds the words in it with one regular expression.
"""

import unicodedata

# The classes. Words consist of U, w and d; m and z belong to the character before them.
UPPER, LETTER, DIGIT, MARK, JOINER = "U", "w", "d", "m", "z"
# Characters that are a word by themselves: scripts without spaces, emoji, skin tones, halves of a flag.
STANDALONE, EMOJI, TONE, FLAG = "s", "e", "k", "r"
APOSTROPHE, SIGNS, OTHER = "'", "#@$_.-", "x"

# The placeholder for any one character in a query word: a noncharacter, which Unicode reserves for internal use.
WILD = "\ufdd0"

APOSTROPHES = "'’‘ʼʹ′`´＇‛"
HYPHENS = "-‐‑‒–−﹣－"

# Letters that Unicode does not decompose, although people type other letters for them.
_LETTERS = {
    "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i",
    "ŋ": "n", "ĸ": "k", "ƒ": "f",
}  # fmt: skip

# Accents and vowel points, which people leave out. The marks of Indic and Thai scripts and the voicing marks of kana
# distinguish letters and are preserved.
_ACCENTS = (
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670),
    (0x06D6, 0x06ED), (0x0711, 0x0711), (0x0730, 0x074A), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
)  # fmt: skip

# Scripts written without spaces, or (Hangul) with particles attached to words: Thai, Lao, Myanmar, jamo, Khmer, Han,
# kana, bopomofo, Hangul.
_UNSPACED_SCRIPTS = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x2E80, 0x2FDF), (0x3005, 0x3007),
    (0x3021, 0x3029), (0x3031, 0x3035), (0x303B, 0x303C), (0x3041, 0x30FF), (0x3105, 0x318E), (0x31A0, 0x31FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA960, 0xA97F), (0xA9E0, 0xA9FE), (0xAA60, 0xAA7F), (0xAC00, 0xD7FB),
    (0xF900, 0xFAFF), (0x1B000, 0x1B16F), (0x20000, 0x3FFFF),
)  # fmt: skip
_FOLLOWING_JAMO = ((0x1160, 0x11FF), (0xD7B0, 0xD7FB))

# Emoji count as words. Arrows, bullets, boxes and signs such as ™ or ° are punctuation.
_EMOJI = ((0x231A, 0x231B), (0x23E9, 0x23F3), (0x2600, 0x27BF), (0x2B50, 0x2B55), (0x1F000, 0x1FAFF))
_TONES = (0x1F3FB, 0x1F3FF)
_FLAGS = (0x1F1E6, 0x1F1FF)

# Invisible inside a word: soft hyphen, non-joiner, direction marks, variation selectors, flag tags.
_INVISIBLE = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x0640, 0x0640), (0x061C, 0x061C), (0x180B, 0x180E), (0x200C, 0x200C),
    (0x200E, 0x200F), (0x202A, 0x202E), (0x2060, 0x2064), (0x2066, 0x206F), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xE0000, 0xE01EF),
)  # fmt: skip


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)


def _fold_letter(char: str) -> str:
    if unicodedata.category(char) == "Nd":
        return str(unicodedata.decimal(char))
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    kept = "".join(_LETTERS.get(c, c) for c in parts if not _within(ord(c), _ACCENTS))
    folded = unicodedata.normalize("NFC", kept)
    # "½" decomposes into "1⁄2": a character whose decomposition contains punctuation stays as it is.
    return folded if all(c.isalnum() or unicodedata.category(c)[0] == "M" for c in folded) else char.casefold()


def _classify(char: str) -> tuple[str, str]:
    code, category = ord(char), unicodedata.category(char)
    if char == "\u200d":
        return JOINER, ""
    if char == WILD:
        return LETTER, char
    if _within(code, _INVISIBLE) or _within(code, _ACCENTS):
        return MARK, ""
    if char in APOSTROPHES:
        return APOSTROPHE, ""
    if _within(code, (_TONES, _FLAGS)):
        return (TONE if code >= _TONES[0] else FLAG), char
    if _within(code, _EMOJI):
        return EMOJI, char
    if char in "\uff9e\uff9f":
        return MARK, unicodedata.normalize("NFKD", char)
    if category[0] == "M" or _within(code, _FOLLOWING_JAMO):
        return MARK, char
    if not char.isalnum():
        sign = unicodedata.normalize("NFKC", char)
        return (sign if len(sign) == 1 and sign in SIGNS else OTHER), ""
    folded = _fold_letter(char)
    if _within(ord(folded[0]), _UNSPACED_SCRIPTS):
        return STANDALONE, folded
    if category == "Nd":
        return DIGIT, folded
    return (UPPER if category in ("Lu", "Lt") else LETTER), folded


class _CharacterTable(dict[str, str]):
    """A cache of one column of `_classify`; at most one entry per Unicode character."""

    def __init__(self, column: int) -> None:
        self._column = column

    def __missing__(self, char: str) -> str:
        value = self[char] = _classify(char)[self._column]
        return value


CLASS = _CharacterTable(0)
FOLDED = _CharacterTable(1)


def fold_run(text: str) -> str:
    """Return the folded letters of a run of characters, without punctuation."""
    folded = "".join(map(FOLDED.__getitem__, text))
    return folded if folded.isascii() else unicodedata.normalize("NFC", folded)


def fold(text: str) -> str:
    """Return a text without case, accents, width and ligatures; punctuation is preserved."""
    folded = "".join(FOLDED[c] or (c if CLASS[c] not in (MARK, JOINER) else "") for c in text)
    return folded if folded.isascii() else unicodedata.normalize("NFC", folded)
