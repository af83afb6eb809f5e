"""Celery tasks of alerts. Each may be lost or run twice: the next run continues from the state in Postgres."""

from celery import shared_task
from django.utils import timezone

from alerts import evaluate, rejected_credentials
from alerts.digests import send
from delivery import outbox


@shared_task
def evaluate_rules() -> None:
    evaluate.evaluate_all(timezone.now())


@shared_task
def report_rejected_credentials() -> None:
    rejected_credentials.report_rejected(timezone.now())


@shared_task
def write_digests() -> None:
    now = timezone.now()
    send.write_due(now)
    outbox.delete_old(now)
