"""When, where and by whom something is said: hours of the week, top sources, top authors, from one reading.

In: a MentionFilter of one subject. Out: frozen counts of documents, each equal to the length of the list behind it.
`known_reach` reads a bounded sample of the documents themselves. Called by the overview and the API.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F

from monitoring.insights.breakdown import Tally, document_rows, tally
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import newest_documents_of
from monitoring.insights.sql import read_over
from monitoring.insights.week_hours import HOURS, WEEKDAYS, hour_of_week
from monitoring.models import Document

TOP = 6
REACH_SAMPLE = 2000  # newest mentions whose authors are looked up


@dataclass(frozen=True, slots=True)
class TopRow:
    """A source (its id) or an author (the name) with its documents."""

    key: int | str
    tally: Tally


@dataclass(frozen=True)
class Profile:
    """`heat` has a row per weekday from Monday, with one count per hour in the person's time zone."""

    heat: tuple[tuple[int, ...], ...]
    sources: tuple[TopRow, ...]
    authors: tuple[TopRow, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """The followers of the authors of `sampled` mentions, each author once, also by platform.

    `known` of the mentions have a number.
    """

    followers: int
    known: int
    sampled: int
    is_complete: bool
    by_platform: Mapping[str, int]


def profile(f: MentionFilter, top: int = TOP) -> Profile:
    """Return the hours, sources and authors of the documents under a filter."""
    cells: dict[int, int] = defaultdict(int)
    by_source: dict[int, list[tuple[int, int]]] = defaultdict(list)
    by_author: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for hour, source, author, labels, count in _counts(f, top):
        if hour is not None:
            cells[hour] += count
        elif source is not None:
            by_source[source].append((labels, count))
        else:
            by_author[author].append((labels, count))
    heat = tuple(tuple(cells[HOURS * day + hour] for hour in range(HOURS)) for day in range(WEEKDAYS))
    return Profile(heat, _top(by_source, top), _top(by_author, top))


def known_reach(f: MentionFilter) -> Reach:
    """Return the reach of the newest mentions under a filter, as far as their platforms give followers."""
    return known_reaches([f])[0]


def known_reaches(filters: Sequence[MentionFilter]) -> list[Reach]:
    """Return the reach for each of several filters."""
    newest = newest_documents_of(filters, REACH_SAMPLE + 1)
    samples = [ids[:REACH_SAMPLE] for ids in newest]
    fields = ("pk", "platform", "author_url", "author", "followers")
    wanted = {pk for ids in samples for pk in ids}
    rows = Document.objects.filter(pk__in=wanted, followers__isnull=False).values_list(*fields)
    known = {pk: (platform, url or author, followers or 0) for pk, platform, url, author, followers in rows}
    return [
        _reach([known[pk] for pk in ids if pk in known], len(ids), is_complete=len(found) <= REACH_SAMPLE)
        for ids, found in zip(samples, newest, strict=True)
    ]


def _reach(authors: Iterable[tuple[str, str, int]], sampled: int, *, is_complete: bool) -> Reach:
    largest: dict[tuple[str, str], int] = {}
    known = 0
    for platform, author, followers in authors:
        known += 1
        largest[platform, author] = max(largest.get((platform, author), 0), followers)
    by_platform: dict[str, int] = defaultdict(int)
    for (platform, _author), followers in largest.items():
        by_platform[platform] += followers
    return Reach(sum(largest.values()), known, sampled, is_complete, dict(by_platform))


# Groups by hour, by source and by author in one reading; only the most frequent sources and authors leave Postgres.
_SETS = """
SELECT hour, source_key, author_key, labels, number FROM (
    SELECT hour, source_key, author_key, labels, number,
        dense_rank() OVER (PARTITION BY kind ORDER BY total DESC, source_key, author_key) AS place, kind
    FROM (
        SELECT GROUPING(hour, source_key, author_key) AS kind, hour, source_key, author_key, labels,
            count(*) AS number,
            sum(count(*)) OVER (PARTITION BY GROUPING(hour, source_key, author_key), source_key, author_key) AS total
        FROM ({rows}) AS documents
        GROUP BY GROUPING SETS ((hour, labels), (source_key, labels), (author_key, labels))
    ) AS groups
    WHERE kind = 3 OR source_key IS NOT NULL OR author_key <> ''
) AS ranked
WHERE kind = 3 OR place <= %s
"""


def _counts(f: MentionFilter, top: int) -> list[tuple]:
    rows = document_rows(f, f.mentions(), hour=hour_of_week(f), source_key=F("source_id"), author_key=F("author"))
    return read_over(rows, _SETS, after=[top])


def _top(rows: Mapping, top: int) -> tuple[TopRow, ...]:
    found = [TopRow(key, tally(counts)) for key, counts in rows.items()]
    return tuple(sorted(found, key=lambda row: (-row.tally.documents, str(row.key)))[:top])
