"""The signs that belong to a word for `=`: "C++", ".NET", "Yahoo!" and "AT&T" are other names than their letters.

Pure. Called by terms.py for the words of a query, and by field_words.py for the words of a text.
"""

import re
import unicodedata

from monitoring.query.folding import APOSTROPHES, CLASS, HYPHENS

# Brackets, quotation marks and the punctuation of sentences.
_PUNCTUATION = frozenset('()[]{}<>«»‹›“”„"‚,;:…،、。')
_WORD_CLASSES = "Uwdms"
# Signs after a word that make it another name, unless the query has them: C++, C#, Canal+.
_PART_OF_NAME = re.compile(r"[+#]++(?!\w)")


def _sign(char: str) -> str:
    """Return a sign in its usual form, the same for all hyphens, apostrophes and widths."""
    if char in APOSTROPHES:
        return "'"
    return "-" if char in HYPHENS else unicodedata.normalize("NFKC", char)


def _is_sign(char: str) -> bool:
    return not char.isspace() and CLASS[char] not in _WORD_CLASSES


def signs_before(text: str, start: int) -> str:
    """Return the signs directly before the word that starts here; a quotation mark or a dash is none."""
    first = start
    while first and _is_sign(text[first - 1]):
        first -= 1
    signs = "".join(_sign(char) for char in text[first:start] if char not in _PUNCTUATION)
    return signs if first and not text[first - 1].isspace() else signs.lstrip("'-")


def signs_after(text: str, end: int) -> str:
    """Return the signs directly after the word that ends here. A period is one only before another word."""
    last = end
    while last < len(text) and _is_sign(text[last]):
        last += 1
    signs = "".join(_sign(char) for char in text[end:last] if char not in _PUNCTUATION)
    return signs if last < len(text) and not text[last].isspace() else signs.replace(".", "").rstrip("'-")


def has_signs(text: str, start: int, end: int, before: str, after: str) -> bool:
    """Return whether the word text[start:end] has these signs, and none after them that makes it another name."""
    stop = end + len(after)
    return (
        "".join(map(_sign, text[end:stop])) == after
        and "".join(map(_sign, text[max(start - len(before), 0) : start])) == before
        and not _PART_OF_NAME.match(text, stop)
    )
