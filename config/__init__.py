"""Configuration: settings, URLs, the Celery and WSGI applications, and the launcher behind `make run`."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
