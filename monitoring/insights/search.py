"""Which documents match a query: by their words where they are searchable, one by one where not.

In: a query, and which documents are of interest. Out: documents in order of time. Postgres full-text gives a superset
through its index and, where that is not exact, the matcher decides: a search finds what a topic with that query would.
`Candidates` serves every search and the preview; `Search` is the search inside a MentionFilter (filters.py, lists.py);
documents.py searches everything kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import chain, islice

from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

from monitoring.models import Document, Mention
from monitoring.query import Doc, Query, QueryError, compile_query, parse, to_tsquery
from monitoring.query_errors import explain_error

# An exact count of a common word takes seconds at ten million mentions: beyond this, numbers say "10,000+".
CAP = 10_000
# Documents asked of Postgres at once: first what a page or two of a list needs, then more at a time, up to what may
# be held in memory with its texts.
FIRST_CHUNK, MAX_CHUNK, GROWTH = 250, 4000, 4
FIELDS = ("title", "text", "url", "author", "language", "platform")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Position = tuple[datetime, int]  # published, document id

_NOT_YET = RawSQL("monitoring_document.search IS NULL", [], BooleanField())
_SEARCHABLE = RawSQL("monitoring_document.search IS NOT NULL", [], BooleanField())


@dataclass(frozen=True)
class SearchError:
    """What is wrong with a search; `position` counts characters from 0."""

    code: str
    message: str
    position: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a walk. `found`: the places of what matches; `checked`: how many had to be read by the matcher;
    `end`: the place of the last one looked at, None where nothing is left.
    """

    found: list[Position]
    checked: int
    end: Position | None


class Candidates:
    """The documents of a project that may match a query, never fewer than do: whether searchable yet or not.

    `documents` can be narrowed and ordered like any QuerySet; its `is_sure` says which of them match for certain, and
    of the others `matches` decides. `is_exact`: all are sure but those without words.
    """

    def __init__(self, project_id: int, query: Query) -> None:
        self.query = query
        words, self.is_exact = to_tsquery(query.node)
        kept = Document.objects.filter(project_id=project_id)
        self.documents = kept.annotate(is_sure=_SEARCHABLE if self.is_exact else Value(False))
        if words:
            condition = "(monitoring_document.search @@ %s::tsquery OR monitoring_document.search IS NULL)"
            self.documents = self.documents.filter(RawSQL(condition, [words], BooleanField()))
        self._words = words

    def sure(self, documents: QuerySet[Document]) -> QuerySet[Document]:
        """Those of `documents` that match for certain, by the index alone."""
        if not self.is_exact:
            return documents.none()
        return documents.filter(RawSQL("monitoring_document.search @@ %s::tsquery", [self._words], BooleanField()))

    def unsure(self, documents: QuerySet[Document]) -> QuerySet[Document]:
        """Those of `documents` of which `matches` must decide."""
        return documents.filter(_NOT_YET) if self.is_exact else documents

    def matches(self, values: tuple[str, ...]) -> bool:
        """Whether a document matches, by its FIELDS."""
        return self.query.match(Doc(**dict(zip(FIELDS, values, strict=True)))) is not None

    def walk(
        self,
        documents: QuerySet[Document],
        position: Position | None = None,
        *,
        oldest_first: bool = False,
        size: int = FIRST_CHUNK,
        largest: int = MAX_CHUNK,
    ) -> Iterator[Chunk]:
        """Those of `documents` that match after `position`, in order of time: `size` at once, then up to `largest`."""
        ordered = documents.order_by(*(("published", "id") if oldest_first else ("-published", "-id")))
        while True:
            here = ordered.filter(after(position, "id", oldest_first=oldest_first)) if position else ordered
            rows = list(here.values_list("published", "id", "is_sure")[:size])
            unsure = [number for _, number, is_sure in rows if not is_sure]
            missed = self._missed(unsure)
            position = rows[-1][:2] if len(rows) == size else None
            yield Chunk([row[:2] for row in rows if row[1] not in missed], len(unsure), position)
            if position is None:
                return
            size = max(size, min(size * GROWTH, largest))

    def _missed(self, ids: list[int]) -> set[int]:
        """The documents of these that do not match."""
        if not ids:
            return set()
        rows = Document.objects.filter(pk__in=ids).values_list("id", *FIELDS)
        return set(ids) - {row[0] for row in rows if self.matches(row[1:])}


class Search:
    """Over the documents that some topic mentions in [since, until) by `clock`. Malformed, it finds nothing."""

    def __init__(self, project_id: int, q: str, since: datetime, until: datetime, clock: str) -> None:
        self._candidates: Candidates | None = None
        if self.error_in(q):
            return
        self._candidates = Candidates(project_id, compile_query(q))
        period = {f"{clock}__gte": since, f"{clock}__lt": until}
        mentioned = Mention.objects.filter(document=OuterRef("pk"), **period)
        self._documents = self._candidates.documents.filter(Exists(mentioned))
        if clock == "published":
            self._documents = self._documents.filter(**period)

    @staticmethod
    def error_in(q: str) -> SearchError | None:
        try:
            parse(q)
        except QueryError as error:
            return SearchError(error.code, explain_error(error), error.position)
        return None

    @property
    def documents(self) -> list[int]:
        """The newest CAP documents that match."""
        return self._newest[:CAP]

    @property
    def capped(self) -> bool:
        return len(self._newest) > CAP

    @cached_property
    def _newest(self) -> list[int]:
        is_exact = self._candidates is not None and self._candidates.is_exact
        return list(islice(chain.from_iterable(self.chunks(size=CAP + 1 if is_exact else MAX_CHUNK)), CAP + 1))

    def chunks(
        self, position: Position | None = None, *, oldest_first: bool = False, size: int = FIRST_CHUNK
    ) -> Iterator[list[int]]:
        """The documents that match after `position`, in their order, without a cap: lists of `size`, then larger."""
        if self._candidates is None:
            return
        for chunk in self._candidates.walk(self._documents, position, oldest_first=oldest_first, size=size):
            yield [document_id for _, document_id in chunk.found]


def after(position: Position, column: str, *, oldest_first: bool) -> Q:
    """What comes after a place in the order of (published, `column`), newest first or oldest first."""
    published, number = position
    beyond = "gt" if oldest_first else "lt"
    # The first condition follows from the second: it is the one that an index on published can use.
    return Q(**{f"published__{beyond}e": published}) & (
        Q(**{f"published__{beyond}": published}) | Q(published=published, **{f"{column}__{beyond}": number})
    )


def document_in(ids: list[int]) -> RawSQL:
    """A condition on mentions. One array parameter: Django's IN would bind ten thousand ids one by one."""
    return RawSQL("monitoring_mention.document_id = ANY(%s::bigint[])", [ids], BooleanField())


def write_cursor(position: Position, direction: str = "n") -> str:
    """A place as an opaque text: "n" for what comes next there, "p" for what came before."""
    published, number = position
    return f"{direction}{(published - EPOCH) // timedelta(microseconds=1)}.{number}"


def read_cursor(cursor: str | None) -> tuple[Position | None, bool]:
    """(position, backwards). Junk reads as the beginning."""
    direction, rest = (cursor or "")[:1], (cursor or "")[1:]
    try:
        microseconds, number = map(int, rest.split("."))
        position = EPOCH + timedelta(microseconds=microseconds), number
    except (ValueError, OverflowError):
        return None, False
    known = direction in ("n", "p") and number < 2**63
    return (position, direction == "p") if known else (None, False)
