"""One field of a document: its words at once, and their order and places only when a query asks.

`Stream` is the field as a heap of words; `Order`, made once it is needed, has them one after the other.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate, chain, compress, repeat
from operator import contains

from monitoring.query.folding import WILD
from monitoring.query.positions import Places, bits_of
from monitoring.query.term_filter import Reader
from monitoring.query.terms import Atom, raw_form
from monitoring.query.tokens import KEYS, AliasRow, Chunk, Keys, analyse, chunk_of
from monitoring.query.wildcards import Shape, masked, shape_of

# Characters. From there on a table of all words is made, so that hundreds of terms do not cost hundreds of looks.
_LONG_TEXT = 15_000
# How many different words are kept as bits: in 1 MB of words of one letter 60 KB each.
_KEPT_BITS = 200
# [start, end) in characters, or [first, last) in words.
Interval = tuple[int, int]


class Stream:
    """`heard` has, for each run of characters, the words in it that the reader cares for."""

    _loud: tuple[list[str], list[tuple[str, ...]]] | None = None
    _forms: set[str] | None = None
    _order: "Order | None" = None
    _shapes: dict[Shape, dict[str, list[str]]] | None = None

    def __init__(self, text: str, reader: Reader | Keys = KEYS) -> None:
        self.text = text
        self._reader = reader
        self.chunks = text.split()
        self.heard = list(map(reader.__getitem__, self.chunks))

    def analyse(self, chunk: str) -> Chunk:
        return chunk_of(chunk)

    def rows(self) -> list[tuple[str, ...]]:
        """All words of each run of characters, not in order where they have aliases."""
        return self.heard if self._reader is KEYS else list(map(KEYS.__getitem__, self.chunks))

    @property
    def order(self) -> "Order":
        if self._order is None:
            self._order = Order(self)
        return self._order

    @property
    def is_long(self) -> bool:
        return len(self.text) > _LONG_TEXT

    def forms(self) -> set[str]:
        """The different words, hashtags with and without their sign."""
        if self._forms is None:
            self._forms = set(chain.from_iterable(self.rows()))
        return self._forms

    def like(self, atom: Atom) -> Iterable[str]:
        """The word itself, or the different words of the field that a wildcard stands for."""
        if atom.is_literal:
            return (atom.key,)
        shape = shape_of(atom)
        if not self.is_long:
            is_heard = self._reader is not KEYS and self._reader.hears(atom)
            words = set(chain.from_iterable(self.heard)) if is_heard else self.forms()
            stem = atom.key.partition(WILD)[0]
            return [word for word in words if word.startswith(stem) and masked(word, shape) == atom.key]
        if self._shapes is None:
            self._shapes = {}
        table = self._shapes.get(shape)
        if table is None:
            table = self._shapes[shape] = {}
            for word in self.forms():
                table.setdefault(masked(word, shape), []).append(word)
        return table.get(atom.key, [])

    def has(self, atom: Atom) -> bool:
        """Whether a word that is heard stands here, or one that a wildcard stands for."""
        return any(map(contains, self.heard, repeat(atom.key))) if atom.is_literal else bool(self.like(atom))

    def places_of(self, keys: Iterable[str]) -> Iterator[Interval]:
        """Every [start, end) of words that are heard; in a short text quicker than laying out all words."""
        if self.is_long:
            order = self.order
            yield from (order.place(*interval) for key in keys for interval in order.find(key))
            return
        if self._loud is None:
            self._loud = list(compress(self.chunks, self.heard)), list(filter(None, self.heard))
        chunks, rows = self._loud
        for key in keys:
            for chunk in set(compress(chunks, map(contains, rows, repeat(key)))):
                within = list(_places_in(self.analyse(chunk), key))
                for start in self._starts_of(chunk):
                    for first, last in within:
                        yield start + first, start + last

    def _starts_of(self, chunk: str) -> Iterator[int]:
        text, size = self.text, len(chunk)
        start = text.find(chunk)
        while start >= 0:
            end = start + size
            if (not start or text[start - 1].isspace()) and (end == len(text) or text[end].isspace()):
                yield start
            start = text.find(chunk, end)


class AddressStream(Stream):
    """The address of a document, in which addresses are words."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.heard = self.rows()

    def analyse(self, chunk: str) -> Chunk:
        return analyse(chunk, addresses=True)

    def rows(self) -> list[tuple[str, ...]]:
        return [self.analyse(chunk).keys() for chunk in self.chunks]


def _places_in(found: Chunk, key: str) -> Iterator[Interval]:
    for norm, start, end in found.tokens:
        if norm == key:
            yield start, end
    for norm, first, last in found.aliases:
        if norm == key:
            yield found.tokens[first].start, found.tokens[last - 1].end


class Order:
    """The words of a field in their order, for phrases, NEAR and places."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._rows = list(stream.rows())
        self._analysed: dict[str, Chunk] = {}
        self._kept: dict[str, Places] = {}
        self._exact: dict[str, dict[str, list[Interval]]] = {}
        self._aliases: dict[str, list[Interval]] = {}
        if AliasRow in set(map(type, self._rows)):
            self._take_aliases_out()
        self.norms = list(chain.from_iterable(self._rows))

    def _take_aliases_out(self) -> None:
        before = 0
        for number, row in enumerate(self._rows):
            if type(row) is AliasRow:
                found = self._analyse(self._stream.chunks[number])
                row = self._rows[number] = tuple([token.norm for token in found.tokens])
                for norm, first, last in found.aliases:
                    self._aliases.setdefault(norm, []).append((before + first, before + last))
            before += len(row)

    def _analyse(self, chunk: str) -> Chunk:
        found = self._analysed.get(chunk)
        if found is None:
            found = self._analysed[chunk] = self._stream.analyse(chunk)
        return found

    def find(self, key: str) -> list[Interval]:
        """Where a folded word stands, as [first, last) in words."""
        if self._stream.is_long:
            return self._table.get(key, [])
        # A few looks through the list at C speed are cheaper than a table of all its words.
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

    def places(self, atom: Atom) -> Places:
        """Where a word of a query stands."""
        if not atom.is_literal:
            return self._as_places(place for word in self._stream.like(atom) for place in self.find(word))
        if atom.raw:
            return self._as_places(self._by_form(atom.key).get(atom.raw, []))
        return self.word(atom.key)

    def word(self, key: str) -> Places:
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= _KEPT_BITS:
                self._kept.clear()
            found = self._kept[key] = self._as_places(self.find(key))
        return found

    def _as_places(self, found: Iterable[Interval]) -> Places:
        by_length: dict[int, list[int]] = {}
        for first, last in found:
            by_length.setdefault(last - first, []).append(first)
        return {length: bits_of(starts, len(self.norms)) for length, starts in by_length.items()}

    def _by_form(self, key: str) -> dict[str, list[Interval]]:
        """Where a word stands in each form that `=` tells apart."""
        forms = self._exact.get(key)
        if forms is None:
            forms = self._exact[key] = {}
            for interval in self.find(key):
                start, end = self.place(*interval)
                forms.setdefault(raw_form(self._stream.text[start:end]), []).append(interval)
        return forms

    @cached_property
    def touching(self) -> int:
        """Bits of the words that follow the one before without anything between them."""
        found, index = [], 0
        for chunk, row in zip(self._stream.chunks, self._rows, strict=True):
            if len(row) > 1:
                tokens = self._analyse(chunk).tokens
                found += [index + i for i in range(1, len(tokens)) if tokens[i - 1].end == tokens[i].start]
            index += len(row)
        return bits_of(found, index)

    def place(self, first: int, last: int) -> Interval:
        """The words [first, last) as [start, end) in the characters of the original."""
        start, end = self._word(first)
        return start, end if last == first + 1 else self._word(last - 1)[1]

    def _word(self, index: int) -> Interval:
        number = bisect_right(self._counts, index)
        token = self._analyse(self._stream.chunks[number]).tokens[index - (self._counts[number - 1] if number else 0)]
        start = self._starts[number]
        return start + token.start, start + token.end

    @cached_property
    def _counts(self) -> list[int]:
        return list(accumulate(map(len, self._rows)))

    @cached_property
    def _starts(self) -> list[int]:
        """Where each run of characters begins."""
        text, starts, end = self._stream.text, [], 0
        for chunk in self._stream.chunks:
            starts.append(text.index(chunk, end))
            end = starts[-1] + len(chunk)
        return starts


EMPTY = Stream("")
