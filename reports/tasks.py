"""Celery tasks of reports. Each may be lost or run twice: the next run continues from the state in Postgres."""

from celery import shared_task
from django.utils import timezone

from reports import schedule


@shared_task
def write_reports() -> None:
    schedule.write_due(timezone.now())


@shared_task
def delete_old_editions() -> None:
    while schedule.delete_old(timezone.now()):
        pass
