"""Keep items that their platform has deleted out of digests and alerts, stored or about to be.

`write` stores a message that shows items; `remove_from_messages` receives the deletions of
monitoring/ingest/deletions.py. Either the message is stored first and cut, or the deletion first and the message lacks
the item: `write` locks the documents.
"""

from collections.abc import Collection
from typing import Any

from django.db import connection, transaction

from delivery import outbox
from delivery.deletions import remove_items, without_items
from delivery.message import Message
from delivery.models import Delivery

# Other readers may lock them, too; a deletion waits for the end of the transaction.
_LOCK_DOCUMENTS = "SELECT id, deleted_at FROM monitoring_document WHERE id = ANY(%s) ORDER BY id FOR SHARE"


@transaction.atomic
def write(message: Message) -> Delivery | None:
    """Store a message in the outbox, without items that were deleted since it was rendered."""
    shown = sorted({passage.item for passage in message.passages})
    if shown:
        with connection.cursor() as cursor:
            cursor.execute(_LOCK_DOCUMENTS, [shown])
            existing = {document_id for document_id, deleted_at in cursor.fetchall() if deleted_at is None}
        if deleted := set(shown) - existing:
            message = without_items(message, deleted)
    return outbox.write(message)


def remove_from_messages(project_id: int, document_ids: Collection[int], **signal_fields: Any) -> None:
    """Cut deleted items out of the messages of a project."""
    remove_items(project_id, document_ids)
