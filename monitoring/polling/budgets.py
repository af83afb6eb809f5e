"""Reserve requests of a platform's limits before a poll, and settle them after it.

In: platforms, keys, numbers of requests. Out: how many are allowed, or when. A reservation is stored before its first
request, so a worker that dies has only used fewer than it reserved; what a poll didn't use is returned when it is
saved. Called by polling/jobs.py and polling/save.py; the arithmetic is in platforms/buckets.py.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from monitoring.models import RequestBudget
from monitoring.platforms import buckets
from monitoring.platforms.base import Limit
from monitoring.platforms.buckets import Bucket
from monitoring.records import PollResult

Limits = Sequence[Limit]


def limits_of_request(limits: Limits, price: float | None = None) -> list[Limit]:
    """Return the limits that a single request takes from; with a `price`, of money that, not a page of a search."""
    found = [limit for limit in limits if limit.name in ("requests", "usd")]
    if price is None:
        return found
    return [limit.at_cost(price) if limit.name == "usd" else limit for limit in found]


def reserve(key: str, limits: Limits, wanted: int, now: datetime) -> tuple[int, datetime]:
    """Reserve up to `wanted` requests of all limits of a source. Return their number, and when there will be more.

    The lock of the rows, in the order of their names, closes the race of two workers.
    """
    limits = [limit for limit in limits if limit.cost]
    if not limits:
        return wanted, now
    with transaction.atomic():
        rows = _locked(key, limits, now)
        number = min(buckets.granted(_bucket(row), limit, wanted, now) for row, limit in rows)
        for row, limit in rows:
            _set(row, buckets.taken(_bucket(row), limit, number, now))
            row.save()
        at = max(buckets.refills_at(_bucket(row), limit, now) for row, limit in rows)
    return number, at


def settle(key: str, limits: Limits, reserved: int, result: PollResult, now: datetime) -> None:
    """Return what a poll has not used of its reservation, and note what the platform said about its own limit."""
    if not limits:
        return
    with transaction.atomic():
        for row, limit in _locked(key, limits, now):
            bucket = buckets.returned(_bucket(row), limit, reserved * limit.cost - _used(limit, result), now)
            if result.quota and limit.name == "requests":
                bucket = buckets.corrected(bucket, result.quota, now)
                row.quota_left = result.quota.remaining
                row.quota_resets_at = None if row.quota_left is None else result.quota.resets_at
            row.quota_left = result.left.get(limit.name, row.quota_left)
            _set(row, bucket)
            row.save()


def _used(limit: Limit, result: PollResult) -> float:
    """Return what a poll took of a limit: the most that it can have taken if the platform didn't say."""
    is_free = limit.name != "requests" and result.status >= 400
    return result.spent.get(limit.name, 0 if is_free else result.requests * limit.cost)


def _locked(key: str, limits: Limits, now: datetime) -> list[tuple[RequestBudget, Limit]]:
    by_name = {_name(limit): limit for limit in limits}
    RequestBudget.objects.bulk_create(
        [
            RequestBudget(key=key, name=name, left=buckets.capacity(limit), at=now)
            for name, limit in sorted(by_name.items())
        ],
        ignore_conflicts=True,
    )
    rows = RequestBudget.objects.select_for_update().filter(Q(key=key) & Q(name__in=by_name)).order_by("name")
    return [(row, by_name[row.name]) for row in rows]


def _name(limit: Limit) -> str:
    return f"{limit.name}/{limit.window_s}"


def _bucket(row: RequestBudget) -> Bucket:
    return Bucket(row.left, row.at, row.blocked_until)


def _set(row: RequestBudget, bucket: Bucket) -> None:
    row.left, row.at, row.blocked_until = bucket.left, bucket.at, bucket.blocked_until
