"""Celery tasks of the assistant. Each may be lost or run twice: the next run goes on from the state in Postgres."""

from celery import shared_task
from django.utils import timezone

from assistant import runs


@shared_task
def run_requests() -> None:
    runs.run_pending()


@shared_task
def delete_old_requests() -> None:
    runs.delete_old(timezone.now())
