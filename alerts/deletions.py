"""Keep items that their platform has deleted out of digests and alerts, stored or about to be.

`write_all` stores messages that show items; `remove_from_messages` receives the deletions of
monitoring/ingest/deletions.py. Either the message is stored first and cut, or the deletion first and the message lacks
the item: `write_all` locks the documents.
"""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction

from delivery import outbox
from delivery.deletions import remove_items, without_items
from delivery.message import Message
from delivery.models import Delivery
from monitoring.ingest.deletions import lock_and_find_deleted


def write(message: Message) -> Delivery | None:
    """Store a message in the outbox: see `write_all`."""
    return write_all([message])[0]


@transaction.atomic
def write_all(messages: Sequence[Message]) -> list[Delivery | None]:
    """Store messages in the outbox, without items that were deleted since they were rendered."""
    if deleted := lock_and_find_deleted({passage.item for one in messages for passage in one.passages}):
        messages = [without_items(one, deleted) for one in messages]
    return outbox.write_all(messages)


def remove_from_messages(project_id: int, document_ids: Collection[int], **signal_fields: Any) -> None:
    """Cut deleted items out of the messages of a project."""
    remove_items(project_id, document_ids)
