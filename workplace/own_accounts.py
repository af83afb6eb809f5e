"""Count the followers of the own accounts of projects, once a day each.

In: credentials that are connected already. Out: rows of `OwnAccount` and `FollowerCount`. Called every few minutes by
tasks.py. Each run may be lost or repeated: a day has one count, and an account that a killed worker had is due again
after its lease. A day without a count has no row, so it is never 0.
"""

import logging
import time
from collections.abc import Container, Mapping
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts.lost_session import drop_lost_session
from monitoring.models import Credential
from monitoring.platforms.followers import AccountFollowers
from monitoring.platforms.registry import item_platform
from monitoring.polling.followers import accounts_of, follower_platforms, has_price, read_followers
from monitoring.records import PollError
from workplace.models import FollowerCount, OwnAccount
from workplace.models.own_accounts import MAX_KEY

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
    """Add the accounts that credentials read and that have no row yet. Delete rows of no credential and no count."""
    OwnAccount.objects.filter(credential=None, native_id="").delete()
    found = Credential.objects.filter(platform__in=follower_platforms(), project__deleted_at=None)
    credentials = list(found.prefetch_related("sources").order_by("pk"))
    known = set(OwnAccount.objects.exclude(credential=None).values_list("credential", "key"))
    for one in credentials:
        try:
            _add_accounts(one, known, now)
        except Exception:  # one credential's settings never stop the others
            log.exception("event=followers credential=%s status=failed", one.pk)
            drop_lost_session()


def _add_accounts(credential: Credential, known: Container[tuple[int, str]], now: datetime) -> None:
    keys = [key for key in accounts_of(credential) if (credential.pk, key) not in known and len(key) <= MAX_KEY]
    platform = item_platform(credential.platform)
    fields = {"project_id": credential.project_id, "credential": credential, "platform": platform, "next_read_at": now}
    if keys:
        OwnAccount.objects.bulk_create([OwnAccount(key=key, **fields) for key in keys], ignore_conflicts=True)


def counted_accounts(project_id: int) -> QuerySet[OwnAccount]:
    """Return the accounts that were counted at least once, also those that are not connected any more."""
    return OwnAccount.objects.filter(project=project_id).exclude(native_id="").order_by("platform", "name", "pk")


def shown_accounts(project_id: int) -> QuerySet[OwnAccount]:
    """Return the accounts that were counted, and those whose first count failed."""
    found = OwnAccount.objects.filter(project=project_id).exclude(native_id="", error_code="")
    found = found.exclude(native_id="", credential=None)
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
    tomorrow = _tomorrow(account, now)
    if has_price(credential.platform):  # a worker that is killed after the request must not pay again today
        OwnAccount.objects.filter(pk=account.pk).update(next_read_at=tomorrow)
    reading = read_followers(credential, settings)
    if isinstance(reading.found, PollError):
        log.info("event=followers account=%s error=%s", account.pk, reading.found.code)
        values = {"error_code": reading.found.code, "failing_since": account.failing_since or now}
        values["next_read_at"] = tomorrow if reading.is_charged else now + RETRY
        OwnAccount.objects.filter(pk=account.pk).update(**values)
        return False
    try:
        return _store(account, reading.found, now)
    except IntegrityError:  # another credential of the same account was read at this moment
        return False


def _forget(account: OwnAccount) -> None:
    """Stop counting an account, but keep what was counted."""
    if account.native_id:
        OwnAccount.objects.filter(pk=account.pk).update(credential=None, error_code="", failing_since=None)
    else:
        account.delete()


@transaction.atomic
def _store(account: OwnAccount, found: AccountFollowers, now: datetime) -> bool:
    """Store a count in the row of its id, whichever row the credential had. Return whether it was stored.

    An account that was connected before continues, one that is connected twice counts once, and a credential that
    reads another account than before leaves the history of that one.
    """
    tomorrow = _tomorrow(account, now)
    same = Q(project=account.project_id, platform=account.platform, native_id=found.account_id)
    rows = list(OwnAccount.objects.select_for_update().filter(Q(pk=account.pk) | same).order_by("pk"))
    own = next((row for row in rows if row.pk == account.pk), None)
    if own is None or own.credential_id != account.credential_id:  # changed while the number was read
        return False
    counted = next((row for row in rows if row.native_id == found.account_id), None)
    if own.native_id not in ("", found.account_id):
        own = _without_history(own)
    if counted and counted.pk != own.pk and counted.credential_id and not counted.error_code:
        _save(own, tomorrow)
    else:
        counted = _moved(counted, own) if counted and counted.pk != own.pk else own
        counted.native_id, counted.name = found.account_id, found.name
        _save(counted, tomorrow)
    FollowerCount.objects.update_or_create(account=counted, day=now.date(), defaults={"followers": found.followers})
    return True


def _without_history(row: OwnAccount) -> OwnAccount:
    """Disconnect a row, and return a new one, which is not saved, of its credential."""
    new = OwnAccount(project_id=row.project_id, platform=row.platform, credential_id=row.credential_id, key=row.key)
    row.credential_id, row.error_code, row.failing_since = None, "", None
    row.save()
    return new


def _moved(counted: OwnAccount, own: OwnAccount) -> OwnAccount:
    """Return the row of an account that is not connected, or can't be read, with the credential of another row."""
    counted.credential_id, counted.key = own.credential_id, own.key
    if own.pk:
        own.delete()
    return counted


def _save(row: OwnAccount, next_read_at: datetime) -> None:
    row.error_code, row.failing_since, row.next_read_at = "", None, next_read_at
    row.save()


def _tomorrow(account: OwnAccount, now: datetime) -> datetime:
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(minutes=account.pk % SPREAD_MIN)
