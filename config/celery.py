"""The Celery application: `celery -A config worker`, `celery -A config beat`."""

import os
import signal

from celery import Celery
from celery.signals import worker_process_init

from config.process import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("vigie")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def end_with_the_worker(**signal_fields: object) -> None:
    """The processes of a worker that is killed would otherwise go on with what they have, and then wait for ever."""
    die_with_parent(signal.SIGKILL)
