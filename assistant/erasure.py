"""Remove what the assistant wrote about items whose content was deleted or erased.

Called by the signals of monitoring/ingest/deletions.py and erasure.py, in their transaction. A summary loses the
sentences that rest on a deleted item. If the item was erased on request of its author, nothing remains of any answer
for which its text was sent: another sentence might repeat it.
"""

from collections.abc import Collection
from typing import Any

from assistant.messages import ITEM_GONE
from assistant.models import AssistantRequest

Kind, State = AssistantRequest.Kind, AssistantRequest.State


def on_items_blanked(project_id: int, document_ids: Collection[int], **signal_fields: Any) -> None:
    """Cut summaries, and empty draft replies."""
    gone = set(document_ids)
    for request in _sent(project_id, document_ids).filter(kind=Kind.SUMMARY):
        sentences = request.result.get("sentences", [])
        request.result["sentences"] = [one for one in sentences if not gone & set(one["documents"])]
        request.save(update_fields=["result"])
    _empty(_sent(project_id, document_ids).filter(kind=Kind.REPLY))


def on_items_erased(project_id: int, document_ids: Collection[int], **signal_fields: Any) -> None:
    """Empty every answer for which the text of an item was sent."""
    _empty(_sent(project_id, document_ids))


def _sent(project_id: int, document_ids: Collection[int]) -> Any:
    """Lock and return the answers for which these items were sent, in key order."""
    rows = AssistantRequest.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    return rows.filter(project=project_id, state=State.DONE, document_ids__overlap=list(document_ids))


def _empty(rows: Any) -> None:
    ids = [request.pk for request in rows]
    AssistantRequest.objects.filter(pk__in=ids).update(state=State.FAILED, result={}, error=ITEM_GONE)
