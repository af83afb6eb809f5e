"""The Celery application: `celery -A config.celery worker`, `celery -A config.celery beat`.

Reads its settings from config/settings.py (CELERY_*) and finds the tasks in each package's tasks.py.
"""

import os
import signal

from celery import Celery
from celery.signals import beat_init, worker_init, worker_process_init

from config.launcher.child_process import die_with_parent
from config.startup import require_valid_settings
from monitoring.content import language

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("vigie")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def check_settings(**signal_fields: object) -> None:
    """End the worker or beat if a setting is invalid."""
    require_valid_settings()


@worker_init.connect
def load_language_model(**signal_fields: object) -> None:
    """Load the language model before the pool of a poller forks: loading takes 0.5 s, and its processes share it."""
    if "poll" in app.amqp.queues.consume_from:
        language.load()


@worker_process_init.connect
def kill_pool_process_with_worker(**signal_fields: object) -> None:
    """Kill a pool process when its worker is killed: it would finish its task, then wait forever."""
    die_with_parent(signal.SIGKILL)
