"""A batch of texts in; for each text, the rows of the weight table that speak for it out.

model.py sums those rows, training.py fits them. A row is the hash of a piece of text: two to five characters, one or
two words, a word under a negation; each piece has a row shared by all languages, a word one of its language too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.sentiment.text import Batch, batch

LANGUAGES = ("", "ar", "de", "en", "es", "fr", "hi", "it", "pt")
BITS = 21
ROWS = 1 << BITS
FEATURE_BITS = 18

_SPREAD = np.uint32(0x9E3779B1)
_ROLL = np.uint32(0x01000193)
_LONGEST_WORD = 64
LONGEST_RUN = 5


CHARACTERS, WORDS, GROUPS = 0, 1, 2


@dataclass(frozen=True)
class Rows:
    """Rows of one group: those of text i are `rows[bounds[i]:bounds[i + 1]]`."""

    group: int
    rows: np.ndarray
    bounds: np.ndarray


def extract(texts: Sequence[str], languages: Sequence[str]) -> list[Rows]:
    found = batch(texts)
    numbers = language_numbers(languages)
    return [*_of_characters(found), *_of_words(found, numbers)]


def counts(pieces: list[Rows], size: int) -> np.ndarray:
    """How many rows each text has in each group."""
    total = np.zeros((GROUPS, size))
    for piece in pieces:
        total[piece.group] += np.diff(piece.bounds)
    return total


def word_rows(texts: Sequence[str]) -> Rows:
    """Each text's words and pairs of neighbours, as numbers below 2**FEATURE_BITS."""
    found = batch(texts)
    words, owner = word_hashes(found), found.owner
    pair = owner[:-1] == owner[1:]
    pairs = (words[:-1] * np.uint32(0x2C1B3C6D) + words[1:])[pair]
    owners = np.concatenate([owner, owner[:-1][pair]])
    order = np.argsort(owners, kind="stable")
    rows = scrambled(np.concatenate([words, pairs])[order]) >> np.uint32(32 - FEATURE_BITS)
    return Rows(WORDS, rows.astype(np.int32), np.searchsorted(owners[order], np.arange(found.size + 1)))


def _of_characters(found: Batch) -> Iterator[Rows]:
    for length, hashes, documents in character_hashes(found):
        yield _rows(CHARACTERS, hashes + np.uint32(length), documents, found.size)


def _of_words(found: Batch, numbers: np.ndarray) -> Iterator[Rows]:
    words, owner = word_hashes(found), found.owner
    own = (numbers[owner] * 0x51ED270B).astype(np.uint32)
    for distance, salt in ((0, 0x1B56C4E9), (1, 0x2C1B3C6D), (2, 0x297A2D39)):
        near = slice(None, len(words) - distance)
        together = owner[near] == owner[distance:]
        hashes = words + np.uint32(salt) if not distance else words[near] * np.uint32(salt) + words[distance:]
        hashes = hashes[together]
        yield _rows(WORDS, hashes, owner[near][together], found.size)
        if distance < 2:
            yield _rows(
                WORDS,
                (hashes ^ np.uint32(0xA5A5A5A5)) * _ROLL + own[near][together],
                owner[near][together],
                found.size,
            )


def _rows(group: int, hashes: np.ndarray, documents: np.ndarray, size: int) -> Rows:
    bounds = np.searchsorted(documents, np.arange(size + 1))
    rows = scrambled(hashes[: bounds[-1]]) >> np.uint32(32 - BITS)
    return Rows(group, rows.astype(np.int32), bounds)


def language_numbers(languages: Sequence[str]) -> np.ndarray:
    """Of each tag ("fr", "fr-CA", "") its place in LANGUAGES; 0 is any language that the model does not know."""
    known = {language: number for number, language in enumerate(LANGUAGES)}
    return np.array([known.get(language[:2].lower(), 0) for language in languages], np.intp)


def scrambled(hashes: np.ndarray) -> np.ndarray:
    """The finishing steps of MurmurHash3: every bit of the result hangs on every bit of the hash."""
    hashes = hashes ^ (hashes >> np.uint32(16))
    hashes = hashes * np.uint32(0x85EBCA6B)
    hashes ^= hashes >> np.uint32(13)
    hashes *= np.uint32(0xC2B2AE35)
    hashes ^= hashes >> np.uint32(16)
    return hashes


def character_hashes(batch: Batch) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """For each length the hashes of all runs of so many characters, and the text of each."""
    spread = scrambled(batch.plain * _SPREAD)
    rolled = spread
    for length in range(2, LONGEST_RUN + 1):
        rolled = rolled[:-1] * _ROLL + spread[length - 1 :]
        within = batch.document[: len(rolled)] == batch.document[length - 1 :]
        yield length, rolled[within], batch.document[: len(rolled)][within]


def word_hashes(batch: Batch) -> np.ndarray:
    """One hash a token."""
    if not len(batch.starts):
        return np.empty(0, np.uint32)
    place = np.zeros(len(batch.letters), np.int32)
    place[batch.starts] = batch.starts
    np.maximum.accumulate(place, out=place)
    place = np.minimum(np.arange(len(place), dtype=np.int32) - place, _LONGEST_WORD - 1)
    spread = scrambled(batch.letters * _SPREAD) * _POWERS[place]
    edges = np.stack([batch.starts, batch.ends], axis=1).ravel()
    return np.add.reduceat(spread, edges, dtype=np.uint32)[::2]


_POWERS = np.cumprod(np.full(_LONGEST_WORD, 0x6C8E9CF5, np.uint32), dtype=np.uint32)
