"""A reader-writer lock per project, advisory in Postgres: shared to store mentions, exclusive to change keywords.

Digests take it exclusively too, before they read their window, as do retention and deletions. A mention gets its
`found_at` in a transaction that shares the lock, and an exclusive holder waits for all such transactions. That closes
two races: a digest misses no mention found before the end of its window, and a new query matches each document either
when it is stored or in the keyword's backfill.

Edits of documents and backfills exclude each other by a second lock, taken after the first: a backfill would store or
delete mentions by a text that is being replaced.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

LOCK_SPACE = 0x5669  # "Vi": separates these keys from other advisory locks
EDITS_SPACE = 0x5665  # "Ve"
STORIES_SPACE = 0x5673  # "Vs"


def lock_project_shared(project_ids: Iterable[int]) -> None:
    """Lock these projects, shared, until the transaction ends. Ids are locked in order, to prevent deadlocks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s, id) FROM unnest(%s::int[]) AS id",
            [LOCK_SPACE, sorted(set(project_ids))],
        )


def lock_edits_shared(project_ids: Iterable[int]) -> None:
    """Let no backfill of these projects run until the transaction ends. The caller edits documents."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s, id) FROM unnest(%s::int[]) AS id",
            [EDITS_SPACE, sorted(set(project_ids))],
        )


def lock_edits_exclusive(project_id: int) -> None:
    """Let no document of the project be edited until the transaction ends. The caller matches stored documents."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [EDITS_SPACE, project_id])


def lock_project_exclusive(project_id: int) -> None:
    """Lock the project, exclusively, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, project_id])


def wait_for_ingest(project_id: int) -> datetime:
    """Wait until every mention found before now is committed. Return that moment by Postgres's clock.

    Closes the race with ingest, which stamps `found_at` by the same clock while it holds the shared lock: mentions
    stamped earlier are committed once this function has the exclusive lock, and later ones get a later stamp.
    """
    with transaction.atomic():
        lock_project_exclusive(project_id)
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0]


def lock_stories(project_id: int) -> None:
    """Let nobody else change the stories of the project until the transaction ends. Taken after the project's lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [STORIES_SPACE, project_id])


def try_lock_stories(project_id: int) -> bool:
    """Take the lock of `lock_stories` if it is free. Return whether it was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [STORIES_SPACE, project_id])
        return bool(cursor.fetchone()[0])
