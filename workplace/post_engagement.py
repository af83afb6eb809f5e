"""Read the engagement of published posts again: each hour on their first day, then once a day for 30 days.

Where reads cost money or are few, only once a day, on X for a week (`Rhythm` of polling/own_posts.py). Called every
few minutes by tasks.py. A run that is killed leaves the other accounts due. A platform that can't be read now is asked
again at the next time (`tried_at` is that of the last try); the counts that are stored stay. What a post gained
between two reads of its first day is stored by hour, for workplace/post_hours.py.
"""

import logging
from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from accounts.lost_session import drop_lost_session
from monitoring.models import Credential
from monitoring.polling.own_posts import Rhythm, read_posts, rhythms
from workplace.models import OutgoingPost, PostGain

log = logging.getLogger(__name__)

FIRST_DAY = timedelta(days=1)
HOURLY, DAILY = timedelta(minutes=55), timedelta(hours=23)
LONGEST = timedelta(hours=2)  # between two reads whose gain has an hour
MAX_POSTS = 100


def read_due(now: datetime) -> int:
    """Read the counts of the posts that are due, by account. Return how many were read."""
    is_due = Q(pk__in=[])
    for platform, rhythm in rhythms().items():
        is_due |= Q(credential__platform=platform, sent_at__gt=now - rhythm.lasts) & _is_due(rhythm, now)
    rows = OutgoingPost.objects.filter(is_due, state=OutgoingPost.State.SENT, project__deleted_at=None)
    by_account: dict[int, list[OutgoingPost]] = defaultdict(list)
    for row in rows.exclude(native_id="").order_by(F("tried_at").asc(nulls_first=True), "pk")[:MAX_POSTS]:
        by_account[row.credential_id or 0].append(row)
    credentials = Credential.objects.select_related("project").prefetch_related("sources").in_bulk(by_account)
    return sum(_read_safely(credentials[pk], rows, now) for pk, rows in by_account.items() if pk in credentials)


def _is_due(rhythm: Rhythm, now: datetime) -> Q:
    day_ago = now - DAILY
    if not rhythm.is_hourly:  # the first time a day after publication, too
        return Q(tried_at=None, sent_at__lt=day_ago) | Q(tried_at__lt=day_ago)
    return Q(tried_at=None) | Q(tried_at__lt=day_ago) | Q(sent_at__gt=now - FIRST_DAY, tried_at__lt=now - HOURLY)


def _read_safely(credential: Credential, rows: list[OutgoingPost], now: datetime) -> int:
    try:
        OutgoingPost.objects.filter(pk__in=[row.pk for row in rows]).update(tried_at=now)
        return _read(credential, rows, now)
    except Exception:  # one account's failure never stops the others
        log.exception("event=post_engagement credential=%s status=failed", credential.pk)
        drop_lost_session()
        return 0


def _read(credential: Credential, rows: list[OutgoingPost], now: datetime) -> int:
    found = read_posts(credential, [row.native_id for row in rows])
    for row in rows:
        before, since = _sum(row), row.counted_at
        entry = found.get(row.native_id)
        if entry is None:
            continue
        row.likes, row.replies, row.shares, row.counted_at = entry.likes, entry.replies, entry.shares, now
        with transaction.atomic():
            row.save(update_fields=["likes", "replies", "shares", "counted_at"])
            _store_gain(row, before, since, now)
    return len(found)


def _sum(row: OutgoingPost) -> int:
    return (row.likes or 0) + (row.shares or 0)


def _store_gain(row: OutgoingPost, before: int, since: datetime | None, now: datetime) -> None:
    """Store the likes and shares since the last read. Replies have times of their own, as items.

    A longer gap, such as that between daily reads, says too little about the hour.
    """
    start = since or row.sent_at
    if start is None or now - start > LONGEST or (gain := _sum(row) - before) <= 0:
        return
    at = (start + (now - start) / 2).replace(minute=0, second=0, microsecond=0)
    stored, is_new = PostGain.objects.get_or_create(post=row, at=at, defaults={"count": gain})
    if not is_new:
        PostGain.objects.filter(pk=stored.pk).update(count=F("count") + gain)
