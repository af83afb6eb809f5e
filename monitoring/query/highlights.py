"""The matches of one query in one document, collected by `matchers.py` and converted to character spans together."""

from collections.abc import Iterable

from monitoring.query.document import Span, View
from monitoring.query.positions import Positions, indices_of, widened


class Highlights:
    """A collector of matches: words, word positions and character spans, by field."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._words: dict[str, set[str]] = {}
        # By field and whether a sign precedes the first word: the bits of the highlighted words, and of those that
        # are highlighted together with the word before.
        self._runs: dict[tuple[str, bool], tuple[int, int]] = {}
        self._spans: set[Span] = set()

    def add_words(self, field: str, keys: Iterable[str]) -> None:
        """Add every occurrence of queried words in a field."""
        self._words.setdefault(field, set()).update(keys)

    def add_positions(self, field: str, positions: Positions, signed: bool = False) -> None:
        """Add words by position; overlapping occurrences become one, as "a a" is found once in "a a a a"."""
        highlighted, continued = self._runs.get((field, signed), (0, 0))
        for length, bits in positions.items():
            highlighted |= widened(bits, length)
            if length > 1:
                continued |= widened(bits << 1, length - 1)
        self._runs[field, signed] = highlighted, continued

    def add_span(self, span: Span) -> None:
        """Add a span of characters."""
        self._spans.add(span)

    def spans(self) -> set[Span]:
        """Return everything that was added as spans of the original text; they may overlap."""
        found = self._spans
        for field, keys in self._words.items():
            found.update((field, *span) for span in self._view.field_words(field).spans_of(keys))
        for (field, signed), (highlighted, continued) in self._runs.items():
            if highlighted:
                span = self._view.field_words(field).order.span
                first_words = indices_of(highlighted & ~continued)
                last_words = indices_of(highlighted & ~(continued >> 1))
                for first, last in zip(first_words, last_words, strict=True):
                    start, end = span(first, last + 1)
                    found.add((field, start - signed, end))
        return found
