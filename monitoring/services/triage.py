"""Set the triage status of mentions.

In: a project, mention ids and a status. Out: the changes, from which callers offer undo. Called by the mention pages
and the API.
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction

from accounts.activity_log import record
from accounts.models import Project, User
from monitoring.models import Mention


class MentionChange(NamedTuple):
    """A mention whose status or sentiment changed; setting `before` again undoes the change."""

    mention_id: int
    before: str
    after: str


def set_status(project: Project, user: User | None, mention_ids: Iterable[int], status: str) -> list[MentionChange]:
    """Set the status of the project's mentions among these ids, and of all other mentions of their documents.

    A document that is replied to or ignored under one keyword is so under all. Return only the mentions that changed.
    """
    status = Mention.Status(status)
    with transaction.atomic():
        own = Mention.objects.filter(keyword__project=project)
        documents = own.filter(pk__in=list(mention_ids)).values("document_id")
        # Rows are locked in key order: two people who triage the same documents cannot deadlock.
        others = own.filter(document_id__in=documents).exclude(status=status).select_related("document")
        fields = others.order_by("pk").only("status", "document__title", "document__url")
        rows = list(fields.select_for_update(of=("self",)))
        if not rows:
            return []
        Mention.objects.filter(pk__in=[row.pk for row in rows]).update(status=status, muted_by=None)
        changes = [MentionChange(row.pk, row.status, status.value) for row in rows]
        record(
            project,
            user,
            "mention.status",
            activity_target(rows),
            status=status.value,
            before={str(change.mention_id): change.before for change in changes},
        )
    return changes


def activity_target(mentions: Iterable[Mention]) -> str:
    """Return the target of an activity entry: the document's title, or the number of titles."""
    titles = {str(mention.document) for mention in mentions}
    return titles.pop() if len(titles) == 1 else f"{len(titles)} mentions"
