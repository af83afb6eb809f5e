"""The end of the database of a test worker: nobody uses it any more when it is dropped."""

import time

import pytest
from django.db import connection

SESSIONS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
LIMIT_S = 10


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Let the sessions of threads that are ending close before pytest-django drops the database.

    The browser is closed with it and leaves requests behind that the live server still finishes.
    """
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        deadline = time.monotonic() + LIMIT_S
        while time.monotonic() < deadline:
            cursor.execute(f"SELECT count(*) {SESSIONS}")
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.05)
        cursor.execute(f"SELECT pg_terminate_backend(pid) {SESSIONS} AND usename = current_user")
