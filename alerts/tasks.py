"""Celery tasks of alerts. Each may be lost or run twice: the next run continues from the state in Postgres."""

from celery import shared_task
from django.utils import timezone

from alerts import each_mention, evaluate, held, incident_escalation, rejected_credentials, rejected_websites, watch
from alerts.digests import send
from delivery import outbox


@shared_task
def evaluate_rules() -> None:
    now = timezone.now()
    evaluate.evaluate_all(now)
    watch.record_evaluation(now)


@shared_task
def report_late_evaluation() -> None:
    watch.report_late(timezone.now())


@shared_task
def escalate_incidents() -> None:
    incident_escalation.escalate_incidents(timezone.now())


@shared_task
def send_each_mention() -> None:
    each_mention.send_each(timezone.now())


@shared_task
def send_held_alerts() -> None:
    held.send_held(timezone.now())


@shared_task
def report_rejected_credentials() -> None:
    rejected_credentials.report_rejected(timezone.now())
    rejected_websites.report_rejected(timezone.now())


@shared_task
def write_instant_digests() -> None:
    send.write_instant(timezone.now())


@shared_task
def write_digests() -> None:
    now = timezone.now()
    send.write_due(now)
    outbox.delete_old(now)
