"""Extract features: a batch of texts in, `Features` out. Called by model.py and by training/.

Parts of the texts (two to five characters, words, pairs of words) are hashed to rows of one table. Opinion words are
looked up in the lexicon, with their negations, and counted. Tokens are rows of a second table, for the networks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.sentiment.hashing import Hasher, language_numbers, mixed_bits
from monitoring.sentiment.lexicon import ROLES, Lexicon
from monitoring.sentiment.text import PUNCTUATION, SYMBOL, TextBatch, tokenize_batch

BITS = 21
ROWS = 1 << BITS
FEATURE_BITS = 18
TOKEN_BITS = 16
MAX_NGRAM = 5
CHARACTERS, WORDS, IDEAS = 0, 1, 2

# The networks read so many tokens of a text, twice as many as the longest tweets have.
MAX_TOKENS = 48
# The states of an idea: plain, after a negation, before one ("gefällt mir nicht").
STATES = 3
NEGATION_REACH, NEGATION_REACH_BACK = 4, 2
MEASURES = 24

_ROLL = np.uint32(0x01000193)
_LANGUAGE = np.uint32(0x51ED270B)
_WORD, _OWN_LANGUAGE, _BIGRAM, _SKIPGRAM = (
    np.uint32(salt) for salt in (0x1B56C4E9, 0x7F4A7C15, 0x2C1B3C6D, 0x297A2D39)
)


@dataclass(frozen=True)
class Rows:
    """Rows of one group; those of text i are `rows[bounds[i]:bounds[i + 1]]`."""

    group: int
    rows: np.ndarray
    bounds: np.ndarray


@dataclass(frozen=True)
class Features:
    """The features of `size` texts. `pieces`: rows of the big table; `ideas`: rows of the lexicon's table, which has
    `idea_rows` rows per language; `measures`: MEASURES numbers per text, of about 1.

    `tokens`: rows of the networks' table, one column per token; `owner`: the text of each token; `languages`: the
    language number of each text.
    """

    size: int
    idea_rows: int
    languages: np.ndarray
    pieces: list[Rows]
    ideas: Rows
    measures: np.ndarray
    tokens: np.ndarray
    owner: np.ndarray


def extract(texts: Sequence[str], languages: Sequence[str], lexicon: Lexicon) -> Features:
    """Return the features of these texts; a language is a tag such as "fr" or "fr-CA"."""
    found = tokenize_batch(texts)
    hasher = Hasher(found)
    numbers = language_numbers(languages)
    words = hasher.words()
    ideas = lexicon.ideas_of(hasher, numbers)
    negated = _follow_negation(found, lexicon, ideas)
    states = _states(found, lexicon, ideas, negated)
    idea_rows = STATES * len(lexicon.valences)
    pieces = [*_character_rows(hasher), *_word_rows(found, words, numbers)]
    tokens, owner = _tokens(hasher, words, numbers, states, idea_rows)
    return Features(
        found.size,
        idea_rows,
        numbers,
        pieces,
        _idea_rows(found, states, numbers, idea_rows),
        _measures(found, lexicon, ideas, negated),
        tokens,
        owner,
    )


def word_rows(texts: Sequence[str]) -> Rows:
    """Return the words and word pairs of each text, as numbers below 2**FEATURE_BITS."""
    found = tokenize_batch(texts)
    words, owner = Hasher(found).words(), found.owner
    pair = owner[:-1] == owner[1:]
    pairs = (words[:-1] * _BIGRAM + words[1:])[pair]
    owners = np.concatenate([owner, owner[:-1][pair]])
    order = np.argsort(owners, kind="stable")
    rows = mixed_bits(np.concatenate([words, pairs])[order]) >> np.uint32(32 - FEATURE_BITS)
    return Rows(WORDS, rows.astype(np.int32), np.searchsorted(owners[order], np.arange(found.size + 1)))


def _character_rows(hasher: Hasher) -> Iterator[Rows]:
    for length, hashes, documents in hasher.ngrams(MAX_NGRAM):
        yield _rows(CHARACTERS, hashes + np.uint32(length), documents, hasher.batch.size)


def _word_rows(found: TextBatch, words: np.ndarray, numbers: np.ndarray) -> Iterator[Rows]:
    """Return words and bigrams, both for all languages and for their own, and bigrams with one word in between."""
    owner = found.owner
    own_language = numbers[owner].astype(np.uint32) * _LANGUAGE
    yield _rows(WORDS, words + _WORD, owner, found.size)
    yield _rows(WORDS, (words ^ _OWN_LANGUAGE) * _ROLL + own_language, owner, found.size)
    for distance, salt in ((1, _BIGRAM), (2, _SKIPGRAM)):
        in_reach = np.flatnonzero(owner[: len(owner) - distance] == owner[distance:])
        pairs = words[in_reach] * salt + words[in_reach + distance]
        yield _rows(WORDS, pairs, owner[in_reach], found.size)
        if distance == 1:
            yield _rows(WORDS, (pairs ^ _OWN_LANGUAGE) * _ROLL + own_language[in_reach], owner[in_reach], found.size)


def _rows(group: int, hashes: np.ndarray, documents: np.ndarray, size: int) -> Rows:
    bounds = np.searchsorted(documents, np.arange(size + 1))
    rows = mixed_bits(hashes[: bounds[-1]]) >> np.uint32(32 - BITS)
    return Rows(group, rows.astype(np.int32), bounds)


def _idea_rows(found: TextBatch, states: np.ndarray, numbers: np.ndarray, idea_rows: int) -> Rows:
    with_idea = np.flatnonzero(states)
    owner = found.owner[with_idea]
    rows = numbers[owner] * idea_rows + states[with_idea]
    return Rows(IDEAS, rows, np.searchsorted(owner, np.arange(found.size + 1)))


def _segments(found: TextBatch, lexicon: Lexicon, ideas: np.ndarray) -> np.ndarray:
    """Number the segments between punctuation, "but" and ends of texts, which no negation crosses."""
    segment = np.zeros(len(ideas), np.int64)
    if len(ideas):
        stop = (found.kinds == PUNCTUATION) | (lexicon.roles[ideas] == ROLES.index("but"))
        segment[1:] = np.cumsum(stop[1:] | (found.owner[1:] != found.owner[:-1]))
    return segment


def _follow_negation(found: TextBatch, lexicon: Lexicon, ideas: np.ndarray) -> np.ndarray:
    """Return which tokens follow a negation within NEGATION_REACH."""
    position, segment = np.arange(len(ideas)), _segments(found, lexicon, ideas)
    last_negation = np.maximum.accumulate(np.where(lexicon.roles[ideas] == ROLES.index("not"), position, -1))
    in_reach = (last_negation >= 0) & (position > last_negation) & (position - last_negation <= NEGATION_REACH)
    return in_reach & (segment[np.maximum(last_negation, 0)] == segment)


def _precede_negation(found: TextBatch, lexicon: Lexicon, ideas: np.ndarray) -> np.ndarray:
    """Return which tokens precede a negation within NEGATION_REACH_BACK."""
    size = len(ideas)
    position, segment = np.arange(size), _segments(found, lexicon, ideas)
    marks = np.where(lexicon.roles[ideas] == ROLES.index("not"), position, 2 * size)
    next_negation = np.minimum.accumulate(marks[::-1])[::-1]
    in_reach = (next_negation < size) & (next_negation > position) & (next_negation - position <= NEGATION_REACH_BACK)
    return in_reach & (segment[np.minimum(next_negation, size - 1)] == segment) if size else in_reach


def _states(found: TextBatch, lexicon: Lexicon, ideas: np.ndarray, negated: np.ndarray) -> np.ndarray:
    """Return idea and state of each token as one number from 1; 0 for no idea."""
    before = _precede_negation(found, lexicon, ideas) & (lexicon.valences[ideas] != 0)
    state = np.where(negated, 1, np.where(before, 2, 0))
    return np.where(ideas > 0, (ideas - 1) * STATES + state + 1, 0)


def _tokens(
    hasher: Hasher, words: np.ndarray, numbers: np.ndarray, states: np.ndarray, idea_rows: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of the networks: the word, the word in its language, its stems, its endings, its idea."""
    owner, size = hasher.batch.owner, len(states)
    kept = np.flatnonzero(np.arange(size) - np.searchsorted(owner, np.arange(hasher.batch.size))[owner] < MAX_TOKENS)
    hashes = [words, words + (numbers[owner].astype(np.uint32) + np.uint32(1)) * _LANGUAGE]
    hashes += [hasher.stems(length) + np.uint32(length) for length in (3, 4, 5, 6)]
    hashes += [hasher.endings(length) + np.uint32(100 + length) for length in (2, 3)]
    rows = np.empty((len(hashes) + 1, len(kept)), np.int32)
    for position, column in enumerate(hashes):
        mixed = mixed_bits(column[kept]) >> np.uint32(32 - TOKEN_BITS)
        rows[position] = mixed % np.uint32((1 << TOKEN_BITS) - idea_rows) + np.uint32(idea_rows)
    rows[-1] = states[kept]
    return rows, owner[kept]


def _measures(found: TextBatch, lexicon: Lexicon, ideas: np.ndarray, negated: np.ndarray) -> np.ndarray:
    """Return how much is positive and negative, in which parts of the text, and how emphatic it is."""
    owner, size, roles = found.owner, found.size, lexicon.roles[ideas]

    def total(per_token: np.ndarray) -> np.ndarray:
        return np.bincount(owner, per_token, size)

    valence = lexicon.valences[ideas].astype(float)
    signed = np.where(negated, -0.7 * valence, valence)
    good, bad = total(np.maximum(signed, 0)), total(np.maximum(-signed, 0))
    tokens = np.bincount(owner, minlength=size)
    position = np.arange(len(ideas))
    last_but = np.full(size, -1)
    but = roles == ROLES.index("but")
    last_but[owner[but]] = position[but]
    after_but = (last_but[owner] >= 0) & (position > last_but[owner])
    within = (position - np.searchsorted(owner, np.arange(size))[owner]) / np.maximum(tokens, 1)[owner]
    columns = [
        np.tanh(good / 3),
        np.tanh(bad / 3),
        np.tanh((good - bad) / 3),
        np.tanh((good - bad) / 8),
        (good > 0) & (bad > 0),
        (good == 0) & (bad == 0),
        np.tanh(total(signed * after_but) / 3),
        np.tanh(total(signed * (within > 0.6)) / 3),
        total(negated & (valence != 0)) > 0,
        np.minimum(total(roles == ROLES.index("not")), 3) / 3,
        np.minimum(tokens, 60) / 30,
        found.capital_share,
        *(_share_of(found, mark) for mark in "!?#…"),
        np.minimum(total(found.kinds == SYMBOL), 4) / 4,
        *(np.minimum(total(roles == role), 2) / 2 for role in range(1, len(ROLES))),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _share_of(found: TextBatch, mark: str) -> np.ndarray:
    times = np.bincount(found.document[found.plain == ord(mark)], minlength=found.size + 1)[: found.size]
    return np.minimum(times, 3) / 3
