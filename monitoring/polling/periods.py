"""Write the outage history: a period of a source ends and another starts when a poll or a person changes its state.

In: polls with the columns that they set, a source that a person pauses or resumes, or a gap in a stream. Called by
polling/save.py, services/sources.py and streaming/ in their transactions, which hold the lock of the source's row.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q

from monitoring.models import Source, SourcePeriod
from monitoring.polling.source_state import NewState
from monitoring.records import ClaimedSource

State = SourcePeriod.State


def save_changes(changes: Iterable[tuple[ClaimedSource, NewState]], now: datetime) -> None:
    """Start a period for each source whose state a poll has changed: two statements, none if no state changed."""
    changed = [state for source, state in changes if has_changed(source, state)]
    if changed:
        _end([state.id for state in changed], now)
        SourcePeriod.objects.bulk_create(
            SourcePeriod(
                source_id=state.id,
                state=State.FAILING if state.error_code else State.WORKING,
                error_code=state.error_code,
                started_at=now,
            )
            for state in changed
        )


def has_changed(source: ClaimedSource, state: NewState) -> bool:
    """Return whether a poll starts a period: the first one, or one with another result than the poll before.

    A source that was added or resumed has no failures yet, even with an error code.
    """
    if state.error_code:
        return source.failures == 0 or source.error_code != state.error_code
    return source.last_success_at is None or source.failures > 0 or bool(source.error_code)


def end_period(source: Source, now: datetime) -> None:
    """End the current period of a source that a person pauses."""
    _end([source.pk], now)


def resume_period(source: Source, now: datetime) -> None:
    """Start a period for a source that a person resumes: it counts as working until its next poll, due immediately.

    A source that was never read has its first period after its first poll.
    """
    _end([source.pk], now)
    if source.last_success_at is not None:
        SourcePeriod.objects.create(source=source, state=State.WORKING, started_at=now)


def record_gap(source_ids: Sequence[int], since: datetime, until: datetime, error_code: str) -> None:
    """Note that sources that seemed to work could not be seen for a time in the past. Safe to repeat.

    Working periods make room for it, and failing ones stay: a source is not seen in either. A time before a source
    was first read, or while it was paused, has no period and gets none.
    """
    working = SourcePeriod.objects.filter(Q(ended_at=None) | Q(ended_at__gt=since), source_id__in=source_ids)
    for period in working.filter(state=State.WORKING, started_at__lt=until).order_by("pk"):
        start, end = max(period.started_at, since), min(period.ended_at or until, until)
        before, after = period.started_at < start, period.ended_at is None or period.ended_at > end
        old_end = period.ended_at
        if before:
            period.ended_at = start
            period.save(update_fields=["ended_at"])
        else:
            period.delete()
        SourcePeriod.objects.create(
            source_id=period.source_id, state=State.FAILING, error_code=error_code, started_at=start, ended_at=end
        )
        if after:
            SourcePeriod.objects.create(
                source_id=period.source_id, state=State.WORKING, started_at=end, ended_at=old_end
            )


def _end(source_ids: Sequence[int], now: datetime) -> None:
    SourcePeriod.objects.filter(source_id__in=source_ids, ended_at=None).update(ended_at=now)
