"""Tell managers and admins by email that a platform rejects a key or account: once until it has worked again.

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
from monitoring.messages.labels import translated
from monitoring.messages.source_errors import error_text
from monitoring.models import Credential
from monitoring.platforms.registry import PLATFORMS


def report_rejected(now: datetime) -> None:
    """Write the messages about credentials that were not reported yet."""
    waiting = Credential.objects.filter(reported_at=None, project__deleted_at=None).exclude(error_code="")
    for credential in waiting.select_related("project").order_by("pk"):
        _report(credential, now)


def _report(credential: Credential, now: datetime) -> None:
    with transaction.atomic():
        current = Credential.objects.filter(pk=credential.pk, reported_at=None, error_code=credential.error_code)
        if not current.update(reported_at=now):
            return
        sources = list(credential.sources.order_by("title", "pk")[:20])
        for user in credential.project.managers():
            outbox.write(_message(credential, user, [str(source) for source in sources]))


def _message(credential: Credential, user: User, sources: list[str]) -> Message:
    since = credential.failing_since or timezone.now()
    with translation.override(user.language), timezone.override(user.zone):
        platform = PLATFORMS.get(credential.platform)
        context = {
            "credential": credential,
            "platform": translated(platform.label) if platform else credential.platform,
            "error": error_text(credential.error_code),
            "sources": sources,
            "name": str(credential),
            "url": absolute(reverse("credentials", args=[credential.project_id])),
        }
        return Message(
            key=f"credential:{credential.pk}:{since.timestamp()}:{user.pk}",
            kind=Delivery.Kind.INCIDENT,
            recipient=user.email,
            subject=_("“%(name)s” (%(platform)s) needs attention") % context,
            text=render_to_string("emails/credential.txt", context),
            project=credential.project,
            user=user,
        )
