"""The features of the score of an item: its hashed words and pairs of words, and its vector if there is one.

In: plain texts, and a matrix of vectors of unit length. Out: `Features`. Called by enrichment/fit_relevance.py and
score_relevance.py, for model.py and nearest.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

import numpy as np

from monitoring.content.sameness import words_of

MAX_CHARACTERS = 2000  # the subject of a post is in its beginning, and long texts would dominate the time
BUCKETS = 2**20


@dataclass(frozen=True)
class Features:
    """Of `size` texts: `rows[i]` is a hashed word of text `owner[i]`, once per text; `value[i]` is 1 / sqrt(their
    number). `vectors` has a row per text, and no columns without the encoder.
    """

    rows: np.ndarray
    owner: np.ndarray
    value: np.ndarray
    vectors: np.ndarray
    size: int

    @classmethod
    def of(cls, texts: Sequence[str], vectors: np.ndarray | None = None) -> "Features":
        """Return the features of these texts; `vectors` are those of the same texts, in their order."""
        hashed = [_hashed(text) for text in texts]
        lengths = np.array([len(one) for one in hashed], np.int64)
        rows = np.concatenate([np.empty(0, np.int64), *hashed]).astype(np.int64)
        owner = np.repeat(np.arange(len(texts)), lengths)
        value = 1 / np.sqrt(np.maximum(lengths, 1))[owner]
        matrix = np.zeros((len(texts), 0)) if vectors is None else vectors.astype(np.float64)
        assert len(matrix) == len(texts)
        return cls(rows, owner, value, matrix, len(texts))

    def take(self, numbers: np.ndarray) -> "Features":
        """Return those of the texts with these numbers, in their order."""
        new = np.full(self.size, -1)
        new[numbers] = np.arange(len(numbers))
        is_taken = new[self.owner] >= 0
        owner = new[self.owner[is_taken]]
        return Features(self.rows[is_taken], owner, self.value[is_taken], self.vectors[numbers], len(numbers))

    def sums(self, parts: np.ndarray) -> np.ndarray:
        """Return the sum of `parts`, one per hashed word, of each text."""
        return np.bincount(self.owner, parts * self.value, self.size)


def _hashed(text: str) -> np.ndarray:
    words = words_of(text[:MAX_CHARACTERS])
    pairs = (f"{first} {second}" for first, second in pairwise(words))
    return np.array(sorted({crc32(term.encode()) % BUCKETS for term in (*words, *pairs)}), np.int64)
