"""Wildcards such as `brand*`: how a word is compared with one, and the postings of an index under each of them.

Called by `field_words.py` for the words of a document, and by `index.py` and `term_filter.py` for the queries whose
wildcard matches a word.
"""

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from monitoring.query.folding import WILD
from monitoring.query.terms import Atom

if TYPE_CHECKING:
    from monitoring.query.index import IndexedQuery

# The entries that `index.py` stores under a term; this module only stores and returns them.
Postings = tuple[tuple[frozenset[str] | None, "IndexedQuery[Any]"], ...]

# So many first letters rule out nearly all words, see `Wildcards.postings_for`.
_STEM_LENGTH = 3


class Shape(NamedTuple):
    """The letters that a wildcard compares: the first `length`, except those at `holes`.

    Longer words match if `prefix` is set.
    """

    length: int
    holes: tuple[int, ...]
    prefix: bool


def shape_of(atom: Atom) -> Shape:
    """Return the shape of a wildcard."""
    return Shape(len(atom.key), tuple(i for i, c in enumerate(atom.key) if c == WILD), atom.prefix)


def masked(word: str, shape: Shape) -> str:
    """Return the word written as a wildcard of that shape, "" if its length does not fit."""
    if len(word) < shape.length or (len(word) > shape.length and not shape.prefix):
        return ""
    mask = word[: shape.length]
    for hole in shape.holes:
        mask = f"{mask[:hole]}{WILD}{mask[hole + 1 :]}"
    return mask


class Wildcards:
    """The postings of an index under wildcards, found by a word that matches them."""

    def __init__(self) -> None:
        self._postings: dict[Shape, dict[str, Postings]] = {}
        # How many wildcards start with each stem; under "" those with a hole among their first letters.
        self._stems: Counter[str] = Counter()

    def __bool__(self) -> bool:
        return bool(self._postings)

    def get(self, atom: Atom) -> Postings:
        """Return the postings under a wildcard, empty if there are none."""
        return self._postings.get(shape_of(atom), {}).get(atom.key, ())

    def put(self, atom: Atom, postings: Postings) -> None:
        """Replace the postings under a wildcard; empty ones remove it."""
        shape, stem = shape_of(atom), _stem(atom)
        keys = self._postings.setdefault(shape, {})
        self._stems[stem] += bool(postings) - (atom.key in keys)
        keys[atom.key] = postings
        if not postings:
            del keys[atom.key]
            if not keys:
                del self._postings[shape]

    def postings_for(self, word: str) -> Postings:
        """Return the postings under all wildcards that match a word."""
        if not self._stems.get(word[:_STEM_LENGTH]) and not self._stems.get(""):
            return ()
        found: Postings = ()
        for shape, keys in list(self._postings.items()):
            found += keys.get(masked(word, shape), ())
        return found


def _stem(atom: Atom) -> str:
    stem = atom.key[:_STEM_LENGTH]
    return "" if WILD in stem or len(stem) < _STEM_LENGTH else stem
