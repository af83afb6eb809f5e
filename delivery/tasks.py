"""Celery tasks of delivery."""

from contextlib import ExitStack

from celery import shared_task
from django.utils import timezone

from delivery import bounce_mailbox, outage_reports, outbox
from delivery.senders import channels_to_open


@shared_task
def send_outbox() -> None:
    outbox.keep_unsendable()
    with ExitStack() as stack:
        outbox.send_due([stack.enter_context(channel) for channel in channels_to_open()])


@shared_task
def report_outages() -> None:
    outage_reports.report_outages(timezone.now())


@shared_task
def read_bounces() -> None:
    bounce_mailbox.read_new(timezone.now())
