"""Erase the content of all items of an author whose data were erased, in the background.

    services/author_erasure.py marks the author; `erase_items` does the rest.

As of items that were deleted on their platform (deletions.py), bare documents and mentions stay, with their counts.
The author's row stays without names: its key, a keyed hash, recognizes the author when an item is read again, and
authors.py then stores the item without content. The next run finds what was stored at the same moment, or gets its
author later (documents of earlier versions): the work is read from the documents, so a run may be killed or repeated
at any point.
"""

import time
from datetime import datetime

from django.db import connection, transaction
from django.dispatch import Signal

from monitoring.ingest.deletions import blank_documents
from monitoring.models import Author, Document

BATCH = 200  # documents: short transactions
BUDGET_S = 3

# Sent in the transaction, with `project_id` and `document_ids`: other packages remove what they have of the items.
items_erased = Signal()
# Sent in the transaction that marks the author, with `project_id` and the `names` that are not to be found any more.
author_erased = Signal()


def erase_items(now: datetime, budget_s: float = BUDGET_S) -> bool:
    """Erase items for about `budget_s` seconds. Return True if the time ran out before the end."""
    deadline = time.monotonic() + budget_s
    authors = Author.objects.filter(erased_at__isnull=False, documents__isnull=False)
    for pk in authors.order_by("pk").values_list("pk", flat=True).distinct():
        while _erase_batch(pk, now):
            if time.monotonic() >= deadline:
                return True
    return False


def _erase_batch(author_id: int, now: datetime) -> bool:
    """Erase the next items of an author. Return whether there may be more."""
    documents = Document.objects.filter(written_by=author_id, deleted_at=None).order_by("published", "pk")
    rows = list(documents.values_list("pk", "project_id")[:BATCH])
    if not rows:
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        ids = [pk for pk, _project_id in rows]
        blank_documents(cursor, ids, "erasure", now)
        items_erased.send(sender=None, project_id=rows[0][1], document_ids=ids)
    return len(rows) == BATCH
