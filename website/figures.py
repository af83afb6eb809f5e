"""Read website figures: days, their totals, and the largest values of a breakdown; and a daily series per metric.

In: a website or a project, and days in the website's time zone. Out: frozen numbers. A day that was not read is None,
never 0. Called by the website page, the API and exports. To compare a metric with a target, `metrics()` has the names
and `daily(project_id, metric, since, until)` the series.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from website.models import Website, WebsiteBreakdown, WebsiteDay
from website.readers.base import ConvertedUnit, Dimension
from website.readers.registry import READERS

TOP = 10
SETTLING_DAYS = 2  # the last days of a read, which the provider may still correct


@dataclass(frozen=True, slots=True)
class Metric:
    """A daily figure. `is_rate`: in percent, so days are averaged by their sizes, not added."""

    label: str | Promise
    is_rate: bool = False


_METRICS: dict[str, Metric] = {
    "sessions": Metric(_("Sessions")),
    "users": Metric(_("Users per day")),
    "new_users": Metric(_("New users")),
    "social_sessions": Metric(_("Visits from social sites")),
    "key_events": Metric(_("Key events")),
    "conversion_rate": Metric(_("Conversion rate"), is_rate=True),
}


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of some days. `users` is a mean per day: providers count a person again on each day.

    `conversion_rate` is in percent, None without sessions; `new_users` is None where the provider gives none.
    """

    days: int
    sessions: int
    users: float
    new_users: int | None
    social_sessions: int
    key_events: int
    conversion_rate: float | None
    is_thresholded: bool


@dataclass(frozen=True, slots=True)
class TopRow:
    """A value with its sessions, or its number of events; `share` is in percent of all."""

    value: str
    detail: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Top:
    """The largest values of a breakdown; `rest` is what all others have together."""

    rows: tuple[TopRow, ...]
    total: int
    rest: int


def metrics() -> Mapping[str, Metric]:
    """Return the metrics by name."""
    return _METRICS


def daily(project_id: int, metric: str, since: date, until: date) -> list[tuple[date, float | None]]:
    """Return a metric for each day from `since` to `until`, of all websites of a project together.

    None for a day that no website has, and for a rate of nothing. Raises KeyError for a metric that is none.
    """
    _METRICS[metric]
    rows = WebsiteDay.objects.filter(
        website__project=project_id, day__range=(since, until), website__provider__in=READERS
    )
    by_day: dict[date, list[WebsiteDay]] = {}
    for row in rows.select_related("website"):
        by_day.setdefault(row.day, []).append(row)
    days = [since + timedelta(days=number) for number in range((until - since).days + 1)]
    return [(day, _value(metric, by_day.get(day, ()))) for day in days]


def is_whole(project_id: int, metric: str, since: date, until: date) -> bool:
    """Return whether each website of a project has each day from `since` to `until`, and some of them the metric."""
    read = Count("days", filter=Q(days__day__range=(since, until)))
    websites = Website.objects.filter(project=project_id, provider__in=READERS).annotate(read=read)
    counts = set(websites.values_list("read", flat=True))
    is_read = counts == {(until - since).days + 1}
    return is_read and all(value is not None for _day, value in daily(project_id, metric, since, until))


def conversion_rates(project_id: int, windows: Sequence[tuple[date, date]]) -> list[float | None]:
    """Return the conversion rate in percent of each window, by its first and last day, of all websites together."""
    found = WebsiteDay.objects.filter(
        website__project=project_id, day__range=(windows[0][0], windows[-1][1]), website__provider__in=READERS
    )
    rows = [(row.website.provider, row) for row in found.select_related("website")]
    return [_rate([one for one in rows if first <= one[1].day <= last]) for first, last in windows]


def days_of(website: Website, first: date, last: date) -> list[WebsiteDay]:
    """Return the days that were read, from older to newer."""
    return list(website.days.filter(day__range=(first, last)).order_by("day"))


def totals(website: Website, days: Sequence[WebsiteDay]) -> Totals:
    """Return the totals of some days of a website."""
    new = [day.new_users for day in days if day.new_users is not None]
    return Totals(
        days=len(days),
        sessions=sum(day.sessions for day in days),
        users=sum(day.users for day in days) / max(len(days), 1),
        new_users=sum(new) if new else None,
        social_sessions=sum(day.social_sessions for day in days),
        key_events=sum(day.key_events for day in days),
        conversion_rate=_rate([(website.provider, day) for day in days]),
        is_thresholded=any(day.is_thresholded for day in days),
    )


def top(website: Website, dimension: Dimension, first: date, last: date, limit: int = TOP) -> Top:
    """Return the largest values of a breakdown between two days."""
    rows = WebsiteBreakdown.objects.filter(website=website, dimension=dimension, day__range=(first, last))
    counted = rows.values("value", "detail").annotate(sum=Sum("count")).order_by("-sum", "value", "detail")
    named = [(row["value"], row["detail"], row["sum"]) for row in counted.exclude(value="")[:limit]]
    total = rows.aggregate(sum=Sum("count"))["sum"] or 0
    shown = tuple(TopRow(value, detail, count, 100 * count / total) for value, detail, count in named)
    return Top(shown, total, total - sum(row.count for row in shown))


def _value(metric: str, days: Sequence[WebsiteDay]) -> float | None:
    if metric == "conversion_rate":
        return _rate([(day.website.provider, day) for day in days])
    values = [getattr(day, metric) for day in days]
    known = [value for value in values if value is not None]
    return float(sum(known)) if known else None


def _rate(days: Sequence[tuple[str, WebsiteDay]]) -> float | None:
    """Return the share of sessions, or of users, with a key event in percent, None without any."""
    by_users = {name for name, reader in READERS.items() if reader.converted_unit is ConvertedUnit.USERS}
    base = sum(day.users if provider in by_users else day.sessions for provider, day in days)
    return 100 * sum(day.converted for _provider, day in days) / base if base else None
