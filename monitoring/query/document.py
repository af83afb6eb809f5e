"""A document as the matcher reads it: the words of title and text as a set, its fields when a query needs them.

In: a `Doc` of plain text. Out: a `View`, tokenized once for all queries. Called by `index.py` and `compiled_query.py`.
"""

import math
from dataclasses import dataclass
from itertools import chain

from monitoring.query.field_words import EMPTY, FieldWords, UrlWords
from monitoring.query.positions import Positions
from monitoring.query.term_filter import TermFilter
from monitoring.query.terms import SIGNS_TO_SPACES, host_of
from monitoring.query.tokens import KEYS, KeyTable, blank_markup

Span = tuple[str, int, int]
MAX_STARS = 5


def stars(rating: float) -> int:
    """Return a rating rounded to whole stars, 1 to MAX_STARS."""
    return min(max(math.floor(rating + 0.5), 1), MAX_STARS)


def rating_values(rating: float | None) -> list[str]:
    """Return the values of `rating:` that a rating has: 2 stars are "2", "<=2" to "<=5", and ">=1" to ">=2"."""
    if rating is None:
        return []
    own = stars(rating)
    at_most = [f"<={number}" for number in range(own, MAX_STARS + 1)]
    return [str(own), *at_most, *(f">={number}" for number in range(1, own + 1))]


@dataclass(frozen=True, slots=True)
class Doc:
    """A document to match: plain text, not HTML. `language` is a tag such as "fr" or "fr-ca", `kind` a type of items
    such as "review", `rating` from 1 to 5 stars, None where there is none.
    """

    title: str = ""
    text: str = ""
    url: str = ""
    author: str = ""
    language: str = ""
    platform: str = ""
    country: str = ""
    kind: str = ""
    rating: float | None = None


class View:
    """One document, tokenized once for all queries.

    `words` are the words of title and text or, with the `TermFilter` of an index, those that some query contains.
    """

    __slots__ = ("_fields", "_metadata", "doc", "near_positions", "term_filter", "words")

    def __init__(self, doc: Doc, term_filter: TermFilter | KeyTable = KEYS) -> None:
        self.doc = doc
        self.term_filter = term_filter
        # A cache of NEAR results by (matcher, field): a chain of NEAR reads them repeatedly.
        self.near_positions: dict[tuple[object, str], Positions] = {}
        self._metadata: frozenset[str] | None = None
        text = FieldWords(blank_markup(doc.text), term_filter)
        self._fields = {"text": text}
        self.words: set[str] = set(chain.from_iterable(text.queried))
        if doc.title:
            title = self._fields["title"] = FieldWords(blank_markup(doc.title), term_filter)
            self.words.update(chain.from_iterable(title.queried))

    def field_words(self, field: str) -> FieldWords:
        """Return the words of one field, tokenized on the first call."""
        words = self._fields.get(field)
        if words is None:
            text = getattr(self.doc, field)
            if not text:
                return EMPTY
            kind = UrlWords if field == "url" else FieldWords
            words = self._fields[field] = kind(text.translate(SIGNS_TO_SPACES) if field in ("author", "url") else text)
        return words

    @property
    def metadata(self) -> frozenset[str]:
        """The values of the fields compared as a whole, and the words of author and URL, as "field:value"."""
        if self._metadata is None:
            doc = self.doc
            host = host_of(doc.url).split(".") if doc.url else []
            language = doc.language.casefold().replace("_", "-").split("-") if doc.language else []
            keys = [f"site:{'.'.join(host[i:])}" for i in range(len(host))]
            keys += [f"lang:{'-'.join(language[: i + 1])}" for i in range(len(language))]
            values = {"platform": doc.platform, "country": doc.country, "kind": doc.kind}
            keys += [f"{name}:{value.casefold()}" for name, value in values.items()]
            keys += [f"rating:{value}" for value in rating_values(doc.rating)]
            keys += [f"{name}:{key}" for name in ("author", "url") for key in self.field_words(name).distinct_keys()]
            self._metadata = frozenset(keys)
        return self._metadata
