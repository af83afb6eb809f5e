"""Send due reports: each gets an edition of its period and a message per recipient in the outbox.

reports/tasks.py calls `write_due(now)` every minute. Windows are half-open and chained as those of digests: each
starts where the last one ended, so a missed week makes the next report longer. The messages and the update of
`sent_until` are one transaction, which starts with a compare-and-set, so two writers, or one that is killed, send
nothing twice and leave nothing out.
"""

import logging
import time
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from accounts.lost_session import drop_lost_session
from alerts.digests.schedule import MONTHLY, WEEKLY, Schedule, due_window, next_slot
from delivery.message import Window
from delivery.outbox import write
from reports.editions import make_edition
from reports.mail import report_message
from reports.models import Edition, Report
from reports.page import page_of_edition
from reports.periods import rolling_window
from reports.recipients import ids_of_received, receiving

log = logging.getLogger(__name__)
RUN_LIMIT_S = 180  # below the task's soft time limit
RETENTION = timedelta(days=400)  # of editions without a link


def schedule_of(report: Report) -> Schedule:
    """Return when a report leaves."""
    frequency = WEEKLY if report.period == Report.Period.WEEK else MONTHLY
    return Schedule(frequency, report.hour, report.weekday, report.zone, report.month_day, number=report.pk)


def next_dates(reports: Collection[Report], now: datetime) -> dict[int, datetime | None]:
    """Return by report when its next email leaves (UTC); None if none is planned, or no one receives it."""
    received = ids_of_received(reports)
    return {report.pk: _next_at(report, now) if report.pk in received else None for report in reports}


def write_due(now: datetime) -> int:
    """Write every due report, for RUN_LIMIT_S at most. Return how many."""
    stop_at, written = time.monotonic() + RUN_LIMIT_S, 0
    scheduled = Report.objects.filter(is_scheduled=True, project__deleted_at=None).select_related("project", "view")
    for report in scheduled.order_by("pk"):
        if time.monotonic() > stop_at:
            break
        try:
            window = _window(report, now)
            written += bool(window and _send(report, window, now))
        except Exception:
            log.exception("event=report id=%s status=failed", report.pk)
            drop_lost_session()
    return written


def delete_old(now: datetime) -> int:
    """Delete editions that no link shows after RETENTION. Return how many."""
    old = Edition.objects.filter(made_at__lt=now - RETENTION, links=None).order_by("pk").values("pk")[:1_000]
    return Edition.objects.filter(pk__in=old).delete()[0]


def _next_at(report: Report, now: datetime) -> datetime | None:
    """Return the next slot after a full week or month that was not sent yet: nothing is sent at the ones before."""
    if not report.is_scheduled or report.sent_until is None:
        return None
    schedule = schedule_of(report)
    slot = next_slot(schedule, now)
    while slot and rolling_window(report.period, slot, report.zone).end <= report.sent_until:
        slot = next_slot(schedule, slot)
    return slot


def _window(report: Report, now: datetime) -> Window | None:
    """Return the period to send now: from the end of the last one to the last full week or month; None if not due."""
    if report.sent_until is None:
        return None
    slot = due_window(schedule_of(report), report.sent_until, now)
    if slot is None:
        return None
    end = rolling_window(report.period, slot.end, report.zone).end
    return Window(report.sent_until, end) if end > report.sent_until else None


def _send(report: Report, window: Window, now: datetime) -> bool:
    with transaction.atomic():
        unchanged = Report.objects.filter(pk=report.pk, sent_until=window.start, is_scheduled=True)
        if not unchanged.update(sent_until=window.end):
            return False
        recipients = list(receiving(report))
        if recipients:
            edition = make_edition(report, window, now)
            page = page_of_edition(edition, report.project)
            for recipient in recipients:
                write(report_message(recipient, edition, page, report.project))
    log.info("event=report id=%s status=written recipients=%s", report.pk, len(recipients))
    return True
