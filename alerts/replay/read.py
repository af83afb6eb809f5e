"""Read the past of a rule for a replay: its mentions once, in the order in which they were found, and the outages.

In: a rule, saved or not, and the time until which to replay. Out: a Past with compact arrays. A fixed number of
queries; the rows of one keyword come from one index in their order.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import BigIntegerField, F, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from alerts.conditions.base import Settings
from alerts.first_polls import read_first_polls
from alerts.models import Rule
from alerts.readings.voices import COMPARED
from alerts.replay.sources import Outage, Sources
from alerts.replay.timeline import Flags, Ints, Timeline, micros, moment_of
from alerts.rules import settings_of
from alerts.scope import Scope, scope_of
from alerts.windows import windows_of
from monitoring.insights.breakdown import label_bits
from monitoring.models import Keyword, Mention, Source, SourcePeriod

DAYS = timedelta(days=90)
# More take seconds to read: the replay then begins later, and says so.
MAX_ROWS = 300_000

_FOUND = RawSQL("(extract(epoch FROM monitoring_mention.found_at) * 1000000)::bigint", [], BigIntegerField())
# The author as alerts/readings/rows.py distinguishes them; two of a thousand million share a number.
_AUTHOR = RawSQL(
    "hashtextextended(coalesce(nullif(monitoring_mention.author, ''), '#' || monitoring_mention.source_id::text), 0)",
    [],
    BigIntegerField(),
)
_COLUMNS: dict[str, Any] = {
    "found": _FOUND,
    "labels": label_bits(),
    "documents": F("document_id"),
    "stories": Coalesce(F("story_id"), -F("document_id")),
    "keywords": F("keyword_id"),
}
# Columns that the index lacks: read only for rules that need them.
_TABLE_COLUMNS: dict[str, Any] = {"authors": _AUTHOR, "ratings": F("rating"), "sources": F("source_id")}


@dataclass(frozen=True)
class Rows:
    """Mentions in the order in which they were found, one per place: `found` in microseconds, the bit of the label."""

    found: Ints
    labels: Ints
    documents: Ints
    stories: Ints
    keywords: Ints
    authors: Ints
    ratings: Ints
    sources: Ints

    def having(self, places: Flags) -> "Rows":
        return Rows(*(getattr(self, one.name)[places] for one in fields(self)))

    def labeled(self, labels: int) -> "Rows":
        """Return the rows with one of the labels; all for 0."""
        return self.having((self.labels & labels) != 0) if labels else self


@dataclass(frozen=True)
class Past:
    """The rows that a replay reads. `voices` are the mentions of all brands and competitors, for the share of voice.

    `is_cut` says that there were too many rows for the whole time, `first_polls` how many mentions are left out
    because the first poll of a source found them.
    """

    timeline: Timeline
    scope: Scope
    rows: Rows
    voices: Rows
    sources: Sources
    is_cut: bool = False
    first_polls: int = 0

    @property
    def has_single_rows(self) -> bool:
        """Whether each document has at most one mention."""
        return len(self.scope.keywords) == 1

    @property
    def began(self) -> datetime | None:
        """When the first source was added (UTC), None without any."""
        return None if self.sources.began is None else moment_of(self.sources.began)


def read_past(rule: Rule, until: datetime) -> Past:
    """Return the past of a rule over DAYS, and over the windows before that its conditions read."""
    scope, settings = scope_of(rule), settings_of(rule)
    windows = [windows_of(clause, rule.window_s) for clause in settings.clauses]
    span = max(one.span for one in windows)
    since = until - DAYS - span
    new = {source_id: micros(end) for source_id, end in read_first_polls(since).ends}
    read, is_cut = _read(_found(scope, scope.keywords, since, until), _needed(settings), has_sources=bool(new))
    rows, voices = _without_first_polls(read, new), read.having(np.zeros(len(read.found), dtype=np.bool_))
    length = DAYS
    if is_cut:
        length = max(until - moment_of(int(read.found[0]) + 1) - span, timedelta(0))
    if any(clause.measure == Rule.Measure.SHARE_OF_VOICE for clause in settings.clauses):
        compared = Keyword.objects.filter(project_id=scope.project_id, type__in=COMPARED).values_list("pk", flat=True)
        every, is_cut_too = _read(_found(scope, compared, since, until), set(), has_sources=bool(new))
        voices, is_cut = _without_first_polls(every, new), is_cut or is_cut_too
        if is_cut_too:
            length = min(length, max(until - moment_of(int(every.found[0]) + 1) - span, timedelta(0)))
    timeline = Timeline.ending(until, length, max(one.step * (one.number - 1) for one in windows))
    left_out = len(read.found) - len(rows.found)
    return Past(timeline, scope, rows, voices, _sources(scope, since, until), is_cut, left_out)


def _found(scope: Scope, keywords: Iterable[int], since: datetime, until: datetime) -> QuerySet[Mention]:
    """Return the mentions that a rule counts, with every label; those of first polls included."""
    return scope.filter(since, until).conditions().filter(keyword_id__in=list(keywords))


def _needed(settings: Settings) -> set[str]:
    """Return the columns that the measures need in addition to those of the index."""
    measures = {clause.measure for clause in settings.clauses}
    found = {"ratings"} if Rule.Measure.RATING in measures else set()
    return found | ({"authors"} if settings.counts_authors or Rule.Measure.AUTHORS in measures else set())


def _read(found: QuerySet[Mention], more: set[str], *, has_sources: bool) -> tuple[Rows, bool]:
    """Return the newest MAX_ROWS rows in the order of time, and whether there are more."""
    more = more | ({"sources"} if has_sources else set())
    columns = _COLUMNS | {name: _TABLE_COLUMNS[name] for name in sorted(more)}
    rows = found.annotate(**{f"{name}_": column for name, column in columns.items()}).order_by("-found_at")
    read = list(rows.values_list(*(f"{name}_" for name in columns))[: MAX_ROWS + 1])
    if more:  # these may be null
        read = [tuple(value or 0 for value in row) for row in read]
    table = np.array(read, dtype=np.int64).reshape(-1, len(columns))[::-1]
    by_name = {name: np.ascontiguousarray(table[:, place]) for place, name in enumerate(columns)}
    nothing = np.zeros(len(table), dtype=np.int64)
    return Rows(**{one.name: by_name.get(one.name, nothing) for one in fields(Rows)}), len(read) > MAX_ROWS


def _without_first_polls(rows: Rows, ends: dict[int, int]) -> Rows:
    """Leave out what the first poll of a source found: until `ends`, in microseconds by source."""
    if not ends:
        return rows
    until = np.array([ends.get(source_id, 0) for source_id in rows.sources.tolist()], dtype=np.int64)
    return rows.having(rows.found >= until)


def _sources(scope: Scope, since: datetime, until: datetime) -> Sources:
    """Return the sources that the scope selects, and when the first of the project was added."""
    sources = list(
        Source.objects.filter(project_id=scope.project_id).values_list("pk", "platform", "created_at", "state")
    )
    polled = {
        pk: micros(created_at)
        for pk, platform, created_at, state in sources
        if state != Source.State.PAUSED and scope.selects_source(pk, platform)
    }
    periods = SourcePeriod.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=since),
        source__project_id=scope.project_id,
        state=SourcePeriod.State.FAILING,
        started_at__lt=until,
    ).order_by("source_id", "started_at")
    outages = tuple(
        Outage(source_id, micros(started_at), None if ended_at is None or ended_at > until else micros(ended_at))
        for source_id, started_at, ended_at in periods.values_list("source_id", "started_at", "ended_at")
        if source_id in polled
    )
    began = min((micros(created_at) for _pk, _platform, created_at, _state in sources), default=None)
    return Sources(tuple(polled.values()), began, outages)
