"""Remove what teamwork has of people whose data were erased: drafts and notes about their items, and views
that name them.

Called by the signals of monitoring/ingest/erasure.py, in the transaction of the erasure.
"""

from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.utils import timezone

from workplace.models import Draft, Note, SavedView


def on_items_erased(document_ids: Collection[int], **signal_fields: Any) -> None:
    """Empty drafts and internal notes about these items, which may quote them; open drafts are discarded."""
    drafts = Draft.objects.filter(document_id__in=document_ids)
    drafts.filter(state__in=Draft.OPEN).update(state=Draft.State.DISCARDED, updated_at=timezone.now())
    drafts.update(text="", comment="")
    Note.objects.filter(document_id__in=document_ids).update(text="", mentioned=[])


def on_author_erased(project_id: int, names: Collection[str], **signal_fields: Any) -> None:
    """Remove the filter by these names from saved views."""
    for view in SavedView.objects.filter(project=project_id, query__contains="author="):
        pairs = parse_qsl(view.query, keep_blank_values=True)
        kept = [(name, value) for name, value in pairs if name != "author" or value not in names]
        if kept != pairs:
            view.query = urlencode(kept)
            view.save(update_fields=["query"])
