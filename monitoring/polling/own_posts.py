"""Look up the posts that Vigie published, within the limits of their platforms, and their spending caps.

In: a credential and the ids of posts. Out: the entries by id, as a check of items reads them (platforms/rechecks.py).
Called by workplace/post_engagement.py, which decides when, by the `Rhythm` of each platform.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from monitoring.models import Credential
from monitoring.platforms.own_posts import OwnPosts
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.rechecking import Rechecker
from monitoring.platforms.registry import PLATFORMS
from monitoring.polling import budgets
from monitoring.polling.jobs import access
from monitoring.polling.preview import unpolled_source
from monitoring.polling.replies import names_account, post_platform, settings_of
from monitoring.records import Entry, PollJob
from outbound.default import polling_client

FURTHER_REQUESTS = 2  # to sign in


@dataclass(frozen=True)
class Rhythm:
    """How often the posts of a platform are counted: each hour of their first day or not, and for how long."""

    is_hourly: bool
    lasts: timedelta


def rhythms() -> dict[str, Rhythm]:
    """Return how often posts are counted, by the platform of their credential; others are not counted."""
    found = {}
    for name in PLATFORMS:
        platform = post_platform(name)
        if platform and platform.own_posts:
            found[name] = Rhythm(platform.own_posts.is_hourly, platform.own_posts.lasts)
        elif platform and _batch(platform):
            found[name] = Rhythm(OwnPosts.is_hourly, OwnPosts.lasts)
    return found


def count_note(name: str) -> str:
    """Return what a person should know about counting posts on a platform, "" if nothing; marked, not translated."""
    platform = post_platform(name)
    return platform.own_posts.note if platform and platform.own_posts else ""


def read_posts(credential: Credential, ids: Iterable[str]) -> Mapping[str, Entry]:
    """Return the posts that the platform has. Without an answer, an account, or within a used-up limit, none."""
    platform, now, wanted = post_platform(credential.platform), timezone.now(), list(ids)
    size = _batch(platform) if platform else 0
    if platform is None or not size or not wanted:
        return {}
    settings = settings_of(credential)
    if not names_account(platform, settings):
        return {}
    fields = access(platform, settings, credential)
    if "error" in fields:
        return {}
    batches = [tuple(wanted[at : at + size]) for at in range(0, len(wanted), size)]
    price = platform.own_posts.price * min(size, len(wanted)) if platform.own_posts else None
    limits = budgets.limits_of_request(platform.limits_of(settings, has_credential=True), price)
    key = f"{platform.name}:{credential.pk}"
    reserved, _at = budgets.reserve(key, limits, len(batches) + FURTHER_REQUESTS, now)
    source = unpolled_source(credential.project, platform, settings, credential)
    base_url = settings.get("base_url", "")
    job = PollJob(source=source, now=now, base_url=base_url, requests=reserved, **fields)
    rechecker = Rechecker(platform, job, polling_client(), platform.own_posts, is_own=True)
    found: dict[str, Entry] = {}
    try:
        for batch in batches:
            if not rechecker.is_allowed:
                break
            found |= rechecker.check(batch).entries
    finally:
        budgets.settle(key, limits, reserved, rechecker.result(), timezone.now())
    return found


def _batch(platform: PagedPlatform) -> int:
    """Return how many posts one request looks up, 0 if none. Strict checks are meant for stored items only."""
    if platform.own_posts:
        return platform.own_posts.batch
    return platform.recheck.batch if platform.recheck and not platform.recheck.is_strict else 0
