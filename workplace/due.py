"""When items are due and how fast the team replied: computed from their status and the project's response target.

`update_due` derives due_at, first_replied_at, replied_by and response_s of `Triage` from the present status of each
item, so repeating it changes nothing. It receives the status changes of monitoring/services/ in their transaction; a
changed target goes through `recompute`, called by the settings page and, every minute, by tasks.py.
"""

import logging
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import BoolOr
from django.db import connection, transaction
from django.db.models import Min, Q
from django.utils import timezone

from accounts.lost_session import drop_lost_session
from accounts.models import Project, User
from monitoring.models import Mention, Triage
from monitoring.services.triage_log import Before
from workplace.models import ResponseTarget
from workplace.working_hours import add_working_time, working_time_between

log = logging.getLogger(__name__)

BATCH = 1000  # items per transaction
FIELDS = ["due_at", "first_replied_at", "replied_by_id", "response_s"]
# By hand: 40 ms for 1,000 items, where bulk_update takes 1,600 ms.
UPDATE = """
UPDATE monitoring_triage t SET due_at = new.due_at, first_replied_at = new.first_replied_at,
  replied_by_id = new.replied_by_id, response_s = new.response_s
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::int[])
  AS new (id, due_at, first_replied_at, replied_by_id, response_s)
WHERE t.document_id = new.id
"""


def on_change(sender: None, project: Project, user: User | None, before: Before, **fields: Any) -> None:
    """Receive a change of documents, with the replaced values of each."""
    changed = [document_id for document_id, values in before.items() if "status" in values]
    if changed:
        update_due(project.pk, changed, user, timezone.now())


@transaction.atomic
def update_due(project_id: int, document_ids: Iterable[int], user: User | None, now: datetime) -> None:
    """Set the times of these items. `user` is who replied to those that have just become "replied".

    Rows are locked before statuses are read, and the target after both: a concurrent change of status is either seen
    here or waits and computes after it, and the same holds for a change of the target.
    """
    ResponseTarget.objects.bulk_create([ResponseTarget(project_id=project_id)], ignore_conflicts=True)
    ids = sorted(set(document_ids))
    new = set(ids) - set(Triage.objects.filter(pk__in=ids).values_list("pk", flat=True))
    Triage.objects.bulk_create([Triage(pk=pk, project_id=project_id) for pk in sorted(new)], ignore_conflicts=True)
    rows = list(Triage.objects.filter(pk__in=ids, project_id=project_id).order_by("pk").select_for_update())
    facts = _facts([row.pk for row in rows])
    target = _shared_target(project_id)
    changed = []
    for row in rows:
        before = _times(row)
        _set_times(row, facts.get(row.pk), target, user, now)
        if before != _times(row):
            changed.append((row.pk, *_times(row)))
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(UPDATE, [list(column) for column in zip(*changed, strict=True)])


def _times(row: Triage) -> list[object]:
    return [getattr(row, name) for name in FIELDS]


def _set_times(
    row: Triage, facts: dict[str, Any] | None, target: ResponseTarget, user: User | None, now: datetime
) -> None:
    status = _status(facts)
    if facts is None or status not in (Mention.Status.NEEDS_REPLY, Mention.Status.REPLIED):
        row.due_at = row.first_replied_at = row.replied_by_id = row.response_s = None
        return
    start = max(facts["found"], facts["published"])
    if row.first_replied_at is None or status == Mention.Status.NEEDS_REPLY:
        duration = target.duration
        row.due_at = add_working_time(target.working_hours, start, duration) if duration else None
    if status == Mention.Status.NEEDS_REPLY:
        row.first_replied_at = row.replied_by_id = row.response_s = None
    elif row.first_replied_at is None:
        row.first_replied_at, row.replied_by_id = now, user.pk if user else None
        row.response_s = int(working_time_between(target.working_hours, start, now).total_seconds())


def recompute(target: ResponseTarget, budget_s: float) -> bool:
    """Recompute the open items of a project whose target has changed. Return False if time ran out.

    `changed_at` says that this is to be done. It is cleared by compare-and-set, so a change meanwhile is not lost, and
    a killed run begins again.
    """
    deadline = time.monotonic() + budget_s
    is_open = Mention.objects.filter(keyword__project=target.project_id, status=Mention.Status.NEEDS_REPLY)
    ids = sorted(set(is_open.values_list("document_id", flat=True)))
    for start in range(0, len(ids), BATCH):
        if time.monotonic() > deadline:
            return False
        update_due(target.project_id, ids[start : start + BATCH], None, timezone.now())
    ResponseTarget.objects.filter(pk=target.pk, changed_at=target.changed_at).update(changed_at=None)
    return True


def recompute_changed(budget_s: float) -> None:
    """Recompute the projects whose target has changed, for about `budget_s` seconds each."""
    for target in ResponseTarget.objects.exclude(changed_at=None).order_by("changed_at"):
        try:
            recompute(target, budget_s)
        except Exception:  # one project's failure never stops the others
            log.exception("event=due_times project=%s status=failed", target.project_id)
            drop_lost_session()


def _facts(document_ids: list[int]) -> dict[int, dict[str, Any]]:
    """Return by document when it was found and published, and whether any mention of it has each decisive status."""
    rows = Mention.objects.filter(document_id__in=document_ids).values("document_id")
    found = rows.annotate(
        found=Min("found_at"),
        published=Min("document__published"),
        needs_reply=BoolOr(Q(status=Mention.Status.NEEDS_REPLY)),
        replied=BoolOr(Q(status=Mention.Status.REPLIED)),
    )
    return {row["document_id"]: row for row in found}


def _status(facts: dict[str, Any] | None) -> str:
    """Return "needs_reply" if any mention of the item has that status, else "replied" if any has, else ""."""
    for status in (Mention.Status.NEEDS_REPLY, Mention.Status.REPLIED):
        if facts and facts[status.value]:
            return status.value
    return ""


def _shared_target(project_id: int) -> ResponseTarget:
    """Return the target, which cannot change until the transaction ends. Several transactions can share it."""
    rows = ResponseTarget.objects.raw(
        "SELECT * FROM workplace_responsetarget WHERE project_id = %s FOR SHARE", [project_id]
    )
    return rows[0]
