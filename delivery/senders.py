"""The channels of one run of the outbox: those of the server, and one for each destination with due messages
that may send again after its last one.

Called by delivery/tasks.py.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from delivery.channels.base import Channel
from delivery.channels.registry import configured_channels, destination_channels
from delivery.models import Delivery, Destination
from outbound.default import sending_client

State = Delivery.State


def channels_to_open() -> Iterator[Channel]:
    """Yield the channels; they open their connection with the first message."""
    for channel in configured_channels():
        if not channel.needs_destination:
            yield channel()
    classes = destination_channels()
    now = timezone.now()
    due = Delivery.objects.filter(state__in=[State.PENDING, State.SENDING], next_attempt_at__lte=now)
    to_send = Destination.objects.filter(disabled_at=None, channel__in=classes, pk__in=due.values("destination"))
    for destination in to_send.order_by("pk"):
        sender = classes[destination.channel](destination, sending_client())
        rest = timedelta(seconds=sender.interval_s)
        if destination.last_success_at is None or destination.last_success_at + rest <= now:
            yield sender
