"""A document as the matcher sees it: the words of title and text as a set at once, its fields when a query asks."""

from dataclasses import dataclass
from itertools import chain

from monitoring.query.field_words import EMPTY, AddressStream, Stream
from monitoring.query.positions import Places
from monitoring.query.term_filter import Reader
from monitoring.query.terms import UNSIGN, host_of
from monitoring.query.tokens import KEYS, Keys, visible

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


class View:
    """One document, read once for all queries.

    `words` are the words of title and text or, read by the `Reader` of an index, those that some query asks for.
    """

    __slots__ = ("_meta", "_streams", "chains", "doc", "reader", "words")

    def __init__(self, doc: Doc, reader: Reader | Keys = KEYS) -> None:
        self.doc = doc
        self.reader = reader
        # What NEAR has found, by (node, field): a chain of them asks for it again and again.
        self.chains: dict[tuple[object, str], Places] = {}
        self._meta: frozenset[str] | None = None
        text = Stream(visible(doc.text), reader)
        self._streams = {"text": text}
        self.words: set[str] = set(chain.from_iterable(text.heard))
        if doc.title:
            title = self._streams["title"] = Stream(visible(doc.title), reader)
            self.words.update(chain.from_iterable(title.heard))

    def stream(self, field: str) -> Stream:
        stream = self._streams.get(field)
        if stream is None:
            text = getattr(self.doc, field)
            if not text:
                return EMPTY
            kind = AddressStream if field == "url" else Stream
            stream = self._streams[field] = kind(text.translate(UNSIGN) if field in ("author", "url") else text)
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
