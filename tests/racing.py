"""`race(a, b, ...)`: each in a thread with a database connection of its own, let go at the same moment. `held_up(a)`:
in such a thread, until it waits for a lock of the caller's transaction, or as one of several for each other's.
"""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import connection


def race(*calls):
    """The results in the order of the calls; an exception is a result."""
    gate = threading.Barrier(len(calls))

    def run(call):
        try:
            connection.ensure_connection()
            gate.wait(timeout=10)
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def held_up(call, waiting=1) -> Future:
    """Returns once `waiting` calls wait for a lock, or this one is done; its result is to be had when the caller has
    committed.
    """

    def run():
        try:
            return call()
        finally:
            connection.close()

    pool = ThreadPoolExecutor(1)
    future = pool.submit(run)
    pool.shutdown(wait=False)
    latest = time.monotonic() + 10
    with connection.cursor() as cursor:
        while not future.done() and time.monotonic() < latest:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0] >= waiting:
                break
            time.sleep(0.01)
    return future
