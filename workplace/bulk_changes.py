"""Make one change to all items that a filter finds, in the background, and undo it.

In: a project, a person, a filter and an operation of monitoring/services/triage_operations.py. Out: a BulkChange,
whose row has the progress. Called by the inbox, the API and tasks.py.

Each batch is one transaction that changes the items, logs one entry and stores the progress: a worker that is killed
at any instruction leaves nothing half done, and the next one continues. The row of the change is locked meanwhile, so
two workers never make the same batch. Each batch reads the filter again: what no
longer matches after a change of somebody else is left alone.
"""

import logging
from dataclasses import asdict
from datetime import UTC

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.lost_session import drop_lost_session
from accounts.models import Membership, Project, User
from monitoring.ingest.batches import take_turns
from monitoring.insights.filters import MentionFilter
from monitoring.insights.meaning import error_in
from monitoring.insights.mentions import keys_after
from monitoring.models import Mention
from monitoring.services import triage
from monitoring.services.triage_operations import OPERATIONS, Assign, Operation
from workplace.assignment import write_bulk_email
from workplace.models import BulkChange

log = logging.getLogger(__name__)

BATCH = 500  # items per transaction
BUDGET_S = 3  # the longest delay for other tasks of the same worker
State = BulkChange.State


def fixed_filter(f: MentionFilter) -> MentionFilter:
    """Return the filter of a bulk change: each item, between the bounds that the period has now."""
    return f.replace(since=f.since, until=f.until, stories="", order="")


def start(project: Project, user: User, f: MentionFilter, operation: Operation) -> BulkChange:
    """Start a change of all items under a filter, and make the first batch. Raises ValidationError for a filter with
    problems: what cannot be read would be left out, and the change would reach more than the person saw.
    """
    if f.problems or (f.q and error_in(f.q)):
        raise ValidationError({"filter": ValidationError(_("This filter can’t be used."), code="invalid")})
    f = fixed_filter(f)
    newest = Mention.objects.aggregate(newest=Max("pk"))["newest"]
    change = BulkChange.objects.create(
        project=project,
        user=user,
        query=f.replace(zone=UTC).to_query(),
        last_mention_id=newest or 0,
        operation=type(operation).__name__,
        values=asdict(operation),
        total=f.document_count,
    )
    _continue(change)
    return change


def undo(change: BulkChange, user: User) -> bool:
    """Start to undo a change, also one in progress. Return False if somebody has done so already.

    Compare-and-set: of two people who undo at the same time, one does. It waits for the batch that is being made.
    """
    with transaction.atomic():
        rows = BulkChange.objects.filter(pk=change.pk, state__in=[State.RUNNING, State.DONE, State.STOPPED])
        if not rows.update(state=State.UNDOING, undone_by=user, finished_at=None):
            return False
    _continue(change)
    return True


def _continue(change: BulkChange) -> None:
    """Make the next batch, and leave the following ones to a worker."""
    from monitoring.tasks import send
    from workplace.tasks import continue_bulk_changes

    if next_batch(change.pk):
        transaction.on_commit(lambda: send(continue_bulk_changes))
    change.refresh_from_db()


def continue_all(budget_s: float = BUDGET_S) -> bool:
    """Continue all unfinished changes for about `budget_s` seconds. Return True if the time ran out before."""
    unfinished = BulkChange.objects.filter(state__in=BulkChange.UNFINISHED, project__deleted_at=None).order_by("pk")

    def next_or_none(pk: int) -> bool:
        try:
            return next_batch(pk)
        except Exception:  # one change's failure never stops the others
            log.exception("event=bulk_change id=%s status=failed", pk)
            drop_lost_session()
            return False

    return take_turns(lambda: unfinished.values_list("pk", flat=True), next_or_none, budget_s)


def next_batch(pk: int) -> bool:
    """Make the next batch of a change, or undo it. Return whether there are more; False if another worker has it."""
    with transaction.atomic():
        rows = BulkChange.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        change = rows.select_related("project", "user", "undone_by").filter(pk=pk).first()
        if change is None or change.state not in BulkChange.UNFINISHED:
            return False
        return _apply_next(change) if change.state == State.RUNNING else _undo_next(change)


def _apply_next(change: BulkChange) -> bool:
    f, operation = filter_of(change), operation_of(change)
    if f.problems or not _is_possible(change, operation):
        return _finish(change, State.STOPPED)
    keys, cursor = keys_after(f, change.cursor, BATCH)
    ids = [pk for key in keys for pk in key.mention_ids if pk <= change.last_mention_id]
    made = triage.change(change.project, change.user, ids, operation)
    change.seen += len(keys)
    change.changed += len(made.document_ids)
    change.cursor = cursor or change.cursor
    if made.entry_id:
        change.entry_ids.append(made.entry_id)
    if cursor:
        change.save()
        return True
    if isinstance(operation, Assign) and operation.assignee_id and change.changed:
        write_bulk_email(change.project, change.user, operation.assignee_id, change.pk, change.changed, f.since)
    return _finish(change, State.DONE)


def _undo_next(change: BulkChange) -> bool:
    remaining = change.entry_ids[: len(change.entry_ids) - change.undone_entries]
    if not remaining:
        return _finish(change, State.UNDONE)
    undone = triage.undo(change.project, change.undone_by, remaining[-1])
    change.undone_entries += 1
    change.restored += len(undone.document_ids)
    change.save()
    return True


def _finish(change: BulkChange, state: str) -> bool:
    change.state, change.finished_at = state, timezone.now()
    change.save()
    return False


def _is_possible(change: BulkChange, operation: Operation) -> bool:
    """Return whether the assignee is still an active member."""
    if not isinstance(operation, Assign) or operation.assignee_id is None:
        return True
    members = Membership.objects.filter(project=change.project, user__is_active=True)
    return members.filter(user=operation.assignee_id).exists()


def filter_of(change: BulkChange) -> MentionFilter:
    """Return the filter as it was when the change started."""
    zone = change.user.zone if change.user else timezone.get_default_timezone()
    params = QueryDict(change.query)
    f = MentionFilter.from_query(change.project, params, timezone.now(), UTC, person_id=change.user_id)
    return f.replace(zone=zone)


def operation_of(change: BulkChange) -> Operation:
    """Return the operation of a change."""
    return OPERATIONS[change.operation](**change.values)
