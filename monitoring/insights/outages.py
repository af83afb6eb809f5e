"""Tell in which parts of a time window a source could not be seen: because it failed, was paused, or didn't exist yet.

In: periods of sources (`SourcePeriod`) and a window. Out: frozen `Unseen` parts, in order. `unseen_by_source` reads
them with one query; `unseen_parts` is pure. Called by the Sources pages.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from monitoring.models import SourcePeriod


@dataclass(frozen=True, slots=True)
class Period:
    """A time in which a source was working (`error_code` is "") or failing; `end` is None for the current one."""

    start: datetime
    end: datetime | None
    error_code: str = ""


@dataclass(frozen=True, slots=True)
class Unseen:
    """A part of a window in which a source could not be seen. Without an error it was paused or not added yet."""

    start: datetime
    end: datetime
    error_code: str = ""


def unseen_parts(periods: Iterable[Period], start: datetime, end: datetime) -> tuple[Unseen, ...]:
    """Return the parts of a window without a working period. Neighbors with the same error are one part."""
    found: list[Unseen] = []
    at = start
    for period in sorted(periods, key=lambda period: period.start):
        since, until = max(period.start, at), min(period.end or end, end)
        if until <= since:
            continue
        if since > at:
            _add(found, Unseen(at, since))
        if period.error_code:
            _add(found, Unseen(since, until, period.error_code))
        at = until
    if at < end:
        _add(found, Unseen(at, end))
    return tuple(found)


def unseen_by_source(source_ids: Sequence[int], start: datetime, end: datetime) -> dict[int, tuple[Unseen, ...]]:
    """Return the parts of a window in which each source could not be seen, in one query."""
    periods = periods_of(source_ids, start, end)
    return {source_id: unseen_parts(periods[source_id], start, end) for source_id in source_ids}


def periods_of(source_ids: Sequence[int], start: datetime, end: datetime) -> dict[int, list[Period]]:
    """Return the periods that overlap a window, by source, in order."""
    found: dict[int, list[Period]] = defaultdict(list)
    overlapping = SourcePeriod.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=start), source_id__in=source_ids, started_at__lt=end
    )
    for source_id, since, until, code in overlapping.order_by("started_at").values_list(
        "source_id", "started_at", "ended_at", "error_code"
    ):
        found[source_id].append(Period(since, until, code))
    return found


def _add(found: list[Unseen], part: Unseen) -> None:
    if found and found[-1].end == part.start and found[-1].error_code == part.error_code:
        part = Unseen(found.pop().start, part.end, part.error_code)
    found.append(part)
