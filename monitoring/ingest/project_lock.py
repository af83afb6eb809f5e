"""The lock that orders discoveries: between storing mentions, changing keywords, and reading a digest's window.

A mention is stamped `found_at` inside a transaction that holds the project's lock as a sharer. Whoever takes it alone
waits for every such transaction that has begun, and later ones wait for them. So a digest that read its window after
taking it has seen all that was found before its end, and a keyword that was saved under it is matched by every
document stored after, while its backfill sees every document stored before.
"""

from collections.abc import Iterable

from django.db import connection

LOCK_SPACE = 0x5669  # "Vi": keeps these keys apart from other advisory locks


def lock_project_shared(project_ids: Iterable[int]) -> None:
    """Join the project locks as a sharer until the transaction ends. Keys are taken in order: no deadlock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s, id) FROM unnest(%s::int[]) AS id",
            [LOCK_SPACE, sorted(set(project_ids))],
        )


def lock_project_exclusive(project_id: int) -> None:
    """Take the project's lock alone until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, project_id])
