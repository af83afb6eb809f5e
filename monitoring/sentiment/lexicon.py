"""The opinion lexicon: training/lexicon.txt in, a table of hashes out; then tokens in, their ideas out.

training/pipeline.py stores the table in the model file, features.py looks up tokens in it. An idea is one line of
lexicon.txt: a concept in eight languages, whose weight is learned from the texts in all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from monitoring.sentiment.hashing import LANGUAGES, Hasher, mixed_bits
from monitoring.sentiment.text import tokenize_batch

# The roles that a line may have instead of a valence.
ROLES = ("not", "but", "more", "less", "wish", "ask", "laugh", "try")
SHORTEST_STEM, LONGEST_STEM = 2, 10

# Prefixes that Arabic attaches to a noun: the, and, and the, by the, for the.
_ARABIC_ARTICLES = ("", "ال", "و", "وال", "بال", "لل")
_ENGLISH, _MIXED = LANGUAGES.index("en"), LANGUAGES.index("hi")
_FILTER_BITS = 18
_LANGUAGE = np.uint32(0x51ED270B)
_SECOND, _THIRD = np.uint32(0x2545F491), np.uint32(0x9E3779B1)
_WHOLE = np.uint32(0x3C6EF372)


@dataclass(frozen=True)
class Lexicon:
    """The compiled lexicon. `keys`: sorted hashes of words in a language; `ideas`: the idea (from 1) of each key.

    Per idea: `valences`, -3 to 3; `roles`, its index in ROLES, -1 for an idea with a valence.
    """

    keys: np.ndarray
    ideas: np.ndarray
    valences: np.ndarray
    roles: np.ndarray
    # Whether any key starts with these bits; rules out most tokens quickly.
    _filter: np.ndarray = field(init=False, repr=False, compare=False)

    def ideas_of(self, hasher: Hasher, languages: np.ndarray) -> np.ndarray:
        """Return the idea of each token, or of the phrase that starts with it; 0 for none."""
        batch = hasher.batch
        ideas = np.zeros(len(batch.starts), np.int64)
        if not len(ideas):
            return ideas
        salts = languages[batch.owner].astype(np.uint32) * _LANGUAGE
        lengths = batch.ends - batch.starts
        whole = hasher.stems() + _WHOLE
        for length in range(SHORTEST_STEM, LONGEST_STEM + 1):
            long_enough = np.flatnonzero(lengths >= length)
            keys = hasher.stems(length, long_enough) + salts[long_enough]
            self._assign(keys, long_enough, ideas)
        all_tokens = np.arange(len(ideas))
        self._assign(whole + salts, all_tokens, ideas)
        pairs = all_tokens[:-1][batch.owner[:-1] == batch.owner[1:]]
        self._assign(_phrase_hashes(whole, pairs, 2) + salts[pairs], pairs, ideas)
        triples = all_tokens[:-2][batch.owner[:-2] == batch.owner[2:]]
        self._assign(_phrase_hashes(whole, triples, 3) + salts[triples], triples, ideas)
        return ideas

    def _assign(self, keys: np.ndarray, tokens: np.ndarray, ideas: np.ndarray) -> None:
        keys = mixed_bits(keys)
        candidates = np.flatnonzero(self._filter[keys >> np.uint32(32 - _FILTER_BITS)])
        keys, tokens = keys[candidates], tokens[candidates]
        positions = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        found = self.keys[positions] == keys
        ideas[tokens[found]] = self.ideas[positions[found]]

    def __post_init__(self) -> None:
        key_filter = np.zeros(1 << _FILTER_BITS, bool)
        key_filter[self.keys >> np.uint32(32 - _FILTER_BITS)] = True
        object.__setattr__(self, "_filter", key_filter)


def compile_lexicon(text: str) -> Lexicon:
    """Compile the lines of a lexicon.

    A word that is in two lines belongs to the first. Hindi tweets are half English, so Hindi has the English words as
    well. An unknown language has the words that no two languages use in different senses.
    """
    lines = [line.split("|") for line in text.splitlines() if line and not line.startswith("#")]
    heads = ["0"] + [line[0].strip() for line in lines]
    roles = [ROLES.index(head) if head in ROLES else -1 for head in heads]
    valences = [0 if head in ROLES else int(head) for head in heads]
    entries = [entry for idea, line in enumerate(lines, start=1) for entry in _entries(idea, line[1:])]
    ideas_of_word: dict[str, set[int]] = {}
    for idea, _, word in entries:
        ideas_of_word.setdefault(word, set()).add(idea)
    entries += [(idea, _MIXED, word) for idea, language, word in entries if language == _ENGLISH]
    for word, of in ideas_of_word.items():
        if len({(np.sign(valences[idea]), roles[idea]) for idea in of}) == 1:
            entries.append((min(of), 0, word))
    ideas: dict[int, int] = {}
    for (idea, language, _), key in zip(entries, _keys([word for _, _, word in entries]), strict=True):
        if key is not None:
            ideas.setdefault(int(mixed_bits(key + np.array([language], np.uint32) * _LANGUAGE)[0]), idea)
    keys = np.array(sorted(ideas), np.uint32)
    of_keys = np.array([ideas[key] for key in keys.tolist()], np.uint8)
    return Lexicon(keys, of_keys, np.array(valences, np.int8), np.array(roles, np.int8))


def _entries(idea: int, parts: list[str]) -> Iterator[tuple[int, int, str]]:
    for part in parts:
        language, *words = part.split()
        numbers = range(1, len(LANGUAGES)) if language == "all" else [LANGUAGES.index(language)]
        prefixes = _ARABIC_ARTICLES if language == "ar" else ("",)
        yield from ((idea, number, prefix + word) for number in numbers for word in words for prefix in prefixes)


def _keys(words: list[str]) -> Iterator[np.ndarray | None]:
    """Return the key of each word or phrase, without its language; None for more than three tokens."""
    hasher = Hasher(tokenize_batch([word.rstrip("*").replace("_", " ") for word in words]))
    stems, firsts = hasher.stems(), np.searchsorted(hasher.batch.owner, np.arange(len(words) + 1))
    for word, first, end in zip(words, firsts[:-1], firsts[1:], strict=True):
        hashes, size = stems[first:end], end - first
        if size == 1:
            yield hashes if word.endswith("*") else hashes + _WHOLE
        elif size in (2, 3):
            yield _phrase_hashes(hashes + _WHOLE, np.array([0]), size)
        else:
            yield None


def _phrase_hashes(hashes: np.ndarray, positions: np.ndarray, size: int) -> np.ndarray:
    hashes_of_two = hashes[positions] * _SECOND + hashes[positions + 1]
    return hashes_of_two if size == 2 else hashes_of_two * _THIRD + hashes[positions + 2]
