"""Tell managers and admins by email about overdue items that nobody has taken: each item once.

Called every minute by tasks.py. Items are marked in the transaction that writes the messages. A project gets one
message at a time and then none for an hour: items that become overdue meanwhile are in the next one, so a crisis
sends a few messages and not hundreds.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from accounts.formats import number
from accounts.lost_session import drop_lost_session
from accounts.models import User
from delivery import outbox
from delivery.links import absolute
from delivery.message import Message
from delivery.models import Delivery
from monitoring.models import Mention, Triage
from workplace.models import ResponseTarget
from workplace.working_hours import subtract_working_time

PAUSE = timedelta(hours=1)

log = logging.getLogger(__name__)


def escalate_all(now: datetime) -> None:
    """Escalate the projects whose last message is old enough."""
    is_quiet = Q(escalated_at=None) | Q(escalated_at__lte=now - PAUSE)
    targets = ResponseTarget.objects.filter(is_quiet, project__deleted_at=None).exclude(escalate_after=None)
    for target in targets.exclude(hours=None).order_by("pk"):
        try:
            _escalate(target.pk, now)
        except Exception:  # one project's failure never stops the others
            log.exception("event=escalation project=%s status=failed", target.project_id)
            drop_lost_session()


@transaction.atomic
def _escalate(target_id: int, now: datetime) -> None:
    """Closes the race of two workers: the second one waits for the target's row and finds no item."""
    items = _overdue(ResponseTarget.objects.get(pk=target_id), now)
    # Items before the target, as in due.py; those that somebody is changing now are in the next message.
    ids = list(items.order_by("pk").select_for_update(skip_locked=True).values_list("pk", flat=True))
    if not ids:
        return
    # The target alone: a lock on the project's row would stop the storing of its items.
    target = ResponseTarget.objects.select_for_update(of=("self",)).select_related("project").get(pk=target_id)
    if target.escalated_at and target.escalated_at > now - PAUSE:
        return
    found = Triage.objects.filter(pk__in=ids)
    oldest = found.aggregate(due=Min("due_at"), published=Min("document__published"))
    found.update(escalated_at=now)
    ResponseTarget.objects.filter(pk=target_id).update(escalated_at=now)
    for user in target.project.managers():
        outbox.write(_message(target, user, len(ids), oldest, now))


def _overdue(target: ResponseTarget, now: datetime) -> QuerySet[Triage]:
    after = timedelta(hours=target.escalate_after or 0)
    open_items = Triage.objects.filter(project_id=target.project_id, first_replied_at=None, assignee=None)
    due = open_items.filter(due_at__lte=subtract_working_time(target.working_hours, now, after), escalated_at=None)
    # An item that no keyword matches any more is in no list, but keeps its due time.
    waiting = Mention.objects.filter(document_id=OuterRef("pk"), status=Mention.Status.NEEDS_REPLY)
    return due.filter(Exists(waiting)).exclude(snoozed_until__gt=now)


def _message(target: ResponseTarget, user: User, count: int, oldest: dict[str, datetime], now: datetime) -> Message:
    """Return the message to one person. `oldest` has the earliest due time and publication of the items."""
    project = target.project
    with translation.override(user.language), timezone.override(user.zone):
        subject = ngettext(
            "%(count)s overdue item in “%(project)s” is assigned to nobody",
            "%(count)s overdue items in “%(project)s” are assigned to nobody",
            count,
        )
        query = f"due=overdue&assignee=none&from={timezone.localdate(oldest['published'])}"
        headline = subject % {"count": number(count), "project": project.name}
        context = {
            "project": project,
            "headline": headline,
            "oldest": oldest["due"],
            "url": absolute(f"{reverse('mentions', args=[project.pk])}?{query}"),
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
