"""One question to the kept documents: how many match, on which days, and the newest of them, within a time.

In: candidates in SQL and what decides about a document. Out: `Found`, with the texts of some matches. Called by
preview.py. Postgres counts what its index alone decides; of the rest as many are read as time allows, in an order that
is as good as random, so that those read speak for all.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from django.db import connection

from monitoring.matching.candidates import Candidates
from monitoring.query import Doc, Match

NEWEST = 10
CHUNK = 100  # documents fetched at once: some 5 ms
LEAST_READ = 200  # although it is late, for a sample that says something
GRACE_S = 0.2  # but no later than this: hundreds of clauses take 10 ms a document
SCANNED = 1000  # candidates in which the newest matches are looked for
SAMPLE = 6000  # more than can be read in the time

# One walk over the candidates. `sure`: the index alone has decided.
_WALK = """
WITH c AS MATERIALIZED (
    SELECT id, published, %s AND search IS NOT NULL AS sure FROM monitoring_document
    WHERE project_id = %s AND id >= %s AND {where}
)
SELECT 'day', sure, CASE WHEN sure THEN (published AT TIME ZONE %s)::date END, count(*) FROM c GROUP BY 2, 3
UNION ALL (SELECT 'newest', sure, NULL, id FROM c ORDER BY published DESC, id DESC LIMIT %s)
UNION ALL (SELECT 'unsure', sure, NULL, id FROM c WHERE NOT sure ORDER BY hashint8extended(id, 0) LIMIT %s)
UNION ALL (SELECT 'sure', sure, NULL, id FROM c WHERE sure ORDER BY hashint8extended(id, 0) LIMIT %s)
"""
_TEXTS = (
    "SELECT id, published, title, text, url, author, language, platform FROM monitoring_document WHERE id = ANY(%s)"
)


@dataclass(frozen=True)
class Hit:
    """A document that matches, and where: (field, start, end)."""

    id: int
    published: datetime
    doc: Doc
    spans: tuple[tuple[str, int, int], ...]

    def spans_in(self, field: str) -> list[tuple[int, int]]:
        return [(start, end) for name, start, end in self.spans if name == field]


@dataclass(frozen=True)
class Found:
    """`count` is exact where all candidates that had to be read were: `looked_at` of `of`. Local days sum up to it.

    `newest` are the newest matches or, where not `is_newest`, the newest of those that were met.
    """

    count: int = 0
    looked_at: int = 0
    of: int = 0
    days: tuple[tuple[date, int], ...] = ()
    newest: tuple[Hit, ...] = ()
    is_newest: bool = True
    texts: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        return self.looked_at == self.of


@dataclass(frozen=True)
class _Candidates:
    """What Postgres says: matches by day that are sure, and ids by why they are worth reading."""

    sure: Counter[date]
    unsure: int
    ids: dict[str, list[int]]


class _Reader:
    """Reads documents once each, until it is late."""

    def __init__(self, match: Callable[[Doc], Match | None]) -> None:
        self._match = match
        self._judged: dict[int, Hit | None] = {}

    def read(self, ids: list[int], deadline: float) -> Iterator[Hit | None]:
        """In the order of `ids`: where one matches, or None. Ends early, but not before the first, where the time is
        over.
        """
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            new = {row[0]: row for row in texts_of([one for one in chunk if one not in self._judged])}
            for place, one in enumerate(chunk, start):
                late = time.monotonic() - deadline
                if late > (0 if place >= LEAST_READ else GRACE_S) and place:
                    return
                if one in new:
                    self._judged[one] = self._judge(*new[one])
                yield self._judged.get(one)

    def _judge(self, pk: int, published: datetime, *values: str) -> Hit | None:
        doc = Doc(*values)
        match = self._match(doc)
        return Hit(pk, published, doc, match.spans) if match else None

    @property
    def met(self) -> list[Hit]:
        """Every match that was read, newest first."""
        hits = [hit for hit in self._judged.values() if hit]
        return sorted(hits, key=lambda hit: (hit.published, hit.id), reverse=True)


def texts_of(ids: list[int]) -> list[tuple]:
    """(id, published, and the values of a Doc in their order) of each document that is still there."""
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS, [ids])
        return cursor.fetchall()


def survey(
    project_id: int,
    oldest: int,
    candidates: Candidates,
    match: Callable[[Doc], Match | None],
    zone: tzinfo,
    deadline: float,
    texts: int = 0,
) -> Found:
    """Among the project's documents from id `oldest` on. `deadline` is on the monotonic clock; `texts` says how many
    of those that match give their words.
    """
    known = _walk(project_id, oldest, candidates, zone, texts)
    reader = _Reader(match)
    newest, is_newest = _newest(known.ids["newest"], reader, (time.monotonic() + deadline) / 2)
    looked_at, sampled = 0, []
    for hit in reader.read(known.ids["unsure"], deadline):
        looked_at += 1
        sampled += [hit] if hit else []
    worded = [*sampled[:texts], *filter(None, reader.read(known.ids["sure"], deadline))][:texts]
    weight = known.unsure / looked_at if looked_at else 0
    days = Counter(known.sure)
    for hit in sampled:
        days[hit.published.astimezone(zone).date()] += weight
    met = reader.met
    return Found(
        # Where a match is so rare that the sample holds none, the newest candidates may have held some.
        count=max(known.sure.total() + round(len(sampled) * weight), len(met)),
        looked_at=looked_at,
        of=known.unsure,
        days=tuple((day, round(number)) for day, number in sorted(days.items())),
        newest=newest if is_newest else tuple(met[:NEWEST]),
        is_newest=is_newest or (looked_at == known.unsure and not known.sure),
        texts=tuple(f"{hit.doc.title}\n{hit.doc.text}" for hit in worded),
    )


def _walk(project_id: int, oldest: int, candidates: Candidates, zone: tzinfo, texts: int) -> _Candidates:
    sure: Counter[date] = Counter()
    unsure = 0
    ids: dict[str, list[int]] = {"newest": [], "unsure": [], "sure": []}
    with connection.cursor() as cursor:
        narrowed = (candidates.is_exact, project_id, oldest, *candidates.params)
        cursor.execute(_WALK.format(where=candidates.where), (*narrowed, str(zone), SCANNED, SAMPLE, texts))
        for kind, is_sure, day, number in cursor.fetchall():
            if kind != "day":
                ids[kind].append(number)
            elif is_sure:
                sure[day] += number
            else:
                unsure += number
    return _Candidates(sure, unsure, ids)


def _newest(ids: list[int], reader: _Reader, deadline: float) -> tuple[tuple[Hit, ...], bool]:
    """The newest matches, and whether none that is newer was left unread. `ids` are the newest candidates."""
    hits: list[Hit] = []
    read = 0
    for hit in reader.read(ids, deadline):
        read += 1
        hits += [hit] if hit else []
        if len(hits) == NEWEST:
            return tuple(hits), True
    return tuple(hits), read == len(ids) < SCANNED
