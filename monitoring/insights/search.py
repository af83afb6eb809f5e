"""Which documents match a query: by their words where they are searchable, one by one where not.

In: a query, and which documents are of interest. Out: documents in order of time. Postgres full-text gives a superset
through its index and, where that is not exact, the matcher decides: a search finds what a topic with that query would.
`Finder` is used by `Search`, the search inside a MentionFilter (filters.py, lists.py), and by documents.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import chain, islice

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

from monitoring.candidates import ask
from monitoring.matching import Watched
from monitoring.models import Document, Mention
from monitoring.query import Doc, QueryError, parse
from monitoring.query_errors import explain_error

# An exact count of a common word takes seconds at ten million mentions: beyond this, numbers say "10,000+".
CAP = 10_000
# Documents asked of Postgres at once: first what a page or two of a list needs, then more at a time, up to what may
# be held in memory with its texts.
FIRST_CHUNK, MAX_CHUNK, GROWTH = 250, 4000, 4
FIELDS = ("title", "text", "url", "author", "language", "platform")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Position = tuple[datetime, int]  # published, document id


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


class Finder:
    """The documents of a project that match a query, whether they are searchable yet or not; all of them without one.

    `documents` are all that may match. They can be narrowed and ordered like any QuerySet; its `is_sure` says which of
    them match for certain, the matcher decides of the others. `is_exact`: all are sure but those without words.
    """

    def __init__(self, project_id: int, q: str) -> None:
        self._missed: dict[int, bool] = {}
        kept = Document.objects.filter(project_id=project_id)
        if not q:
            self.is_exact = True
            self.documents = kept.annotate(is_sure=Value(True))
            return
        self._asked = ask(Watched(0, 0, q, frozenset(), frozenset()))
        candidates = self._asked.candidates
        self.is_exact = candidates.is_exact
        is_sure = Q(search__isnull=False) if self.is_exact else Q(pk__in=[])
        may_match = RawSQL(f"({candidates.where})", candidates.params, BooleanField())
        self.documents = kept.filter(may_match).annotate(is_sure=ExpressionWrapper(is_sure, BooleanField()))

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
            self._read(unsure)
            position = rows[-1][:2] if len(rows) == size else None
            # One that was deleted in the meantime is missed, too.
            found = [row[:2] for row in rows if row[2] or not self._missed.get(row[1], True)]
            yield Chunk(found, len(unsure), position)
            if position is None:
                return
            size = max(size, min(size * GROWTH, largest))

    def _read(self, ids: list[int]) -> None:
        """Have the matcher decide on what it has not seen yet: a count and a page look at the same documents."""
        unread = [number for number in ids if number not in self._missed]
        for number, *values in Document.objects.filter(pk__in=unread).values_list("id", *FIELDS) if unread else ():
            self._missed[number] = self._asked.match(Doc(**dict(zip(FIELDS, values, strict=True)))) is None


class Search:
    """Over the documents that some topic mentions in [since, until) by `clock`. Malformed, it finds nothing."""

    def __init__(self, project_id: int, q: str, since: datetime, until: datetime, clock: str) -> None:
        self._finder: Finder | None = None
        if self.error_in(q):
            return
        self._finder = Finder(project_id, q)
        period = {f"{clock}__gte": since, f"{clock}__lt": until}
        mentioned = Mention.objects.filter(document=OuterRef("pk"), **period)
        self._documents = self._finder.documents.filter(Exists(mentioned))
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
        is_exact = self._finder is not None and self._finder.is_exact
        return list(islice(chain.from_iterable(self.chunks(size=CAP + 1 if is_exact else MAX_CHUNK)), CAP + 1))

    def chunks(
        self, position: Position | None = None, *, oldest_first: bool = False, size: int = FIRST_CHUNK
    ) -> Iterator[list[int]]:
        """The documents that match after `position`, in their order, without a cap: lists of `size`, then larger."""
        if self._finder is None:
            return
        for chunk in self._finder.walk(self._documents, position, oldest_first=oldest_first, size=size):
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
