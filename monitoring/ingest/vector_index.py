"""Create what a search by meaning needs in Postgres: the extension, and an index once a project has many vectors.

Called by a task every few minutes, which has nothing to do nearly always. The index is built without blocking writers.
A session that dies while it builds leaves an invalid index, which the next run replaces. An advisory lock, which the
session has until its build ends even if its worker was killed, keeps a second run from starting one.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import InterfaceError, connection

from monitoring.insights.nearest import EXACT_VECTORS, INDEX
from monitoring.insights.pgvector import Support, support
from monitoring.models.vectors import DIMENSIONS

log = logging.getLogger(__name__)

LOCK = (0x5678, 1)  # "Vx": separates this key from other advisory locks
# A build is several times faster while the whole graph fits in memory: about 1.2 kB per vector.
VECTOR_BYTES = 1_300
MIN_MEMORY, MAX_MEMORY = 64 << 20, 2 << 30

_MAY_CREATE = """
SELECT (NOT v.superuser OR v.trusted OR r.rolsuper)
    AND (r.rolsuper OR has_database_privilege(current_database(), 'CREATE'))
FROM pg_available_extensions e JOIN pg_available_extension_versions v ON v.name = e.name
    AND v.version = e.default_version, pg_roles r
WHERE e.name = 'vector' AND r.rolname = current_user
"""
# Reads the index of projects alone: 0.1 s for a million vectors.
_LARGEST = """
SELECT max(vectors), sum(vectors) FROM (
    SELECT count(*) AS vectors FROM monitoring_documentvector GROUP BY project_id
) AS projects
"""
_IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"
# Parallel workers would share the memory, for which containers have little space.
_SETTINGS = (
    "SELECT set_config('maintenance_work_mem', %s, false), set_config('max_parallel_maintenance_workers', '0', false),"
    " set_config('statement_timeout', '0', false)"
)
_RESET = "RESET maintenance_work_mem; RESET max_parallel_maintenance_workers; RESET statement_timeout"
_CREATE = (
    f"CREATE INDEX CONCURRENTLY {INDEX} ON monitoring_documentvector"
    f" USING hnsw ((vector::halfvec({DIMENSIONS})) halfvec_cosine_ops)"
)


def prepare_search() -> bool:
    """Create the extension and the index if they are needed and possible. Return whether an index was built."""
    if not _has_extension():
        return False
    with connection.cursor() as cursor:
        cursor.execute(_LARGEST)
        largest, total = cursor.fetchone()
    if (largest or 0) <= EXACT_VECTORS or _is_valid():
        return False
    with _lock() as is_locked:
        if not is_locked or _is_valid():
            return False
        _build(int(total))
    return True


def _has_extension() -> bool:
    """Return whether the extension is usable, and create it if the role may."""
    state = support()
    if state is Support.NOT_CREATED:
        with connection.cursor() as cursor:
            cursor.execute(_MAY_CREATE)
            if cursor.fetchone() == (True,):
                cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
                state = support()
                log.info("event=vector_extension_created")
    return state is Support.READY


def _is_valid() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_IS_VALID, [INDEX])
        return cursor.fetchone() == (True,)


def _build(total: int) -> None:
    started = time.monotonic()
    memory = min(max(total * VECTOR_BYTES, MIN_MEMORY), MAX_MEMORY)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}")  # left by a killed run
        cursor.execute(_SETTINGS, [f"{memory >> 10}kB"])
        try:
            cursor.execute(_CREATE)
        finally:
            with suppress(InterfaceError):  # of a session that was ended
                cursor.execute(_RESET)
    log.info("event=vector_index_built vectors=%s s=%d", total, time.monotonic() - started)


@contextmanager
def _lock() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", LOCK)
        is_locked = bool(cursor.fetchone()[0])
        try:
            yield is_locked
        finally:
            if is_locked:
                with suppress(InterfaceError):
                    cursor.execute("SELECT pg_advisory_unlock(%s, %s)", LOCK)
