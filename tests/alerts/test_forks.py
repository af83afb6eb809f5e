"""The processes that tests fork have sessions of their own, also after a browser test in the same process."""

import asyncio
import os

import pytest
from django.db import connection

from tests.forks import start


def session():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def session_of_child():
    reading, writing = os.pipe()
    os.waitpid(start(lambda: os.write(writing, str(session()).encode())), 0)
    os.close(writing)
    with os.fdopen(reading) as found:
        return int(found.read())


def in_loop(work):
    """Call a function while an event loop runs: that of Playwright if this process has one, else one of its own."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:

        async def call():
            return work()

        return asyncio.run(call())
    return work()


@pytest.mark.django_db(transaction=True)
def test_process_has_its_own_session_while_an_event_loop_runs(monkeypatch):
    # As in a process that has run a browser test: the loop of Playwright runs in the main thread until the end.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    own = session()
    assert in_loop(session_of_child) != own
    assert session_of_child() != session()
