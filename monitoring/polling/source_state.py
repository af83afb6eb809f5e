"""Decide the new state of a source after a poll. Pure: the old state and the poll in, the new columns out."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from monitoring.ingest.records import Stored
from monitoring.models import Source
from monitoring.polling.schedule import Pace, PollOutcome, PollState, plan_next
from monitoring.records import Claimed, Polled

# A permanent redirect is believed when it was seen in this many polls in a row.
MOVES_BELIEVED = 3


@dataclass(frozen=True, slots=True)
class NewState:
    """The columns of a source that a poll sets, in the order of the UPDATE below."""

    id: int
    title: str
    site_url: str
    language: str
    state: str
    next_poll_at: datetime
    interval_s: int
    last_polled_at: datetime
    last_success_at: datetime | None
    last_new_at: datetime | None
    failures: int
    failing_since: datetime | None
    error_code: str
    error_detail: str
    etag: str
    last_modified: str
    body_hash: bytes
    moved_to: str
    moved_count: int
    hints: dict


def decide(polled: "Polled", stored: Stored, now: datetime, jitter: float, pace: Pace) -> NewState:
    """The state of a source after a poll. `stored` says what of its entries was new."""
    source, fetched, feed = polled.source, polled.fetched, polled.feed
    hints = source.hints
    if feed:
        hints = {
            "interval_s": feed.interval_hint_s,
            "skip_hours": sorted(feed.skip_hours),
            "skip_days": sorted(feed.skip_days),
        }
    plan = plan_next(_state(source), _outcome(polled, stored, hints, now), jitter, pace)
    moved_to, moved_count = _moved(source, fetched.permanent_url)
    success = not polled.error_code
    return NewState(
        id=source.id,
        title=source.title or (feed.title[:300] if feed else ""),
        site_url=source.site_url or (feed.site_url[:2000] if feed else ""),
        language=(feed.language[:20] if feed else "") or source.language,
        state=Source.State.STOPPED if plan.stop else Source.State.ACTIVE,
        next_poll_at=plan.next_poll_at,
        interval_s=plan.interval_s,
        last_polled_at=now,
        last_success_at=now if success else source.last_success_at,
        last_new_at=now if stored.new else source.last_new_at,
        failures=plan.failures,
        failing_since=plan.failing_since,
        error_code=polled.error_code,
        error_detail=polled.error_detail[:500],
        etag=fetched.etag if success else source.etag,
        last_modified=fetched.last_modified if success else source.last_modified,
        body_hash=polled.body_hash,
        moved_to=moved_to,
        moved_count=moved_count,
        hints=hints,
    )


def pace_of(source: Claimed) -> Pace:
    if source.fixed_interval_s:
        return Pace(source.fixed_interval_s, source.fixed_interval_s)
    return Pace(settings.POLL_MIN_INTERVAL_S, settings.POLL_MAX_INTERVAL_S)


def _state(source: Claimed) -> PollState:
    return PollState(
        interval_s=source.interval_s,
        polled_before=source.last_success_at is not None,
        failures=source.failures,
        failing_since=source.failing_since,
        error_code=source.error_code,
    )


def _outcome(polled: "Polled", stored: Stored, hints: dict, now: datetime) -> PollOutcome:
    return PollOutcome(
        now=now,
        new_items=stored.new,
        all_new=polled.feed is not None and 0 < len(polled.feed.entries) <= stored.new,
        error_code=polled.error_code,
        retry_after_s=polled.fetched.retry_after_s,
        cache_max_age_s=polled.fetched.cache_max_age_s,
        interval_hint_s=hints.get("interval_s"),
        skip_hours=frozenset(hints.get("skip_hours", ())),
        skip_days=frozenset(hints.get("skip_days", ())),
    )


def _moved(source: Claimed, permanent_url: str) -> tuple[str, int]:
    """Where the source seems to have moved, and how often in a row that was said."""
    if not permanent_url or len(permanent_url) > 2000:
        return "", 0
    count = source.moved_count + 1 if permanent_url == source.moved_to else 1
    return permanent_url, min(count, MOVES_BELIEVED)
