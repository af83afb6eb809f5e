"""Celery tasks of delivery."""

from celery import shared_task
from django.conf import settings

from delivery import outbox
from delivery.channels.email import Mailer


@shared_task
def send_outbox() -> None:
    if not outbox.sends_email():
        outbox.keep_waiting()
        return
    with Mailer(settings.EMAIL_URL) as send:
        outbox.send_due(send)
