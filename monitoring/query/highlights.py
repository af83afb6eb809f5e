"""What a query has found in one document: gathered by `compile.py`, turned into places of the original all at once."""

from collections.abc import Iterable

from monitoring.query.document import Span, View
from monitoring.query.positions import Places, indices_of, smeared


class Marks:
    def __init__(self, view: View) -> None:
        self._view = view
        self._words: dict[str, set[str]] = {}
        # By field and whether a sign stands before the first word: bits of the words that are marked, and of those
        # that are marked together with the word before.
        self._runs: dict[tuple[str, bool], tuple[int, int]] = {}
        self._spans: set[Span] = set()

    def words(self, field: str, keys: Iterable[str]) -> None:
        """Marks words that are heard wherever they stand in a field."""
        self._words.setdefault(field, set()).update(keys)

    def places(self, field: str, places: Places, signed: bool = False) -> None:
        """Marks words by their places; those that overlap become one, as "a a" is found once in "a a a a"."""
        marked, tied = self._runs.get((field, signed), (0, 0))
        for length, bits in places.items():
            marked |= smeared(bits, length)
            if length > 1:
                tied |= smeared(bits << 1, length - 1)
        self._runs[field, signed] = marked, tied

    def span(self, span: Span) -> None:
        self._spans.add(span)

    def spans(self) -> set[Span]:
        found = self._spans
        for field, keys in self._words.items():
            found.update((field, *place) for place in self._view.stream(field).places_of(keys))
        for (field, signed), (marked, tied) in self._runs.items():
            if marked:
                place = self._view.stream(field).order.place
                for first, last in zip(indices_of(marked & ~tied), indices_of(marked & ~(tied >> 1)), strict=True):
                    start, end = place(first, last + 1)
                    found.add((field, start - signed, end))
        return found
