"""What beat calls. Each can be lost or doubled, and goes on where the last one ended."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from alerts import digests, outbox, rules
from alerts.channels.email import Mailer


@shared_task
def evaluate_rules() -> None:
    rules.evaluate_all(timezone.now())


@shared_task
def write_digests() -> None:
    now = timezone.now()
    digests.write_due(now)
    outbox.drop_old(now)


@shared_task
def send_outbox() -> None:
    if not outbox.sends_email():
        outbox.keep_waiting()
        return
    with Mailer(settings.EMAIL_URL) as send:
        outbox.send_due(send)
