"""Publish a draft at a time that a person chose, and email it if they asked for that; until then it can be edited.

`plan` and `cancel_plan` are what people do; `publish_due`, called by workplace/tasks.py, publishes and asks for the
emails in one transaction, so a worker that is killed has done both or nothing. The emails are written by
workplace/curation/newsletter.py. Raises ValidationError by field.
"""

import logging
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import manager_of
from accounts.activity_log import record
from accounts.lost_session import drop_lost_session
from accounts.models import User
from workplace.calendar.wall_clock import WallClock
from workplace.curation.issues import check_complete, locked_draft, name_of, publish
from workplace.curation.newsletter import request_sending
from workplace.curation.plan_problems import NO_READERS, RIGHTS, write_problem
from workplace.models import CollectionIssue

log = logging.getLogger(__name__)
MAX_AHEAD = timedelta(days=366)


def plan(issue: CollectionIssue, user: User, clock: WallClock, now: datetime, *, sends: bool) -> CollectionIssue:
    """Plan a complete draft for a wall clock, which a change to daylight saving time until then leaves alone."""
    if not _is_ahead(clock, now):
        text = _("Choose a time from now on, within a year.")
        raise ValidationError({"day": ValidationError(text, code="invalid")})
    with transaction.atomic():
        draft = locked_draft(issue)
        check_complete(draft)
        if sends and draft.send_requested_at:
            raise ValidationError({"sends": ValidationError(_("This issue was already sent."), code="sent")})
        draft.publish_at, draft.sends, draft.planned_by, draft.plan_problem = clock.instant, sends, user, ""
        _store(draft)
        detail = {"issue": draft.pk, "at": clock.instant.isoformat(), "sends": sends}
        record(draft.collection.project, user, "issue.planned", name_of(draft), **detail)
    return draft


def _is_ahead(clock: WallClock, now: datetime) -> bool:
    """Return whether a clock can be planned. The first and last days of the calendar have no instant in some zones."""
    is_near = abs(clock.day - now.date()) <= MAX_AHEAD + timedelta(days=1)
    return is_near and now < clock.instant <= now + MAX_AHEAD


def cancel_plan(issue: CollectionIssue, user: User) -> CollectionIssue:
    """Leave a draft to people again. Safe to repeat. Raises ValidationError if it was published meanwhile."""
    with transaction.atomic():
        draft = locked_draft(issue)
        if draft.publish_at or draft.plan_problem:
            draft.publish_at, draft.plan_problem = None, ""
            _store(draft)
            record(draft.collection.project, user, "issue.plan_canceled", name_of(draft), issue=draft.pk)
    return draft


def publish_due(now: datetime) -> int:
    """Publish the drafts whose time has come. Return how many were published."""
    due = CollectionIssue.objects.filter(publish_at__lte=now, collection__project__deleted_at=None)
    done = 0
    for pk in due.order_by("publish_at", "pk").values_list("pk", flat=True):
        try:
            done += _publish(pk, now)
        except Exception:  # one issue's failure never stops the others
            log.exception("event=issue id=%s status=crashed", pk)
            drop_lost_session()
    return done


def _publish(pk: int, now: datetime) -> bool:
    """Publish a draft, unless another worker has it or a person canceled meanwhile."""
    with transaction.atomic():
        rows = CollectionIssue.objects.select_related("collection__project").select_for_update(
            of=("self",), skip_locked=True
        )
        draft = rows.filter(pk=pk, publish_at__lte=now).first()
        if draft is None:
            return False
        planned_at, problem = draft.publish_at or now, _missing(draft)
        if problem:
            draft.publish_at, draft.plan_problem = None, problem
            _store(draft)
            record(draft.collection.project, None, "issue.not_published", name_of(draft), issue=pk)
            write_problem(draft, problem, planned_at)
            return False
        issue = publish(draft, None, now)
        if draft.sends:
            _send(issue, planned_at, now)
    log.info("event=issue id=%s status=published", pk)
    return True


def _missing(draft: CollectionIssue) -> str:
    """Return why a planned draft can't be published now, a key of PROBLEMS; "" if it can."""
    if draft.planned_by_id is None or not manager_of(draft.collection.project_id, draft.planned_by_id):
        return RIGHTS
    try:
        check_complete(draft)
    except ValidationError as error:
        return next(iter(error.error_dict))
    return ""


def _send(issue: CollectionIssue, planned_at: datetime, now: datetime) -> None:
    try:
        request_sending(issue, None, now)
    except ValidationError as error:  # nobody reads the newsletter any more, or it was sent before
        code = error.error_dict["issue"][0].code
        log.info("event=newsletter issue=%s status=not_sent code=%s", issue.pk, code)
        if code == NO_READERS:
            write_problem(issue, NO_READERS, planned_at)


def _store(draft: CollectionIssue) -> None:
    draft.save(update_fields=["publish_at", "sends", "planned_by", "plan_problem"])
