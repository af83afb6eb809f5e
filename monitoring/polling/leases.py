"""Who polls what: leases on due sources, in Postgres, so that a worker that dies holds nothing for long.

Called by poll.py. A host is asked at most twice at once over all workers: at most two owners hold claims on its
sources at a time, and an owner asks each host one thing after another.
"""

import json
from collections.abc import Iterable
from dataclasses import fields
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction

from monitoring.records import ClaimedSource, PollHints

LEASE = timedelta(seconds=60)
OWNERS_PER_HOST = 2
# One host's share of one claim: small, so that two owners come to share a host that has many feeds due.
PER_HOST = 10
# How many due sources one claim looks at; bounds its cost after a long standstill.
LOOKED_AT = 5000
CLAIM_LOCK = (0x5669, -1)


_COLUMNS = ", ".join(f"s.{field.name}" for field in fields(ClaimedSource))

_CLAIM = f"""
WITH held AS (
    SELECT host, count(DISTINCT claimed_by) AS owners, bool_or(claimed_by = %(owner)s) AS ours
    FROM monitoring_source WHERE claimed_by IS NOT NULL AND claimed_until > now() GROUP BY host
), due AS (
    SELECT s.id, s.host, s.next_poll_at FROM monitoring_source s LEFT JOIN held USING (host)
    WHERE s.state = 'active' AND s.next_poll_at <= now() AND (s.claimed_until IS NULL OR s.claimed_until <= now())
      AND (held.ours OR coalesce(held.owners, 0) < {OWNERS_PER_HOST}) AND s.host <> ALL(%(besides)s)
    ORDER BY s.next_poll_at LIMIT {LOOKED_AT}
), shares AS (
    SELECT id, next_poll_at, row_number() OVER (PARTITION BY host ORDER BY next_poll_at, id) AS share FROM due
), taken AS (
    SELECT id FROM monitoring_source
    WHERE id IN (SELECT id FROM shares WHERE share <= {PER_HOST} ORDER BY next_poll_at LIMIT %(limit)s)
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE monitoring_source s SET claimed_by = %(owner)s, claimed_until = now() + %(lease)s
FROM taken WHERE s.id = taken.id RETURNING {_COLUMNS}
"""


def claim(owner: UUID, limit: int, besides: Iterable[str] = ()) -> list[ClaimedSource]:
    """Take up to `limit` due sources, none of the hosts in `besides`. Claims are made one at a time, or two owners
    could become three.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", CLAIM_LOCK)
        cursor.execute(_CLAIM, {"owner": owner, "limit": limit, "lease": LEASE, "besides": list(besides)})
        return [_claimed(row) for row in cursor.fetchall()]


def claim_one(owner: UUID, source_id: int) -> ClaimedSource | None:
    """Take this source whether it is due or not; None where somebody has it already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE monitoring_source s SET claimed_by = %s, claimed_until = now() + %s"
            f" WHERE id = %s AND (claimed_until IS NULL OR claimed_until <= now()) RETURNING {_COLUMNS}",
            [owner, LEASE, source_id],
        )
        row = cursor.fetchone()
    return row and _claimed(row)


# Waiting for a row that a person's change has locked could end in a deadlock with it: the lease lasts long enough
# for the next renewal, and ends by itself.
_HELD = "SELECT id FROM monitoring_source WHERE claimed_by = %s FOR NO KEY UPDATE SKIP LOCKED"


def renew(owner: UUID) -> None:
    """Hold on to everything this owner has."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE monitoring_source SET claimed_until = now() + %s WHERE id IN ({_HELD})", [LEASE, owner]
        )


def release(owner: UUID) -> None:
    """Give back everything this owner still has; it stays due."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE monitoring_source SET claimed_by = NULL, claimed_until = NULL WHERE id IN ({_HELD})", [owner]
        )


def _claimed(row: tuple) -> ClaimedSource:
    values = dict(zip((field.name for field in fields(ClaimedSource)), row, strict=True))
    # Django decodes jsonb in its model fields only: raw SQL returns text.
    hints = json.loads(values["hints"])
    values["hints"] = PollHints(
        hints.get("interval_s"), frozenset(hints.get("skip_hours", ())), frozenset(hints.get("skip_days", ()))
    )
    values["resume_state"] = json.loads(values["resume_state"])
    return ClaimedSource(**values)
