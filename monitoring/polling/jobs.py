"""Make jobs of claimed sources: their keywords' queries, their credentials, and the requests that they may make.

Claimed sources in, `PollJob`s out. A source whose limit allows no request is released and due again when there is one.
Called by polling/poller.py, in the thread that claims.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TypedDict

from django.db import transaction

from accounts.secret_box import Unreadable
from monitoring.models import Credential, Keyword, Source
from monitoring.platforms.base import Can, Limit, Platform
from monitoring.platforms.paging import MAX_PAGES
from monitoring.platforms.registry import PLATFORMS, item_platform
from monitoring.polling import budgets
from monitoring.polling.credential_state import bind, store_secrets
from monitoring.records import ClaimedSource, PollError, PollJob, Renewal, TrackedQuery

# Requests beyond one per search: pages after the first.
FURTHER_PAGES = 4
# A wait for a limit is looked at again after this: another source may have returned what it reserved.
MIN_WAIT, MAX_WAIT = timedelta(seconds=1), timedelta(minutes=10)

Secrets = Mapping[str, str]


class Access(TypedDict, total=False):
    """The fields of a `PollJob` that come from its credential."""

    secrets: Secrets
    renew: Renewal
    error: PollError


def prepare(sources: list[ClaimedSource], now: datetime) -> list[PollJob]:
    """Return a job for each source that may be polled now."""
    others = [source for source in sources if source.platform != "feed"]
    if not others:
        return [PollJob(source, now) for source in sources]
    queries = _queries({source.project_id for source in others})
    ids = [source.credential_id for source in others if source.credential_id]
    credentials = Credential.objects.in_bulk(ids) if ids else {}
    jobs = []
    for source in sources:
        platform = PLATFORMS.get(source.platform)
        credential = credentials.get(source.credential_id or 0)
        tracked = queries[source.project_id] if platform and Can.SEARCH in platform.can else []
        fields = access(platform, source.settings, credential)
        is_refused = "error" in fields
        number, at = (0, now) if is_refused else _reserve(source, platform, len(tracked), now)
        if not number and not is_refused:
            _postpone(source, at, now)
            continue
        jobs.append(
            PollJob(
                source=source,
                now=now,
                queries=_tracking(source.platform, tracked),
                requests=number,
                base_url=source.settings.get("base_url", ""),
                **fields,
            )
        )
    return jobs


def queries_for(project_id: int, platform: str) -> tuple[TrackedQuery, ...]:
    """Return the queries of the project's keywords that track the platform."""
    return _tracking(platform, _queries({project_id})[project_id])


def budget_key(source: ClaimedSource | Source) -> str:
    """Return what shares the limits of a platform with a source: its credential, or the host of its API."""
    return f"{source.platform}:{source.credential_id or source.host}"


def limits_of(source: ClaimedSource | Source, platform: Platform | None) -> tuple[Limit, ...]:
    """Return the limits of a source, those with a key if it has a credential."""
    has_credential = source.credential_id is not None
    return platform.limits_of(source.settings, has_credential=has_credential) if platform else ()


def _reserve(source: ClaimedSource, platform: Platform | None, queries: int, now: datetime) -> tuple[int, datetime]:
    limits = limits_of(source, platform)
    if not limits:
        return MAX_PAGES, now
    is_behind = any(state.get("walk") for state in source.resume_state.get("searches", {}).values())
    wanted = MAX_PAGES if is_behind or not source.resume_state else min(max(queries, 1) + FURTHER_PAGES, MAX_PAGES)
    return budgets.reserve(budget_key(source), limits, wanted, now)


def _postpone(source: ClaimedSource, at: datetime, now: datetime) -> None:
    at = min(max(at, now + MIN_WAIT), now + MAX_WAIT)
    Source.objects.filter(pk=source.id).update(next_poll_at=at, claimed_by=None, claimed_until=None)


def _queries(project_ids: set[int]) -> dict[int, list[tuple[list[str], TrackedQuery]]]:
    """Return the queries of these projects' keywords with the platforms that each tracks, in one query."""
    found = defaultdict(list)
    rows = Keyword.objects.filter(project_id__in=project_ids, is_paused=False).order_by("id")
    for project_id, platforms, pk, kind, query, languages in rows.values_list(
        "project_id", "platforms", "id", "type", "query", "languages"
    ):
        found[project_id].append((platforms, TrackedQuery(pk, kind, query, frozenset(languages))))
    return found


def _tracking(platform: str, tracked: list[tuple[list[str], TrackedQuery]]) -> tuple[TrackedQuery, ...]:
    name = item_platform(platform)
    return tuple(query for platforms, query in tracked if not platforms or name in platforms)


def secrets_of(credential: Credential | None) -> Secrets:
    """Return decrypted secrets, none if their key is not set any more: the platform then says what is missing."""
    try:
        return credential.secrets if credential else {}
    except Unreadable:
        return {}


def access(platform: Platform | None, settings: Mapping[str, str], credential: Credential | None) -> Access:
    """Return the fields of a `PollJob` with the secrets of a credential, or the error that its server is another."""
    if credential is None:
        return {}
    if platform and not bind(credential, platform, settings):
        return {"error": PollError("credential_missing", "the credential is for another server")}
    return {"secrets": secrets_of(credential), "renew": renewal(credential.pk)}


def renewal(credential_id: int) -> Renewal:
    """Return the function with which a platform stores renewed tokens.

    The lock of the row closes the race of two workers: the second one gets what the first has stored, as a platform
    that rotates tokens rejects a token that is used twice.
    """

    def renew(change: Callable[[Secrets], Secrets | PollError]) -> Secrets | PollError:
        with transaction.atomic():
            credential = Credential.objects.select_for_update().filter(pk=credential_id).first()
            if credential is None:
                return PollError("credential_missing")
            changed = change(credential.secrets)
            if not isinstance(changed, PollError):
                store_secrets(credential, changed)
                credential.save(update_fields=["sealed", "expires_at"])
            return changed

    return renew
