"""Walk stored documents newest first and keep those that match a query."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

from monitoring.matching.candidates import ask
from monitoring.matching.keyword_index import TrackedKeyword
from monitoring.models import Document
from monitoring.query import Doc

# Documents asked of Postgres at once: first what a page or two of a list needs, then more at a time, up to what may
# be held in memory with its texts.
FIRST_CHUNK, MAX_CHUNK, GROWTH = 250, 4000, 4


FIELDS = ("title", "text", "url", "author", "language", "platform")


Position = tuple[datetime, int]  # published, document id


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
        self._asked = ask(TrackedKeyword(0, 0, q, frozenset(), frozenset()))
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
            uncertain = [number for _, number, is_sure in rows if not is_sure]
            self._read(uncertain)
            position = rows[-1][:2] if len(rows) == size else None
            # One that was deleted in the meantime is missed, too.
            found = [row[:2] for row in rows if row[2] or not self._missed.get(row[1], True)]
            yield Chunk(found, len(uncertain), position)
            if position is None:
                return
            size = max(size, min(size * GROWTH, largest))

    def _read(self, ids: list[int]) -> None:
        """Have the matcher decide on what it has not seen yet: a count and a page look at the same documents."""
        unread = [number for number in ids if number not in self._missed]
        for number, *values in Document.objects.filter(pk__in=unread).values_list("id", *FIELDS) if unread else ():
            self._missed[number] = self._asked.match(Doc(**dict(zip(FIELDS, values, strict=True)))) is None


def after(position: Position, column: str, *, oldest_first: bool) -> Q:
    """What comes after a place in the order of (published, `column`), newest first or oldest first."""
    published, number = position
    beyond = "gt" if oldest_first else "lt"
    # The first condition follows from the second: it is the one that an index on published can use.
    return Q(**{f"published__{beyond}e": published}) & (
        Q(**{f"published__{beyond}": published}) | Q(published=published, **{f"{column}__{beyond}": number})
    )
