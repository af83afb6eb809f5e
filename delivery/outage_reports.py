"""Tell the admins about a server that has failed for a while, through another channel than the one that fails.

Called every minute by delivery/tasks.py. `ServerOutage.reported_at` is set in the transaction that writes the
messages.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Project
from delivery import outbox
from delivery.channels.registry import channel_label
from delivery.message import Message
from delivery.messages import outage_problem
from delivery.models import Delivery, Destination, ServerOutage
from delivery.service_problems import ServiceProblem, emails, notices

# A restart or a short outage passes by itself: messages wait and leave within ten minutes of its end.
REPORTED_AFTER = timedelta(minutes=15)
# An older row is of a setting that has changed since (delivery/outages.py).
RECENT = timedelta(hours=1)


def long_outages(now: datetime) -> QuerySet[ServerOutage]:
    """Return the outages that have lasted for a while and go on."""
    return ServerOutage.objects.filter(since__lte=now - REPORTED_AFTER, retry_at__gt=now - RECENT)


def report_outages(now: datetime) -> None:
    """Write the messages about outages that were not reported yet."""
    waiting = long_outages(now).filter(reported_at=None)
    for outage in waiting.select_related("destination__project").order_by("pk"):
        with transaction.atomic():
            if not ServerOutage.objects.filter(pk=outage.pk, reported_at=None).update(reported_at=now):
                continue
            for message in _messages(outage):
                outbox.write(message)


def _messages(outage: ServerOutage) -> Iterator[Message]:
    if outage.destination:
        yield from emails(outage.destination.project, _problem(outage))
    elif outage.channel == Delivery.EMAIL:
        projects = Destination.objects.filter(disabled_at=None, project__deleted_at=None).values("project")
        for project in Project.objects.filter(pk__in=projects).order_by("pk"):
            yield from notices(project, _problem(outage))


def _problem(outage: ServerOutage) -> ServiceProblem:
    name = outage.destination.name if outage.destination else ""

    def title() -> str:
        return _("Messages can’t be sent: %(channel)s") % {"channel": name or channel_label(outage.channel)}

    def sentence() -> str:
        return " ".join([outage_problem(outage), _("Messages stay queued until it responds.")])

    return ServiceProblem(
        key=f"outage:{outage.pk}:{outage.since.timestamp():.0f}",
        title=title,
        sentence=sentence,
        page="outbox",
        link=lambda: _("View delivery log"),
        error=outage.error,
    )
