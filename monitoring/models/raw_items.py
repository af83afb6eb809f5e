"""The items of platforms as received, for debugging."""

from django.db import models

from monitoring.models.documents import Document


class RawItem(models.Model):
    """An item as its platform returned it, JSON of at most 20,000 characters. Feeds have no rows here.

    Written by ingest/raw_items.py with the document and its edits. ingest/retention.py deletes it 7 days after
    `stored_at` (UTC), and ingest/deletions.py when the item is deleted on its platform.
    """

    document = models.OneToOneField(Document, on_delete=models.CASCADE, primary_key=True, related_name="raw_item")
    body = models.TextField()
    stored_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.document_id} stored {self.stored_at}"
