"""Tell managers and admins by email about overdue items that nobody has taken: each item once.

Called every minute by tasks.py. Items are marked in the transaction that writes the messages. A project gets one
message at a time and then none for an hour: items that become overdue meanwhile are in the next one, so a crisis
sends a few messages and not hundreds.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from accounts.formats import number
from accounts.models import User
from delivery import outbox
from delivery.links import absolute
from delivery.message import Message
from delivery.models import Delivery
from monitoring.models import Triage
from workplace.models import ResponseTarget
from workplace.working_hours import subtract_working_time

PAUSE = timedelta(hours=1)


def escalate_all(now: datetime) -> None:
    """Escalate the projects whose last message is old enough."""
    is_quiet = Q(escalated_at=None) | Q(escalated_at__lte=now - PAUSE)
    targets = ResponseTarget.objects.filter(is_quiet, project__deleted_at=None).exclude(escalate_after=None)
    for target in targets.exclude(hours=None).order_by("pk"):
        _escalate(target.pk, now)


@transaction.atomic
def _escalate(target_id: int, now: datetime) -> None:
    """Closes the race of two workers: the second one waits for the target's row and finds no item."""
    items = _overdue(ResponseTarget.objects.get(pk=target_id), now)
    # Items before the target, as in due.py; those that somebody is changing now are in the next message.
    rows = list(items.order_by("pk").select_for_update(skip_locked=True).values_list("pk", "due_at"))
    target = ResponseTarget.objects.select_for_update().select_related("project").get(pk=target_id)
    if not rows or (target.escalated_at and target.escalated_at > now - PAUSE):
        return
    Triage.objects.filter(pk__in=[pk for pk, _due in rows]).update(escalated_at=now)
    ResponseTarget.objects.filter(pk=target_id).update(escalated_at=now)
    oldest = min(due for _pk, due in rows if due)
    for user in target.project.managers():
        outbox.write(_message(target, user, len(rows), oldest, now))


def _overdue(target: ResponseTarget, now: datetime) -> QuerySet[Triage]:
    after = timedelta(hours=target.escalate_after or 0)
    open_items = Triage.objects.filter(project_id=target.project_id, first_replied_at=None, assignee=None)
    due = open_items.filter(due_at__lte=subtract_working_time(target.working_hours, now, after), escalated_at=None)
    return due.exclude(snoozed_until__gt=now)


def _message(target: ResponseTarget, user: User, count: int, oldest: datetime, now: datetime) -> Message:
    project = target.project
    with translation.override(user.language), timezone.override(user.zone):
        subject = ngettext(
            "%(count)s overdue item in “%(project)s” is assigned to nobody",
            "%(count)s overdue items in “%(project)s” are assigned to nobody",
            count,
        )
        headline = subject % {"count": number(count), "project": project.name}
        context = {
            "project": project,
            "headline": headline,
            "oldest": oldest,
            "url": absolute(f"{reverse('mentions', args=[project.pk])}?due=overdue&assignee=none&period=1y"),
            "settings_url": absolute(reverse("response_settings", args=[project.pk])),
        }
        return Message(
            key=f"escalation:{target.pk}:{now.timestamp()}:{user.pk}",
            kind=Delivery.Kind.ESCALATION,
            recipient=user.email,
            subject=headline,
            text=render_to_string("emails/escalation.txt", context),
            project=project,
            user=user,
        )
