"""The Celery task of fetches for a person. CELERY_IMPORTS names this module: tasks.py may not import services."""

from celery import shared_task
from django.utils import timezone

from monitoring.services import fetches


@shared_task
def run_fetches() -> None:
    fetches.run_queued()
    fetches.delete_old(timezone.now())
