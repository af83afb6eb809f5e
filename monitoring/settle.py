"""What a few polls mean for their sources, and the one transaction that writes it down with what they brought.

`decide` is pure: the source as claimed, the poll, the number of new items and the time in; the new columns out.
`settle` writes only where the claim still stands, so a poller that lost its lease changes nothing.
"""

import logging
import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from psycopg2.extras import Json, execute_values

from monitoring.claims import Claimed
from monitoring.http import host_key
from monitoring.ingest import Batch, Stored, find_new, store_new
from monitoring.models import Source
from monitoring.schedule import Pace, PollOutcome, PollState, plan_next

if TYPE_CHECKING:
    from monitoring.poll import Polled

log = logging.getLogger(__name__)

# What is older than this when a source is added is history, not news, whenever the feed shows it.
BACKLOG_AGE = timedelta(days=1)
# A permanent redirect is believed when it was seen in this many polls in a row.
MOVES_BELIEVED = 3


@dataclass(frozen=True, slots=True)
class Settled:
    """One poll, written down: for logs and the `poll` command."""

    source_id: int
    url: str
    status: int
    error_code: str
    new: int
    mentions: int


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


def settle(polled: "list[Polled]", owner: UUID) -> list[Settled]:
    """Write these polls down. One that cannot be stored is told apart from the others and backs off like a failure."""
    try:
        return _write(polled, owner)
    except Exception:
        log.warning("event=store_again sources=%s", len(polled), exc_info=True)
        return [settled for one in polled for settled in _write_alone(one, owner)]


def _write_alone(polled: "Polled", owner: UUID) -> list[Settled]:
    """Once more by itself: what was in its way may be another poll, or a transaction that is over by now."""
    try:
        return _write([polled], owner)
    except Exception:
        log.exception("event=store_failed source=%s", polled.source.id)
        return _write([_unstorable(polled)], owner)


def _write(polled: "list[Polled]", owner: UUID) -> list[Settled]:
    now = timezone.now()
    found = find_new(_batch(one, now) for one in polled if one.feed)
    with transaction.atomic():
        ours = _still_ours([one.source.id for one in polled], owner)
        polled = [one for one in polled if one.source.id in ours]
        stored = store_new([new for new in found if new.batch.source_id in ours])
        states = [
            decide(one, stored.get(one.source.id, Stored()), now, random.random(), _pace(one.source)) for one in polled
        ]
        _update(states)
        for state in states:
            if state.moved_count >= MOVES_BELIEVED:
                _move(state)
    return [_log(one, stored.get(one.source.id, Stored())) for one in polled]


def _still_ours(source_ids: list[int], owner: UUID) -> set[int]:
    """The sources of these that this owner still has, locked: one that is being deleted now waits, or is gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM monitoring_source WHERE id = ANY(%s) AND claimed_by = %s ORDER BY id FOR NO KEY UPDATE",
            [source_ids, owner],
        )
        return {source_id for (source_id,) in cursor.fetchall()}


def _batch(polled: "Polled", now: datetime) -> Batch:
    """What is past its retention may come back from a feed that still shows it, and is history too."""
    source = polled.source
    kept_since = now - timedelta(days=settings.DOCUMENT_RETENTION_DAYS)
    return Batch(
        source_id=source.id,
        project_id=source.project_id,
        entries=polled.feed.entries,
        platform=source.platform,
        language=polled.feed.language,
        since=max(source.created_at - BACKLOG_AGE, kept_since),
        is_first=source.last_success_at is None,
    )


def _pace(source: Claimed) -> Pace:
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


def _move(state: NewState) -> None:
    """Write the new address down, unless another source of the project has it: then this one goes on by redirects."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE monitoring_source s SET url = %s, host = %s, moved_to = '', moved_count = 0 WHERE id = %s AND NOT"
            " EXISTS (SELECT 1 FROM monitoring_source o WHERE o.project_id = s.project_id AND o.url = %s)",
            [state.moved_to, host_key(state.moved_to), state.id, state.moved_to],
        )


_UPDATE = """
UPDATE monitoring_source s SET title = new.title, site_url = new.site_url, language = new.language,
    state = CASE WHEN s.state = 'active' THEN new.state ELSE s.state END,
    next_poll_at = new.next_poll_at, interval_s = new.interval_s, last_polled_at = new.last_polled_at,
    last_success_at = new.last_success_at, last_new_at = new.last_new_at, failures = new.failures,
    failing_since = new.failing_since, error_code = new.error_code, error_detail = new.error_detail,
    etag = new.etag, last_modified = new.last_modified, body_hash = new.body_hash,
    moved_to = new.moved_to, moved_count = new.moved_count, hints = new.hints,
    claimed_by = NULL, claimed_until = NULL
FROM (VALUES %s) AS new (id, title, site_url, language, state, next_poll_at, interval_s, last_polled_at,
    last_success_at, last_new_at, failures, failing_since, error_code, error_detail, etag, last_modified, body_hash,
    moved_to, moved_count, hints)
WHERE s.id = new.id
"""
_ROW = (
    "(%s, %s, %s, %s, %s, %s, %s, %s, %s::timestamptz, %s::timestamptz, %s, %s::timestamptz,"
    " %s, %s, %s, %s, %s, %s, %s, %s::jsonb)"
)


def _update(states: list[NewState]) -> None:
    rows = [
        (*(getattr(state, name) for name in NewState.__dataclass_fields__ if name != "hints"), Json(state.hints))
        for state in states
    ]
    with connection.cursor() as cursor:
        execute_values(cursor.cursor, _UPDATE, rows, _ROW)


def _unstorable(polled: "Polled") -> "Polled":
    return replace(polled, feed=None, body_hash=b"", error_code="unexpected", error_detail="could not be stored")


def _log(polled: "Polled", stored: Stored) -> Settled:
    source, fetched = polled.source, polled.fetched
    level = logging.WARNING if polled.error_code else logging.INFO
    log.log(
        level,
        "event=polled source=%s status=%s items=%s new=%s mentions=%s ms=%d%s",
        source.id,
        fetched.status,
        len(polled.feed.entries) if polled.feed else 0,
        stored.new,
        stored.mentions,
        fetched.elapsed_s * 1000,
        f" error={polled.error_code}" if polled.error_code else "",
    )
    return Settled(source.id, source.url, fetched.status, polled.error_code, stored.new, stored.mentions)
