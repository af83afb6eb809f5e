"""Celery's way into provisioning/deletion.py."""

from celery import shared_task

from provisioning.deletion import purge_retired

PURGE_BUDGET_S = 5  # the worker that does this sends alerts, too


@shared_task
def purge_projects() -> None:
    purge_retired(PURGE_BUDGET_S)
