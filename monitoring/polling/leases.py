"""Leases on due sources, in Postgres: a worker claims sources, renews its claims, and releases them.

Called by polling/poller.py. A worker that dies leaves leases that expire. At most two owners hold leases on the
sources of one host, and an owner polls each host sequentially, so a host gets at most two simultaneous requests.
"""

import json
from collections.abc import Iterable
from dataclasses import fields
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from monitoring.platforms.registry import streamed_platforms
from monitoring.records import ClaimedSource, PollHints

LEASE = timedelta(seconds=60)
OWNERS_PER_HOST = 2
# Sources of one host per claim: few, so two owners share a host that has many sources due.
CLAIMED_PER_HOST = 10
# Due sources considered per claim: bounds its cost after a long downtime.
CONSIDERED = 5000
CLAIM_LOCK = (0x5669, -1)


_COLUMNS = ", ".join(f"s.{field.name}" for field in fields(ClaimedSource))

_CLAIM = f"""
WITH leased AS (
    SELECT host, count(DISTINCT claimed_by) AS owners, bool_or(claimed_by = %(owner)s) AS is_own
    FROM monitoring_source WHERE claimed_by IS NOT NULL AND claimed_until > now() GROUP BY host
), due AS (
    SELECT s.id, s.host, s.next_poll_at FROM monitoring_source s LEFT JOIN leased USING (host)
    WHERE s.state = 'active' AND s.next_poll_at <= now() AND (s.claimed_until IS NULL OR s.claimed_until <= now())
      AND (leased.is_own OR coalesce(leased.owners, 0) < {OWNERS_PER_HOST})
      AND s.host <> ALL(%(excluded)s) AND s.platform <> ALL(%(streamed)s)
    ORDER BY s.next_poll_at LIMIT {CONSIDERED}
), ranked AS (
    SELECT id, next_poll_at, row_number() OVER (PARTITION BY host ORDER BY next_poll_at, id) AS rank FROM due
), locked AS (
    SELECT id FROM monitoring_source
    WHERE id IN (SELECT id FROM ranked WHERE rank <= {CLAIMED_PER_HOST} ORDER BY next_poll_at LIMIT %(limit)s)
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE monitoring_source s SET claimed_by = %(owner)s, claimed_until = now() + %(lease)s
FROM locked WHERE s.id = locked.id RETURNING {_COLUMNS}
"""


def claim(owner: UUID, limit: int, excluded_hosts: Iterable[str] = ()) -> list[ClaimedSource]:
    """Claim up to `limit` due sources, none of `excluded_hosts` and none that is streamed.

    An advisory lock serializes claims: two simultaneous ones could both take the last place for an owner of a host.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", CLAIM_LOCK)
        params: dict[str, Any] = {
            "owner": owner,
            "limit": limit,
            "lease": LEASE,
            "excluded": list(excluded_hosts),
            "streamed": streamed_platforms(),
        }
        cursor.execute(_CLAIM, params)
        return [_claimed(row) for row in cursor.fetchall()]


def claim_one(owner: UUID, source_id: int) -> ClaimedSource | None:
    """Claim a source, due or not. Return None if it is streamed or gone, or another owner's lease is valid."""
    params: list[Any] = [owner, LEASE, source_id, streamed_platforms()]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE monitoring_source s SET claimed_by = %s, claimed_until = now() + %s"
            " WHERE id = %s AND platform <> ALL(%s) AND (claimed_until IS NULL OR claimed_until <= now())"
            f" RETURNING {_COLUMNS}",
            params,
        )
        row = cursor.fetchone()
    return row and _claimed(row)


def claim_streamed(owner: UUID, platform: str) -> list[ClaimedSource]:
    """Claim all active sources of a platform, due or not, and those that another owner has.

    One process reads a stream at a time (streaming/reader.py): another owner is one that has died. Its late results
    are then refused.
    """
    params: list[Any] = [platform, owner, LEASE]
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH locked AS (SELECT id FROM monitoring_source WHERE platform = %s AND state = 'active'"
            " ORDER BY id FOR NO KEY UPDATE)"
            " UPDATE monitoring_source s SET claimed_by = %s, claimed_until = now() + %s"
            f" FROM locked WHERE s.id = locked.id RETURNING {_COLUMNS}",
            params,
        )
        return [_claimed(row) for row in cursor.fetchall()]


# SKIP LOCKED, because waiting for a row that a person is changing could deadlock with that change. A skipped lease
# lasts until the next renewal, or expires.
_OWNED = "SELECT id FROM monitoring_source WHERE claimed_by = %s FOR NO KEY UPDATE SKIP LOCKED"


def renew(owner: UUID) -> None:
    """Extend all leases of this owner."""
    params: list[Any] = [LEASE, owner]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE monitoring_source SET claimed_until = now() + %s WHERE id IN ({_OWNED})", params)


def release(owner: UUID) -> None:
    """Release all leases of this owner. Their sources stay due."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE monitoring_source SET claimed_by = NULL, claimed_until = NULL WHERE id IN ({_OWNED})", [owner]
        )


def _claimed(row: tuple[Any, ...]) -> ClaimedSource:
    values = dict(zip((field.name for field in fields(ClaimedSource)), row, strict=True))
    # Django decodes jsonb in its model fields only: raw SQL returns text.
    hints = json.loads(values["hints"])
    values["hints"] = PollHints(
        hints.get("interval_s"), frozenset(hints.get("skip_hours", ())), frozenset(hints.get("skip_days", ()))
    )
    values["resume_state"] = json.loads(values["resume_state"])
    values["settings"] = json.loads(values["settings"])
    return ClaimedSource(**values)
