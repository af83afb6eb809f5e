"""Look stored items up again: their counts while they are young, and whether they still exist.

Called by the `recheck_items` task. New items come first: checks take at most a share of each limit, and none of a
source that is due itself. A source is leased as for a poll, so the state in Postgres is consistent under SIGKILL:
everything that a run has not saved is still due. What a platform says is deleted is blanked (ingest/deletions.py); if
it says so of most items of a request, only when a second check confirms it.
"""

import logging
import time
from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone

from monitoring.ingest.retention import delete_unmatched
from monitoring.models import Credential, Recheck
from monitoring.platforms.base import Limit
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.rechecking import Rechecker
from monitoring.platforms.rechecks import RecheckPolicy
from monitoring.platforms.registry import PLATFORMS
from monitoring.polling import budgets
from monitoring.polling.jobs import access, budget_key, limits_of
from monitoring.polling.leases import claim_one, release, renew
from monitoring.polling.recheck_results import DueItem, save_checked
from monitoring.records import ClaimedSource, PollJob
from outbound import HttpClient
from outbound.default import polling_client

log = logging.getLogger(__name__)

RUN_S = 40  # of one run; the next one begins a minute after
SOURCE_S = 20  # of one source in a run: below its lease
MAX_REQUESTS = 20  # of one source in a run
# The part of a limit that checks may take.
SHARE = 0.2
SHARED = "checks of "
# A source that fails to look items up is asked again after this.
RETRY_AFTER = timedelta(hours=1)

# Sources with something due, the longest first. One that is due itself is polled before: its new items come first.
_DUE = """
SELECT s.id FROM monitoring_source s CROSS JOIN LATERAL (
    SELECT due_at FROM monitoring_recheck r WHERE r.source_id = s.id AND r.due_at <= %(now)s ORDER BY due_at LIMIT 1
) first
WHERE s.platform = ANY(%(platforms)s) AND s.state <> 'stopped'
    AND (s.claimed_until IS NULL OR s.claimed_until <= %(now)s) AND (s.state = 'paused' OR s.next_poll_at > %(now)s)
ORDER BY first.due_at, s.id
"""


_DUE_ITEMS = """
SELECT r.document_id, r.recheck_id, d.published, r.missing_since,
    EXISTS (SELECT FROM monitoring_mention m WHERE m.document_id = d.id)
FROM monitoring_recheck r JOIN monitoring_document d ON d.id = r.document_id
WHERE r.source_id = %s AND r.due_at <= %s ORDER BY r.due_at LIMIT %s
"""


def recheck_items(http_client: HttpClient | None = None, budget_s: float = RUN_S) -> int:
    """Check what is due for about `budget_s` seconds, source by source. Return how many items were looked up."""
    deadline, checked = time.monotonic() + budget_s, 0
    client = http_client or polling_client()
    for source_id in _due_sources(timezone.now()):
        if time.monotonic() >= deadline:
            break
        owner = uuid4()
        source = claim_one(owner, source_id)
        if source is None:
            continue
        try:
            checked += _check_source(source, owner, client)
        finally:
            release(owner)
    return checked


def _due_sources(now: datetime) -> list[int]:
    platforms = [name for name, one in PLATFORMS.items() if isinstance(one, PagedPlatform) and one.recheck]
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"now": now, "platforms": platforms})
        return [source_id for (source_id,) in cursor.fetchall()]


def _check_source(source: ClaimedSource, owner: UUID, client: HttpClient) -> int:
    platform = PLATFORMS[source.platform]
    assert isinstance(platform, PagedPlatform) and platform.recheck
    policy, now = platform.recheck, timezone.now()
    items = _due_items(source, policy, now)
    requests = _requests(items, platform)[:MAX_REQUESTS]
    if not requests:
        return 0
    job = _job(source, now)
    if job.error:
        _postpone(source.id, now)
        return 0
    own = platform.recheck_limits(limits_of(source, platform))
    limits = (*own, *shares_of(own))
    # Renewing a session takes one or two requests more.
    wanted = len(requests) + 2 * platform.is_renewable
    reserved, _at = budgets.reserve(budget_key(source), limits, wanted, now)
    if not reserved:
        return 0
    rechecker = Rechecker(platform, replace(job, requests=reserved), client)
    try:
        return _make(requests, rechecker, source, policy, owner)
    finally:
        result = rechecker.result()
        spent = {f"{SHARED}{name}": amount for name, amount in {**result.spent, "requests": result.requests}.items()}
        settled = replace(result, spent={**result.spent, **spent})
        budgets.settle(budget_key(source), limits, reserved, settled, timezone.now())
        log.info("event=rechecked source=%s requests=%s error=%s", source.id, result.requests, result.error)


def _make(
    requests: list[list[DueItem]], rechecker: Rechecker, source: ClaimedSource, policy: RecheckPolicy, owner: UUID
) -> int:
    """Make requests one after another, and save each result. Return how many items were looked up."""
    ends_at, checked = time.monotonic() + SOURCE_S, 0
    for items in requests:
        if not rechecker.is_allowed or time.monotonic() >= ends_at:
            break
        renew(owner)
        found = rechecker.check(tuple(item.recheck_id for item in items))
        if found.error is None:
            save_checked(source, owner, policy, items, found)
            checked += len(items)
    if rechecker.error:
        _postpone(source.id, timezone.now())
    return checked


def _due_items(source: ClaimedSource, policy: RecheckPolicy, now: datetime) -> list[DueItem]:
    """Return the due items that a keyword matches. The others are deleted if the terms ask for a check, else kept."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE_ITEMS, [source.id, now, policy.batch * MAX_REQUESTS])
        rows = cursor.fetchall()
    unmatched = [document_id for document_id, *_, is_mention in rows if not is_mention]
    if unmatched and policy.is_strict:
        delete_unmatched(source.project_id, unmatched)
    elif unmatched:
        Recheck.objects.filter(pk__in=unmatched, due_at__lte=now, document__mentions=None).update(due_at=None)
    return [DueItem(*row[:-1]) for row in rows if row[-1]]


def _requests(items: list[DueItem], platform: PagedPlatform) -> list[list[DueItem]]:
    """Return the items of each request, the longest due first."""
    by_kind: dict[str, list[DueItem]] = defaultdict(list)
    for item in items:
        by_kind[platform.recheck_kind(item.recheck_id)].append(item)
    size = platform.recheck.batch if platform.recheck else 1
    return [kind[start : start + size] for kind in by_kind.values() for start in range(0, len(kind), size)]


def shares_of(limits: tuple[Limit, ...]) -> tuple[Limit, ...]:
    """Return the limits of checks: a share of each limit, with a bucket of its own."""
    return tuple(
        replace(limit, amount=max(limit.amount * SHARE, limit.cost), name=f"{SHARED}{limit.name}")
        for limit in limits
        if limit.cost
    )


def _job(source: ClaimedSource, now: datetime) -> PollJob:
    credential = Credential.objects.filter(pk=source.credential_id).first() if source.credential_id else None
    return PollJob(
        source=source,
        now=now,
        base_url=source.settings.get("base_url", ""),
        **access(PLATFORMS[source.platform], source.settings, credential),
    )


def _postpone(source_id: int, now: datetime) -> None:
    """Leave a source alone for a while, whose credential or platform fails: its polls say why."""
    Recheck.objects.filter(source_id=source_id, due_at__lte=now).update(due_at=now + RETRY_AFTER)
