"""Record changes of documents with their history: one entry of the activity log, linked to each changed document.

Called by services/triage.py, services/corrections.py and workplace/, in the transaction of the change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.dispatch import Signal

from accounts.activity_log import record
from accounts.models import ActivityEntry, Project, User
from monitoring.models import AuthorCheck, Document, DocumentActivity

UNDONE = "mention.undone"

# The values that a change replaced, as JSON values by field; by document id.
Before = Mapping[int, Mapping[str, object]]

Value = str | int | bool | None | list[str]  # tags are a sorted list
Expected = Mapping[int, Value]
# A page may not have shown a change whose entry is a little older: it was not committed yet, or clocks differ.
UNSEEN = timedelta(seconds=10)

# Sent in the transaction of a change, with its `project`, `user` and `before`: due times follow (workplace/due.py).
documents_changed = Signal()


@dataclass(frozen=True)
class Conflict:
    """A document that was not changed, since it has another value than the person saw.

    `value` is the present one; `user` and `at` (UTC) say who set it and when, None if nobody has since the upgrade.
    """

    mention_id: int
    document_id: int
    value: Value
    user: User | None
    at: datetime | None


@dataclass(frozen=True)
class Seen:
    """The values of some mentions as a person saw them, and when they read the others (UTC), None if they didn’t."""

    expected: Expected
    user: User | None
    read_at: datetime | None

    def is_missed(self, pk: int, entry: ActivityEntry | None) -> bool:
        """Return whether somebody else has changed a mention without an expected value since it was read."""
        if pk in self.expected or self.read_at is None or entry is None or entry.user == self.user:
            return False
        return entry.at >= self.read_at - UNSEEN


@dataclass(frozen=True)
class Change:
    """The result of a call: the documents that it changed, and the entry that undoes it, None if it changed none."""

    entry_id: int | None = None
    document_ids: tuple[int, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


def log_change(
    project: Project, user: User | None, action: str, before: Before, **detail: object
) -> ActivityEntry | None:
    """Record a change of these documents. Return None if there are none."""
    if not before:
        return None
    entry = record(project, user, action, activity_target(before), **detail)
    link_documents(entry, before)
    AuthorCheck.objects.add_documents(before)
    documents_changed.send(sender=None, project=project, user=user, before=before)
    return entry


def link_documents(entry: ActivityEntry, before: Before) -> None:
    """Make an entry part of the history of these documents."""
    DocumentActivity.objects.bulk_create(
        [DocumentActivity(entry=entry, document_id=pk, before=dict(before[pk])) for pk in sorted(before)],
        ignore_conflicts=True,
    )


def activity_target(document_ids: Iterable[int]) -> str:
    """Return the target of an entry about documents: the title of a single one, or their number."""
    ids = list(document_ids)
    if len(ids) > 1:
        return f"{len(ids)} mentions"
    return str(Document.objects.only("title", "url").get(pk=ids[0]))


def last_changes(document_ids: Iterable[int], action: str) -> dict[int, ActivityEntry]:
    """Return the last entry of an action, or of its undoing, about each of these documents, with its person."""
    is_change = Q(entry__action=action) | Q(entry__action=UNDONE, entry__detail__change=action)
    links = DocumentActivity.objects.filter(is_change, document_id__in=list(document_ids))
    newest = links.select_related("entry__user").order_by("document_id", "-entry_id").distinct("document_id")
    return {link.document_id: link.entry for link in newest}
