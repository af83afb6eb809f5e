"""The Celery application: `celery -A config worker`, `celery -A config beat`."""

import os
import signal

from celery import Celery
from celery.signals import worker_init, worker_process_init

from config.launcher.child_process import die_with_parent
from monitoring.content import language

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("vigie")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def read_the_languages(**signal_fields: object) -> None:
    """Half a second, once, and its memory is shared by the processes that are forked from here."""
    language.load()


@worker_process_init.connect
def end_with_the_worker(**signal_fields: object) -> None:
    """The processes of a worker that is killed would otherwise go on with what they have, and then wait for ever."""
    die_with_parent(signal.SIGKILL)
