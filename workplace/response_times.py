"""Response times: how fast the team replied and how many items it replied to within the target.

In: a MentionFilter. Out: numbers in total, by platform and by person, each from one query over the rows that the
lists show. docs/replies.md defines them. Called by api/response_times.py and the page of response times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    F,
    FloatField,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.aggregates import Aggregate
from django.db.models.functions import Coalesce, ExtractHour, TruncWeek

from accounts.models import User
from monitoring.insights.filters import MentionFilter
from monitoring.models import Mention, Triage


class Median(Aggregate):
    """The median of a column; rows without a value don't count."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True)
class ResponseTimes:
    """Items under a filter by outcome. `median_s` is working time in seconds, null without a reply.

    `within` and `late` were replied to within and after the target, `overdue` are open past it, `waiting` are open and
    not due yet, `declined` have a reason for no reply.
    """

    replied: int
    median_s: float | None
    within: int
    late: int
    overdue: int
    waiting: int
    declined: int

    @property
    def share(self) -> float | None:
        """The share replied to within the target among those that are due: 0 to 1, null if none was."""
        due = self.within + self.late + self.overdue
        return self.within / due if due else None


_NOTHING = ResponseTimes(0, None, 0, 0, 0, 0, 0)


def total(f: MentionFilter, now: datetime) -> ResponseTimes:
    return ResponseTimes(**_rows(f).aggregate(**_numbers(now)))


def total_and_previous(f: MentionFilter, now: datetime) -> tuple[ResponseTimes, ResponseTimes]:
    """Return the numbers of the period and of the previous one, in one query; the filter's clock is `published`."""
    previous = f.previous()
    is_now = Q(document__published__gte=f.since)
    rows = _rows(f.replace(since=previous.since)).filter(is_now | Q(document__published__lt=previous.until))
    found = _grouped(rows, Case(When(is_now, then=True), default=False), now)
    return found.get(True, _NOTHING), found.get(False, _NOTHING)


def by_platform(f: MentionFilter, now: datetime) -> dict[str, ResponseTimes]:
    """Return the numbers by platform, the most items first."""
    return _grouped(_rows(f), F("document__platform"), now)


def by_person(f: MentionFilter, now: datetime) -> dict[User | None, ResponseTimes]:
    """Return the numbers by who replied, else the assignee, else None, the most items first."""
    groups = _grouped(_rows(f), Coalesce("replied_by_id", "assignee_id"), now)
    people = User.objects.in_bulk([key for key in groups if key is not None])
    return {people.get(key): numbers for key, numbers in groups.items()}


def by_week(f: MentionFilter, now: datetime) -> dict[datetime, ResponseTimes]:
    """Return the numbers by the week in which items were published, from its Monday in the filter's zone."""
    found = _grouped(_rows(f), TruncWeek("document__published", tzinfo=f.zone), now)
    return dict(sorted(found.items()))


def by_hour(f: MentionFilter, now: datetime) -> dict[int, ResponseTimes]:
    """Return the numbers by the hour of the day (0 to 23) in which items were published, in the filter's zone."""
    found = _grouped(_rows(f), ExtractHour("document__published", tzinfo=f.zone), now)
    return dict(sorted(found.items()))


def by_window(f: MentionFilter, starts: Sequence[datetime], now: datetime) -> list[ResponseTimes]:
    """Return the numbers of consecutive windows that begin at `starts`, by when items were published."""
    edges = Value(list(starts), output_field=ArrayField(DateTimeField()))
    number = Func(F("document__published"), edges, function="width_bucket", output_field=IntegerField())
    found = _grouped(_rows(f), number, now)
    return [found.get(place, _NOTHING) for place in range(1, len(starts) + 1)]


def reasons(f: MentionFilter) -> dict[str, int]:
    """Return the number of items that were deliberately not replied to, by reason, the most frequent first."""
    rows = _rows(f).filter(first_replied_at=None).exclude(reason="")
    counted = rows.values("reason").annotate(items=Count("pk")).order_by("-items", "reason")
    return {row["reason"]: row["items"] for row in counted}


def _grouped(rows: QuerySet[Triage], key: F | Func | Case, now: datetime) -> dict[Any, ResponseTimes]:
    counted = rows.values(key=key).annotate(**_numbers(now), items=Count("pk")).order_by("-items", "key")
    return {row.pop("key"): ResponseTimes(**{k: v for k, v in row.items() if k != "items"}) for row in counted}


def _rows(f: MentionFilter) -> QuerySet[Triage]:
    """Return the items under the filter that were replied to, are open with a due time, or have a reason for none.

    Without a selection of statuses ignored items belong to it, since most of those with a reason are.
    """
    wide = f if f.statuses else f.replace(statuses=tuple(Mention.Status.values))
    handled = Q(first_replied_at__isnull=False) | Q(due_at__isnull=False) | ~Q(reason="")
    return Triage.objects.filter(handled, project_id=f.project_id, pk__in=wide.mentions().values("document_id"))


def _numbers(now: datetime) -> dict[str, Aggregate]:
    replied = Q(first_replied_at__isnull=False)
    is_open = Q(first_replied_at=None, due_at__isnull=False)
    return {
        "replied": Count("pk", filter=replied),
        "median_s": Median("response_s"),
        "within": Count("pk", filter=replied & Q(due_at__gte=F("first_replied_at"))),
        "late": Count("pk", filter=replied & Q(due_at__lt=F("first_replied_at"))),
        "overdue": Count("pk", filter=is_open & Q(due_at__lt=now)),
        "waiting": Count("pk", filter=is_open & Q(due_at__gte=now)),
        "declined": Count("pk", filter=~replied & ~Q(reason="")),
    }
