"""Save what a check of stored items found, in one transaction: counts, edits, deletions, and when they are due again.

Called by polling/rechecks.py after each request. A run that has lost its lease writes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from monitoring.ingest.deletions import blank_documents
from monitoring.ingest.find import find_changes
from monitoring.ingest.records import Batch, Changes, Recount
from monitoring.ingest.statements import columns_of
from monitoring.ingest.store import store_changes
from monitoring.models import Source
from monitoring.platforms.rechecks import Rechecked, RecheckPolicy
from monitoring.platforms.registry import item_platform
from monitoring.records import ClaimedSource

# If most items of a request are suddenly deleted, a check after this has to say so again.
CONFIRMED_AFTER = timedelta(hours=1)

_SET_DUE = """
UPDATE monitoring_recheck r SET due_at = new.due_at, read_at = coalesce(new.read_at, r.read_at),
    missing_since = new.missing_since
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
    AS new (id, due_at, read_at, missing_since)
WHERE r.document_id = new.id
"""


@dataclass(frozen=True, slots=True)
class DueItem:
    """An item to look up. `missing_since` (UTC) is set if an earlier check said that it is deleted."""

    document_id: int
    recheck_id: str
    published: datetime
    missing_since: datetime | None


def save_checked(
    source: ClaimedSource, owner: UUID, policy: RecheckPolicy, items: list[DueItem], found: Rechecked
) -> None:
    """Save the result of one request."""
    now = timezone.now()
    changes = _changes(source, policy, items, found)
    deleted = confirmed(items, found, now)
    with transaction.atomic(), connection.cursor() as cursor:
        # A poll that took over an expired lease, or a deletion of the source, is not disturbed.
        if not Source.objects.select_for_update(no_key=True).filter(pk=source.id, claimed_by=owner).exists():
            return
        store_changes(changes)
        cursor.execute(_SET_DUE, columns_of([_next(item, policy, found, now) for item in items]))
        blank_documents(cursor, deleted, "platform", now)


def confirmed(items: list[DueItem], found: Rechecked, now: datetime) -> list[int]:
    """Return the documents that are certainly deleted: by the platform's word, twice if it is about most items."""
    is_doubtful = 2 * len(found.deleted) > len(items)
    return [
        item.document_id
        for item in items
        if item.recheck_id in found.deleted
        and (not is_doubtful or (item.missing_since is not None and item.missing_since <= now - CONFIRMED_AFTER / 2))
    ]


def _changes(source: ClaimedSource, policy: RecheckPolicy, items: list[DueItem], found: Rechecked) -> Changes:
    """Return what the entries change: texts and counts, or counts alone."""
    if not found.has_texts:
        documents = {item.recheck_id: item.document_id for item in items}
        rows = [Recount(source.id, documents[one], entry) for one, entry in found.entries.items() if one in documents]
        return Changes(recounts=rows)
    entries = tuple(found.entries.values())
    return find_changes(
        [Batch(source.id, source.project_id, entries, item_platform(source.platform), source.language, recheck=policy)]
    )


def _next(
    item: DueItem, policy: RecheckPolicy, found: Rechecked, now: datetime
) -> tuple[int, datetime | None, datetime | None, datetime | None]:
    """Return the new columns of an item: when it is due, when it was read, and since when it is missing."""
    if item.recheck_id in found.deleted:
        return item.document_id, now + CONFIRMED_AFTER, None, item.missing_since or now
    due_at = policy.next_check(item.published, True, now)
    return item.document_id, due_at, now if item.recheck_id in found.entries else None, None
