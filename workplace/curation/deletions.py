"""Cut out of collections what may no longer be shown: items that were deleted, also of published issues.

Receives the signal of monitoring/ingest/deletions.py, in the transaction of the deletion.
"""

from collections.abc import Collection as Several
from typing import Any

from django.utils import timezone

from workplace.models import CollectionItem, ItemPicture


def on_items_blanked(document_ids: Several[int], **signal_fields: Any) -> None:
    """Empty the items that show these documents. Their places stay, with a sentence instead of the text."""
    found = CollectionItem.objects.filter(document_id__in=document_ids, removed_at=None).order_by("pk")
    ids = list(found.select_for_update(no_key=True).values_list("pk", flat=True))
    ItemPicture.objects.filter(item__in=ids).delete()
    empty = dict.fromkeys(("url", "title", "source", "excerpt", "comment", "offered_picture", "offered_alt"), "")
    CollectionItem.objects.filter(pk__in=ids).update(**empty, published_on=None, removed_at=timezone.now())
