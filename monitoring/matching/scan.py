"""Find the stored documents that match a query: narrow them with Postgres, then have the matcher decide on the rest.

`candidate_documents` and `read_docs` are the two steps that every scan shares: search (insights/search.py and
documents.py, through `Finder`), query preview (query_tools/sampled_search.py) and backfill (ingest/backfill.py). Their
order differs, and with it the loop: `Finder` pages by time, the preview samples by hash before a deadline, and the
backfill reads by id and stores its progress.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

from monitoring.matching.candidates import Candidates, candidate_query
from monitoring.matching.keyword_index import TrackedKeyword
from monitoring.models import Document
from monitoring.query import Doc

# Documents per database query: first enough for a page or two of a list, then more each time, up to the number whose
# texts fit into memory.
FIRST_CHUNK, MAX_CHUNK, GROWTH = 250, 4000, 4

# Columns of Document and fields of Doc.
FIELDS = ("title", "text", "url", "author", "language", "platform", "country", "kind", "rating")

Position = tuple[datetime, int]  # published (UTC), document id


@dataclass(frozen=True, slots=True)
class StoredDoc:
    """A document in the matcher's form, with its id and time of publication (UTC), which may be unknown."""

    id: int
    published: datetime
    published_is_known: bool
    doc: Doc


# Documents with `is_sure`: Django's stubs have no type for an annotated queryset that code outside them can import.
AnnotatedDocuments = QuerySet[Any]


def candidate_documents(project_id: int, candidates: Candidates) -> AnnotatedDocuments:
    """Return the documents of a project that can match; `is_sure` says which of them match without being read."""
    is_sure = ExpressionWrapper(Q(search__isnull=False), BooleanField()) if candidates.is_exact else Value(False)
    can_match = RawSQL(f"({candidates.where})", candidates.params, BooleanField())
    return Document.objects.filter(project_id=project_id, deleted_at=None).filter(can_match).annotate(is_sure=is_sure)


def read_docs(ids: Iterable[int]) -> list[StoredDoc]:
    """Read documents for the matcher with one query, in the order of `ids`, without those deleted in the meantime."""
    ids = list(ids)
    if not ids:
        return []
    columns = ("id", "published", "published_is_known", *FIELDS)
    rows = {
        pk: StoredDoc(pk, published, is_known, Doc(**dict(zip(FIELDS, values, strict=True))))
        for pk, published, is_known, *values in Document.objects.filter(pk__in=ids).values_list(*columns)
    }
    return [rows[pk] for pk in ids if pk in rows]


@dataclass(frozen=True, slots=True)
class Chunk:
    """One step of a walk. `found`: positions of matches; `checked`: number of documents that the matcher read;
    `end`: position of the last candidate, None at the end of the walk.
    """

    found: list[Position]
    checked: int
    end: Position | None


class Finder:
    """The documents of a project that match a query, searchable or not; all of its documents for the query "".

    `documents` are the candidates, a QuerySet with `is_sure` that callers may filter further. `is_exact`: every
    searchable candidate is a match.
    """

    def __init__(self, project_id: int, q: str) -> None:
        self._matches: dict[int, bool] = {}
        if not q:
            self.is_exact = True
            existing = Document.objects.filter(project_id=project_id, deleted_at=None)
            self.documents = existing.annotate(is_sure=Value(True))
            return
        self._query = candidate_query(TrackedKeyword.unsaved(q))
        self.is_exact = self._query.candidates.is_exact
        self.documents = candidate_documents(project_id, self._query.candidates)

    def walk(
        self,
        documents: AnnotatedDocuments,
        position: Position | None = None,
        *,
        oldest_first: bool = False,
        size: int = FIRST_CHUNK,
        largest: int = MAX_CHUNK,
    ) -> Iterator[Chunk]:
        """Walk `documents` by time from `position` on, in chunks of `size` that grow up to `largest`."""
        ordered = documents.order_by(*(("published", "id") if oldest_first else ("-published", "-id")))
        while True:
            here = ordered.filter(after(position, "id", oldest_first=oldest_first)) if position else ordered
            rows = list(here.values_list("published", "id", "is_sure")[:size])
            uncertain = [pk for _, pk, is_sure in rows if not is_sure]
            self._check(uncertain)
            position = rows[-1][:2] if len(rows) == size else None
            found = [(published, pk) for published, pk, is_sure in rows if is_sure or self._matches.get(pk)]
            yield Chunk(found, len(uncertain), position)
            if position is None:
                return
            size = max(size, min(size * GROWTH, largest))

    def _check(self, ids: list[int]) -> None:
        """Match the documents that were not matched before: a count and a page read the same documents."""
        for stored in read_docs(pk for pk in ids if pk not in self._matches):
            self._matches[stored.id] = self._query.match(stored.doc) is not None


def after(position: Position, column: str, *, oldest_first: bool) -> Q:
    """Return the condition for rows after a position in the order of (published, `column`)."""
    published, pk = position
    beyond = "gt" if oldest_first else "lt"
    # The first condition follows from the second, but is the one that an index on published can use.
    return Q(**{f"published__{beyond}e": published}) & (
        Q(**{f"published__{beyond}": published}) | Q(published=published, **{f"{column}__{beyond}": pk})
    )
