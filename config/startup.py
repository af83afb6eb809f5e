"""Refuse to start with bad settings: every process calls this before it does anything.

Out: nothing, or exit status 1 and one line per problem, with the name of the setting and what it must be. Called by
config/wsgi.py, config/gunicorn.py, config/celery.py (workers, beat), config/launcher/prepare.py and manage.py.
"""

import os
import sys

import django
from django.core.checks import run_checks

TAG = "settings"


def require_valid_settings(*, signs: bool = True) -> None:
    """Exit if a setting is invalid. `signs`: the process signs sessions or links, so it needs a safe SECRET_KEY."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    found = [message for message in run_checks(tags=[TAG], include_deployment_checks=signs) if message.is_serious()]
    for message in found:
        # Celery has replaced sys.stderr by its log.
        print(f"{message.msg} {message.hint or ''}".strip(), file=sys.__stderr__)
    if found:
        sys.exit(1)
