"""Warnings about a reply before it is sent: it sounds angry, is too long, or has forbidden words. Pure.

In: the text of a draft and what is known about it. Out: warnings as codes, which workplace/drafts.py and the pages
translate. Warnings never prevent anything.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from monitoring.platforms.reply_texts import excess
from monitoring.query.folding import fold

ANGRY, LONG, FORBIDDEN = "angry", "long", "forbidden"

VERY_NEGATIVE = 0.8  # probability: replies about a problem are often somewhat negative, and not angry
SHOUTED_WORDS = 3
SHOUTED_SHARE = 0.3  # of the words with at least three letters: names and acronyms stay below
_WORD = re.compile(r"[^\W\d_]{3,}")
_EXCLAIMED = re.compile(r"[!?]\s*!|!\s*[!?]")
# A reply that regrets or thanks is negative because of what it is about.
_POLITE = re.compile(r"\b(desole|navre|excuse|pardon|merci|regrett|sorry|apolog|thank|regret)")


@dataclass(frozen=True)
class DraftWarning:
    """A code with its details: the words that the project forbids, or the length and the limit of the platform."""

    code: str
    words: tuple[str, ...] = ()
    length: int = 0
    limit: int = 0


def warnings_of(text: str, platform: str, forbidden: Iterable[str], negative: float) -> list[DraftWarning]:
    """Return the warnings about a draft. `negative` is the sentiment model's probability, 0 if it isn't known."""
    found = []
    if is_angry(text, negative):
        found.append(DraftWarning(ANGRY))
    if too_long := excess(text, platform):
        found.append(DraftWarning(LONG, length=too_long[0], limit=too_long[1]))
    if words := forbidden_in(text, forbidden):
        found.append(DraftWarning(FORBIDDEN, words=words))
    return found


def is_angry(text: str, negative: float) -> bool:
    """Return whether a text shouts, or is very negative without a word of regret or thanks."""
    words = _WORD.findall(text)
    shouted = [word for word in words if word.isupper()]
    is_shouted = len(shouted) >= SHOUTED_WORDS and len(shouted) >= SHOUTED_SHARE * len(words)
    is_exclaimed = bool(_EXCLAIMED.search(text)) or text.count("!") >= 3
    return is_shouted or is_exclaimed or (negative >= VERY_NEGATIVE and not _POLITE.search(fold(text)))


def forbidden_in(text: str, forbidden: Iterable[str]) -> tuple[str, ...]:
    """Return the forbidden words and phrases in a text, whole words only, ignoring case and accents."""
    folded = fold(text)
    return tuple(word for word in forbidden if re.search(rf"(?<!\w){re.escape(fold(word))}(?!\w)", folded))
