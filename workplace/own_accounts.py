"""Count the followers of the own accounts of projects, once a day each.

In: credentials that are connected already. Out: rows of `OwnAccount` and `FollowerCount`. Called every few minutes by
tasks.py. Each run may be lost or repeated: a day has one count, and an account that a killed worker had is due again
after its lease. A day without a count has no row, so it is never 0.
"""

import logging
import time
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.lost_session import drop_lost_session
from monitoring.models import Credential
from monitoring.platforms.followers import AccountFollowers
from monitoring.platforms.registry import item_platform
from monitoring.polling.followers import accounts_of, follower_platforms, read_followers
from monitoring.records import PollError
from workplace.models import FollowerCount, OwnAccount

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=15)
RETRY = timedelta(hours=4)
SPREAD_MIN = 180  # after midnight (UTC), over which the counts of all accounts are spread


def read_due(now: datetime, limit_s: float) -> int:
    """Count the accounts that are due. Return how many were counted."""
    done, stop_at = 0, time.monotonic() + limit_s
    find_accounts(now)
    while time.monotonic() < stop_at and (account := _claim(now)):
        try:
            done += _read(account, now)
        except Exception:  # one account's failure never stops the others
            log.exception("event=followers account=%s status=failed", account.pk)
            drop_lost_session()
    return done


def find_accounts(now: datetime) -> None:
    """Add the accounts that credentials read and that have no row yet."""
    found = Credential.objects.filter(platform__in=follower_platforms(), project__deleted_at=None)
    credentials = list(found.prefetch_related("sources").order_by("pk"))
    known = set(OwnAccount.objects.exclude(credential=None).values_list("credential", "key"))
    missing = [
        OwnAccount(
            project_id=one.project_id,
            credential=one,
            key=key,
            platform=item_platform(one.platform),
            next_read_at=now,
        )
        for one in credentials
        for key in accounts_of(one)
        if (one.pk, key) not in known
    ]
    OwnAccount.objects.bulk_create(missing, ignore_conflicts=True)


def counted_accounts(project_id: int) -> QuerySet[OwnAccount]:
    """Return the accounts that were counted at least once, also those that are not connected any more."""
    return OwnAccount.objects.filter(project=project_id).exclude(native_id="").order_by("platform", "name", "pk")


def shown_accounts(project_id: int) -> QuerySet[OwnAccount]:
    """Return the accounts that were counted, and those whose first count failed."""
    found = OwnAccount.objects.filter(project=project_id).exclude(native_id="", error_code="")
    return found.select_related("credential").order_by("platform", "name", "pk")


def counts_between(account_ids: list[int], first: date, last: date) -> Mapping[int, Mapping[date, int]]:
    """Return the counts of accounts by day, in one query; a day without a count is missing."""
    found: dict[int, dict[date, int]] = {pk: {} for pk in account_ids}
    rows = FollowerCount.objects.filter(account__in=account_ids, day__range=(first, last)).order_by("day")
    for pk, day, followers in rows.values_list("account", "day", "followers"):
        found[pk][day] = followers
    return found


@transaction.atomic
def _claim(now: datetime) -> OwnAccount | None:
    """Return a due account that this worker owns for LEASE, None without one."""
    due = OwnAccount.objects.filter(next_read_at__lte=now, credential__isnull=False, project__deleted_at=None)
    account = due.select_for_update(skip_locked=True, of=("self",)).order_by("next_read_at", "pk").first()
    if account:
        account.next_read_at = now + LEASE
        account.save(update_fields=["next_read_at"])
    return account


def _read(account: OwnAccount, now: datetime) -> bool:
    rows = Credential.objects.prefetch_related("sources").select_related("project")
    credential = rows.filter(pk=account.credential_id or 0).first()
    settings = accounts_of(credential).get(account.key) if credential else None
    if credential is None or settings is None:  # it was removed, or its source
        _forget(account)
        return False
    found = read_followers(credential, settings)
    if isinstance(found, PollError):
        log.info("event=followers account=%s error=%s", account.pk, found.code)
        values = {"error_code": found.code, "failing_since": account.failing_since or now, "next_read_at": now + RETRY}
        OwnAccount.objects.filter(pk=account.pk).update(**values)
        return False
    try:
        _store(account, found, now)
    except IntegrityError:  # another credential of the same account was read at this moment; due again after the lease
        return False
    return True


def _forget(account: OwnAccount) -> None:
    """Stop counting an account, but keep what was counted."""
    if account.native_id:
        OwnAccount.objects.filter(pk=account.pk).update(credential=None, error_code="", failing_since=None)
    else:
        account.delete()


@transaction.atomic
def _store(account: OwnAccount, found: AccountFollowers, now: datetime) -> None:
    """Store a count. An account that was connected before continues; one that is connected twice counts once."""
    tomorrow = _tomorrow(account, now)
    same = OwnAccount.objects.filter(project=account.project_id, platform=account.platform, native_id=found.account_id)
    other = same.select_for_update().exclude(pk=account.pk).first()
    if other and other.credential_id:
        OwnAccount.objects.filter(pk=account.pk).update(error_code="", failing_since=None, next_read_at=tomorrow)
        return
    if other:
        OwnAccount.objects.filter(pk=account.pk).delete()
        other.credential_id, other.key, account = account.credential_id, account.key, other
    account.native_id, account.name = found.account_id, found.name
    account.error_code, account.failing_since, account.next_read_at = "", None, tomorrow
    account.save()
    FollowerCount.objects.update_or_create(account=account, day=now.date(), defaults={"followers": found.followers})


def _tomorrow(account: OwnAccount, now: datetime) -> datetime:
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(minutes=account.pk % SPREAD_MIN)
