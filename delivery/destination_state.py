"""The state of a destination after the results of its messages: the last success, and when Vigie turns it off.

Called by delivery/outbox.py in the transaction that stores a result. A destination that is off receives nothing, and
the admins of its project get an email.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime

from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.activity_log import record
from accounts.models import Membership, Role, User
from delivery.channels.base import Result
from delivery.channels.registry import channel_label
from delivery.links import absolute
from delivery.message import Message
from delivery.messages import problem
from delivery.models import Delivery, Destination

log = logging.getLogger(__name__)

# Messages in a row that failed permanently: each was tried for 36 hours, or rejected.
FAILURES = 3


def record_result(
    destination_id: int, result: Result, now: datetime, write: Callable[[Message], object], *, is_final: bool
) -> None:
    """Record the result of an attempt; `is_final`: the message is not tried again. `write` is that of the outbox."""
    rows = Destination.objects.filter(pk=destination_id)
    if not result.code:
        rows.update(last_success_at=now, failures=0)
    elif is_final or result.disables:
        rows.update(failures=F("failures") + 1)
        destination = rows.select_for_update(of=("self",)).select_related("project").filter(disabled_at=None).first()
        if destination and (result.disables or destination.failures >= FAILURES):
            for message in _turn_off(destination, result, now):
                write(message)


def _turn_off(destination: Destination, result: Result, now: datetime) -> Iterator[Message]:
    """Turn a destination off, and yield the emails about it."""
    destination.turn_off(now, result.code, " ".join(result.detail.split()))
    destination.save(update_fields=["disabled_at", "disabled_code", "disabled_error"])
    record(destination.project, None, "channel.off", destination, channel=destination.channel, code=result.code)
    admins = Membership.objects.filter(project=destination.project, role=Role.ADMIN, user__is_active=True)
    log.warning("event=destination_off id=%s channel=%s code=%s", destination.pk, destination.channel, result.code)
    for admin in admins.select_related("user").order_by("user_id"):
        yield _email(destination, admin.user, now)


def _email(destination: Destination, user: User, now: datetime) -> Message:
    with translation.override(user.language):
        context = {
            "name": destination.name,
            "channel": channel_label(destination.channel),
            "project": destination.project.name,
            "problem": problem(destination.channel, destination.disabled_code),
            "error": destination.disabled_error,
            "url": absolute(reverse("channels", args=[destination.project_id])),
        }
        subject = _("Channel turned off: %(name)s") % context
        text = render_to_string("emails/channel_off.txt", context)
    return Message(
        key=f"channel:{destination.pk}:{now.timestamp():.0f}:{user.pk}",
        kind=Delivery.Kind.CHANNEL,
        recipient=user.email,
        subject=subject,
        text=text,
        project=destination.project,
        user=user,
    )
