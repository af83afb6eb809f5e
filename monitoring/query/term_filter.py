"""What an index wants to know of a run of characters: the words in it that some query asks for, mostly none.

Called by `index.py` through `View`. A reader is made new when its index asks for more; it learns as documents come.
"""

from collections.abc import Container

from monitoring.query.terms import Atom
from monitoring.query.tokens import KEYS, LONGEST_KEPT, MOST_KEPT
from monitoring.query.wildcards import Bucket, Wildcards

# How many runs a reader remembers, about 150 bytes each: the words of every day, and more for more queries.
_KEPT, _KEPT_A_QUERY = 50_000, 5


class Reader(dict[str, tuple[str, ...]]):
    """run of characters -> the asked words in it. When full it learns no more: what came first comes most often.

    This is why ten thousand queries cost hardly more than a hundred: most runs are answered by one look, here, without
    touching the words themselves.
    """

    def __init__(self, asked: Container[str], wildcards: Wildcards, queries: int) -> None:
        self._asked, self._wildcards = asked, wildcards
        self._room = min(MOST_KEPT, _KEPT + _KEPT_A_QUERY * queries)
        # The words that match a wildcard, with what is filed under it; as many as there are different such words kept.
        self.called: dict[str, Bucket] = {}

    def hears(self, atom: Atom) -> bool:
        """Whether all words that a wildcard stands for are asked words."""
        return bool(self._wildcards.get(atom))

    def __missing__(self, chunk: str) -> tuple[str, ...]:
        asked, called = self._asked, self._wildcards.called if self._wildcards else None
        keys = tuple([key for key in KEYS[chunk] if key in asked or (called and called(key))])
        if called:
            for key in keys:
                bucket = called(key)
                if bucket:
                    self.called[key] = bucket
        if len(self) < self._room and len(chunk) <= LONGEST_KEPT:
            self[chunk] = keys
        return keys
