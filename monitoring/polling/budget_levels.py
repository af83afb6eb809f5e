"""Read how much is left of the limits of platforms, and how often they allow a check. Writes nothing.

In: sources of platforms. Out: by the key of their budget (polling/jobs.py), a `BudgetLevel` in two queries. Called by
the Sources pages.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, IntegerField, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Greatest

from monitoring.models import RequestBudget, Source
from monitoring.platforms import buckets
from monitoring.platforms.base import Limit, Platform
from monitoring.platforms.buckets import Bucket
from monitoring.platforms.registry import PLATFORMS
from monitoring.polling.jobs import budget_key, limits_of

# A shorter wait is the usual pace of a small limit, and nothing that people need to know.
NOTABLE_WAIT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class BudgetLevel:
    """The limits that sources with one key share.

    `share` (0 to 1) is what is left of the tightest one. `refills_at` is when a request is allowed again, None if one
    is soon; `is_slowed` if that is a pause before the platform's own limit is used up. `quota_left` and
    `quota_resets_at` are the platform's own words, None where it gives none. `freshness_s` is how many seconds pass
    between two rounds of all `sources`. `counted` has the label, the rest and the amount of each limit that only the
    platform counts.
    """

    share: float
    refills_at: datetime | None
    is_slowed: bool
    quota_left: float | None
    quota_resets_at: datetime | None
    freshness_s: float
    sources: int
    counted: tuple[tuple[str, float, float], ...] = ()


def budget_levels(sources: Iterable[Source], now: datetime) -> dict[str, BudgetLevel]:
    """Return the level of each budget that these sources use."""
    platforms = {
        budget_key(source): (PLATFORMS[source.platform], limits_of(source, PLATFORMS[source.platform]))
        for source in sources
        if source.platform in PLATFORMS and source.platform != "feed"
    }
    if not platforms:
        return {}
    rows: dict[str, list[RequestBudget]] = defaultdict(list)
    for row in RequestBudget.objects.filter(key__in=platforms):
        rows[row.key].append(row)
    rounds = _rounds({platform.name for platform, _limits in platforms.values()})
    return {
        key: _level(platform, limits, rows[key], *rounds.get(key, (1, 1)), now)
        for key, (platform, limits) in platforms.items()
    }


def _level(
    platform: Platform,
    limits: tuple[Limit, ...],
    rows: list[RequestBudget],
    requests: int,
    sources: int,
    now: datetime,
) -> BudgetLevel:
    by_name = {f"{limit.name}/{limit.window_s}": limit for limit in limits}
    known = [(row, by_name[row.name]) for row in rows if row.name in by_name]
    found = [(row, limit) for row, limit in known if limit.cost]
    shares = [
        buckets.filled(Bucket(row.left, row.at), limit, now).left / buckets.capacity(limit) for row, limit in found
    ]
    waits = [buckets.refills_at(Bucket(row.left, row.at, row.blocked_until), limit, now) for row, limit in found]
    refills_at = max(waits, default=now)
    quota = next((row for row, _limit in found if row.quota_left is not None), None)
    is_current = quota is not None and (quota.quota_resets_at is None or quota.quota_resets_at > now)
    return BudgetLevel(
        share=max(min(shares, default=1.0), 0.0),
        refills_at=refills_at if refills_at > now + NOTABLE_WAIT else None,
        is_slowed=refills_at > now + NOTABLE_WAIT and all(_is_slowed(row, limit, now) for row, limit in found),
        quota_left=quota.quota_left if quota and is_current else None,
        quota_resets_at=quota.quota_resets_at if quota and is_current else None,
        freshness_s=max(buckets.freshness_s(limits, requests), platform.min_interval_s or 0),
        sources=sources,
        counted=tuple(
            (limit.label, row.quota_left, limit.amount)
            for row, limit in known
            if not limit.cost and row.quota_left is not None
        ),
    )


def _is_slowed(row: RequestBudget, limit: Limit, now: datetime) -> bool:
    """Return whether there is something left, here and at the platform: then a wait is a pause."""
    return row.quota_left is None and buckets.filled(Bucket(row.left, row.at), limit, now).left >= limit.cost


def _rounds(platforms: set[str]) -> dict[str, tuple[int, int]]:
    """Return by key how many requests one round of all its active sources takes, in all projects, and their number."""
    searches = Cast(KeyTextTransform("searches", "report"), IntegerField())
    rows = (
        Source.objects.filter(platform__in=platforms, state=Source.State.ACTIVE)
        .values("platform", "credential_id", "host")
        .annotate(requests=Sum(Greatest(Coalesce(searches, 1), 1)), sources=Count("pk"))
        .order_by()
    )
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        key = f"{row['platform']}:{row['credential_id'] or row['host']}"
        requests, sources = found.get(key, (0, 0))
        found[key] = (requests + row["requests"], sources + row["sources"])
    return found
