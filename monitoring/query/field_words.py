"""The words of one field of a document, and their order and positions when a query needs them.

`FieldWords` has the words without their order; `WordOrder`, built on first use, has them in reading order. Called by
`document.py` and, through it, by `matchers.py` and `highlights.py`.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate, chain, compress, repeat
from operator import contains

from monitoring.query.folding import WILD
from monitoring.query.positions import Positions, bits_of
from monitoring.query.signs import has_signs
from monitoring.query.term_filter import TermFilter
from monitoring.query.terms import Atom, raw_form
from monitoring.query.tokens import KEYS, KeysWithAliases, KeyTable, TokenizedChunk, analyze, analyze_chunk
from monitoring.query.wildcards import Shape, masked, shape_of

# Characters. Longer texts get a table of all their words, as hundreds of terms would each scan the whole text.
_LONG_TEXT = 15_000
# How many words have their positions cached: in 1 MB of one-letter words they take 60 KB each.
_MAX_CACHED_POSITIONS = 200
# [start, end) in characters, or [first, last) in words.
Interval = tuple[int, int]


class FieldWords:
    """The words of a field. `queried` has, for each run of characters, the words that pass the term filter."""

    _queried_runs: tuple[list[str], list[tuple[str, ...]]] | None = None
    _distinct_keys: set[str] | None = None
    _order: "WordOrder | None" = None
    _shapes: dict[Shape, dict[str, list[str]]] | None = None

    def __init__(self, text: str, term_filter: TermFilter | KeyTable = KEYS) -> None:
        self.text = text
        self._filter = term_filter
        self.chunks = text.split()
        self.queried = list(map(term_filter.__getitem__, self.chunks))

    def analyze(self, chunk: str) -> TokenizedChunk:
        """Return the words of a run of characters with their offsets."""
        return analyze_chunk(chunk)

    def keys_by_chunk(self) -> list[tuple[str, ...]]:
        """Return all words of each run of characters, out of order if they have aliases."""
        return self.queried if self._filter is KEYS else list(map(KEYS.__getitem__, self.chunks))

    @property
    def order(self) -> "WordOrder":
        """The words in reading order, built on first use."""
        if self._order is None:
            self._order = WordOrder(self)
        return self._order

    @property
    def is_long(self) -> bool:
        """Whether the text is long enough for a table of all its words."""
        return len(self.text) > _LONG_TEXT

    def distinct_keys(self) -> set[str]:
        """Return the distinct words, hashtags with and without their sign."""
        if self._distinct_keys is None:
            self._distinct_keys = set(chain.from_iterable(self.keys_by_chunk()))
        return self._distinct_keys

    def expand(self, atom: Atom) -> Iterable[str]:
        """Return the word itself or, for a wildcard, the distinct words of the field that match it."""
        if atom.is_literal:
            return (atom.key,)
        shape = shape_of(atom)
        if not self.is_long:
            is_covered = isinstance(self._filter, TermFilter) and self._filter.covers(atom)
            words = set(chain.from_iterable(self.queried)) if is_covered else self.distinct_keys()
            stem = atom.key.partition(WILD)[0]
            return [word for word in words if word.startswith(stem) and masked(word, shape) == atom.key]
        if self._shapes is None:
            self._shapes = {}
        table = self._shapes.get(shape)
        if table is None:
            table = self._shapes[shape] = {}
            for word in self.distinct_keys():
                table.setdefault(masked(word, shape), []).append(word)
        return table.get(atom.key, [])

    def has(self, atom: Atom) -> bool:
        """Return whether the field contains a queried word, or a word that matches a wildcard."""
        return any(map(contains, self.queried, repeat(atom.key))) if atom.is_literal else bool(self.expand(atom))

    def spans_of(self, keys: Iterable[str]) -> Iterator[Interval]:
        """Return every [start, end) of these queried words; in a short text without ordering all words."""
        if self.is_long:
            order = self.order
            yield from (order.span(*interval) for key in keys for interval in order.intervals(key))
            return
        if self._queried_runs is None:
            self._queried_runs = list(compress(self.chunks, self.queried)), list(filter(None, self.queried))
        chunks, rows = self._queried_runs
        for key in keys:
            for chunk in set(compress(chunks, map(contains, rows, repeat(key)))):
                within = list(_spans_in_chunk(self.analyze(chunk), key))
                for start in self._offsets_of(chunk):
                    for first, last in within:
                        yield start + first, start + last

    def _offsets_of(self, chunk: str) -> Iterator[int]:
        text, size = self.text, len(chunk)
        start = text.find(chunk)
        while start >= 0:
            end = start + size
            if (not start or text[start - 1].isspace()) and (end == len(text) or text[end].isspace()):
                yield start
            start = text.find(chunk, end)


class UrlWords(FieldWords):
    """The words of the URL field, in which URLs are words; elsewhere they are not."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.queried = self.keys_by_chunk()

    def analyze(self, chunk: str) -> TokenizedChunk:
        return analyze(chunk, keep_urls=True)

    def keys_by_chunk(self) -> list[tuple[str, ...]]:
        return [self.analyze(chunk).keys() for chunk in self.chunks]


def _spans_in_chunk(chunk: TokenizedChunk, key: str) -> Iterator[Interval]:
    for norm, start, end in chunk.tokens:
        if norm == key:
            yield start, end
    for norm, first, last in chunk.aliases:
        if norm == key:
            yield chunk.tokens[first].start, chunk.tokens[last - 1].end


class WordOrder:
    """The words of a field in reading order, for phrases, NEAR and spans."""

    def __init__(self, field: FieldWords) -> None:
        self._field = field
        self._rows = list(field.keys_by_chunk())
        self._analyzed: dict[str, TokenizedChunk] = {}
        self._cached_positions: dict[str, Positions] = {}
        self._raw_forms: dict[str, dict[str, list[Interval]]] = {}
        self._aliases: dict[str, list[Interval]] = {}
        if KeysWithAliases in set(map(type, self._rows)):
            self._separate_aliases()
        self.norms = list(chain.from_iterable(self._rows))

    def _separate_aliases(self) -> None:
        before = 0
        for number, row in enumerate(self._rows):
            if type(row) is KeysWithAliases:
                found = self._analyze(self._field.chunks[number])
                row = self._rows[number] = tuple([token.norm for token in found.tokens])
                for norm, first, last in found.aliases:
                    self._aliases.setdefault(norm, []).append((before + first, before + last))
            before += len(row)

    def _analyze(self, chunk: str) -> TokenizedChunk:
        found = self._analyzed.get(chunk)
        if found is None:
            found = self._analyzed[chunk] = self._field.analyze(chunk)
        return found

    def intervals(self, key: str) -> list[Interval]:
        """Return every occurrence of a folded word, as [first, last) in words."""
        if self._field.is_long:
            return self._table.get(key, [])
        # A few scans of the list at C speed are faster than a table of all its words.
        norms, found, index = self.norms, [], -1
        for _ in range(norms.count(key)):
            index = norms.index(key, index + 1)
            found.append((index, index + 1))
        return found + self._aliases.get(key, [])

    @cached_property
    def _table(self) -> dict[str, list[Interval]]:
        table = {key: list(found) for key, found in self._aliases.items()}
        for index, norm in enumerate(self.norms):
            table.setdefault(norm, []).append((index, index + 1))
        return table

    def positions(self, atom: Atom) -> Positions:
        """Return the positions of a word of a query: a literal, an exact form or a wildcard."""
        if not atom.is_literal:
            return self._to_positions(
                interval for word in self._field.expand(atom) for interval in self.intervals(word)
            )
        if atom.raw:
            return self._to_positions(self._exact_intervals(atom))
        return self.word_positions(atom.key)

    def word_positions(self, key: str) -> Positions:
        """Return the positions of a folded word."""
        found = self._cached_positions.get(key)
        if found is None:
            if len(self._cached_positions) >= _MAX_CACHED_POSITIONS:
                self._cached_positions.clear()
            found = self._cached_positions[key] = self._to_positions(self.intervals(key))
        return found

    def _to_positions(self, intervals: Iterable[Interval]) -> Positions:
        by_length: dict[int, list[int]] = {}
        for first, last in intervals:
            by_length.setdefault(last - first, []).append(first)
        return {length: bits_of(starts, len(self.norms)) for length, starts in by_length.items()}

    def _exact_intervals(self, atom: Atom) -> Iterator[Interval]:
        """Return the occurrences of a word in the form that the query has, with its signs."""
        for interval in self._intervals_by_form(atom.key).get(atom.raw, []):
            if has_signs(self._field.text, *self.span(*interval), atom.before, atom.after):
                yield interval

    def _intervals_by_form(self, key: str) -> dict[str, list[Interval]]:
        """Return the occurrences of a word by the form that `=` compares."""
        forms = self._raw_forms.get(key)
        if forms is None:
            forms = self._raw_forms[key] = {}
            for interval in self.intervals(key):
                start, end = self.span(*interval)
                forms.setdefault(raw_form(self._field.text[start:end]), []).append(interval)
        return forms

    @cached_property
    def contiguous(self) -> int:
        """The bits of the words that follow the word before without any character between the two."""
        found, index = [], 0
        for chunk, row in zip(self._field.chunks, self._rows, strict=True):
            if len(row) > 1:
                tokens = self._analyze(chunk).tokens
                found += [index + i for i in range(1, len(tokens)) if tokens[i - 1].end == tokens[i].start]
            index += len(row)
        return bits_of(found, index)

    def span(self, first: int, last: int) -> Interval:
        """Return the words [first, last) as [start, end) in characters of the original text."""
        start, end = self._word_span(first)
        return start, end if last == first + 1 else self._word_span(last - 1)[1]

    def _word_span(self, index: int) -> Interval:
        number = bisect_right(self._counts, index)
        token = self._analyze(self._field.chunks[number]).tokens[index - (self._counts[number - 1] if number else 0)]
        start = self._chunk_starts[number]
        return start + token.start, start + token.end

    @cached_property
    def _counts(self) -> list[int]:
        """How many words the runs of characters have up to and including each."""
        return list(accumulate(map(len, self._rows)))

    @cached_property
    def _chunk_starts(self) -> list[int]:
        text, starts, end = self._field.text, [], 0
        for chunk in self._field.chunks:
            starts.append(text.index(chunk, end))
            end = starts[-1] + len(chunk)
        return starts


EMPTY = FieldWords("")
