"""Celery tasks of provisioning."""

from celery import shared_task

from provisioning.deletion import purge_deleted_projects

PURGE_BUDGET_S = 5  # alerts wait while the worker purges


@shared_task
def purge_projects() -> None:
    purge_deleted_projects(PURGE_BUDGET_S)
