"""Celery tasks of delivery."""

from contextlib import ExitStack

from celery import shared_task

from delivery import outbox
from delivery.channels.registry import configured_channels


@shared_task
def send_outbox() -> None:
    outbox.keep_unconfigured()
    with ExitStack() as stack:
        outbox.send_due([stack.enter_context(channel()) for channel in configured_channels()])
