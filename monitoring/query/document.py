"""A document as the matcher sees it: its words as a set at once, their order and places only when a query asks."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, chain, compress, count, repeat
from operator import contains
from typing import NamedTuple

from monitoring.query.chars import WILD
from monitoring.query.terms import UNSIGN, Atom, host_of
from monitoring.query.tokens import KEYS, AliasRow, Chunk, analyse, chunk_of, visible

_LONG_TEXT = 2000  # words and signs
# So many words, and places of words, are looked for one by one before a table of all is made.
_SCANS, _LOOKS = 6, 8
Interval = tuple[int, int]
Span = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Doc:
    """What a query is asked about: plain text, not HTML. `language` is a tag such as "fr" or "fr-ca"."""

    title: str = ""
    text: str = ""
    url: str = ""
    author: str = ""
    language: str = ""
    platform: str = ""
    country: str = ""


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


class Stream:
    """One field of a document. Its words are read at once, their order only by `order`, their places by `place`."""

    __slots__ = (
        *("text", "chunks", "heard", "norms", "aliases", "_addresses", "_analysed", "_asked", "_counts", "_even"),
        *("_forms", "_letters", "_looks", "_positions", "_rows", "_shapes", "_starts"),
    )

    def __init__(self, text: str, reader: Mapping[str, tuple[str, ...]] = KEYS, addresses: bool = False) -> None:
        self.text = text
        self._addresses = addresses
        self.chunks = text.split()
        # The words that the reader cares for in each run of characters.
        if addresses:
            self.heard = [analyse(chunk, True).keys() for chunk in self.chunks]
        else:
            self.heard = list(map(reader.__getitem__, self.chunks))
        self._rows = self.heard if addresses or reader is KEYS else None
        self.norms: list[str] | None = None
        self._starts: list[int] | None = None
        self._looks = 0
        self._forms: set[str] | None = None
        self._shapes: dict[Shape, dict[str, list[str]]] = {}
        self._analysed: dict[str, Chunk] = {}

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """All words of each run of characters, not in order where they have aliases."""
        if self._rows is None:
            self._rows = list(map(KEYS.__getitem__, self.chunks))
        return self._rows

    def order(self) -> None:
        """Lays out the words in their order, for all that follows."""
        self.aliases: dict[str, list[Interval]] = {}
        self._counts: list[int] = []
        self._letters: tuple[dict[str, str], str] | None = None
        self._positions: dict[str, list[Interval]] | None = None

        self._asked = 0
        if AliasRow in set(map(type, self.rows)):
            self._order_with_aliases()
        else:
            self.norms = list(chain.from_iterable(self.rows))

    def _order_with_aliases(self) -> None:
        self.norms = []
        for chunk, row in zip(self.chunks, self.rows, strict=True):
            if type(row) is tuple:
                self.norms += row
            else:
                found = self._analyse(chunk)
                before = len(self.norms)
                self.norms += [token.norm for token in found.tokens]
                for norm, first, last in found.aliases:
                    self.aliases.setdefault(norm, []).append((before + first, before + last))
            self._counts.append(len(self.norms))

    def _analyse(self, chunk: str) -> Chunk:
        found = self._analysed.get(chunk)
        if found is None:
            found = self._analysed[chunk] = analyse(chunk, True) if self._addresses else chunk_of(chunk)
        return found

    def forms(self) -> set[str]:
        """The different words, hashtags with and without their sign."""
        if self._forms is None:
            self._forms = set(chain.from_iterable(self.rows))
        return self._forms

    def find(self, key: str) -> list[Interval]:
        """Where a folded word stands, as [first, last) in words."""
        scan = self._positions is None and self._asked < _SCANS and not self.is_long
        found = self._scan(key) if scan else self._table().get(key, [])
        aliases = self.aliases.get(key)
        return sorted(found + aliases) if aliases else found

    def _scan(self, key: str) -> list[Interval]:
        # A few looks through the list at C speed are cheaper than a table of all its words.
        self._asked += 1
        norms, found, index = self.norms, [], -1
        try:
            while True:
                index = norms.index(key, index + 1)
                found.append((index, index + 1))
        except ValueError:
            return found

    def _table(self) -> dict[str, list[Interval]]:
        if self._positions is None:
            self._positions = {}
            for index, norm in enumerate(self.norms):
                self._positions.setdefault(norm, []).append((index, index + 1))
        return self._positions

    def find_phrase(self, keys: list[str]) -> list[Interval]:
        """Where plain words stand side by side."""
        size, norms = len(keys), self.norms
        if not self.is_long:
            return [(i, i + size) for i, _ in self._scan(keys[0]) if norms[i : i + size] == keys]
        letters, text = self._as_letters()
        wanted = "".join(letters.get(key, "") for key in keys)
        found, index = [], text.find(wanted) if len(wanted) == size else -1
        while index >= 0:
            found.append((index, index + size))
            index = text.find(wanted, index + 1)
        return found

    def _as_letters(self) -> tuple[dict[str, str], str]:
        """Each different word as one character, and the text so written: a search in a string is never quadratic."""
        if self._letters is None:
            letters = {word: chr(i if i < 0xD800 else i + 0x800) for i, word in enumerate(dict.fromkeys(self.norms))}
            self._letters = letters, "".join(map(letters.__getitem__, self.norms))
        return self._letters

    @property
    def is_long(self) -> bool:
        """Whether tables of all words are worth making, so that hundreds of terms do not cost hundreds of looks."""
        return len(self.chunks) > _LONG_TEXT

    def like(self, atom: Atom) -> list[str]:
        """The different words of the field that a wildcard stands for."""
        shape = shape_of(atom)
        if not self.is_long:
            stem = atom.key.partition(WILD)[0]
            return [w for w in self.forms() if w.startswith(stem) and masked(w, shape) == atom.key]
        table = self._shapes.get(shape)
        if table is None:
            table = self._shapes[shape] = {}
            for word in self.forms():
                table.setdefault(masked(word, shape), []).append(word)
        return table.get(atom.key, [])

    def place(self, first: int, last: int) -> Interval:
        """The words [first, last) as [start, end) in the characters of the original."""
        start, end = self._word(first)
        return start, end if last == first + 1 else self._word(last - 1)[1]

    def touches(self, index: int) -> bool:
        """Whether word `index` follows the one before without anything between them."""
        return index > 0 and self._word(index - 1)[1] == self._word(index)[0]

    def _word(self, index: int) -> Interval:
        if not self._counts:
            self._counts = list(accumulate(map(len, self.rows)))
        number = bisect_right(self._counts, index)
        token = self._analyse(self.chunks[number]).tokens[index - (self._counts[number - 1] if number else 0)]
        start = self._start(number)
        return start + token.start, start + token.end

    def _start(self, number: int) -> int:
        """Where a run of characters begins."""
        if self._starts is None:
            if self._looks == 0:
                # One character between any two runs is the usual case: then lengths tell the places.
                self._even = sum(map(len, self.chunks)) + len(self.chunks) - 1 == len(self.text)
            self._looks += 1
            if self._even and self._looks < _LOOKS:
                return sum(map(len, self.chunks[:number])) + number
            self._starts = list(self._search_starts())
        return self._starts[number]

    def _search_starts(self) -> Iterator[int]:
        position = 0
        for chunk in self.chunks:
            start = self.text.index(chunk, position)
            yield start
            position = start + len(chunk)

    def places_of(self, key: str) -> Iterator[Interval]:
        """Every [start, end) of a word that is heard; in a short text quicker than laying out all words."""
        if self.is_long:
            if self.norms is None:
                self.order()
            yield from (self.place(*interval) for interval in self.find(key))
            return
        for number in compress(count(), map(contains, self.heard, repeat(key))):
            start = self._start(number)
            found = self._analyse(self.chunks[number])
            for norm, first, last in found.tokens:
                if norm == key:
                    yield start + first, start + last
            for norm, first, last in found.aliases:
                if norm == key:
                    yield start + found.tokens[first].start, start + found.tokens[last - 1].end


_EMPTY = Stream("")
_EMPTY.order()


class View:
    """One document, read once for all queries.

    `words` are the words of title and text or, read by the `Reader` of an index, those that some query asks for.
    """

    __slots__ = ("_meta", "_streams", "doc", "pairs", "reader", "words")

    def __init__(self, doc: Doc, reader: Mapping[str, tuple[str, ...]] = KEYS) -> None:
        self.doc = doc
        self.reader = reader
        # What NEAR has found, by (node, field): a chain of them asks for it again and again.
        self.pairs: dict[tuple[object, str], list[tuple[Interval, Interval]]] = {}
        self._meta: frozenset[str] | None = None
        text = Stream(visible(doc.text), reader)
        self._streams = {"text": text}
        self.words: set[str] = set(chain.from_iterable(text.heard))
        if doc.title:
            title = self._streams["title"] = Stream(visible(doc.title), reader)
            self.words.update(chain.from_iterable(title.heard))

    def stream(self, field: str) -> Stream:
        """A field with its words in order."""
        stream = self.unordered(field)
        if stream.norms is None:
            stream.order()
        return stream

    def has(self, word: str, field: str) -> bool:
        """Whether a word that is heard stands in a field."""
        return any(word in row for row in self.unordered(field).heard)

    def unordered(self, field: str) -> Stream:
        """A field without `order`, for those who only ask for `places_of`."""
        stream = self._streams.get(field)
        if stream is None:
            text = getattr(self.doc, field)
            if not text:
                return _EMPTY
            stream = (
                Stream(text.translate(UNSIGN), addresses=field == "url")
                if field in ("author", "url")
                else Stream(text)
            )
            self._streams[field] = stream
        return stream

    @property
    def meta(self) -> frozenset[str]:
        """The values of the fields compared as a whole, and the words of author and address, under their field."""
        if self._meta is None:
            doc = self.doc
            host = host_of(doc.url).split(".") if doc.url else []
            language = doc.language.casefold().replace("_", "-").split("-") if doc.language else []
            keys = [f"site:{'.'.join(host[i:])}" for i in range(len(host))]
            keys += [f"lang:{'-'.join(language[: i + 1])}" for i in range(len(language))]
            keys += [
                f"{name}:{value.casefold()}" for name, value in (("platform", doc.platform), ("country", doc.country))
            ]
            keys += [f"{name}:{key}" for name in ("author", "url") for key in self.stream(name).forms()]
            self._meta = frozenset(keys)
        return self._meta
