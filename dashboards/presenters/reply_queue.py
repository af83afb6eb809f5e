"""The five most urgent rows of what needs a reply: a Queue in, rows out.

Called by dashboards/views/overview.py; templates/overview/_queue.html shows them.
"""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from dashboards.presenters.mention_rows import ShownMention, shown_mention
from dashboards.presenters.work import due_words
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import rows_of_documents
from monitoring.insights.urgency import NEEDS_REPLY, Queue

SHOWN = 5
TONES = ("neg", "unk", "neu", "pos")  # by Waiting.negativity


@dataclass(frozen=True)
class QueueRow:
    """`due` is when an answer is due, in words, `due_tone` how urgent that is: "late", "soon" or ""."""

    shown: ShownMention
    tone: str
    assignee: User | None
    due: str
    due_tone: str


def queue_rows(f: MentionFilter, queue: Queue, now: datetime) -> list[QueueRow]:
    """Return the first rows of the queue; `f` is the filter that it was read with."""
    first = queue.waiting[:SHOWN]
    if not first:
        return []
    rows = rows_of_documents(f.replace(statuses=(NEEDS_REPLY,)), [one.document_id for one in first])
    shown = {row.document.pk: shown_mention(row) for row in rows}
    people = User.objects.in_bulk([one.assignee_id for one in first if one.assignee_id])
    return [
        QueueRow(
            shown[one.document_id], TONES[one.negativity], people.get(one.assignee_id), *due_words(one.due_at, now)
        )
        for one in first
        if one.document_id in shown
    ]
