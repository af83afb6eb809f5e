"""Reduce the words of a document to those that some query contains; most documents have none of them.

In: a run of characters between two spaces. Out: its queried words. Called by `index.py` through `View`. An index
creates a new filter after each change; a filter fills while documents are matched.
"""

from collections.abc import Container

from monitoring.query.terms import Atom
from monitoring.query.tokens import KEYS, MAX_CACHED_CHUNKS, MAX_CACHED_LENGTH
from monitoring.query.wildcards import Postings, Wildcards

# How many runs a filter caches, about 150 bytes each: common words, and more of them for more queries.
_BASE_SIZE, _SIZE_PER_QUERY = 50_000, 5


class TermFilter(dict[str, tuple[str, ...]]):
    """A cache: run of characters -> its queried words. When full it adds no more: frequent runs come first.

    This is why ten thousand queries cost little more than a hundred: one look-up here decides for most runs, without
    touching the words themselves.
    """

    def __init__(self, queried_words: Container[str], wildcards: Wildcards, queries: int) -> None:
        self._queried_words, self._wildcards = queried_words, wildcards
        self._max_size = min(MAX_CACHED_CHUNKS, _BASE_SIZE + _SIZE_PER_QUERY * queries)
        # The words that match a wildcard, with its postings; bounded by the number of cached words.
        self.wildcard_postings: dict[str, Postings] = {}

    def covers(self, atom: Atom) -> bool:
        """Return whether every word that matches this wildcard passes the filter."""
        return bool(self._wildcards.get(atom))

    def __missing__(self, chunk: str) -> tuple[str, ...]:
        queried, matching = self._queried_words, self._wildcards.postings_for if self._wildcards else None
        keys = tuple([key for key in KEYS[chunk] if key in queried or (matching and matching(key))])
        if matching:
            for key in keys:
                postings = matching(key)
                if postings:
                    self.wildcard_postings[key] = postings
        if len(self) < self._max_size and len(chunk) <= MAX_CACHED_LENGTH:
            self[chunk] = keys
        return keys
