"""Read the figures of due websites: claim one, ask its provider for a few days, store each in one transaction.

Called every minute by website/tasks.py. Each day is stored under the worker's claim, replacing what was there, so a
day is never half stored, a killed worker's days are read again after its lease, and a late one (another worker has
claimed the website, a person has disconnected it or replaced its key) stores nothing more. How far reading has come is
stored last.
"""

import logging
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.lost_session import drop_lost_session
from accounts.secret_box import Unreadable
from outbound import ApiRequest, FetchError, FetchResult
from outbound.default import http_client
from website.models import Website, WebsiteBreakdown, WebsiteDay
from website.readers.base import Connection, DayFigures, Dimension, Figures, ReadError
from website.readers.registry import READERS
from website.schedule import Days, next_daily, next_days, retry_at
from website.social import is_social

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
RUN_LIMIT_S = 50  # after which a run claims no further website
READ_LIMIT_S = 150  # for all requests of one read: far below the lease
RETENTION = timedelta(days=760)  # so a month can be compared with the same one two years before
DELETED_AT_ONCE = 20_000


class ClaimLost(Exception):
    """Another worker or a person has changed the website meanwhile."""


def read_due(now: Callable[[], datetime]) -> int:
    """Read what is due, for about RUN_LIMIT_S. Return how many reads were made."""
    stop_at, reads = time.monotonic() + RUN_LIMIT_S, 0
    while time.monotonic() < stop_at and (website := claim_due(now())):
        try:
            _read(website, now)
        except ClaimLost:
            log.info("event=website_read website=%s status=claim_lost", website.pk)
        except Exception:
            log.exception("event=website_read website=%s status=failed", website.pk)
            drop_lost_session()
        reads += 1
    return reads


@transaction.atomic
def claim_due(now: datetime) -> Website | None:
    """Return a due website that this worker owns for LEASE, None without one."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    due = Website.objects.filter(free, next_read_at__lte=now, project__deleted_at=None, provider__in=READERS)
    website = due.select_for_update(skip_locked=True, of=("self",)).order_by("next_read_at", "pk").first()
    if website:
        website.claim, website.claimed_until = uuid.uuid4(), now + LEASE
        website.save(update_fields=["claim", "claimed_until"])
    return website


def open_connection(website: Website, call: Callable[[ApiRequest], FetchResult], now: datetime) -> Connection:
    """Return the connection of a website. Raise Unreadable. A sign-in works with the OAuth client of this server."""
    secrets = website.secrets
    if "refresh_token" in secrets:
        secrets |= {"client_id": settings.GOOGLE_CLIENT_ID, "client_secret": settings.GOOGLE_CLIENT_SECRET}
    return Connection(website.settings, secrets, call, now)


def delete_old(now: datetime) -> int:
    """Delete some days that are older than RETENTION. Return how many rows."""
    deleted = 0
    for model in (WebsiteBreakdown, WebsiteDay):
        old = model.objects.filter(day__lt=(now - RETENTION).date()).order_by("pk").values("pk")[:DELETED_AT_ONCE]
        deleted += model.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()[0]
    return deleted


def _read(website: Website, now: Callable[[], datetime]) -> None:
    """Read the next days of a claimed website."""
    reader, started = READERS[website.provider], now()
    days = next_days(website.read_from, website.read_until, started.astimezone(website.zone).date(), reader.chunk_days)
    if days is None:
        _release(website, next_read_at=next_daily(started, website.zone, website.pk))
        return
    try:
        connection = open_connection(website, _limited(http_client().call), started)
        found = reader.read(connection, *days)
    except Unreadable:
        found = ReadError("secret_unreadable")
    if isinstance(found, ReadError):
        _store_error(website, found, now())
    else:
        _store(website, days, found, now())


def _limited(call: Callable[[ApiRequest], FetchResult]) -> Callable[[ApiRequest], FetchResult]:
    """Return the client's function, which makes no request after READ_LIMIT_S."""
    stop_at = time.monotonic() + READ_LIMIT_S

    def limited(request: ApiRequest) -> FetchResult:
        if time.monotonic() > stop_at:
            return FetchResult(url="", error=FetchError("timeout", f"more than {READ_LIMIT_S} s for one read"))
        return call(request)

    return limited


def _store(website: Website, days: Days, found: Figures, now: datetime) -> None:
    for figures in found.days:
        store_day(website, figures)
    first, last = days
    read_from = min(first, website.read_from or first)
    read_until = max(last, website.read_until or last)
    website.zone_name = found.property.zone
    today = now.astimezone(website.zone).date()
    has_more = next_days(read_from, read_until, today, 1) is not None
    next_read_at = now if has_more else next_daily(now, website.zone, website.pk)
    if found.wait_s:
        next_read_at = max(next_read_at, now + timedelta(seconds=found.wait_s))
    _release(
        website,
        zone_name=website.zone_name,
        read_from=read_from,
        read_until=read_until,
        last_read_at=now,
        next_read_at=next_read_at,
        failures=0,
        failing_since=None,
        error_code="",
        error_detail="",
        reported_at=None,
    )
    log.info("event=website_read website=%s provider=%s days=%s..%s", website.pk, website.provider, first, last)


def _store_error(website: Website, error: ReadError, now: datetime) -> None:
    failures = website.failures + 1
    _release(
        website,
        failures=failures,
        failing_since=website.failing_since or now,
        error_code=error.code,
        error_detail=error.detail[:300],
        next_read_at=retry_at(now, failures, is_quota=error.code == "quota", retry_after_s=error.retry_after_s),
    )
    log.info("event=website_read website=%s provider=%s error=%s", website.pk, website.provider, error.code)


@transaction.atomic
def store_day(website: Website, figures: DayFigures) -> None:
    """Store a day in place of what was there. Raise ClaimLost."""
    if not Website.objects.select_for_update(no_key=True).filter(pk=website.pk, claim=website.claim).exists():
        raise ClaimLost
    social = [row for row in figures.rows if row.dimension is Dimension.SOURCE and is_social(row.value, row.detail)]
    WebsiteDay.objects.update_or_create(
        website=website,
        day=figures.day,
        defaults={
            "sessions": figures.sessions,
            "users": figures.users,
            "new_users": figures.new_users,
            "key_events": figures.key_events,
            "converted": figures.converted,
            "social_sessions": sum(row.count for row in social),
            "is_thresholded": figures.is_thresholded,
        },
    )
    WebsiteBreakdown.objects.filter(website=website, day=figures.day).delete()
    WebsiteBreakdown.objects.bulk_create(
        WebsiteBreakdown(
            website=website,
            day=figures.day,
            dimension=row.dimension,
            value=row.value,
            detail=row.detail,
            count=row.count,
        )
        for row in figures.rows
    )


def _release(website: Website, **values: object) -> None:
    """Store the outcome and give the website back. Raise ClaimLost."""
    owned = Website.objects.filter(pk=website.pk, claim=website.claim)
    if not owned.update(claim=None, claimed_until=None, **values):
        raise ClaimLost
