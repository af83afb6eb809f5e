"""The keys under which near-identical texts are found: MinHash with bands, an approximation of shared word runs. Pure.

In: a `StoryText`. Out: integers; near-identical texts share at least one with high probability, others rarely.
numpy and not datasketch, which needs scipy (140 MB) and measured ten times slower to import and four times slower per
text (docs/stories.md). Called by ingest/stories.py.
"""

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitoring.stories.words import StoryText

# Bands of hashes: two texts share a band if all its hashes agree. With 16 bands of 4, texts that share 70% of their
# runs share one with 99%, those that share 20% with 3%.
BANDS, ROWS = 16, 4
# The beginning has bands of its own: an excerpt shares few runs with the whole text.
LEAD_WORDS, LEAD_BANDS, LEAD_ROWS = 40, 6, 3
RUN = 3  # words
# Fewer words say too little: a title or a short text only counts as a whole.
MIN_TITLE_WORDS = 5
MIN_WORDS = 6

_Hashes = NDArray[np.uint64]
_random = np.random.default_rng(20261128)
_FACTORS: _Hashes = _random.integers(1, 2**63, BANDS * ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)


def keys_of(text: StoryText, project_id: int) -> list[int]:
    """Return the keys of a text in a project, signed 64-bit integers in order; none if it says too little."""
    words = text.words
    found: set[int] = set()
    if len(words) >= MIN_WORDS:
        hashes = _hashes_of(words)
        found |= _bands(_minimums(hashes, BANDS * ROWS), ROWS, 1, project_id)
        lead = hashes[: max(LEAD_WORDS - RUN + 1, 1)]
        found |= _bands(_minimums(lead, LEAD_BANDS * LEAD_ROWS), LEAD_ROWS, 2, project_id)
    if len(text.title_words) >= MIN_TITLE_WORDS:
        found |= _bands(np.array([_hash_of(text.title_words)], dtype=np.uint64), 1, 3, project_id)
    return sorted(found)


def _hash_of(words: Sequence[str]) -> int:
    joined = " ".join(words).encode()
    return zlib.crc32(joined) << 32 | zlib.crc32(joined[::-1])


def _hashes_of(words: Sequence[str]) -> _Hashes:
    """Return a hash per run of words."""
    single = np.array([zlib.crc32(word.encode()) for word in words], dtype=np.uint64)
    runs: _Hashes = single[: len(single) - RUN + 1] * _MIX[0]
    for offset in range(1, RUN):
        runs = (runs ^ (runs >> np.uint64(29))) * _MIX[1] + single[offset : len(single) - RUN + 1 + offset] * _MIX[2]
    return runs ^ (runs >> np.uint64(32))


def _minimums(hashes: _Hashes, count: int) -> _Hashes:
    """Return the smallest value of each of `count` hash functions."""
    return np.min((hashes[:, None] * _FACTORS[None, :count]) >> np.uint64(16), axis=0)


def _bands(minimums: _Hashes, rows: int, kind: int, project_id: int) -> set[int]:
    """Return one signed key per band, of its minimums, its number, its kind and the project."""
    keys = set()
    for number, start in enumerate(range(0, len(minimums), rows)):
        value = kind * 1000 + number + (project_id << 16)
        for minimum in minimums[start : start + rows].tolist():
            value = (value ^ minimum) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
            value ^= value >> 29
        keys.add(value - 2**64 if value >= 2**63 else value)
    return keys
