"""Renew tokens that end although no poll renews them, and warn of those that only a person can renew.

Called every hour by tasks.py. Each token is renewed under the lock of its credential, as in a poll.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from accounts.secret_box import Unreadable
from monitoring.models import Credential
from monitoring.platforms.oauth import ends_at
from monitoring.platforms.pages import Connection
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.registry import PLATFORMS
from monitoring.polling.credential_state import ENDS_SOON, REJECTED, clear_error, note_error
from monitoring.polling.jobs import renewal
from monitoring.records import PollError
from outbound.default import http_client

log = logging.getLogger(__name__)

# People are warned so long before the end.
WARNING = timedelta(days=7)


def renew_ending(now: datetime) -> int:
    """Renew what ends soon enough. Return how many tokens were renewed."""
    ending = Credential.objects.filter(expires_at__lt=now + _earliest(), project__deleted_at=None).order_by("pk")
    return sum(_renew_one(credential, now) for credential in ending)


def _renew_one(credential: Credential, now: datetime) -> bool:
    platform, ends = PLATFORMS.get(credential.platform), credential.expires_at
    if not isinstance(platform, PagedPlatform) or platform.oauth is None or ends is None:
        return False
    before = platform.oauth.renew_before
    can_renew = before is not None and now < ends < now + before
    result = _renewed(credential, platform, now) if can_renew else PollError("reconnect")
    if not isinstance(result, PollError):
        clear_error(credential.pk, [ENDS_SOON])
        log.info("event=credential_renewed credential=%s platform=%s", credential.pk, credential.platform)
        return True
    if result.code in REJECTED and ends < now + WARNING:
        note_error(Credential.objects.filter(pk=credential.pk, expires_at=ends), ENDS_SOON, now)
    log.info("event=credential_ends credential=%s error=%s", credential.pk, result.code)
    return False


def _renewed(credential: Credential, platform: PagedPlatform, now: datetime) -> Mapping[str, str] | PollError:
    def change(stored: Mapping[str, str]) -> Mapping[str, str] | PollError:
        if ends_at(stored) != credential.expires_at:
            return stored  # another worker has renewed it
        api_url = platform.api_url(credential.settings)
        return platform.renew(Connection(api_url, credential.settings, stored, now, http_client().call))

    try:
        return renewal(credential.pk)(change)
    except Unreadable:
        return PollError("credential_missing")


def _earliest() -> timedelta:
    """Return the longest time before its end at which any platform's token is renewed."""
    known = [platform.oauth for platform in PLATFORMS.values() if isinstance(platform, PagedPlatform)]
    return max([WARNING, *(one.renew_before for one in known if one and one.renew_before)])
