"""A time limit for searches: what Postgres cannot answer in time is canceled instead of holding a thread.

Called around the reads of the pages and API operations that take a query or a filter.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg2.errors import QueryCanceled

# A search over ten million mentions takes 2 s at most in tests/benchmarks/bench_search.py; a proxy waits 60 s.
LIMIT_S = 10.0


class TooSlow(Exception):
    """The reads take longer than their limit."""


@contextmanager
def time_limit() -> Iterator[None]:
    """Raise TooSlow when a statement of the block takes longer than LIMIT_S, or one begins after it.

    SET LOCAL ends with the transaction, so the limit never reaches another request on the same connection.
    """
    deadline = time.monotonic() + LIMIT_S

    def check(execute: Callable[..., Any], *arguments: Any) -> Any:
        if time.monotonic() > deadline:
            raise TooSlow
        return execute(*arguments)

    try:
        with transaction.atomic(), connection.execute_wrapper(check):
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = %s", [int(LIMIT_S * 1000)])
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow from error
        raise
