"""Which queries a word calls through a wildcard such as `brand*`; worked out once for each different word ever met.

Called by `index.py` for each document: all its words have been met by then, so they stand in `KEYS.met`.
"""

from itertools import islice

from monitoring.query.document import Shape, masked, shape_of
from monitoring.query.terms import Atom
from monitoring.query.tokens import KEYS

# Words that match a wildcard are remembered; at so many the memory starts anew.
_MOST_KNOWN = 200_000

# What `index.py` files under an anchor; this module only hands it through.
Bucket = tuple[tuple[str | None, object], ...]


class _Learned:
    """How much of the words met has been looked at, and which of them match. Replaced as a whole, so that a thread
    that is still learning for an old set of wildcards cannot spoil the new one."""

    def __init__(self) -> None:
        self.known: dict[str, Bucket] = {}
        self.met: list[str] = []
        self.upto = 0


class Wildcards:
    def __init__(self) -> None:
        self._buckets: dict[Shape, dict[str, Bucket]] = {}
        self._learned = _Learned()

    def __bool__(self) -> bool:
        return bool(self._buckets)

    def get(self, atom: Atom) -> Bucket:
        return self._buckets.get(shape_of(atom), {}).get(atom.key, ())

    def put(self, atom: Atom, bucket: Bucket) -> None:
        shape = shape_of(atom)
        keys = self._buckets.setdefault(shape, {})
        keys[atom.key] = bucket
        if not bucket:
            del keys[atom.key]
            if not keys:
                del self._buckets[shape]
        self._learned = _Learned()

    @property
    def known(self) -> dict[str, Bucket]:
        """The words met so far that match a wildcard, with what is filed under it."""
        return self._learned.known

    def learn(self) -> list[str]:
        """Looks at the words met since last time; those that match a wildcard."""
        learned = self._learned
        if len(learned.known) > _MOST_KNOWN:
            learned = self._learned = _Learned()
        new: list[str] = []
        if learned.met is not KEYS.met:
            # A list that was replaced gets no more words: its rest first, then the new one.
            new += self._look(learned)
            learned.met, learned.upto = KEYS.met, 0
        return new + self._look(learned) if learned.upto < len(learned.met) else new

    def _look(self, learned: _Learned) -> list[str]:
        new, upto = [], len(learned.met)
        for word in islice(learned.met, learned.upto, upto):
            bucket = self.called(word)
            if bucket:
                learned.known[word] = bucket
                new.append(word)
        learned.upto = upto
        return new

    def called(self, word: str) -> Bucket:
        """What is filed under the wildcards that match a word."""
        called: Bucket = ()
        for shape, keys in list(self._buckets.items()):
            called += keys.get(masked(word, shape), ())
        return called
