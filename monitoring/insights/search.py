"""Search inside a MentionFilter: the mentioned documents that match a query, newest first.

In: a project, a query and a period. Out: document ids. Postgres full text gives a superset through its index and,
where that is not exact, the matcher decides: a search finds what a keyword with that query would match. Called by
filters.py and mentions.py.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain, islice

from django.db.models import BooleanField, Exists, OuterRef
from django.db.models.expressions import RawSQL

from monitoring.matching.scan import FIRST_CHUNK, MAX_CHUNK, Finder, Position
from monitoring.messages.query_errors import explain_error
from monitoring.models import Mention
from monitoring.query import QueryError, parse

# Counting a common word exactly takes seconds at ten million mentions: above this, numbers are shown as "10,000+".
CAP = 10_000


@dataclass(frozen=True)
class SearchError:
    """A syntax error in a query; `position` is a character offset from 0."""

    code: str
    message: str
    position: int


class Search:
    """A query over the documents with a mention in [since, until) by `clock`. A malformed query matches nothing."""

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
        """Return the error of a malformed query, None if it is valid."""
        try:
            parse(q)
        except QueryError as error:
            return SearchError(error.code, explain_error(error), error.position)
        return None

    @property
    def documents(self) -> list[int]:
        """The ids of the newest CAP documents that match."""
        return self._newest[:CAP]

    @property
    def capped(self) -> bool:
        """Whether more than CAP documents match."""
        return len(self._newest) > CAP

    def matching(self, ids: Collection[int]) -> set[int]:
        """Return those of these documents that match."""
        if self._finder is None or not ids:
            return set()
        chunks = self._finder.walk(self._documents.filter(pk__in=ids), size=MAX_CHUNK)
        return {document_id for chunk in chunks for _, document_id in chunk.found}

    @cached_property
    def _newest(self) -> list[int]:
        is_exact = self._finder is not None and self._finder.is_exact
        return list(islice(chain.from_iterable(self.chunks(size=CAP + 1 if is_exact else MAX_CHUNK)), CAP + 1))

    def chunks(
        self, position: Position | None = None, *, oldest_first: bool = False, size: int = FIRST_CHUNK
    ) -> Iterator[list[int]]:
        """Yield the ids of all documents that match after `position`, in order, in growing lists."""
        if self._finder is None:
            return
        for chunk in self._finder.walk(self._documents, position, oldest_first=oldest_first, size=size):
            yield [document_id for _, document_id in chunk.found]


def document_in(ids: list[int]) -> RawSQL:
    """Return a condition on mentions. It binds one array, where Django's IN would bind ten thousand parameters."""
    return RawSQL("monitoring_mention.document_id = ANY(%s::bigint[])", [ids], BooleanField())
