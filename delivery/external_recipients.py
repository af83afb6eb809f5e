"""People without an account: a project may write to an address only after its owner has confirmed by a mailed link.

`invite` asks, `confirm` and `stop` are what the owner does; delivery/recipients.py checks before every message.
Every feature that sends something to people without an account uses these: reports and digests do. The link to confirm
works once, for CONFIRM_WITHIN. A newsletter is a `MailingList` of its own: its readers agree to it alone, and people
ask for it themselves.

To keep an address from being flooded, it is asked at most once in ASK_PAUSE and MAX_ASKS times by a project, at most
MAX_ASKS_PER_ADDRESS times in ASK_PAUSE by all projects together, and not for STOP_PAUSE after it has said no; a
project asks at most MAX_ASKS_PER_PROJECT addresses in ASK_PAUSE, a mailing list MAX_ASKS_PER_LIST.
"""

from dataclasses import dataclass
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
MAX_ASKS_PER_LIST = 1_000
_KEY = "confirm:"


@dataclass(frozen=True)
class MailingList:
    """A newsletter: its `name` is that of the consent to it, `page` the URL name of the page that asks for it."""

    name: str
    title: str
    page: str


@transaction.atomic
def invite(
    project: Project,
    actor: User | None,
    email: str,
    language: str,
    now: datetime,
    mailing_list: MailingList | None = None,
) -> ExternalRecipient:
    """Return the recipient of an address; ask its owner to confirm, unless they have.

    Without an `actor`, the owner has asked for a mailing list. Raises ValidationError if the address cannot be asked
    now.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise ValidationError(_("Enter an email address, such as name@example.com."), code="invalid") from error
    _lock(f"project {project.pk}")
    _lock(email)
    name = mailing_list.name if mailing_list else ""
    recipient = ExternalRecipient.objects.filter(project=project, email=email, mailing_list=name).first()
    recipient = recipient or ExternalRecipient(project=project, email=email, mailing_list=name)
    if recipient.is_confirmed:
        return recipient
    if recipient.asked_at and recipient.stopped_at is None and now - recipient.asked_at < ASK_PAUSE:
        return recipient  # the last request is still new
    has_refused = recipient.stopped_at is not None and recipient.confirmed_at is None
    if actor is None and has_refused and now - (recipient.stopped_at or now) < STOP_PAUSE:
        return recipient  # do not say that this address has refused
    _check_limits(recipient, actor, now)
    token = new_token()
    recipient.language, recipient.invited_by = language, actor
    recipient.token_digest, recipient.asked_at = token_digest(token), now
    recipient.asks += 1
    recipient.confirmed_at = recipient.stopped_at = None
    recipient.save()
    write(_question(recipient, actor, token, now, mailing_list))
    record(project, actor, "recipient.invited", email)
    return recipient


def recipient_of_token(token: str, now: datetime, *, of_list: bool = False) -> ExternalRecipient | None:
    """Return whom a mailed link asks, about a mailing list or not; None if it is unknown, used or too old."""
    rows = ExternalRecipient.objects.select_related("project", "invited_by").exclude(token_digest="")
    since = now - CONFIRM_WITHIN
    rows = rows.exclude(mailing_list="") if of_list else rows.filter(mailing_list="")
    return rows.filter(token_digest=token_digest(token), asked_at__gt=since, project__deleted_at=None).first()


def confirm(token: str, now: datetime, *, of_list: bool = False) -> ExternalRecipient | None:
    """Confirm. The link then stops working."""
    values: dict[str, object] = {"confirmed_at": now, "stopped_at": None, "asks": 0}
    return _answer(token, now, values, "recipient.confirmed", of_list)


def decline(token: str, now: datetime, *, of_list: bool = False) -> ExternalRecipient | None:
    """Refuse: the project may not ask again for STOP_PAUSE."""
    return _answer(token, now, {"confirmed_at": None, "stopped_at": now}, "recipient.declined", of_list)


@transaction.atomic
def stop(recipient: ExternalRecipient, now: datetime) -> None:
    """Stop everything that a project sends to an address, or one mailing list, as its owner asked. Safe to repeat."""
    if ExternalRecipient.objects.filter(pk=recipient.pk, stopped_at=None).update(stopped_at=now, token_digest=""):
        record(recipient.project, None, "recipient.unsubscribed", recipient.email)


def confirmed(relation: str) -> Q:
    """Return the condition that the external recipient of a row, by this relation, may be written to."""
    return Q(**{f"{relation}__confirmed_at__isnull": False, f"{relation}__stopped_at": None})


def _answer(
    token: str, now: datetime, values: dict[str, object], action: str, of_list: bool
) -> ExternalRecipient | None:
    with transaction.atomic():
        recipient = recipient_of_token(token, now, of_list=of_list)
        if recipient is None:
            return None
        same = ExternalRecipient.objects.filter(pk=recipient.pk, token_digest=recipient.token_digest)
        if not same.update(token_digest="", **values):
            return None
        record(recipient.project, None, action, recipient.email)
    return recipient


def _check_limits(recipient: ExternalRecipient, actor: User | None, now: datetime) -> None:
    later = _("This address has been asked too often. Ask its owner to contact you, and try again later.")
    if actor and recipient.stopped_at and now - recipient.stopped_at < STOP_PAUSE:
        text = _("The owner of this address doesn’t want emails of this project. You can ask again after 30 days.")
        raise ValidationError(text, code="declined")
    if recipient.asks >= MAX_ASKS:
        raise ValidationError(later, code="too_many")
    # Messages stay when their project is deleted, so a new project has the same limit.
    asked = Delivery.objects.filter(kind=Delivery.Kind.MESSAGE, created_at__gt=now - ASK_PAUSE)
    if asked.filter(recipient=recipient.email, key__startswith=_KEY).count() >= MAX_ASKS_PER_ADDRESS:
        raise ValidationError(later, code="too_many")
    same = ExternalRecipient.objects.filter(project=recipient.project, mailing_list=recipient.mailing_list)
    limit = MAX_ASKS_PER_LIST if recipient.mailing_list else MAX_ASKS_PER_PROJECT
    if same.filter(asked_at__gt=now - ASK_PAUSE).count() >= limit:
        raise ValidationError(
            _("This project has asked too many addresses today. Try again tomorrow."), code="too_many"
        )


def _question(
    recipient: ExternalRecipient, actor: User | None, token: str, now: datetime, mailing_list: MailingList | None
) -> Message:
    """Return the request to confirm. Without a project, as its link must not be read in the project's delivery log."""
    context = {
        "recipient": recipient,
        "inviter": actor,
        "link": absolute(reverse(mailing_list.page if mailing_list else "confirm_recipient", args=[token])),
        "ends": now + CONFIRM_WITHIN,
        "mailing_list": mailing_list,
    }
    with translation.override(recipient.language):
        subject = _("Vigie · Confirm emails about “%(project)s”") % {"project": recipient.project.name}
        if mailing_list:
            subject = _("Confirm your subscription to “%(title)s”") % {"title": mailing_list.title}
        template = "emails/confirm_newsletter.txt" if mailing_list else "emails/confirm_recipient.txt"
        return Message(
            key=f"{_KEY}{recipient.pk}:{now.isoformat()}",
            kind=Delivery.Kind.MESSAGE,
            recipient=recipient.email,
            subject=subject,
            text=render_to_string(template, context),
        )


def _lock(name: str) -> None:
    """Wait for others that ask the same address, or for the same project: their number is limited."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"vigie ask {name}"])
