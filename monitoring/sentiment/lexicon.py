"""Our own words of opinion: lexicon.txt in, a table of hashes out; then tokens in, the ideas that they name out.

training.py compiles the table into the model file; features.py looks tokens up in it. A line of lexicon.txt is one
idea in eight languages, so that what is learned of it in one language serves the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from monitoring.sentiment.hashing import LANGUAGES, Hasher, scrambled
from monitoring.sentiment.text import batch

# The roles that a line may have instead of a valence.
ROLES = ("not", "but", "more", "less", "wish", "ask", "laugh", "try")
SHORTEST_STEM, LONGEST_STEM = 2, 10

# What Arabic writes before a noun in the same word: the, and, and the, by the, for the.
_ARABIC_ARTICLES = ("", "ال", "و", "وال", "بال", "لل")
_ENGLISH, _MIXED = LANGUAGES.index("en"), LANGUAGES.index("hi")
_FILTER_BITS = 18
_LANGUAGE = np.uint32(0x51ED270B)
_SECOND, _THIRD = np.uint32(0x2545F491), np.uint32(0x9E3779B1)
_WHOLE = np.uint32(0x3C6EF372)


@dataclass(frozen=True)
class Lexicon:
    """`keys`: sorted hashes of words in a language, `ideas`: the idea (from 1) of each; `valences`, `roles` by idea.

    `roles` is the place in ROLES, -1 for an idea with a valence.
    """

    keys: np.ndarray
    ideas: np.ndarray
    valences: np.ndarray
    roles: np.ndarray
    # Whether any key begins with these bits.
    _filter: np.ndarray = field(init=False, repr=False, compare=False)

    def ideas_of(self, hasher: Hasher, languages: np.ndarray) -> np.ndarray:
        """Of each token the idea that it, or the phrase that begins with it, names; 0 for none."""
        found = hasher.found
        ideas = np.zeros(len(found.starts), np.int64)
        if not len(ideas):
            return ideas
        salts = languages[found.owner].astype(np.uint32) * _LANGUAGE
        lengths = found.ends - found.starts
        whole = hasher.stems() + _WHOLE
        for length in range(SHORTEST_STEM, LONGEST_STEM + 1):
            reaching = np.flatnonzero(lengths >= length)
            keys = hasher.stems(length, reaching) + salts[reaching]
            self._note(keys, reaching, ideas)
        everything = np.arange(len(ideas))
        self._note(whole + salts, everything, ideas)
        pairs = everything[:-1][found.owner[:-1] == found.owner[1:]]
        self._note(_joined(whole, pairs, 2) + salts[pairs], pairs, ideas)
        triples = everything[:-2][found.owner[:-2] == found.owner[2:]]
        self._note(_joined(whole, triples, 3) + salts[triples], triples, ideas)
        return ideas

    def _note(self, keys: np.ndarray, tokens: np.ndarray, ideas: np.ndarray) -> None:
        keys = scrambled(keys)
        maybe = np.flatnonzero(self._filter[keys >> np.uint32(32 - _FILTER_BITS)])
        keys, tokens = keys[maybe], tokens[maybe]
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        found = self.keys[places] == keys
        ideas[tokens[found]] = self.ideas[places[found]]

    def __post_init__(self) -> None:
        maybe = np.zeros(1 << _FILTER_BITS, bool)
        maybe[self.keys >> np.uint32(32 - _FILTER_BITS)] = True
        object.__setattr__(self, "_filter", maybe)


def compiled(text: str) -> Lexicon:
    """The lexicon of these lines.

    A word that two lines claim stays with the first. Hindi tweets are half English: they read its words too. An
    unknown language knows the words that no two languages read differently.
    """
    lines = [line.split("|") for line in text.splitlines() if line and not line.startswith("#")]
    heads = ["0"] + [line[0].strip() for line in lines]
    roles = [ROLES.index(head) if head in ROLES else -1 for head in heads]
    valences = [0 if head in ROLES else int(head) for head in heads]
    claims = [claim for idea, line in enumerate(lines, start=1) for claim in _claims(idea, line[1:])]
    meant: dict[str, set[int]] = {}
    for idea, _, word in claims:
        meant.setdefault(word, set()).add(idea)
    claims += [(idea, _MIXED, word) for idea, language, word in claims if language == _ENGLISH]
    for word, of in meant.items():
        if len({(np.sign(valences[idea]), roles[idea]) for idea in of}) == 1:
            claims.append((min(of), 0, word))
    ideas: dict[int, int] = {}
    for (idea, language, _), key in zip(claims, _keys([word for _, _, word in claims]), strict=True):
        if key is not None:
            ideas.setdefault(int(scrambled(key + np.array([language], np.uint32) * _LANGUAGE)[0]), idea)
    keys = np.array(sorted(ideas), np.uint32)
    of_keys = np.array([ideas[key] for key in keys.tolist()], np.uint8)
    return Lexicon(keys, of_keys, np.array(valences, np.int8), np.array(roles, np.int8))


def _claims(idea: int, parts: list[str]) -> Iterator[tuple[int, int, str]]:
    for part in parts:
        language, *words = part.split()
        numbers = range(1, len(LANGUAGES)) if language == "all" else [LANGUAGES.index(language)]
        prefixes = _ARABIC_ARTICLES if language == "ar" else ("",)
        yield from ((idea, number, prefix + word) for number in numbers for word in words for prefix in prefixes)


def _keys(words: list[str]) -> Iterator[np.ndarray | None]:
    """The key of each word or phrase, before its language; None for what is longer than three tokens."""
    hasher = Hasher(batch([word.rstrip("*").replace("_", " ") for word in words]))
    stems, firsts = hasher.stems(), np.searchsorted(hasher.found.owner, np.arange(len(words) + 1))
    for word, first, end in zip(words, firsts[:-1], firsts[1:], strict=True):
        hashes, size = stems[first:end], end - first
        if size == 1:
            yield hashes if word.endswith("*") else hashes + _WHOLE
        elif size in (2, 3):
            yield _joined(hashes + _WHOLE, np.array([0]), size)
        else:
            yield None


def _joined(hashes: np.ndarray, places: np.ndarray, size: int) -> np.ndarray:
    joined = hashes[places] * _SECOND + hashes[places + 1]
    return joined if size == 2 else joined * _THIRD + hashes[places + 2]
