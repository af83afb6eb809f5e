"""A document as the matcher sees it: its words as a set at once, their order and places only when a query asks."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate, chain
from operator import itemgetter
from typing import NamedTuple

from monitoring.query.chars import WILD
from monitoring.query.terms import UNSIGN, Atom, host_of
from monitoring.query.tokens import KEYS, Chunk, analyse, analyse_kept, visible

# Words that hold one of these are also found under another form.
_SIGNS = "#@$＃＠＄﹟﹫﹩"
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
    """One field of a document: its words in order, and where they stand in the original."""

    def __init__(self, text: str, addresses: bool = False) -> None:
        self.text = text
        self._addresses = addresses
        self.chunks = text.split()
        self.aliases: dict[str, list[Interval]] = {}
        if addresses or any(sign in text for sign in _SIGNS):
            self.norms: list[str] = []
            self._counts: list[int] | None = self._read()
        else:
            self.norms = list(chain.from_iterable(map(KEYS.__getitem__, self.chunks)))
            self._counts = None
        self._starts: list[int] | None = None
        self._positions: dict[str, list[Interval]] | None = None
        self._shapes: dict[Shape, dict[str, list[str]]] = {}
        self._asked = 0

    def _chunk(self, chunk: str) -> Chunk:
        return analyse(chunk, self._addresses) if self._addresses or len(chunk) > 40 else analyse_kept(chunk)

    def _read(self) -> list[int]:
        """Words, aliases and running count for a text with hashtags, handles or cashtags."""
        counts = []
        for chunk in self.chunks:
            found = self._chunk(chunk)
            before = len(self.norms)
            self.norms += map(itemgetter(0), found.tokens)
            for norm, first, last in found.aliases:
                self.aliases.setdefault(norm, []).append((before + first, before + last))
            counts.append(len(self.norms))
        return counts

    def forms(self) -> set[str]:
        return {*self.norms, *self.aliases}

    def find(self, key: str) -> list[Interval]:
        """Where a folded word stands, as [first, last) in words."""
        aliases = self.aliases.get(key, [])
        if self._positions is None and self._asked < 4 and len(self.norms) < 1000:
            # One C-speed look through a short text is cheaper than a table of all its words.
            self._asked += 1
            found = [(i, i + 1) for i, norm in enumerate(self.norms) if norm == key] if key in self.norms else []
        else:
            found = self._table().get(key, [])
        return sorted(found + aliases) if aliases else found

    def shaped(self, shape: Shape) -> dict[str, list[str]]:
        """The different words of the field by what a wildcard of this shape sees of them."""
        words = self._shapes.get(shape)
        if words is None:
            words = self._shapes[shape] = {}
            for word in self.forms():
                seen = masked(word, shape)
                if seen:
                    words.setdefault(seen, []).append(word)
        return words

    def _table(self) -> dict[str, list[Interval]]:
        if self._positions is None:
            table: dict[str, list[Interval]] = {}
            for index, norm in enumerate(self.norms):
                if norm in table:
                    table[norm].append((index, index + 1))
                else:
                    table[norm] = [(index, index + 1)]
            self._positions = table
        return self._positions

    def place(self, first: int, last: int) -> Interval:
        """The words [first, last) as [start, end) in the characters of the original."""
        return self._word(first)[0], self._word(last - 1)[1]

    def touches(self, index: int) -> bool:
        """Whether word `index` follows the one before without anything between them."""
        return index > 0 and self._word(index - 1)[1] == self._word(index)[0]

    def raw(self, index: int) -> str:
        start, end = self._word(index)
        return self.text[start:end]

    def _word(self, index: int) -> Interval:
        if self._counts is None:
            self._counts = list(accumulate(map(len, map(KEYS.__getitem__, self.chunks))))
        if self._starts is None:
            self._starts = self._chunk_starts()
        number = bisect_right(self._counts, index)
        tokens = self._chunk(self.chunks[number]).tokens
        token = tokens[index - (self._counts[number - 1] if number else 0)]
        start = self._starts[number]
        return start + token.start, start + token.end

    def _chunk_starts(self) -> list[int]:
        starts = []
        position = 0
        for chunk in self.chunks:
            position = self.text.index(chunk, position)
            starts.append(position)
            position += len(chunk)
        return starts


class View:
    """One document, read once for all queries."""

    __slots__ = ("_meta", "_streams", "doc", "words")

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        text = f"{visible(doc.title)}\n{visible(doc.text)}" if doc.title else visible(doc.text)
        self.words: set[str] = set(chain.from_iterable(map(KEYS.__getitem__, set(text.split()))))
        self._streams: dict[str, Stream] = {}
        self._meta: frozenset[str] | None = None

    def stream(self, field: str) -> Stream:
        stream = self._streams.get(field)
        if stream is None:
            text = getattr(self.doc, field)
            if field in ("author", "url"):
                stream = Stream(text.translate(UNSIGN), addresses=field == "url")
            else:
                stream = Stream(visible(text))
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
