"""Hashes of pieces of a batch: runs of characters, words, stems, endings. features.py and lexicon.py call it.

All are polynomials over the scrambled characters, in 32-bit arithmetic that wraps.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from monitoring.sentiment.text import Batch

LANGUAGES = ("", "ar", "de", "en", "es", "fr", "hi", "it", "pt")

_SPREAD = np.uint32(0x9E3779B1)
_ROLL = np.uint32(0x01000193)
_LONGEST_WORD = 64
_POWERS = np.cumprod(np.full(_LONGEST_WORD, 0x6C8E9CF5, np.uint32), dtype=np.uint32)


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


class Hasher:
    """The hashes of one batch."""

    def __init__(self, found: Batch) -> None:
        self.found = found
        self._plain = scrambled(found.plain * _SPREAD)
        place = np.zeros(len(found.letters), np.int32)
        place[found.starts] = found.starts
        np.maximum.accumulate(place, out=place)
        place = np.arange(len(place), dtype=np.int32) - place
        self._powers = _POWERS[np.minimum(place, _LONGEST_WORD - 1)]
        self._running = _running(self._plain * self._powers)

    def runs(self, longest: int) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """For each length from 2 the hashes of all runs of so many characters without accents, and their texts."""
        document, rolled = self.found.document, self._plain
        for length in range(2, longest + 1):
            rolled = rolled[:-1] * _ROLL + self._plain[length - 1 :]
            within = document[: len(rolled)] == document[length - 1 :]
            yield length, rolled[within], document[: len(rolled)][within]

    def words(self) -> np.ndarray:
        """One hash a token, accents included."""
        running = _running(scrambled(self.found.letters * _SPREAD) * self._powers)
        return running[self.found.ends] - running[self.found.starts]

    def stems(self, length: int | None = None, tokens: np.ndarray | slice = slice(None)) -> np.ndarray:
        """Of each of these tokens the first `length` characters without accents, all where it has fewer."""
        starts, ends = self.found.starts[tokens], self.found.ends[tokens]
        if length is not None:
            ends = np.minimum(starts + length, ends)
        return self._running[ends] - self._running[starts]

    def endings(self, length: int) -> np.ndarray:
        """Of each token the last `length` characters without accents, all where it has fewer."""
        hashes = np.full(len(self.found.starts), length, np.uint32)
        for back in range(1, length + 1):
            place = self.found.ends - back
            within = place >= self.found.starts
            hashes = hashes * _ROLL + np.where(within, self._plain[place], np.uint32(1))
        return hashes


def _running(values: np.ndarray) -> np.ndarray:
    return np.concatenate([np.zeros(1, np.uint32), np.cumsum(values, dtype=np.uint32)])
