"""How Vigie is put together: settings, addresses, Celery, and what `make run` starts and stops."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
