"""Assign mentions to members, with an email to a person to whom somebody else assigned something.

In: a project, ids of its mentions, and a member or None. Out: the `Change` of monitoring/services/triage.py. The email
is written to the outbox in the transaction of the change. Called by the mention pages and the API.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Min
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from accounts.models import Project, User
from delivery import outbox
from delivery.links import absolute
from delivery.message import Message
from delivery.models import Delivery
from monitoring.models import Mention
from monitoring.services import triage
from monitoring.services.triage_log import Change, Expected


def assign(
    project: Project,
    user: User | None,
    mention_ids: Iterable[int],
    assignee: User | None,
    *,
    expected: Expected | None = None,
    read_at: datetime | None = None,
) -> Change:
    """Assign the documents of these mentions to an active member; None removes the assignee.

    Raises ValueError if the person is none. `expected` has the ids of the assignees that the caller saw; `read_at` is
    that of services/triage.py.
    """
    with transaction.atomic():
        change = triage.set_assignee(project, user, mention_ids, assignee, expected=expected, read_at=read_at)
        if assignee and change.entry_id:
            _write(project, user, assignee, change)
    return change


def write_bulk_email(
    project: Project, user: User | None, assignee_id: int, change_id: int, count: int, since: datetime
) -> None:
    """Write the one email about a bulk change that assigned `count` items published from `since` on."""
    assignee = User.objects.get(pk=assignee_id)
    path = f"{reverse('mentions', args=[project.pk])}?assignee=me&from={timezone.localdate(since, assignee.zone)}"
    _write_email(project, user, assignee, f"bulk:{change_id}", count, path)


def _write(project: Project, user: User | None, assignee: User, change: Change) -> None:
    path = _path(project, change.document_ids)
    _write_email(project, user, assignee, str(change.entry_id), len(change.document_ids), path)


def _write_email(project: Project, user: User | None, assignee: User, key: str, count: int, path: str) -> None:
    """Write the email about an assignment. Nobody gets one for what they assigned to themselves."""
    if assignee == user:
        return
    with translation.override(assignee.language), timezone.override(assignee.zone):
        subject = ngettext(
            "A mention was assigned to you in “%(project)s”",
            "%(count)s mentions were assigned to you in “%(project)s”",
            count,
        )
        context = {
            "project": project,
            "by": user.name if user else "",
            "total": count,
            "url": absolute(path),
        }
        message = Message(
            key=f"assignment:{key}:{assignee.pk}",
            kind=Delivery.Kind.ASSIGNMENT,
            recipient=assignee.email,
            subject=subject % {"project": project.name, "count": count},
            text=render_to_string("emails/assignment.txt", context),
            project=project,
            user=assignee,
        )
    outbox.write(message)


def _path(project: Project, document_ids: tuple[int, ...]) -> str:
    """Return the page of a single mention, or the list of what is assigned to the person, from the oldest of these."""
    mentions = Mention.objects.filter(document_id__in=document_ids)
    if len(document_ids) == 1 and (mention := mentions.order_by("pk").first()):
        return reverse("mention", args=[project.pk, mention.pk])
    oldest = mentions.aggregate(at=Min("published"))["at"] or timezone.now()
    return f"{reverse('mentions', args=[project.pk])}?assignee=me&from={timezone.localdate(oldest)}"
