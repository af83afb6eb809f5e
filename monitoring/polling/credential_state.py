"""The state of credentials: whether platforms accept them, and when their tokens end.

Called by polling/save.py after polls are saved, and by polling/jobs.py and polling/renewals.py for renewed secrets.
alerts/rejected_credentials.py writes the messages about it.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce

from monitoring.models import Credential, Source
from monitoring.platforms import oauth
from monitoring.platforms.base import Platform
from monitoring.platforms.settings import server_of, server_settings
from monitoring.records import CompletedPoll

log = logging.getLogger(__name__)

# A platform rejects the credential itself: people have to act.
REJECTED = ("credential_rejected", "reconnect", "app_rejected")
# Its token ends soon and nothing but a person can renew it. Polls still succeed.
ENDS_SOON = "reconnect_soon"
# A poll that began before the secrets were replaced says nothing about the new ones. Its start is known this well.
SLACK = timedelta(minutes=1)


def store_secrets(credential: Credential, secrets: Mapping[str, str]) -> None:
    """Encrypt secrets and note when they end, if no refresh token outlives them; the caller saves."""
    credential.set_secrets(secrets)
    is_lasting = not oauth.is_connected(secrets) or bool(secrets.get("refresh_token"))
    credential.expires_at = None if is_lasting else oauth.ends_at(secrets)


def is_for_server(credential: Credential, platform: Platform, settings: Mapping[str, str]) -> bool:
    """Return whether secrets may be sent to the server that settings name: that of the credential, or if it has none.

    Credentials of earlier versions have no server: theirs is that of their first source.
    """
    wanted = server_of(platform, settings)
    known = server_of(platform, credential.settings) if wanted else ""
    if wanted and not known:
        first = credential.sources.filter(platform=platform.name).order_by("pk").first()
        known = server_of(platform, first.settings) if first else ""
    return not known or known == wanted


def bind(credential: Credential, platform: Platform, settings: Mapping[str, str]) -> bool:
    """Return whether secrets may be sent to the server that settings name; a credential without one gets it.

    The condition of the update closes the race of two sources that name different servers: one of them is refused.
    """
    if not is_for_server(credential, platform, settings):
        return False
    wanted = server_of(platform, settings)
    if not wanted or server_of(platform, credential.settings):
        return True
    bound = {**credential.settings, **server_settings(platform, settings)}
    if Credential.objects.filter(pk=credential.pk, settings=credential.settings).update(settings=bound):
        credential.settings = bound
        return True
    changed = Credential.objects.filter(pk=credential.pk).first()
    return changed is not None and server_of(platform, changed.settings) == wanted


def note_polls(polls: list[CompletedPoll], now: datetime) -> None:
    """Note on their credentials what platforms said in these polls.

    Each statement changes one row and commits, so no worker waits for another. A worker that is killed before it is
    repaired by the next poll. A credential works again when none of its sources is rejected.
    """
    accepted = set()
    for poll in polls:
        if (pk := poll.source.credential_id) is None:
            continue
        if poll.result.error is None:
            accepted.add(pk)
        elif poll.result.error.code in REJECTED:
            began = now - timedelta(seconds=poll.elapsed_s) - SLACK
            is_current = Q(replaced_at=None) | Q(replaced_at__lt=began)
            note_error(Credential.objects.filter(is_current, pk=pk), poll.result.error.code, now)
    if accepted:
        for pk in Credential.objects.filter(pk__in=accepted, error_code__in=REJECTED).values_list("pk", flat=True):
            _clear_if_accepted(pk)


def note_error(credentials: QuerySet[Credential], code: str, now: datetime) -> None:
    """Set the error of a credential that has none; one that ended after a warning is the same incident."""
    earlier = [""] if code == ENDS_SOON else ["", ENDS_SOON]
    if credentials.filter(error_code__in=earlier).update(
        error_code=code, failing_since=Coalesce("failing_since", Value(now))
    ):
        log.warning("event=credential_rejected error=%s", code)


def _clear_if_accepted(pk: int) -> None:
    failing = Source.objects.filter(credential=pk, state=Source.State.ACTIVE, error_code__in=REJECTED)
    if not failing.exists():
        clear_error(pk, REJECTED)


def clear_error(pk: int, codes: Iterable[str]) -> None:
    """Note that a credential has none of these errors any more. The next one is another incident."""
    found = Credential.objects.filter(pk=pk, error_code__in=list(codes))
    found.update(error_code="", failing_since=None, reported_at=None)
