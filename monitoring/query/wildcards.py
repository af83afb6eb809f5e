"""Wildcards such as `brand*`: how a word is compared with one, and the queries filed under them.

Called by `stream.py` for the words of a document, by `index.py` and `reader.py` for the queries that a word calls.
"""

from collections import Counter
from typing import NamedTuple

from monitoring.query.folding import WILD
from monitoring.query.terms import Atom

# What `index.py` files under an anchor; this module only hands it through.
Bucket = tuple[tuple[frozenset[str] | None, object], ...]


# Nearly all words are ruled out by so many first letters, see `Wildcards.called`.
_STEM = 3


class Shape(NamedTuple):
    """What a wildcard compares: the first `length` letters but those at `holes`; a word may be longer if `prefix`."""

    length: int
    holes: tuple[int, ...]
    prefix: bool


def shape_of(atom: Atom) -> Shape:
    return Shape(len(atom.key), tuple(i for i, c in enumerate(atom.key) if c == WILD), atom.prefix)


def masked(word: str, shape: Shape) -> str:
    """The word as a wildcard of that shape would be written, "" where it cannot be one."""
    if len(word) < shape.length or (len(word) > shape.length and not shape.prefix):
        return ""
    seen = word[: shape.length]
    for hole in shape.holes:
        seen = f"{seen[:hole]}{WILD}{seen[hole + 1 :]}"
    return seen


class Wildcards:
    def __init__(self) -> None:
        self._buckets: dict[Shape, dict[str, Bucket]] = {}
        # How many wildcards begin so; under "" those with a hole among their first letters.
        self._stems: Counter[str] = Counter()

    def __bool__(self) -> bool:
        return bool(self._buckets)

    def get(self, atom: Atom) -> Bucket:
        return self._buckets.get(shape_of(atom), {}).get(atom.key, ())

    def put(self, atom: Atom, bucket: Bucket) -> None:
        shape, stem = shape_of(atom), _stem(atom)
        keys = self._buckets.setdefault(shape, {})
        self._stems[stem] += bool(bucket) - (atom.key in keys)
        keys[atom.key] = bucket
        if not bucket:
            del keys[atom.key]
            if not keys:
                del self._buckets[shape]

    def called(self, word: str) -> Bucket:
        """What is filed under the wildcards that match a word."""
        if not self._stems.get(word[:_STEM]) and not self._stems.get(""):
            return ()
        called: Bucket = ()
        for shape, keys in list(self._buckets.items()):
            called += keys.get(masked(word, shape), ())
        return called


def _stem(atom: Atom) -> str:
    stem = atom.key[:_STEM]
    return "" if WILD in stem or len(stem) < _STEM else stem
