"""Change the triage of mentions: status, assignee, tags, founded, relevant, reason for no reply, snooze. And undo it.

In: a project, ids of its mentions (others are skipped) and a value. Out: a `Change`, whose `entry_id` undoes it. A
document is handled once: each change applies to the documents of the mentions, under all keywords. Called by the
mention pages, the API and workplace/, which emails people about assignments.

`expected` has the values that the person saw, by mention id; `read_at` is when they read the others. A document
that somebody else has changed meanwhile is left as it is and returned as a conflict, unless it already has the
wanted value.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from django.db import transaction

from accounts.models import ActivityEntry, Membership, Project, User
from monitoring.content.scrub import scrub
from monitoring.models import DocumentActivity, Mention, MentionTag, Triage
from monitoring.models.triage import MAX_REASON_NOTE
from monitoring.services.triage_log import UNDONE, Change, Conflict, Expected, Seen, Value, last_changes, log_change
from monitoring.services.triage_operations import (
    OPERATIONS,
    AddTags,
    Assign,
    Operation,
    RemoveTags,
    SetStatus,
    locked_triage,
    stored_value,
    undo_entry,
)

UNDOABLE = {operation.action for operation in OPERATIONS.values()}


def set_status(
    project: Project,
    user: User | None,
    mention_ids: Iterable[int],
    status: str,
    *,
    expected: Expected | None = None,
    reason: str = "",
    reason_note: str = "",
) -> Change:
    """Set the status of all mentions of these documents. A `reason` for no reply can be given with "ignored"."""
    status = Mention.Status(status).value
    if reason and status != Mention.Status.IGNORED:
        raise ValueError("only an ignored mention has a reason here")
    return change(project, user, mention_ids, SetStatus(status, *checked_reason(reason, reason_note)), expected)


def set_assignee(
    project: Project,
    user: User | None,
    mention_ids: Iterable[int],
    assignee: User | None,
    *,
    expected: Expected | None = None,
    read_at: datetime | None = None,
) -> Change:
    """Assign to an active member, or to nobody. Pages and the API call workplace/assignment.py, which also emails."""
    if assignee and not Membership.objects.filter(project=project, user=assignee, user__is_active=True).exists():
        raise ValueError("not an active member of the project")
    operation = Assign(assignee.pk if assignee else None)
    return change(project, user, mention_ids, operation, expected, read_at)


def change(
    project: Project,
    user: User | None,
    mention_ids: Iterable[int],
    operation: Operation,
    expected: Expected | None = None,
    read_at: datetime | None = None,
) -> Change:
    """Apply an operation to the documents of these mentions, and log it.

    With `read_at` (UTC), mentions without an expected value are not changed if somebody else has changed them since.
    """
    with transaction.atomic():
        own = Mention.objects.filter(keyword__project=project, pk__in=list(mention_ids))
        documents = dict(own.values_list("pk", "document_id"))
        seen = Seen(expected or {}, user, read_at)
        # Two people add and remove each their own tags: without expected ones, they can't conflict.
        is_checked = expected or (read_at and not isinstance(operation, AddTags | RemoveTags))
        conflicts = _conflicts(project, documents, operation, seen) if is_checked else ()
        unchanged = {conflict.document_id for conflict in conflicts}
        before = operation.apply(project.pk, set(documents.values()) - unchanged)
        entry = log_change(project, user, operation.action, before, **operation.detail)
    return Change(entry.pk if entry else None, tuple(sorted(before)), conflicts)


def undo(project: Project, user: User | None, entry_id: int) -> Change:
    """Restore the values before a change, except those that were changed again since. Undoing twice changes nothing.

    Raises ActivityEntry.DoesNotExist for an entry of another project, or one that is no change of this file.
    """
    with transaction.atomic():
        entry = ActivityEntry.objects.get(pk=entry_id, project=project, action__in=UNDOABLE)
        before = undo_entry(entry, list(DocumentActivity.objects.filter(entry=entry)))
        undone = log_change(project, user, UNDONE, before, undone=entry.pk, change=entry.action)
    return Change(undone.pk if undone else None, tuple(sorted(before)))


def _conflicts(
    project: Project, documents: Mapping[int, int], operation: Operation, seen: Seen
) -> tuple[Conflict, ...]:
    """Lock the documents' rows. Return the mentions whose value is neither what the person saw nor the wanted one."""
    present = _locked_values(project, documents, operation.field)
    differing = [
        pk
        for pk in documents
        if not operation.is_done(present[pk]) and (pk not in seen.expected or present[pk] != seen.expected[pk])
    ]
    entries = last_changes([documents[pk] for pk in differing], operation.action) if differing else {}
    conflicts = []
    for pk in differing:
        entry = entries.get(documents[pk])
        if pk in seen.expected or seen.is_missed(pk, entry):
            conflicts.append(
                Conflict(pk, documents[pk], present[pk], entry.user if entry else None, entry.at if entry else None)
            )
    return tuple(conflicts)


def _locked_values(project: Project, documents: Mapping[int, int], field: str) -> dict[int, Value]:
    """Lock the rows with a value, and return it by mention. The lock of a document's row is that of its tags, too."""
    ids = sorted(set(documents.values()))
    if field == "status":
        mentions = Mention.objects.filter(document_id__in=ids).order_by("pk").select_for_update()
        statuses = dict(mentions.values_list("pk", "status"))
        return {pk: statuses.get(pk) for pk in documents}
    # Rows are made first: two people may both change what nobody has touched.
    Triage.objects.bulk_create([Triage(document_id=pk, project=project) for pk in ids], ignore_conflicts=True)
    rows = locked_triage(ids)
    by_document = _tags(ids) if field == "tags" else {row.pk: stored_value(row, field) for row in rows}
    return {pk: by_document.get(document_id) for pk, document_id in documents.items()}


def _tags(document_ids: Iterable[int]) -> dict[int, Value]:
    tags: dict[int, list[str]] = {pk: [] for pk in document_ids}
    rows = MentionTag.objects.filter(document_id__in=tags)
    for document_id, tag in rows.values_list("document_id", "tag"):
        tags[document_id].append(tag)
    return {pk: sorted(some) for pk, some in tags.items()}


def checked_reason(reason: str, note: str) -> tuple[str, str]:
    """Return a reason and its note as they are stored. A note without a reason is not."""
    reason = Triage.Reason(reason).value if reason else ""
    return reason, " ".join(scrub(note).split())[:MAX_REASON_NOTE] if reason else ""


def utc_text(value: datetime | None) -> str | None:
    """Return an aware time as an operation stores it."""
    return value.astimezone(UTC).isoformat() if value else None
