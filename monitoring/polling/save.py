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

from monitoring.http import host_key
from monitoring.ingest.records import Batch, Stored
from monitoring.ingest.store import find_new, store_new
from monitoring.polling.source_state import MOVES_BELIEVED, NewState, decide, pace_of

if TYPE_CHECKING:
    from monitoring.records import Polled

log = logging.getLogger(__name__)

# What is older than this when a source is added is history, not news, whenever the feed shows it.
BACKLOG_AGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SavedPoll:
    """One poll, written down: for logs and the `poll` command."""

    source_id: int
    url: str
    status: int
    error_code: str
    new: int
    mentions: int


def save_polls(polled: "list[Polled]", owner: UUID) -> list[SavedPoll]:
    """Write these polls down. One that cannot be stored is told apart from the others and backs off like a failure."""
    try:
        return _write(polled, owner)
    except Exception:
        log.warning("event=store_again sources=%s", len(polled), exc_info=True)
        return [settled for one in polled for settled in _write_alone(one, owner)]


def _write_alone(polled: "Polled", owner: UUID) -> list[SavedPoll]:
    """Once more by itself: what was in its way may be another poll, or a transaction that is over by now."""
    try:
        return _write([polled], owner)
    except Exception:
        log.exception("event=store_failed source=%s", polled.source.id)
        return _write([_unstorable(polled)], owner)


def _write(polled: "list[Polled]", owner: UUID) -> list[SavedPoll]:
    now = timezone.now()
    found = find_new(_batch(one, now) for one in polled if one.feed)
    with transaction.atomic():
        ours = _still_ours([one.source.id for one in polled], owner)
        polled = [one for one in polled if one.source.id in ours]
        stored = store_new([new for new in found if new.batch.source_id in ours])
        states = [
            decide(one, stored.get(one.source.id, Stored()), now, random.random(), pace_of(one.source))
            for one in polled
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


def _log(polled: "Polled", stored: Stored) -> SavedPoll:
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
    return SavedPoll(source.id, source.url, fetched.status, polled.error_code, stored.new, stored.mentions)
