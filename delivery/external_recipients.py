"""People without an account: a project may write to an address only after its owner has confirmed by a mailed link.

`invite` asks, `confirm` and `stop` are what the owner does; delivery/recipients.py checks before every message.
Every feature that sends something to people without an account uses these: reports and digests do. The link to confirm
works once, for CONFIRM_WITHIN.

To keep an address from being flooded, it is asked at most once in ASK_PAUSE and MAX_ASKS times by a project, at most
MAX_ASKS_PER_ADDRESS times in ASK_PAUSE by all projects together, and not for STOP_PAUSE after it has said no; a
project asks at most MAX_ASKS_PER_PROJECT addresses in ASK_PAUSE.
"""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.activity_log import record
from accounts.models import Project, User, new_token, token_digest
from delivery.links import absolute
from delivery.message import Message
from delivery.models import Delivery, ExternalRecipient
from delivery.outbox import write

CONFIRM_WITHIN = timedelta(days=7)
ASK_PAUSE = timedelta(hours=24)
STOP_PAUSE = timedelta(days=30)
MAX_ASKS = 3
MAX_ASKS_PER_ADDRESS = 3
MAX_ASKS_PER_PROJECT = 30
_KEY = "confirm:"


@transaction.atomic
def invite(project: Project, actor: User, email: str, language: str, now: datetime) -> ExternalRecipient:
    """Return the recipient of an address; ask its owner to confirm, unless they have.

    Raises ValidationError if the address cannot be asked now.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise ValidationError(_("Enter an email address, such as name@example.com."), code="invalid") from error
    _lock(f"project {project.pk}")
    _lock(email)
    recipient = ExternalRecipient.objects.filter(project=project, email=email).first()
    recipient = recipient or ExternalRecipient(project=project, email=email)
    if recipient.is_confirmed:
        return recipient
    if recipient.asked_at and recipient.stopped_at is None and now - recipient.asked_at < ASK_PAUSE:
        return recipient  # the last request is still new
    _check_limits(recipient, now)
    token = new_token()
    recipient.language, recipient.invited_by = language, actor
    recipient.token_digest, recipient.asked_at = token_digest(token), now
    recipient.asks += 1
    recipient.confirmed_at = recipient.stopped_at = None
    recipient.save()
    write(_question(recipient, actor, token, now))
    record(project, actor, "recipient.invited", email)
    return recipient


def recipient_of_token(token: str, now: datetime) -> ExternalRecipient | None:
    """Return whom a mailed link asks; None if it is unknown, used or too old."""
    rows = ExternalRecipient.objects.select_related("project", "invited_by").exclude(token_digest="")
    since = now - CONFIRM_WITHIN
    return rows.filter(token_digest=token_digest(token), asked_at__gt=since, project__deleted_at=None).first()


def confirm(token: str, now: datetime) -> ExternalRecipient | None:
    """Confirm. The link then stops working."""
    return _answer(token, now, {"confirmed_at": now, "stopped_at": None, "asks": 0}, "recipient.confirmed")


def decline(token: str, now: datetime) -> ExternalRecipient | None:
    """Refuse: the project may not ask again for STOP_PAUSE."""
    return _answer(token, now, {"confirmed_at": None, "stopped_at": now}, "recipient.declined")


@transaction.atomic
def stop(recipient: ExternalRecipient, now: datetime) -> None:
    """Stop everything that a project sends to an address, as its owner asked. Safe to repeat."""
    if ExternalRecipient.objects.filter(pk=recipient.pk, stopped_at=None).update(stopped_at=now, token_digest=""):
        record(recipient.project, None, "recipient.unsubscribed", recipient.email)


def confirmed(relation: str) -> Q:
    """Return the condition that the external recipient of a row, by this relation, may be written to."""
    return Q(**{f"{relation}__confirmed_at__isnull": False, f"{relation}__stopped_at": None})


def _answer(token: str, now: datetime, values: dict[str, object], action: str) -> ExternalRecipient | None:
    with transaction.atomic():
        recipient = recipient_of_token(token, now)
        if recipient is None:
            return None
        same = ExternalRecipient.objects.filter(pk=recipient.pk, token_digest=recipient.token_digest)
        if not same.update(token_digest="", **values):
            return None
        record(recipient.project, None, action, recipient.email)
    return recipient


def _check_limits(recipient: ExternalRecipient, now: datetime) -> None:
    later = _("This address has been asked too often. Ask its owner to contact you, and try again later.")
    if recipient.stopped_at and now - recipient.stopped_at < STOP_PAUSE:
        text = _("The owner of this address doesn’t want emails of this project. You can ask again after 30 days.")
        raise ValidationError(text, code="declined")
    if recipient.asks >= MAX_ASKS:
        raise ValidationError(later, code="too_many")
    # Messages stay when their project is deleted, so a new project has the same limit.
    asked = Delivery.objects.filter(kind=Delivery.Kind.MESSAGE, created_at__gt=now - ASK_PAUSE)
    if asked.filter(recipient=recipient.email, key__startswith=_KEY).count() >= MAX_ASKS_PER_ADDRESS:
        raise ValidationError(later, code="too_many")
    of_project = ExternalRecipient.objects.filter(project=recipient.project, asked_at__gt=now - ASK_PAUSE)
    if of_project.count() >= MAX_ASKS_PER_PROJECT:
        raise ValidationError(
            _("This project has asked too many addresses today. Try again tomorrow."), code="too_many"
        )


def _question(recipient: ExternalRecipient, actor: User, token: str, now: datetime) -> Message:
    """Return the request to confirm. Without a project, as its link must not be read in the project's delivery log."""
    context = {
        "recipient": recipient,
        "inviter": actor,
        "link": absolute(reverse("confirm_recipient", args=[token])),
        "ends": now + CONFIRM_WITHIN,
    }
    with translation.override(recipient.language):
        return Message(
            key=f"{_KEY}{recipient.pk}:{now.isoformat()}",
            kind=Delivery.Kind.MESSAGE,
            recipient=recipient.email,
            subject=_("Vigie · Confirm emails about “%(project)s”") % {"project": recipient.project.name},
            text=render_to_string("emails/confirm_recipient.txt", context),
        )


def _lock(name: str) -> None:
    """Wait for others that ask the same address, or for the same project: their number is limited."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"vigie ask {name}"])
