"""Tell admins by email that a website's figures can't be read until somebody acts: once until they were read again.

Called every minute by tasks.py. `reported_at` is set by compare-and-set in the transaction that writes the messages,
so two workers write them once; the keys of the messages are unique as well.
"""

from datetime import datetime

from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from delivery import outbox
from delivery.links import absolute
from delivery.message import Message
from delivery.models import Delivery
from website.messages import error_text, provider_label
from website.models import Website
from website.readers.base import NEEDS_PERSON


def report_rejected(now: datetime) -> None:
    """Write the messages about websites that were not reported yet."""
    waiting = Website.objects.filter(error_code__in=NEEDS_PERSON, reported_at=None, project__deleted_at=None)
    for website in waiting.select_related("project").order_by("pk"):
        _report(website, now)


def _report(website: Website, now: datetime) -> None:
    with transaction.atomic():
        current = Website.objects.filter(pk=website.pk, reported_at=None, error_code=website.error_code)
        if not current.update(reported_at=now):
            return
        for user in website.project.admins():
            outbox.write(_message(website, user, now))


def _message(website: Website, user: User, now: datetime) -> Message:
    since = website.failing_since or now
    with translation.override(user.language), timezone.override(user.zone):
        context = {
            "website": website,
            "error": error_text(website.provider, website.error_code),
            "since": since,
            "read_until": website.read_until,
            "url": absolute(reverse("websites", args=[website.project_id])),
        }
        subject = _("Figures of “%(name)s” (%(provider)s) can’t be read")
        return Message(
            key=f"website:{website.pk}:{since.timestamp()}:{user.pk}",
            kind=Delivery.Kind.INCIDENT,
            recipient=user.email,
            subject=subject % {"name": website.name, "provider": provider_label(website.provider)},
            text=render_to_string("emails/website.txt", context),
            project=website.project,
            user=user,
        )
