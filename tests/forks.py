"""Work in processes of its own that are killed before a statement, or whose session with Postgres ends."""

import os
import signal
import traceback
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, connection, connections, transaction

from config.celery import app

STOPPED = 3  # the exit status of a process whose sessions were ended
NO_REDIS = "redis://127.0.0.1:1/0"


@contextmanager
def killed_before(number):
    """Send SIGKILL to this process before its n-th statement."""
    seen = 0

    def run(execute, sql, params, many, context):
        nonlocal seen
        seen += 1
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(run):
        yield


def check_transaction():
    """Raise AssertionError if a block of statements is not one transaction: a killed process would prove nothing."""
    with transaction.atomic(), connection.cursor() as cursor:
        ids = []
        for _ in range(2):
            cursor.execute("SELECT pg_current_xact_id()")
            ids.append(cursor.fetchone())
        states = connection.get_autocommit(), connection.connection.autocommit
    assert ids[0] == ids[1], f"autocommit of Django and of psycopg2: {states}"


def start(work, kill_at=0):
    """Start `work` in a process of its own, without Redis, and return its ID."""
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    # While the loop of Playwright runs, Django stores connections by context, and close_all closes none of those that
    # this process finds. Two processes must not share a session.
    for one in connections.all(initialized_only=True):
        one.connection = None
    try:
        app.conf.broker_url = app.conf.broker_write_url = NO_REDIS
        check_transaction()
        with killed_before(kill_at):
            work()
        status = 0
    except (InterfaceError, OperationalError):
        status = STOPPED
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(status)


def is_killed(work, kill_at):
    """Run `work` in a process that is killed before a statement. Return False if it ended before."""
    _, status = os.waitpid(start(work, kill_at), 0)
    assert os.WIFSIGNALED(status) or status == 0
    return os.WIFSIGNALED(status)
