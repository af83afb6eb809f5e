"""The single changes of triage, as values that can be stored: what they set, how they are applied and undone.

In: the ids of documents of one project. Out: the values that were replaced, by document; documents that already have
the values are left out. Called within a transaction by services/triage.py and by bulk changes, which store an
operation as JSON between their batches.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import ClassVar

from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import ActivityEntry
from monitoring.models import DocumentActivity, Mention, MentionTag, Triage
from monitoring.services.triage_log import Before, Value

# The columns of `Triage` that people set.
COLUMNS = ("assignee_id", "is_founded", "is_relevant", "reason", "reason_note", "snoozed_until")

# By hand, since only the statement itself knows which tags another transaction has not inserted meanwhile.
INSERT_TAGS = """
INSERT INTO monitoring_mentiontag (project_id, document_id, tag)
SELECT %s, pair.* FROM unnest(%s::bigint[], %s::text[]) AS pair ORDER BY 2, 3
ON CONFLICT DO NOTHING RETURNING document_id, tag
"""


@dataclass(frozen=True)
class Operation:
    """One change. Its fields are JSON values; they are also the detail of its entry in the activity log.

    `field` is the one whose present value a caller can expect.
    """

    action: ClassVar[str]
    field: ClassVar[str]

    @property
    def detail(self) -> dict[str, object]:
        """Return the values that it sets, for the activity log."""
        return {name: value for name, value in asdict(self).items() if value != ""}

    def is_done(self, present: Value) -> bool:
        """Return whether a document with this value of `field` is already as the operation makes it."""
        return present == self.detail.get(self.field, "")

    def apply(self, project_id: int, document_ids: Collection[int]) -> Before:
        raise NotImplementedError


@dataclass(frozen=True)
class SetStatus(Operation):
    """Set the status of all mentions. "ignored" may have a reason for no reply; every other status removes it."""

    action: ClassVar[str] = "mention.status"
    field: ClassVar[str] = "status"
    status: str
    reason: str = ""
    reason_note: str = ""

    def is_done(self, present: Value) -> bool:
        """Return False with a reason: another person's reason would be overwritten."""
        return not self.reason and super().is_done(present)

    def apply(self, project_id: int, document_ids: Collection[int]) -> Before:
        # Rows are locked in key order: two people who triage the same documents cannot deadlock.
        mentions = Mention.objects.filter(document_id__in=document_ids).exclude(status=self.status)
        rows = list(mentions.order_by("pk").only("status", "document_id").select_for_update())
        Mention.objects.filter(pk__in=[row.pk for row in rows]).update(status=self.status, muted_by=None)
        before: dict[int, dict[str, object]] = {}
        for row in rows:
            statuses = before.setdefault(row.document_id, {"status": {}})["status"]
            statuses[str(row.pk)] = row.status  # type: ignore[index]  # a dict, see above
        for document_id, values in self._set_reason(project_id, document_ids, before).items():
            before.setdefault(document_id, {}).update(values)
        return before

    def _set_reason(self, project_id: int, document_ids: Collection[int], changed: Collection[int]) -> Before:
        if self.reason:
            values: dict[str, Value] = {"reason": self.reason, "reason_note": self.reason_note}
            return set_columns(project_id, document_ids, values)
        if self.status == Mention.Status.IGNORED:
            return {}
        return set_columns(project_id, changed, {"reason": "", "reason_note": ""})


@dataclass(frozen=True)
class Assign(Operation):
    action: ClassVar[str] = "mention.assigned"
    field: ClassVar[str] = "assignee_id"
    assignee_id: int | None

    def apply(self, project_id: int, document_ids: Collection[int]) -> Before:
        return set_columns(project_id, document_ids, {"assignee_id": self.assignee_id})


@dataclass(frozen=True)
class SetFounded(Operation):
    action: ClassVar[str] = "mention.founded"
    field: ClassVar[str] = "is_founded"
    is_founded: bool | None

    def apply(self, project_id: int, document_ids: Collection[int]) -> Before:
        return set_columns(project_id, document_ids, {"is_founded": self.is_founded})


@dataclass(frozen=True)
class SetRelevant(Operation):
    """Say that documents are no noise, so they aren't suggested as such; None withdraws that."""

    action: ClassVar[str] = "mention.relevant"
    field: ClassVar[str] = "is_relevant"
    is_relevant: bool | None

    def apply(self, project_id: int, document_ids: Collection[int]) -> Before:
        return set_columns(project_id, document_ids, {"is_relevant": self.is_relevant})


@dataclass(frozen=True)
class SetReason(Operation):
    action: ClassVar[str] = "mention.reason"
    field: ClassVar[str] = "reason"
    reason: str
    reason_note: str = ""

    def apply(self, project_id: int, document_ids: Collection[int]) -> Before:
        return set_columns(project_id, document_ids, asdict(self))


@dataclass(frozen=True)
class Snooze(Operation):
    """Leave documents out of the open queue until an ISO 8601 time; None ends that."""

    action: ClassVar[str] = "mention.snoozed"
    field: ClassVar[str] = "snoozed_until"
    snoozed_until: str | None

    def apply(self, project_id: int, document_ids: Collection[int]) -> Before:
        return set_columns(project_id, document_ids, asdict(self))


@dataclass(frozen=True)
class AddTags(Operation):
    action: ClassVar[str] = "mention.tagged"
    field: ClassVar[str] = "tags"
    added: list[str]

    def is_done(self, present: Value) -> bool:
        return isinstance(present, list) and set(self.added) <= set(present)

    def apply(self, project_id: int, document_ids: Collection[int]) -> Before:
        return _insert_tags(project_id, dict.fromkeys(document_ids, self.added))


@dataclass(frozen=True)
class RemoveTags(Operation):
    action: ClassVar[str] = "mention.tagged"
    field: ClassVar[str] = "tags"
    removed: list[str]

    def is_done(self, present: Value) -> bool:
        return isinstance(present, list) and not set(self.removed) & set(present)

    def apply(self, project_id: int, document_ids: Collection[int]) -> Before:
        return _delete_tags(document_ids, self.removed)


OPERATIONS: dict[str, type[Operation]] = {
    one.__name__: one for one in (SetStatus, Assign, SetFounded, SetRelevant, SetReason, Snooze, AddTags, RemoveTags)
}


def undo_entry(entry: ActivityEntry, links: Collection[DocumentActivity]) -> Before:
    """Restore the values before an entry for these documents, except those that were changed again since."""
    undone: dict[int, dict[str, object]] = {}
    parts = [_undo_status(entry, links), _undo_columns(entry, links), *_undo_tags(entry.project_id, links)]
    for part in parts:
        for document_id, values in part.items():
            undone.setdefault(document_id, {}).update(values)
    return undone


def set_columns(project_id: int, document_ids: Collection[int], values: dict[str, Value]) -> Before:
    """Set columns of the triage of documents; rows are made where a value differs from that of no row."""
    empty = Triage()
    parsed = {column: _parsed(column, value) for column, value in values.items()}
    if any(parsed[column] != getattr(empty, column) for column in parsed):
        known = set(Triage.objects.filter(document_id__in=document_ids).values_list("document_id", flat=True))
        new = [Triage(document_id=pk, project_id=project_id) for pk in sorted(set(document_ids) - known)]
        Triage.objects.bulk_create(new, ignore_conflicts=True)
    before = {}
    for row in locked_triage(document_ids):
        if any(getattr(row, column) != value for column, value in parsed.items()):
            before[row.pk] = {column: stored_value(row, column) for column in parsed}
    Triage.objects.filter(pk__in=list(before)).update(**parsed, updated_at=timezone.now())
    return before


def _undo_columns(entry: ActivityEntry, links: Collection[DocumentActivity]) -> Before:
    wanted = {
        link.document_id: {column: value for column, value in link.before.items() if column in COLUMNS}
        for link in links
    }
    undone: dict[int, dict[str, object]] = {}
    changed = []
    for row in locked_triage([pk for pk, columns in wanted.items() if columns]):
        for column, value in wanted[row.pk].items():
            now = stored_value(row, column)
            if now == entry.detail.get(column, "" if column.startswith("reason") else None) and now != value:
                undone.setdefault(row.pk, {})[column] = now
                setattr(row, column, _parsed(column, value))
        if row.pk in undone:
            row.updated_at = timezone.now()
            changed.append(row)
    Triage.objects.bulk_update(changed, [*COLUMNS, "updated_at"])
    return undone


def _undo_status(entry: ActivityEntry, links: Collection[DocumentActivity]) -> Before:
    wanted = {int(pk): status for link in links for pk, status in link.before.get("status", {}).items()}
    rows = Mention.objects.filter(pk__in=list(wanted), status=entry.detail.get("status", "")).order_by("pk")
    undone: dict[int, dict[str, object]] = {}
    changed = list(rows.only("status", "document_id").select_for_update())
    for row in changed:
        statuses = undone.setdefault(row.document_id, {"status": {}})["status"]
        statuses[str(row.pk)] = row.status  # type: ignore[index]  # a dict, see above
        row.status, row.muted_by = wanted[row.pk], None
    Mention.objects.bulk_update(changed, ["status", "muted_by"])
    return undone


def _undo_tags(project_id: int, links: Collection[DocumentActivity]) -> tuple[Before, Before]:
    added = {link.document_id: link.before["added"] for link in links if link.before.get("added")}
    removed = {link.document_id: link.before["removed"] for link in links if link.before.get("removed")}
    gone: dict[int, dict[str, object]] = {}
    by_tags: dict[tuple[str, ...], list[int]] = {}
    for document_id, tags in added.items():
        by_tags.setdefault(tuple(tags), []).append(document_id)
    for tags, document_ids in by_tags.items():  # one or few, since an entry adds the same tags to all
        gone.update({pk: dict(values) for pk, values in _delete_tags(document_ids, tags).items()})
    return gone, _insert_tags(project_id, removed)


def _insert_tags(project_id: int, tags: Mapping[int, list[str]]) -> Before:
    """Insert tags by document, in key order. Return those that a document didn't have, as what undoing deletes."""
    pairs = sorted((document_id, tag) for document_id, some in tags.items() for tag in some)
    with connection.cursor() as cursor:
        cursor.execute(INSERT_TAGS, [project_id, [pk for pk, _tag in pairs], [tag for _pk, tag in pairs]])
        inserted = sorted(cursor.fetchall())
    before: dict[int, dict[str, list[str]]] = {}
    for document_id, tag in inserted:
        before.setdefault(document_id, {"added": []})["added"].append(tag)
    return before


def _delete_tags(document_ids: Collection[int], tags: Collection[str]) -> Before:
    found = MentionTag.objects.filter(document_id__in=document_ids, tag__in=tags)
    rows = list(found.order_by("document_id", "tag").select_for_update())
    MentionTag.objects.filter(pk__in=[row.pk for row in rows]).delete()
    before: dict[int, dict[str, list[str]]] = {}
    for row in rows:
        before.setdefault(row.document_id, {"removed": []})["removed"].append(row.tag)
    return before


def locked_triage(document_ids: Collection[int]) -> list[Triage]:
    """Return the existing rows, locked in key order."""
    return list(Triage.objects.filter(pk__in=document_ids).order_by("pk").select_for_update())


def _parsed(column: str, value: Value) -> object:
    """Return a stored JSON value as that of a column."""
    return parse_datetime(value) if column == "snoozed_until" and isinstance(value, str) else value


def stored_value(row: Triage, column: str) -> Value:
    """Return a column as a JSON value."""
    value = getattr(row, column)
    return value.isoformat() if isinstance(value, datetime) else value
