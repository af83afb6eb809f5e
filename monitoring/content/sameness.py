"""Decide whether two entries are the same item: the rule for entries of several sources with one address. Pure.

Called by feeds/identity.py and ingest/store.py. The address alone says nothing: a link blog's comment has the address
of the article that it comments on, and a status page has one address for all its incidents.
"""

import re
from dataclasses import dataclass, field

from monitoring.query import fold

_WORD = re.compile(r"\w+")
# " - Le Monde", " | Le Monde": what a search engine or a feed adds to a title.
_SUFFIX = re.compile(r"\s+[-–—|·]\s+[^-–—|·]{1,60}$")
# Words: shorter texts are contained in unrelated ones by chance.
MIN_WORDS = 8
# Share of the runs of three words of the shorter text that the longer one has too: an ellipsis, "Read more" or a
# corrected word remain below this difference, a comment of its own does not.
MIN_SHARED = 0.9
RUN = 3


@dataclass(frozen=True, slots=True)
class Texts:
    """The title and the text of an entry, both plain. A text that only repeats the title is none."""

    title: str
    text: str
    title_words: tuple[str, ...] = field(init=False)
    text_words: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        title, text = words_of(self.title), words_of(self.text)
        object.__setattr__(self, "title_words", title)
        object.__setattr__(self, "text_words", () if text == title else text)


def words_of(text: str) -> tuple[str, ...]:
    """Return the folded words of a text, without punctuation."""
    return tuple(_WORD.findall(fold(text)))


def is_same_item(one: Texts, other: Texts) -> bool:
    """Return whether two items at one address are the same.

    Texts decide where both have one: equal, nearly equal, or one an extract of the other. Otherwise titles decide.
    """
    if one.text_words and other.text_words:
        return texts_agree(one, other)
    if one.title_words and other.title_words:
        return _titles_agree(one.title, other.title)
    # One has only a title and the other only a text: a post without a title, whose first words became one elsewhere.
    first, second = one.title_words or one.text_words, other.title_words or other.text_words
    return bool(first) and bool(second) and _is_part(*sorted((first, second), key=len))


def texts_agree(one: Texts, other: Texts) -> bool:
    """Return whether two texts are equal, or the shorter one is contained in the longer one, nearly word by word.

    A short text that the other only contains needs the same title too.
    """
    shorter, longer = sorted((one.text_words, other.text_words), key=len)
    if shorter == longer:
        return bool(shorter)
    if len(shorter) < MIN_WORDS and not (one.title_words and _titles_agree(one.title, other.title)):
        return False
    return _is_part(shorter, longer)


def _is_part(shorter: tuple[str, ...], longer: tuple[str, ...]) -> bool:
    if not shorter:
        return False
    if f" {' '.join(shorter)} " in f" {' '.join(longer)} ":
        return True
    if len(shorter) < MIN_WORDS:
        return False
    runs, known = _runs(shorter), _runs(longer)
    return len(runs & known) >= MIN_SHARED * len(runs)


def _runs(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    return {words[start : start + RUN] for start in range(len(words) - RUN + 1)}


def _titles_agree(one: str, other: str) -> bool:
    """Return whether two titles have the same words, up to a publisher's name that one of them ends with."""
    first, second = words_of(one), words_of(other)
    return first == second or first == words_of(_SUFFIX.sub("", other)) or words_of(_SUFFIX.sub("", one)) == second
