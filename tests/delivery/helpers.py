"""Messages and channels for the tests of delivery."""

from datetime import timedelta

from django.utils import timezone

from delivery import outbox
from delivery.channels.base import Channel
from delivery.message import Message
from delivery.models import Delivery


def write(key="test:1", **fields):
    fields = {"recipient": "ada@example.com", "subject": "Hello", "text": "Good day", **fields}
    return outbox.write(Message(key=key, kind=fields.pop("kind", Delivery.Kind.DIGEST), **fields))


def make_due(delivery):
    Delivery.objects.filter(pk=delivery.pk).update(next_attempt_at=timezone.now() - timedelta(seconds=1))


class CallingChannel(Channel):
    """An email channel that calls `send(delivery)` instead of connecting to a server."""

    name = "email"
    label = "Email"
    problems = {}

    @classmethod
    def is_configured(cls):
        return True

    def __init__(self, send):
        self._send = send

    def send(self, delivery):
        return self._send(delivery)
