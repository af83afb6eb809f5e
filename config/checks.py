"""Django system checks of the settings that config/settings.py reads. Registered by config/apps.py.

The tag "settings" marks the checks that every process runs when it starts (config/startup.py); the packages register
theirs for what only they can parse (delivery/checks.py, monitoring/checks.py, accounts/checks.py).
"""

import re
from collections.abc import Sequence
from typing import Any

import psycopg2
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from psycopg2.extensions import make_dsn

MIN_KEY_LENGTH, MIN_KEY_CHARACTERS = 16, 5
# Words of keys that people copy from examples.
EXAMPLE_KEY = re.compile(
    r"change.?me|django-insecure|replace.?me|your.?secret|example.?key|secret.?key", re.IGNORECASE
)
KEY_ADVICE = 'Create one: python3 -c "import secrets; print(secrets.token_urlsafe(50))"'


@register("settings")
def check_values(**_kwargs: object) -> list[CheckMessage]:
    return [Error(problem, id="config.E001") for problem in settings.SETTING_PROBLEMS]


@register("settings")
def check_database_options(**_kwargs: object) -> list[CheckMessage]:
    """Report options in DATABASE_URL that fail at the first query otherwise."""
    options: Any = settings.DATABASES["default"].get("OPTIONS", {})
    return [
        Error(
            f"DATABASE_URL has the option {name!r}, which Postgres doesn’t know; use options of libpq such as "
            "sslmode=require, or currentSchema=public for a schema.",
            id="config.E003",
        )
        for name in options
        if not _is_database_option(name)
    ]


def _is_database_option(name: str) -> bool:
    try:
        make_dsn(**{name: "1"})
    except psycopg2.ProgrammingError:
        return name == "assume_role"  # Django's own
    return True


@register("settings", deploy=True)
def check_secret_key(**_kwargs: object) -> Sequence[CheckMessage]:
    """Refuse a key that others know or can guess: they could forge sessions and links that are signed with it.

    Only for processes that sign (`deploy`): commands such as collectstatic run without a key.
    """
    key, problem = settings.SECRET_KEY, ""
    if key == settings.UNSAFE_KEY:
        problem = "is not set; it must be a long random text"
    elif EXAMPLE_KEY.search(key):
        problem = "is an example; it must be a long random text of your own"
    elif len(key) < MIN_KEY_LENGTH or len(set(key)) < MIN_KEY_CHARACTERS:
        problem = f"is too short or too simple; it must be a random text of at least {MIN_KEY_LENGTH} characters"
    return [Error(f"SECRET_KEY {problem}.", hint=KEY_ADVICE, id="config.E002")] if problem else []
