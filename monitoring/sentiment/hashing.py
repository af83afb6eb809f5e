"""Hash the parts of a batch: n-grams of characters, words, stems, endings. Called by features.py and lexicon.py.

All hashes are polynomials over the mixed bits of the characters, in 32-bit arithmetic with overflow.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from monitoring.sentiment.text import TextBatch

LANGUAGES = ("", "ar", "de", "en", "es", "fr", "hi", "it", "pt")

_MULTIPLIER = np.uint32(0x9E3779B1)
_ROLL = np.uint32(0x01000193)
_LONGEST_WORD = 64
_POWERS = np.cumprod(np.full(_LONGEST_WORD, 0x6C8E9CF5, np.uint32), dtype=np.uint32)


def language_numbers(languages: Sequence[str]) -> np.ndarray:
    """Return the index in LANGUAGES of each tag ("fr", "fr-CA", ""); 0 stands for every language not in it."""
    known = {language: number for number, language in enumerate(LANGUAGES)}
    return np.array([known.get(language[:2].lower(), 0) for language in languages], np.intp)


def mixed_bits(hashes: np.ndarray) -> np.ndarray:
    """Apply the finalizer of MurmurHash3, after which every bit depends on every bit of the hash."""
    hashes = hashes ^ (hashes >> np.uint32(16))
    hashes = hashes * np.uint32(0x85EBCA6B)
    hashes ^= hashes >> np.uint32(13)
    hashes *= np.uint32(0xC2B2AE35)
    hashes ^= hashes >> np.uint32(16)
    return hashes


class Hasher:
    """The hashes of one batch."""

    def __init__(self, batch: TextBatch) -> None:
        self.batch = batch
        self._plain = mixed_bits(batch.plain * _MULTIPLIER)
        position = np.zeros(len(batch.letters), np.int32)
        position[batch.starts] = batch.starts
        np.maximum.accumulate(position, out=position)
        position = np.arange(len(position), dtype=np.int32) - position
        self._powers = _POWERS[np.minimum(position, _LONGEST_WORD - 1)]
        self._running_sums = _running_sums(self._plain * self._powers)

    def ngrams(self, longest: int) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """Return, for each length from 2, the hashes of all n-grams of characters without accents, and their texts."""
        document, rolled = self.batch.document, self._plain
        for length in range(2, longest + 1):
            rolled = rolled[:-1] * _ROLL + self._plain[length - 1 :]
            within = document[: len(rolled)] == document[length - 1 :]
            yield length, rolled[within], document[: len(rolled)][within]

    def words(self) -> np.ndarray:
        """Return one hash per token, with accents."""
        running = _running_sums(mixed_bits(self.batch.letters * _MULTIPLIER) * self._powers)
        return running[self.batch.ends] - running[self.batch.starts]

    def stems(self, length: int | None = None, tokens: np.ndarray | slice = slice(None)) -> np.ndarray:
        """Return the hash of the first `length` characters without accents of each token, of all if it has fewer."""
        starts, ends = self.batch.starts[tokens], self.batch.ends[tokens]
        if length is not None:
            ends = np.minimum(starts + length, ends)
        return self._running_sums[ends] - self._running_sums[starts]

    def endings(self, length: int) -> np.ndarray:
        """Return the hash of the last `length` characters without accents of each token, of all if it has fewer."""
        hashes = np.full(len(self.batch.starts), length, np.uint32)
        for back in range(1, length + 1):
            position = self.batch.ends - back
            within = position >= self.batch.starts
            hashes = hashes * _ROLL + np.where(within, self._plain[position], np.uint32(1))
        return hashes


def _running_sums(values: np.ndarray) -> np.ndarray:
    return np.concatenate([np.zeros(1, np.uint32), np.cumsum(values, dtype=np.uint32)])
