"""Which documents match a query: by their words where they are searchable, one by one where not.

In: a query, and which documents are of interest. Out: documents in order of time. Postgres full-text gives a superset
through its index and, where that is not exact, the matcher decides: a search finds what a keyword with that query
would. `Finder` is used by `Search`, the search inside a MentionFilter (filters.py, lists.py), and by documents.py.
"""

from collections.abc import Iterator
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

# An exact count of a common word takes seconds at ten million mentions: beyond this, numbers say "10,000+".
CAP = 10_000


@dataclass(frozen=True)
class SearchError:
    """What is wrong with a search; `position` counts characters from 0."""

    code: str
    message: str
    position: int


class Search:
    """Over the documents that some keyword mentions in [since, until) by `clock`. Malformed, it finds nothing."""

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


def document_in(ids: list[int]) -> RawSQL:
    """A condition on mentions. One array parameter: Django's IN would bind ten thousand ids one by one."""
    return RawSQL("monitoring_mention.document_id = ANY(%s::bigint[])", [ids], BooleanField())
