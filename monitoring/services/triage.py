"""Every change a person makes to a mention. In: mentions and what they become. Out: what changed, for undo.

Called by the mention pages and the API.
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction

from accounts.activity_log import record
from accounts.models import Project, User
from monitoring.models import Mention


class Change(NamedTuple):
    """A mention whose status changed. Setting `before` again undoes it."""

    mention_id: int
    before: str
    after: str


def set_status(project: Project, user: User | None, mention_ids: Iterable[int], status: str) -> list[Change]:
    """Set the status of the project's mentions among these, and of the other mentions of the same documents: a story
    that is answered or ignored under one keyword is so under all. Returns what really changed.
    """
    status = Mention.Status(status)
    with transaction.atomic():
        own = Mention.objects.filter(keyword__project=project)
        documents = own.filter(pk__in=list(mention_ids)).values("document_id")
        # Rows are locked in key order, so that two people who triage the same stories never deadlock.
        rows = own.filter(document_id__in=documents).exclude(status=status).select_related("document").order_by("pk")
        rows = list(rows.only("status", "document__title", "document__url").select_for_update(of=("self",)))
        if not rows:
            return []
        Mention.objects.filter(pk__in=[row.pk for row in rows]).update(status=status)
        changes = [Change(row.pk, row.status, status.value) for row in rows]
        record(
            project,
            user,
            "mention.status",
            told(rows),
            status=status.value,
            before={str(change.mention_id): change.before for change in changes},
        )
    return changes


def told(mentions: Iterable[Mention]) -> str:
    """What an audit line names: the story, or how many."""
    titles = {str(mention.document) for mention in mentions}
    return titles.pop() if len(titles) == 1 else f"{len(titles)} mentions"
