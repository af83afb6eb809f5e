"""Count the stored documents that match a query, by day, with the newest of them, before a deadline.

In: the SQL condition of the candidates and the function that matches a document. Out: a `SampledResult`, with the
texts of some matches. Postgres counts the candidates that its index alone decides on; of the others, as many are read
as time allows, in an order by hash that makes those read a random sample. Called by query_tools/preview.py.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from django.db import connection

from monitoring.matching.candidates import Candidates
from monitoring.matching.scan import StoredDoc, candidate_documents, read_docs
from monitoring.query import Doc, Match

NEWEST = 10
CHUNK = 100  # documents per query: about 5 ms
MIN_SAMPLE = 200  # documents read even after the deadline: fewer say nothing about the rest
GRACE_S = 0.2  # but no longer than this after it: hundreds of clauses take 10 ms per document
NEWEST_SCANNED = 1000  # candidates among which the newest matches are searched
MAX_SAMPLE = 6000  # more than can be read before the deadline

# One pass over the candidates, whose condition is evaluated once.
_SUMMARY = """
WITH c AS MATERIALIZED ({candidates})
SELECT 'day', is_sure, CASE WHEN is_sure THEN (published AT TIME ZONE %s)::date END, count(*) FROM c GROUP BY 2, 3
UNION ALL (SELECT 'newest', is_sure, NULL, id FROM c ORDER BY published DESC, id DESC LIMIT %s)
UNION ALL (SELECT 'unsure', is_sure, NULL, id FROM c WHERE NOT is_sure ORDER BY hashint8extended(id, 0) LIMIT %s)
UNION ALL (SELECT 'sure', is_sure, NULL, id FROM c WHERE is_sure ORDER BY hashint8extended(id, 0) LIMIT %s)
"""


@dataclass(frozen=True)
class Hit:
    """A document that matches, with the matched words as (field, start, end)."""

    id: int
    published: datetime
    published_is_known: bool
    doc: Doc
    spans: tuple[tuple[str, int, int], ...]

    def spans_in(self, field: str) -> list[tuple[int, int]]:
        return [(start, end) for name, start, end in self.spans if name == field]


@dataclass(frozen=True)
class SampledResult:
    """`count` matches: exact where all `to_check` uncertain candidates were `checked`, else an estimate.

    `days` are local days and sum up to about `count`. `newest` are the newest matches or, where not `is_newest`, the
    newest of those that were read. `texts` are title and text of some matches.
    """

    count: int = 0
    checked: int = 0
    to_check: int = 0
    days: tuple[tuple[date, int], ...] = ()
    newest: tuple[Hit, ...] = ()
    is_newest: bool = True
    texts: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        return self.checked == self.to_check


@dataclass(frozen=True)
class _Summary:
    """The number of certain matches by day, the number of uncertain candidates, and ids to read by purpose."""

    sure: Counter[date]
    unsure: int
    ids: dict[str, list[int]]


class _HitReader:
    """Reads and matches documents, each once, until a deadline."""

    def __init__(self, match: Callable[[Doc], Match | None]) -> None:
        self._match = match
        self._hits: dict[int, Hit | None] = {}

    def read(self, ids: list[int], deadline: float) -> Iterator[Hit | None]:
        """Yield the hit of each document in the order of `ids`, None if it does not match.

        Ends at the deadline, but not before the first document.
        """
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            new = {stored.id: stored for stored in read_docs(pk for pk in chunk if pk not in self._hits)}
            for place, pk in enumerate(chunk, start):
                late = time.monotonic() - deadline
                if late > (0 if place >= MIN_SAMPLE else GRACE_S) and place:
                    return
                if pk in new:
                    self._hits[pk] = self._hit(new[pk])
                yield self._hits.get(pk)

    def _hit(self, stored: StoredDoc) -> Hit | None:
        match = self._match(stored.doc)
        return Hit(stored.id, stored.published, stored.published_is_known, stored.doc, match.spans) if match else None

    @property
    def hits(self) -> list[Hit]:
        """All matches read so far, newest first."""
        hits = [hit for hit in self._hits.values() if hit]
        return sorted(hits, key=lambda hit: (hit.published, hit.id), reverse=True)


def sampled_search(
    project_id: int,
    oldest: int,
    candidates: Candidates,
    match: Callable[[Doc], Match | None],
    zone: tzinfo,
    deadline: float,
    texts: int = 0,
) -> SampledResult:
    """Search the project's documents with id `oldest` or higher.

    `deadline` is in seconds of the monotonic clock; `texts` is the number of matches whose texts are returned.
    """
    summary = _summarize(project_id, oldest, candidates, zone, texts)
    reader = _HitReader(match)
    newest, is_newest = _newest(summary.ids["newest"], reader, (time.monotonic() + deadline) / 2)
    checked, sampled = 0, []
    for hit in reader.read(summary.ids["unsure"], deadline):
        checked += 1
        sampled += [hit] if hit else []
    with_texts = [*sampled[:texts], *filter(None, reader.read(summary.ids["sure"], deadline))][:texts]
    weight = summary.unsure / checked if checked else 0
    days: dict[date, float] = defaultdict(float, summary.sure)
    for hit in sampled:
        days[hit.published.astimezone(zone).date()] += weight
    hits = reader.hits
    return SampledResult(
        # If matches are too rare for the sample, the newest candidates may still have had some.
        count=max(summary.sure.total() + round(len(sampled) * weight), len(hits)),
        checked=checked,
        to_check=summary.unsure,
        days=tuple((day, round(number)) for day, number in sorted(days.items())),
        newest=newest if is_newest else tuple(hits[:NEWEST]),
        is_newest=is_newest or (checked == summary.unsure and not summary.sure),
        texts=tuple(f"{hit.doc.title}\n{hit.doc.text}" for hit in with_texts),
    )


def _summarize(project_id: int, oldest: int, candidates: Candidates, zone: tzinfo, texts: int) -> _Summary:
    sure: Counter[date] = Counter()
    unsure = 0
    ids: dict[str, list[int]] = {"newest": [], "unsure": [], "sure": []}
    rows = candidate_documents(project_id, candidates).filter(id__gte=oldest).values("id", "published", "is_sure")
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_SUMMARY.format(candidates=sql), (*params, str(zone), NEWEST_SCANNED, MAX_SAMPLE, texts))
        for kind, is_sure, day, number in cursor.fetchall():
            if kind != "day":
                ids[kind].append(number)
            elif is_sure:
                sure[day] += number
            else:
                unsure += number
    return _Summary(sure, unsure, ids)


def _newest(ids: list[int], reader: _HitReader, deadline: float) -> tuple[tuple[Hit, ...], bool]:
    """Return the newest matches, and whether no newer candidate is left unread. `ids` are the newest candidates."""
    hits: list[Hit] = []
    read = 0
    for hit in reader.read(ids, deadline):
        read += 1
        hits += [hit] if hit else []
        if len(hits) == NEWEST:
            return tuple(hits), True
    return tuple(hits), read == len(ids) < NEWEST_SCANNED
