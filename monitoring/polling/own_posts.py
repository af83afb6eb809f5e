"""Look up the posts that Vigie published, where a platform allows that without charge.

In: a credential and the ids of posts. Out: the entries by id, as a check of items reads them (platforms/rechecks.py).
Called by workplace/post_engagement.py.
"""

from collections.abc import Iterable, Mapping

from django.utils import timezone

from monitoring.models import Credential
from monitoring.platforms.rechecking import Rechecker
from monitoring.polling import budgets
from monitoring.polling.jobs import access
from monitoring.polling.preview import unpolled_source
from monitoring.polling.replies import post_platform, settings_of
from monitoring.records import Entry, PollJob
from outbound.default import polling_client

FURTHER_REQUESTS = 2  # to sign in


def read_posts(credential: Credential, ids: Iterable[str]) -> Mapping[str, Entry]:
    """Return the posts that the platform has. Without an answer, or within a used-up limit, none."""
    platform, now, wanted = post_platform(credential.platform), timezone.now(), list(ids)
    # Platforms that charge for reads ask for strict checks of what is stored, which a post isn't.
    if platform is None or platform.recheck is None or platform.recheck.is_strict or not wanted:
        return {}
    settings = settings_of(credential)
    fields = access(platform, settings, credential)
    if "error" in fields:
        return {}
    size = platform.recheck.batch
    batches = [tuple(wanted[at : at + size]) for at in range(0, len(wanted), size)]
    limits, key = platform.limits[:1], f"{platform.name}:{credential.pk}"
    reserved, _at = budgets.reserve(key, limits, len(batches) + FURTHER_REQUESTS, now)
    source = unpolled_source(credential.project, platform, settings, credential)
    base_url = settings.get("base_url", "")
    job = PollJob(source=source, now=now, base_url=base_url, requests=reserved, **fields)
    rechecker = Rechecker(platform, job, polling_client())
    found: dict[str, Entry] = {}
    try:
        for batch in batches:
            if not rechecker.is_allowed:
                break
            found |= rechecker.check(batch).entries
    finally:
        budgets.settle(key, limits, reserved, rechecker.result(), timezone.now())
    return found
