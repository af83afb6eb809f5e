"""Keep items that their platform has deleted out of digests and alerts, stored or about to be.

`write` stores a message that shows items; `remove_from_messages` receives the deletions of
monitoring/ingest/deletions.py. Either the message is stored first and cut, or the deletion first and the message lacks
the item: `write` locks the documents.
"""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from delivery import outbox
from delivery.deletions import remove_items, without_items
from delivery.message import Message
from delivery.models import Delivery
from monitoring.ingest.deletions import lock_and_find_deleted


@transaction.atomic
def write(message: Message) -> Delivery | None:
    """Store a message in the outbox, without items that were deleted since it was rendered."""
    if deleted := lock_and_find_deleted({passage.item for passage in message.passages}):
        message = without_items(message, deleted)
    return outbox.write(message)


def remove_from_messages(project_id: int, document_ids: Collection[int], **signal_fields: Any) -> None:
    """Cut deleted items out of the messages of a project."""
    remove_items(project_id, document_ids)
