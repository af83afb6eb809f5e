"""Check whether a text adds anything to others, as a summary usually repeats the start of the body. Pure.

In: plain texts. Out: whether every sentence of one is in the others, apart from what publishers put around an excerpt.
A sentence that differs in one word adds something: that word may be what a keyword asks for.
Called by clean.py.
"""

import re
from collections.abc import Sequence

_PUNCTUATION = '.,;:!?…·•«»"“”„‘()[]{}<>|*_—–-→←'
# The first words that nothing interrupts, enough of them to occur nowhere else by chance.
_RUN = re.compile(rf"[^\n{re.escape(_PUNCTUATION)}]{{24,}}")
_SENTENCE_END = re.compile(r"\n|(?<=[.!?])\s")
_ELLIPSIS = re.compile(r"[\[(]?(?:…|\.\.\.)[\])]?")
# The last line of an excerpt in blogs: the title of the post, and the name of the blog.
_APPEARED_FIRST = re.compile(
    r"(?:\A|(?<=\s))(?:the post .{1,400}? (?:first appeared|appeared first) on .{1,200}"
    r"|(?:l.article|cet article) .{1,400}? est apparu en premier sur .{1,200})\Z",
    re.I,
)
_APPEARED_CHARS = 700
_INVITATION = re.compile(
    r"\A\W*(?:read more|continue reading|read the (?:full|whole) (?:article|story|post)|lire la suite|lire l.article"
    r"|en savoir plus|voir plus|poursuivre la lecture)(?: de| of)?\b",
    re.I,
)


def is_contained(text: str, others: Sequence[str]) -> bool:
    """Return whether a text adds nothing to the others."""
    if any(_occurs(text, other) for other in others):
        return True
    text = text[:-_APPEARED_CHARS] + _APPEARED_FIRST.sub("", text[-_APPEARED_CHARS:])
    folded = [_folded(other) for other in others]
    if not _has_first_run(folded, text):
        return False
    unclear = [sentence for sentence in _SENTENCE_END.split(text) if not _has_as_is(folded, sentence)]
    if not unclear:
        return True
    words = "|".join(f" {_words(other)} " for other in folded)
    return all(_has(words, sentence) for sentence in unclear)


def _occurs(text: str, other: str, *, is_shortened: bool = False) -> bool:
    """Return whether the text is in another as it is, between spaces: the usual case, without a look at its words."""
    start = other.find(text)
    end = start + len(text)
    begins_word = start >= 0 and not other[max(start - 1, 0) : start].strip()
    return begins_word and (is_shortened or not other[end : end + 1].strip())


def _has_as_is(folded: list[str], sentence: str) -> bool:
    """Return whether `_has` needs no look at the words."""
    *shortened, last = (_folded(piece).strip() for piece in _ELLIPSIS.split(sentence))
    return any(_occurs(last, other) for other in folded) and all(
        any(_occurs(piece, other, is_shortened=True) for other in folded) for piece in shortened
    )


def _has_first_run(folded: list[str], text: str) -> bool:
    """Return whether the first long run of words of a text occurs in the others: a tenth of the time of `_has`."""
    run = _RUN.search(text)
    if not run or _INVITATION.match(run[0]):
        return True
    start = _folded(run[0]).strip()
    return any(start in other.replace("\n", " ") for other in folded)


def _has(words: str, sentence: str) -> bool:
    """Return whether a sentence is in the words; if it was shortened, its last word may be, too."""
    *shortened, last = _ELLIPSIS.split(sentence)
    pieces = [f" {_words(_folded(piece))}" for piece in shortened]
    last = _words(_folded(_INVITATION.sub("", last)))
    return all(piece in words for piece in pieces) and (not last or f" {last} " in words)


def _folded(text: str) -> str:
    return text.casefold().replace("’", "'")


def _words(folded: str) -> str:
    """Return the words with one space between them. Signs like those of "C++" and "#marque" are kept."""
    for sign in _PUNCTUATION:
        folded = folded.replace(sign, " ")
    return " ".join(folded.split())
