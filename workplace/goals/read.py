"""Compute where a goal is, and store it: pages, reports, rules and the API read the stored state.

In: a goal and the time. Out: its `reading`. Called after a change of the goal, and every hour by workplace/tasks.py.
Each run replaces what the last one stored, so it may end anywhere. Days are read again until they can't change any
more, and a goal until SETTLED after its end.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Min, Q
from django.http import QueryDict

from accounts.lost_session import drop_lost_session
from monitoring.insights.filters import MentionFilter
from monitoring.insights.periods import start_of_day
from monitoring.models import Source
from workplace.goals.forecast import WEEK, Forecast
from workplace.goals.metrics.base import Metric
from workplace.goals.metrics.registry import METRICS
from workplace.goals.pace import BEHIND, OUT_OF_REACH, UNKNOWN, Pace, Plan, pace_of_level, pace_of_sum
from workplace.models import Goal, GoalFigure

log = logging.getLogger(__name__)

LEVEL_DAYS = 4 * WEEK  # a level is that of the last four weeks: each weekday counts the same
SETTLED = timedelta(days=4)
READ_EVERY = timedelta(minutes=55)


@dataclass(frozen=True)
class Read:
    """A computed reading: the pace, and points of the chart as (day, value), each at the end of its day."""

    pace: Pace
    points: tuple[tuple[date, float | None], ...] = ()
    problem: str = ""


def read_due(now: datetime, limit_s: float) -> int:
    """Read the goals whose reading is an hour old, the oldest first. Return how many."""
    done, stop_at = 0, time.monotonic() + limit_s
    open_goals = Q(ends_on__gte=(now - SETTLED).date()) | Q(read_at=None) | Q(read_at__lt=F("ends_on") + SETTLED)
    due = Goal.objects.filter(open_goals, Q(read_at=None) | Q(read_at__lt=now - READ_EVERY), project__deleted_at=None)
    for pk in due.order_by(F("read_at").asc(nulls_first=True), "pk").values_list("pk", flat=True):
        if time.monotonic() > stop_at:
            break
        done += _read_one(pk, now)
    return done


def _read_one(pk: int, now: datetime) -> bool:
    goal = Goal.objects.select_related("project").filter(pk=pk).first()
    if goal is None:
        return False
    try:
        store_reading(goal, now)
    except Exception:  # one goal's failure never stops the others
        log.exception("event=goal id=%s status=failed", pk)
        drop_lost_session()
        Goal.objects.filter(pk=pk).update(read_at=now)
        return False
    return True


def store_reading(goal: Goal, now: datetime) -> None:
    """Compute and store the reading of a goal."""
    found = read_goal(goal, now)
    goal.reading, goal.status, goal.read_at = _json(found), found.pace.status, now
    goal.save(update_fields=["reading", "status", "read_at"])


def read_goal(goal: Goal, now: datetime) -> Read:
    """Return where a goal is at the end of the last whole day of its time zone."""
    plan, metric = plan_of(goal), METRICS[goal.metric].of(goal)
    through = min(now.astimezone(goal.zone).date() - timedelta(days=1), goal.ends_on)
    if goal.metric == "manual":
        return _read_entered(goal, plan, through, now.astimezone(goal.zone).date())
    f = filter_of(goal, now)
    if f.problems or (metric.needs_keyword and not f.keywords):
        return Read(Pace(through, UNKNOWN, None, plan.expected(through)), problem="filter")
    if metric.is_sum:
        return _read_sum(goal, plan, metric, f, through, now)
    return _read_level(goal, plan, metric, f, through, now)


def count_behind(project_ids: Iterable[int], now: datetime) -> Counter[int]:
    """Return by project how many goals are behind their pace or out of reach, and not over in their time zones."""
    last = (now - timedelta(days=1)).date()  # the earliest date anywhere
    goals = Goal.objects.filter(project__in=project_ids, status__in=(BEHIND, OUT_OF_REACH), ends_on__gte=last)
    found = goals.only("project", "ends_on", "time_zone")
    return Counter(goal.project_id for goal in found if goal.ends_on >= now.astimezone(goal.zone).date())


def read_baseline(goal: Goal, now: datetime) -> float | None:
    """Return the value before the start: of the four weeks before, or for a sum of as many days as the goal has.

    None if it is unknown, also because Vigie did not collect yet, or has not read all days of a website.
    """
    metric = METRICS[goal.metric].of(goal)
    days = plan_of(goal).days if metric.is_sum else LEVEL_DAYS
    first = goal.starts_on - timedelta(days=days)
    last = min(goal.starts_on, now.astimezone(goal.zone).date()) - timedelta(days=1)
    f = filter_of(goal, now)
    is_future = metric.is_sum and goal.starts_on > now.astimezone(goal.zone).date()
    if goal.metric == "manual" or f.problems or is_future or not _is_known(goal, metric, first):
        return None
    first = last - timedelta(days=days - 1)
    period = f.replace(since=start_of_day(first, goal.zone), until=_end_of_day(last, goal))
    return metric.whole(period, now)


def plan_of(goal: Goal) -> Plan:
    metric = METRICS[goal.metric]
    is_sum = goal.is_sum if goal.metric == "manual" else metric.is_sum
    return Plan(goal.starts_on, goal.ends_on, goal.target, goal.baseline, is_sum, goal.is_lower_better)


def filter_of(goal: Goal, now: datetime) -> MentionFilter:
    """Return the filter of what a goal measures, over its days that are over."""
    params = QueryDict(goal.query)
    f = MentionFilter.from_query(goal.project, params, now, goal.zone)
    since = start_of_day(goal.starts_on, goal.zone)
    until = max(min(_end_of_day(goal.ends_on, goal), start_of_day(now.astimezone(goal.zone).date(), goal.zone)), since)
    keywords = (goal.keyword_id,) if goal.keyword_id else f.keywords
    return f.replace(since=since, until=until, by="published", order="", keywords=keywords)


def _read_sum(goal: Goal, plan: Plan, metric: Metric, f: MentionFilter, through: date, now: datetime) -> Read:
    """Read the days of a sum, and the four weeks before its start, for the forecast."""
    first = goal.starts_on - timedelta(days=LEVEL_DAYS)
    before = LEVEL_DAYS if _is_known(goal, metric, first) else 0
    days = [goal.starts_on - timedelta(days=before - number) for number in range(before + plan.elapsed(through))]
    if not days or through < goal.starts_on:
        return Read(pace_of_sum(plan, through, ()))
    starts = [start_of_day(day, goal.zone) for day in days]
    figures = metric.figures(f.replace(since=starts[0], until=_end_of_day(days[-1], goal)), starts, now)
    pace = pace_of_sum(plan, through, figures[before:], figures[:before])
    return Read(pace, tuple(_growing(days[before:], figures[before:])))


def _read_level(goal: Goal, plan: Plan, metric: Metric, f: MentionFilter, through: date, now: datetime) -> Read:
    """Read the weeks that end on `through`, back to the start and at least as many as a forecast needs."""
    if through < goal.starts_on:
        return Read(pace_of_level(plan, through, None, ()))
    count = max(plan.weeks(through), LEVEL_DAYS // WEEK)
    ends = [through - timedelta(days=WEEK * number) for number in reversed(range(count))]
    starts = [start_of_day(end - timedelta(days=WEEK - 1), goal.zone) for end in ends]
    until = _end_of_day(through, goal)
    weeks = metric.figures(f.replace(since=starts[0], until=until), starts, now)
    last = f.replace(since=start_of_day(through - timedelta(days=LEVEL_DAYS - 1), goal.zone), until=until)
    value = metric.figures(last, [last.since], now)[0]
    pace = _within(pace_of_level(plan, through, value, weeks), metric)
    return Read(pace, tuple(zip(ends, weeks, strict=True)))


def _within(pace: Pace, metric: Metric) -> Pace:
    """Return a pace whose forecast has no impossible values, such as 110%."""
    if pace.forecast is None:
        return pace
    low, high = metric.limits

    def limited(value: float) -> float:
        value = value if low is None else max(value, low)
        return value if high is None else min(value, high)

    forecast = Forecast(*(limited(value) for value in (pace.forecast.middle, pace.forecast.low, pace.forecast.high)))
    return replace(pace, forecast=forecast)


def _read_entered(goal: Goal, plan: Plan, through: date, today: date) -> Read:
    """Read the figures that people entered. Those of a sum add up; a level is the last one of each week."""
    rows = list(goal.figures.filter(day__gte=goal.starts_on, day__lte=goal.ends_on).order_by("day"))
    if plan.is_sum:
        found = {row.day: row.value for row in rows}
        days = [goal.starts_on + timedelta(days=number) for number in range(plan.elapsed(through))]
        figures = [found.get(day, 0.0) for day in days]
        pace = pace_of_sum(plan, through, figures)
        return Read(pace, tuple(_growing(days, figures)))
    value = next((row.value for row in reversed(rows) if row.day <= today), None)
    pace = pace_of_level(plan, through, value, _last_of_weeks(rows, plan, through))
    return Read(pace, tuple((row.day, row.value) for row in rows))


def _last_of_weeks(rows: Iterable[GoalFigure], plan: Plan, through: date) -> list[float | None]:
    """Return the last figure of each week since the start, the weeks that end on `through`; None without one."""
    last = {(through - row.day).days // WEEK: row.value for row in rows}
    return [last.get(number) for number in reversed(range(plan.weeks(through)))]


def _growing(days: list[date], figures: list[float | None] | list[float]) -> list[tuple[date, float | None]]:
    total = 0.0
    points: list[tuple[date, float | None]] = []
    for day, figure in zip(days, figures, strict=True):
        total += figure or 0
        points.append((day, total))
    return points


def _is_known(goal: Goal, metric: Metric, day: date) -> bool:
    """Return whether a figure of a day means something: without a source, Vigie didn't collect, and 0 is unknown."""
    if metric.knows_gaps:
        return True
    first = Source.objects.filter(project=goal.project_id).aggregate(first=Min("created_at"))["first"]
    return first is not None and first <= start_of_day(day, goal.zone)


def _end_of_day(day: date, goal: Goal) -> datetime:
    return start_of_day(day + timedelta(days=1), goal.zone)


def _json(found: Read) -> dict[str, Any]:
    pace = asdict(found.pace)
    pace |= {name: pace[name] and pace[name].isoformat() for name in ("through", "reached_on")}
    points = [[day.isoformat(), value] for day, value in found.points]
    return {**pace, "points": points, "problem": found.problem}
