"""Token buckets for the limits of platforms: how many requests a poll may make now, and when there will be more. Pure.

In: a limit, the state of its bucket, `now` (UTC). Out: the new state. Called by polling/budgets.py, which stores it.

A bucket that fills continuously and holds a tenth of the limit never allows more than the limit in any window, however
the window starts: at most what it holds, plus what flows in meanwhile (nine tenths).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitoring.platforms.base import Limit
from monitoring.records import QuotaReading

BURST_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Bucket:
    """The rest of a limit at `at`. Until `blocked_until`, the platform itself allows nothing."""

    left: float
    at: datetime
    blocked_until: datetime | None = None


def capacity(limit: Limit) -> float:
    """Return what a full bucket holds: enough for one request at least, also the largest that shares the limit."""
    return max(limit.amount * BURST_SHARE, min(max(limit.cost, limit.largest), limit.amount))


def rate_per_s(limit: Limit) -> float:
    """Return how much flows in per second. A limit of one request per window fills in one window."""
    flow = limit.amount - capacity(limit)
    return (flow or limit.amount) / limit.window_s


def full(limit: Limit, now: datetime) -> Bucket:
    return Bucket(capacity(limit), now)


def filled(bucket: Bucket, limit: Limit, now: datetime) -> Bucket:
    """Return the bucket at `now`. A clock that went back fills nothing."""
    elapsed = max((now - bucket.at).total_seconds(), 0)
    left = min(bucket.left + elapsed * rate_per_s(limit), capacity(limit))
    return replace(bucket, left=left, at=max(bucket.at, now))


def granted(bucket: Bucket, limit: Limit, wanted: int, now: datetime) -> int:
    """Return how many of the wanted requests the bucket allows now."""
    if bucket.blocked_until and bucket.blocked_until > now:
        return 0
    # Rounding errors must not cost a request.
    return max(min(wanted, int((filled(bucket, limit, now).left + 1e-9) / limit.cost)), 0)


def taken(bucket: Bucket, limit: Limit, requests: int, now: datetime) -> Bucket:
    """Return the bucket after taking the most that these requests can cost."""
    bucket = filled(bucket, limit, now)
    return replace(bucket, left=bucket.left - requests * limit.cost)


def returned(bucket: Bucket, limit: Limit, amount: float, now: datetime) -> Bucket:
    """Return the bucket after putting back what was taken and not used."""
    bucket = filled(bucket, limit, now)
    return replace(bucket, left=min(bucket.left + amount, capacity(limit)))


def corrected(bucket: Bucket, quota: QuotaReading, now: datetime) -> Bucket:
    """Return the bucket after the platform said how many requests it still allows: never more than we thought."""
    if quota.remaining is None:
        return replace(bucket, blocked_until=quota.resets_at or bucket.blocked_until)
    until = (quota.resets_at if quota.remaining < 1 else None) or bucket.blocked_until
    return replace(bucket, left=min(bucket.left, quota.remaining), blocked_until=until)


def refills_at(bucket: Bucket, limit: Limit, now: datetime) -> datetime:
    """Return when the bucket allows a request: `now` if it does."""
    missing = limit.cost - filled(bucket, limit, now).left
    at = now + timedelta(seconds=max(missing, 0) / rate_per_s(limit))
    return max(at, bucket.blocked_until or at)


def freshness_s(limits: tuple[Limit, ...], requests: float) -> float:
    """Return how many seconds pass between two rounds of this many requests that share the limits."""
    return max((requests * limit.cost / rate_per_s(limit) for limit in limits), default=0.0)
