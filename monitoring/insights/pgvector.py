"""Whether this Postgres can compare vectors: the extension pgvector, of a version that can search under a filter.

Called by what searches by meaning, and by ingest/vector_index.py, which creates the extension where the role may.
"""

from enum import Enum

from django.db import connection

# 0.8 continues the scan of an index until enough rows fit the filter.
OLDEST = (0, 8)

_STATE = """
SELECT (SELECT extversion FROM pg_extension WHERE extname = 'vector'),
    EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector')
"""


class Support(Enum):
    """READY; or NOT_CREATED in this database, TOO_OLD, or NOT_INSTALLED on the server."""

    READY = "ready"
    NOT_CREATED = "not_created"
    TOO_OLD = "too_old"
    NOT_INSTALLED = "not_installed"


def support() -> Support:
    """Return whether vectors can be compared, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        version, is_available = cursor.fetchone()
    if version is None:
        return Support.NOT_CREATED if is_available else Support.NOT_INSTALLED
    return Support.READY if _parts(version) >= OLDEST else Support.TOO_OLD


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
