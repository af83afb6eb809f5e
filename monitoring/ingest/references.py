"""The rows that refer to documents, for statements that delete documents. A new table with a foreign key is found.

Called by ingest/retention.py and provisioning/deletion.py.
"""

from functools import cache

from django.apps import apps
from django.db.models import CASCADE, ForeignKey

from monitoring.models import Document, Mention


@cache
def deletes_of_references(documents: str) -> str:
    """Return the WITH queries that delete all rows of documents, their mentions aside.

    `documents` is the name of the WITH query that selects their ids.
    """
    tables = [
        model._meta.db_table
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, ForeignKey)
        and field.related_model is Document
        and field.remote_field.on_delete is CASCADE
        if model is not Mention
    ]
    return ", ".join(
        f"{table}_rows AS (DELETE FROM {table} WHERE document_id IN (SELECT id FROM {documents}))" for table in tables
    )
