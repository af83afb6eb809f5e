"""Celery tasks of website figures. Each may be lost or run twice: the next run goes on from the state in Postgres."""

from celery import shared_task
from django.utils import timezone

from website import google_sign_in, reading


@shared_task
def read_websites() -> None:
    google_sign_in.forget_expired(timezone.now())
    reading.read_due(timezone.now)


@shared_task
def delete_old_figures() -> None:
    while reading.delete_old(timezone.now()):
        pass
