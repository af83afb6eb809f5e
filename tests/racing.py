"""Run database code in threads: `race` starts calls together, `start_until_blocked` starts one that needs a lock."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import connection

# Of this test: other workers use other databases of the same server. A transaction reads pg_stat_activity once:
# sessions that were opened since then are missing until its snapshot is cleared.
WAITING = (
    "SELECT pg_stat_clear_snapshot();"
    " SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE NOT granted AND datname = current_database()"
)


def race(*calls):
    """Run each call in a thread with its own connection, all released at the same moment.

    Return the results in the order of the calls; an exception is a result.
    """
    barrier = threading.Barrier(len(calls))

    def run(call):
        try:
            connection.ensure_connection()
            barrier.wait(timeout=10)
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def start_until_blocked(call, waiting=1) -> Future:
    """Start a call in a thread and return when `waiting` calls wait for a lock, or it is done.

    Its result is available after the caller has committed the transaction that blocks it. Raise TimeoutError if it is
    neither blocked nor done after ten seconds.
    """

    def run():
        try:
            return call()
        finally:
            connection.close()

    pool = ThreadPoolExecutor(1)
    future = pool.submit(run)
    pool.shutdown(wait=False)
    deadline = time.monotonic() + 10
    with connection.cursor() as cursor:
        while not future.done() and time.monotonic() < deadline:
            cursor.execute(WAITING)
            if cursor.fetchone()[0] >= waiting:
                return future
            time.sleep(0.01)
    if not future.done():
        raise TimeoutError(f"fewer than {waiting} calls wait for a lock")
    return future
