"""The search inside a filter: which documents of a period hold certain words.

In: a query in the query language and a period. Out: document ids, newest first. Postgres full-text gives a superset
through its index and, where that is not exact, the matcher decides: a search finds what a topic with that query would.
Called by filters.py (one set of ids for every count, series and facet) and lists.py (pages, which have no cap).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain, islice

from django.db.models import BooleanField, Exists, OuterRef, Q
from django.db.models.expressions import RawSQL

from monitoring.models import Document, Mention
from monitoring.query import Doc, QueryError, compile_query, parse, to_tsquery
from monitoring.query_errors import explain_error

# An exact count of a common word takes seconds at ten million mentions: beyond this, numbers say "10,000+".
CAP = 10_000
# Documents asked of Postgres at once: first what a page or two of a list needs, then more at a time, up to what may
# be held in memory with its texts.
FIRST_CHUNK, MAX_CHUNK, GROWTH = 250, 4000, 4
FIELDS = ("title", "text", "url", "author", "language", "platform")

Position = tuple[datetime, int]  # published, document id


@dataclass(frozen=True)
class SearchError:
    """What is wrong with a search; `position` counts characters from 0."""

    code: str
    message: str
    position: int


class Search:
    """Over the documents that some topic mentions in [since, until) by `clock`. Malformed, it finds nothing."""

    def __init__(self, project_id: int, q: str, since: datetime, until: datetime, clock: str) -> None:
        self._is_exact = False
        if self.error_in(q):
            self._candidates = Document.objects.none()
            return
        period = {f"{clock}__gte": since, f"{clock}__lt": until}
        mentioned = Mention.objects.filter(document=OuterRef("pk"), **period)
        self._candidates = Document.objects.filter(Exists(mentioned), project_id=project_id)
        if clock == "published":
            self._candidates = self._candidates.filter(**period)
        self._query = compile_query(q)
        words, self._is_exact = to_tsquery(self._query.node)
        if words:
            found = RawSQL("monitoring_document.search @@ %s::tsquery", [words], BooleanField())
            self._candidates = self._candidates.filter(found)

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
        chunks = self.chunks(size=CAP + 1 if self._is_exact else MAX_CHUNK)
        return list(islice(chain.from_iterable(chunks), CAP + 1))

    def chunks(
        self, position: Position | None = None, *, oldest_first: bool = False, size: int = FIRST_CHUNK
    ) -> Iterator[list[int]]:
        """The documents that match after `position`, in their order, without a cap: lists of `size`, then larger."""
        candidates = self._candidates.order_by(*(("published", "id") if oldest_first else ("-published", "-id")))
        fields = () if self._is_exact else FIELDS
        while True:
            here = candidates.filter(after(position, "id", oldest_first=oldest_first)) if position else candidates
            rows = list(here.values_list("published", "id", *fields)[:size])
            yield [row[1] for row in rows if self._is_exact or self._matches(row[2:])]
            if len(rows) < size:
                return
            position, size = rows[-1][:2], max(size, min(size * GROWTH, MAX_CHUNK))

    def _matches(self, values: tuple[str, ...]) -> bool:
        return self._query.match(Doc(**dict(zip(FIELDS, values, strict=True)))) is not None


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
