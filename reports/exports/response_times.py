"""The response times of a project for exports: a row for the total and for each week, platform and person.

In: a MentionFilter and the time now. Out: columns, and one batch of rows. Called by registry.py.
"""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from monitoring.insights.filters import MentionFilter
from monitoring.messages.labels import platform_name
from reports.exports.table import Column, Row
from workplace import response_times as times
from workplace.response_times import ResponseTimes


def columns() -> tuple[Column, ...]:
    """Return the columns, with labels in the active language."""
    groups = {"total": _("Total"), "week": _("Week"), "platform": _("Platform"), "person": _("Person")}
    return (
        Column("group", _("Group"), lambda value: groups[value]),
        Column("name", _("Name"), width=24),
        Column("median_s", _("Time to first response (minutes)"), lambda value: value and round(value / 60)),
        Column("share", _("Share in time (%)"), lambda value: None if value is None else round(100 * value)),
        Column("replied", _("Replied")),
        Column("within", _("In time")),
        Column("late", _("Late")),
        Column("overdue", _("Overdue")),
        Column("waiting", _("Not due yet")),
        Column("declined", _("Deliberately no reply")),
    )


def batches(f: MentionFilter, now: datetime) -> Iterator[list[Row]]:
    """Yield all rows, with names in the active language."""
    rows = [_row("total", "", times.total(f, now))]
    rows += [
        _row("week", start.astimezone(f.zone).date().isoformat(), one) for start, one in times.by_week(f, now).items()
    ]
    rows += [_row("platform", platform_name(name), one) for name, one in times.by_platform(f, now).items()]
    rows += [
        _row("person", person.name if person else _("Nobody yet"), one)
        for person, one in times.by_person(f, now).items()
    ]
    yield rows


def _row(group: str, name: str, one: ResponseTimes) -> Row:
    return (
        group,
        name,
        one.median_s,
        one.share,
        one.replied,
        one.within,
        one.late,
        one.overdue,
        one.waiting,
        one.declined,
    )
