"""Who else receives a member's digest: channels, and addresses without an account, whose owners have confirmed.

A manager or admin adds them to a digest of theirs. They get the same digest in their own language, without the actions
and links that need an account, and with their own signed links to unsubscribe and to read it in a browser. Called by
the Digest page, the API, and alerts/digests/closing.py.
"""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.activity_log import record
from accounts.models import User
from alerts.models import Digest, DigestRecipient
from delivery import external_recipients
from delivery.links import absolute, signed_values, values_of
from delivery.models import Destination

MAX_RECIPIENTS = 50
_SALT = "alerts.digest_recipient"


@transaction.atomic
def add_recipient(digest: Digest, email: str, language: str, now: datetime) -> DigestRecipient:
    """Add an address, whose owner is asked to confirm in `language`. Raises ValidationError."""
    email, actor = email.strip().lower(), digest.user
    if Digest.objects.select_for_update(no_key=True).get(pk=digest.pk).frequency == Digest.Frequency.INSTANT:
        raise ValidationError(_("A digest that is sent as it happens has no other recipients."), code="instant")
    if digest.project.memberships.filter(user__email=email).exists():
        raise ValidationError(_("This person is a member, with digests of their own."), code="member")
    external = external_recipients.invite(digest.project, actor, email, language, now)
    found = digest.recipients.filter(external=external).first()
    if found:
        return found
    if digest.recipients.count() >= MAX_RECIPIENTS:
        text = ngettext(
            "A digest can have %(count)s other recipient.",
            "A digest can have up to %(count)s other recipients.",
            MAX_RECIPIENTS,
        )
        raise ValidationError(text % {"count": MAX_RECIPIENTS}, code="too_many")
    record(digest.project, actor, "digest.recipient_added", email, digest=digest.pk)
    return digest.recipients.create(external=external)


def remove_recipient(recipient: DigestRecipient, actor: User | None) -> None:
    """Remove an address from a digest. Safe to repeat."""
    project, email = recipient.digest.project, recipient.external.email
    with transaction.atomic():
        if DigestRecipient.objects.filter(pk=recipient.pk).delete()[0]:
            record(project, actor, "digest.recipient_removed", email, digest=recipient.digest_id)


def unsubscribe(recipient: DigestRecipient, now: datetime) -> None:
    """Stop everything that the project sends to the address, as its owner asked."""
    with transaction.atomic():
        external_recipients.stop(recipient.external, now)
        remove_recipient(recipient, None)


def recipients_of(digest: Digest) -> QuerySet[DigestRecipient]:
    """Return the recipients that the page lists, the first added first."""
    return digest.recipients.select_related("external", "digest__project", "digest__user").order_by("pk")


def channels_of(digest: Digest) -> list[Destination]:
    """Return the channels of a digest that are on. Its member must be allowed to write to them."""
    return [one for one in digest.destinations.all() if one.is_on]


def receiving(digests: Iterable[Digest]) -> dict[int, list[DigestRecipient]]:
    """Return by digest who else gets it: those who have confirmed. Its member must be allowed to write to them."""
    found: dict[int, list[DigestRecipient]] = {}
    sent = [digest.pk for digest in digests if digest.frequency != Digest.Frequency.INSTANT]
    rows = DigestRecipient.objects.filter(external_recipients.confirmed("external"), digest__in=sent)
    for recipient in rows.select_related("external").order_by("pk"):
        found.setdefault(recipient.digest_id, []).append(recipient)
    return found


def view_url(recipient: DigestRecipient, key: str) -> str:
    """Return the link to the web version of the message with this key (`Delivery.key`), which may not exist yet."""
    return absolute(reverse("sent_digest", args=[signed_values(_SALT, recipient.pk, key)]))


def unsubscribe_url(recipient: DigestRecipient) -> str:
    return absolute(reverse("unsubscribe", args=[signed_values(_SALT, recipient.pk)]))


def is_recipient_link(signed: str) -> bool:
    """Return whether a link to unsubscribe was written for a recipient, who may have been removed since."""
    match values_of(_SALT, signed):
        case [int(_pk)]:
            return True
    return False


def recipient_of_link(signed: str) -> DigestRecipient | None:
    """Return the recipient of a link to unsubscribe; None if it is invalid, or they were removed."""
    match values_of(_SALT, signed):
        case [int(pk)]:
            return _rows().filter(pk=pk).first()
    return None


def key_of_link(signed: str) -> tuple[DigestRecipient, str] | None:
    """Return the recipient and the key of a link to a web version; None if it is invalid, or the recipient no longer
    receives the digest.
    """
    match values_of(_SALT, signed):
        case [int(pk), str(key)]:
            recipient = _rows().filter(external_recipients.confirmed("external"), pk=pk).first()
            return (recipient, key) if recipient else None
    return None


def _rows() -> QuerySet[DigestRecipient]:
    rows = DigestRecipient.objects.select_related("external", "digest__project", "digest__user")
    return rows.filter(digest__project__deleted_at=None)
