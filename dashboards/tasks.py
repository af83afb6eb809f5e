"""Celery's way into dashboards/deletion.py."""

from celery import shared_task

from dashboards.deletion import purge_retired

PURGE_BUDGET_S = 50  # below the minute between two ticks


@shared_task
def purge_projects() -> None:
    purge_retired(PURGE_BUDGET_S)
