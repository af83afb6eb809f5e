"""Celery tasks of accounts."""

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone


@shared_task
def clear_sessions() -> None:
    call_command("clearsessions")


@shared_task
def send_password_resets() -> None:
    # Imports allauth's forms, which are not ready while the apps load.
    from accounts.password_reset import send_requested_links

    send_requested_links(timezone.now())
