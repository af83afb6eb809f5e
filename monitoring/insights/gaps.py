"""Tell in which parts of a period Vigie could not see a project's sources: they failed, or were not added yet.

In: a project and a period. Out: frozen failures, and gaps per bucket of a chart. `failures_of` reads; the rest is
pure. Called by the overview, signals.py and the API.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import Q

from accounts.models import Project
from monitoring.models import Source, SourcePeriod

# One failing source of three hundred does not change the picture, one of ten does.
MARKED_SHARE = 0.1
MAX_FAILURES = 2000  # of one period, newest first; a source that fails every hour for a month has 700


@dataclass(frozen=True, slots=True)
class Failure:
    """A time in which a source failed, and why."""

    source_id: int
    name: str
    error_code: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """A bucket in which many sources failed: one failure per source. Without any, Vigie did not collect yet."""

    index: int
    failures: tuple[Failure, ...] = ()


def failures_of(project: Project, since: datetime, until: datetime) -> tuple[Failure, ...]:
    """Return the failing times of a project's sources in a period, in order."""
    rows = SourcePeriod.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=since),
        source__project=project,
        state=SourcePeriod.State.FAILING,
        started_at__lt=until,
    ).exclude(source__state=Source.State.PAUSED)
    found = rows.select_related("source").order_by("-started_at")[:MAX_FAILURES]
    return tuple(
        Failure(one.source_id, str(one.source), one.error_code, max(one.started_at, since), min(end, until))
        for one in reversed(found)
        if (end := one.ended_at or until) > since
    )


def gaps(
    failures: Sequence[Failure],
    sources: int,
    starts: Sequence[datetime],
    until: datetime,
    history_start: datetime | None,
) -> list[Gap]:
    """Return the buckets that cannot be trusted.

    Those are the buckets before the history began, and those in which at least MARKED_SHARE of the `sources` failed,
    each for half of the bucket or longer.
    """
    found = []
    for index, (start, end) in enumerate(pairwise([*starts, until])):
        if history_start and end <= history_start:
            found.append(Gap(index))
            continue
        if failing := many_failing(failures, sources, start, end):
            found.append(Gap(index, failing))
    return found


def is_many(failing: int, sources: int) -> bool:
    """Return whether so many of the sources fail that a count without them cannot be trusted."""
    return failing >= max(MARKED_SHARE * sources, 1)


def many_failing(failures: Sequence[Failure], sources: int, start: datetime, end: datetime) -> tuple[Failure, ...]:
    """Return a failure for each source that failed for half of a window or longer; none if these are not many."""
    failing = failing_in(failures, start, end)
    return failing if is_many(len(failing), sources) else ()


def failing_in(failures: Sequence[Failure], start: datetime, end: datetime) -> tuple[Failure, ...]:
    """Return a failure for each source that failed for half of a window or longer."""
    lost: dict[int, timedelta] = {}
    last: dict[int, Failure] = {}
    for one in failures:
        overlap = min(one.end, end) - max(one.start, start)
        if overlap > timedelta():
            lost[one.source_id] = lost.get(one.source_id, timedelta()) + overlap
            last[one.source_id] = one
    return tuple(last[source_id] for source_id, time in lost.items() if 2 * time >= end - start)
