"""A batch of texts in; all that the model reads of them out. model.py scores it, training.py learns from it.

Pieces of text (two to five characters, words, pairs of words) are hashed to rows of one table. Words of opinion are
looked up in the lexicon, with what negates them, and counted. Tokens are rows of a second table for the network.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.sentiment.hashing import Hasher, language_numbers, scrambled
from monitoring.sentiment.lexicon import ROLES, Lexicon
from monitoring.sentiment.text import PUNCTUATION, SYMBOL, Batch, batch

BITS = 21
ROWS = 1 << BITS
FEATURE_BITS = 18
TOKEN_BITS = 16
LONGEST_RUN = 5
CHARACTERS, WORDS, IDEAS = 0, 1, 2

# The network reads so many tokens of a text, twice what the longest tweets have.
MAX_TOKENS = 48
# How an idea stands: as it is, after a "not" near by, before one ("gefällt mir nicht").
STATES = 3
NEGATION_REACH, NEGATION_REACH_BACK = 4, 2
MEASURES = 24

_ROLL = np.uint32(0x01000193)
_LANGUAGE = np.uint32(0x51ED270B)
_ALONE, _OWN, _NEXT, _SKIP = (np.uint32(salt) for salt in (0x1B56C4E9, 0x7F4A7C15, 0x2C1B3C6D, 0x297A2D39))


@dataclass(frozen=True)
class Rows:
    """Rows of one group: those of text i are `rows[bounds[i]:bounds[i + 1]]`."""

    group: int
    rows: np.ndarray
    bounds: np.ndarray


@dataclass(frozen=True)
class Features:
    """`pieces`: rows of the big table; `ideas`: rows of the lexicon's; `measures`: MEASURES numbers a text, near 1.

    `tokens`: rows of the network's table, one column a token; `owner`: its text; `languages`: the number of a
    text's; `kinds`: how many rows of the lexicon's table a language has.
    """

    size: int
    kinds: int
    languages: np.ndarray
    pieces: list[Rows]
    ideas: Rows
    measures: np.ndarray
    tokens: np.ndarray
    owner: np.ndarray


def extract(texts: Sequence[str], languages: Sequence[str], lexicon: Lexicon) -> Features:
    found = batch(texts)
    hasher = Hasher(found)
    numbers = language_numbers(languages)
    words = hasher.words()
    ideas = lexicon.ideas_of(hasher, numbers)
    negated = _after_not(found, lexicon, ideas)
    states = _states(found, lexicon, ideas, negated)
    kinds = STATES * len(lexicon.valences)
    pieces = [*_of_characters(hasher), *_of_words(found, words, numbers)]
    tokens, owner = _tokens(hasher, words, numbers, states, kinds)
    return Features(
        found.size,
        kinds,
        numbers,
        pieces,
        _of_ideas(found, states, numbers, kinds),
        _measures(found, lexicon, ideas, negated),
        tokens,
        owner,
    )


def word_rows(texts: Sequence[str]) -> Rows:
    """Each text's words and pairs of neighbors, as numbers below 2**FEATURE_BITS."""
    found = batch(texts)
    words, owner = Hasher(found).words(), found.owner
    pair = owner[:-1] == owner[1:]
    pairs = (words[:-1] * _NEXT + words[1:])[pair]
    owners = np.concatenate([owner, owner[:-1][pair]])
    order = np.argsort(owners, kind="stable")
    rows = scrambled(np.concatenate([words, pairs])[order]) >> np.uint32(32 - FEATURE_BITS)
    return Rows(WORDS, rows.astype(np.int32), np.searchsorted(owners[order], np.arange(found.size + 1)))


def _of_characters(hasher: Hasher) -> Iterator[Rows]:
    for length, hashes, documents in hasher.runs(LONGEST_RUN):
        yield _rows(CHARACTERS, hashes + np.uint32(length), documents, hasher.found.size)


def _of_words(found: Batch, words: np.ndarray, numbers: np.ndarray) -> Iterator[Rows]:
    """Words and neighbors, each once for all languages and once for its own, and words with one between."""
    owner = found.owner
    own = numbers[owner].astype(np.uint32) * _LANGUAGE
    yield _rows(WORDS, words + _ALONE, owner, found.size)
    yield _rows(WORDS, (words ^ _OWN) * _ROLL + own, owner, found.size)
    for distance, salt in ((1, _NEXT), (2, _SKIP)):
        near = np.flatnonzero(owner[: len(owner) - distance] == owner[distance:])
        pairs = words[near] * salt + words[near + distance]
        yield _rows(WORDS, pairs, owner[near], found.size)
        if distance == 1:
            yield _rows(WORDS, (pairs ^ _OWN) * _ROLL + own[near], owner[near], found.size)


def _rows(group: int, hashes: np.ndarray, documents: np.ndarray, size: int) -> Rows:
    bounds = np.searchsorted(documents, np.arange(size + 1))
    rows = scrambled(hashes[: bounds[-1]]) >> np.uint32(32 - BITS)
    return Rows(group, rows.astype(np.int32), bounds)


def _of_ideas(found: Batch, states: np.ndarray, numbers: np.ndarray, kinds: int) -> Rows:
    named = np.flatnonzero(states)
    owner = found.owner[named]
    rows = numbers[owner] * kinds + states[named]
    return Rows(IDEAS, rows, np.searchsorted(owner, np.arange(found.size + 1)))


def _breaks(found: Batch, lexicon: Lexicon, ideas: np.ndarray) -> np.ndarray:
    """Numbers the stretches between punctuation, "but" and the ends of texts, that no negation reaches across."""
    stretch = np.zeros(len(ideas), np.int64)
    if len(ideas):
        stop = (found.kinds == PUNCTUATION) | (lexicon.roles[ideas] == ROLES.index("but"))
        stretch[1:] = np.cumsum(stop[1:] | (found.owner[1:] != found.owner[:-1]))
    return stretch


def _after_not(found: Batch, lexicon: Lexicon, ideas: np.ndarray) -> np.ndarray:
    """Which tokens stand within reach after a negation."""
    place, stretch = np.arange(len(ideas)), _breaks(found, lexicon, ideas)
    last = np.maximum.accumulate(np.where(lexicon.roles[ideas] == ROLES.index("not"), place, -1))
    near = (last >= 0) & (place > last) & (place - last <= NEGATION_REACH)
    return near & (stretch[np.maximum(last, 0)] == stretch)


def _before_not(found: Batch, lexicon: Lexicon, ideas: np.ndarray) -> np.ndarray:
    size = len(ideas)
    place, stretch = np.arange(size), _breaks(found, lexicon, ideas)
    marks = np.where(lexicon.roles[ideas] == ROLES.index("not"), place, 2 * size)
    coming = np.minimum.accumulate(marks[::-1])[::-1]
    near = (coming < size) & (coming > place) & (coming - place <= NEGATION_REACH_BACK)
    return near & (stretch[np.minimum(coming, size - 1)] == stretch) if size else near


def _states(found: Batch, lexicon: Lexicon, ideas: np.ndarray, negated: np.ndarray) -> np.ndarray:
    """Of each token its idea and how it stands as one number from 1; 0 for no idea."""
    before = _before_not(found, lexicon, ideas) & (lexicon.valences[ideas] != 0)
    how = np.where(negated, 1, np.where(before, 2, 0))
    return np.where(ideas > 0, (ideas - 1) * STATES + how + 1, 0)


def _tokens(
    hasher: Hasher, words: np.ndarray, numbers: np.ndarray, states: np.ndarray, kinds: int
) -> tuple[np.ndarray, np.ndarray]:
    """The network's rows: a word by itself, in its language, its beginnings and endings, and its idea."""
    owner, size = hasher.found.owner, len(states)
    kept = np.flatnonzero(np.arange(size) - np.searchsorted(owner, np.arange(hasher.found.size))[owner] < MAX_TOKENS)
    hashes = [words, words + (numbers[owner].astype(np.uint32) + np.uint32(1)) * _LANGUAGE]
    hashes += [hasher.stems(length) + np.uint32(length) for length in (3, 4, 5, 6)]
    hashes += [hasher.endings(length) + np.uint32(100 + length) for length in (2, 3)]
    rows = np.empty((len(hashes) + 1, len(kept)), np.int32)
    for place, column in enumerate(hashes):
        mixed = scrambled(column[kept]) >> np.uint32(32 - TOKEN_BITS)
        rows[place] = mixed % np.uint32((1 << TOKEN_BITS) - kinds) + np.uint32(kinds)
    rows[-1] = states[kept]
    return rows, owner[kept]


def _measures(found: Batch, lexicon: Lexicon, ideas: np.ndarray, negated: np.ndarray) -> np.ndarray:
    """What is said for and against, where it is said, and how loud the text is."""
    owner, size, roles = found.owner, found.size, lexicon.roles[ideas]

    def total(of_tokens: np.ndarray) -> np.ndarray:
        return np.bincount(owner, of_tokens, size)

    valence = lexicon.valences[ideas].astype(float)
    said = np.where(negated, -0.7 * valence, valence)
    good, bad = total(np.maximum(said, 0)), total(np.maximum(-said, 0))
    tokens = np.bincount(owner, minlength=size)
    place = np.arange(len(ideas))
    last_but = np.full(size, -1)
    but = roles == ROLES.index("but")
    last_but[owner[but]] = place[but]
    after_but = (last_but[owner] >= 0) & (place > last_but[owner])
    within = (place - np.searchsorted(owner, np.arange(size))[owner]) / np.maximum(tokens, 1)[owner]
    columns = [
        np.tanh(good / 3),
        np.tanh(bad / 3),
        np.tanh((good - bad) / 3),
        np.tanh((good - bad) / 8),
        (good > 0) & (bad > 0),
        (good == 0) & (bad == 0),
        np.tanh(total(said * after_but) / 3),
        np.tanh(total(said * (within > 0.6)) / 3),
        total(negated & (valence != 0)) > 0,
        np.minimum(total(roles == ROLES.index("not")), 3) / 3,
        np.minimum(tokens, 60) / 30,
        found.shouting,
        *(_share_of(found, mark) for mark in "!?#…"),
        np.minimum(total(found.kinds == SYMBOL), 4) / 4,
        *(np.minimum(total(roles == role), 2) / 2 for role in range(1, len(ROLES))),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _share_of(found: Batch, mark: str) -> np.ndarray:
    times = np.bincount(found.document[found.plain == ord(mark)], minlength=found.size + 1)[: found.size]
    return np.minimum(times, 3) / 3
