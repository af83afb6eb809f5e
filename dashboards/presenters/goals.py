"""The goals of a project: the sentence about all, a row per goal, and the chart of one.

In: goals with their stored readings. Out: frozen values for templates/goals/. Called by dashboards/views/goals.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import date_range, number, percent_pattern, short_day
from dashboards import time_charts
from dashboards.time_charts import Remark, TimeBucket, spark_path
from monitoring.insights.periods import start_of_day
from workplace.goals import words
from workplace.goals.forecast import WEEK
from workplace.goals.metrics.base import DURATION, PERCENT, POINTS
from workplace.goals.metrics.registry import METRICS
from workplace.goals.pace import AHEAD, BEHIND, MISSED, ON_PACE, OUT_OF_REACH, REACHED, TROUBLED
from workplace.goals.read import filter_of, plan_of
from workplace.goals.words import Stored, stored, value_words
from workplace.models import Annotation, Goal

HOUR = 3600
SIGNS = {AHEAD: "check", ON_PACE: "check", REACHED: "check", BEHIND: "arrow-down", OUT_OF_REACH: "x", MISSED: "x"}
ROOM = 1.1  # a track ends a little after the highest of its values


@dataclass(frozen=True)
class Place:
    """A label on a track: its text, and where it is in percent; `edge` keeps words inside at both ends."""

    text: str
    at: float

    @property
    def edge(self) -> str:
        return "start" if self.at < 12 else "end" if self.at > 88 else ""


@dataclass(frozen=True)
class GoalRow:
    """A goal in the list: texts, the places of its track (None without a value), and the path of its sparkline."""

    goal: Goal
    value: str
    target: str
    metric: str
    days: str
    pace: str
    status: str
    sign: str
    is_troubled: bool
    is_open: bool
    now: Place | None
    start: Place | None
    end: Place
    spark: str


@dataclass(frozen=True)
class FigureRow:
    """A point of the chart in its table."""

    title: str
    value: str
    expected: str
    remark: str


@dataclass(frozen=True)
class GoalChart:
    """`config` is None with fewer than two figures; `rows` are the table, the newest first."""

    config: dict[str, object] | None
    rows: list[FigureRow]


def goal_row(goal: Goal) -> GoalRow:
    """Return the row of a goal."""
    found, status = stored(goal), goal.status
    scale = _scale(goal, found)
    has_baseline = goal.baseline is not None and not METRICS[goal.metric].is_sum
    return GoalRow(
        goal=goal,
        value=value_words(goal, found.value),
        target=words.target_words(goal),
        metric=words.metric_label(goal),
        days=date_range(goal.starts_on, goal.ends_on),
        pace=words.pace_words(goal),
        status=words.status_label(goal),
        sign=SIGNS.get(status, ""),
        is_troubled=status in TROUBLED,
        is_open=status in (AHEAD, ON_PACE, BEHIND, OUT_OF_REACH),
        now=None if found.value is None else Place(value_words(goal, found.value), _place(found.value, scale)),
        start=Place(value_words(goal, goal.baseline), _place(goal.baseline or 0, scale)) if has_baseline else None,
        end=Place(value_words(goal, goal.target), _place(goal.target, scale)),
        spark=spark_path([value for _day, value in found.points]),
    )


def status_words(goals: Sequence[Goal]) -> list[str]:
    """Return one sentence about the goals that run or have ended, and one about those that need something."""
    judged = [goal for goal in goals if goal.status in (AHEAD, ON_PACE, REACHED, *TROUBLED)]
    if not judged:
        return [_("Not enough figures yet.")]
    well = sum(goal.status not in TROUBLED for goal in judged)
    text = ngettext("%(well)s of %(count)s goal is on pace.", "%(well)s of %(count)s goals are on pace.", len(judged))
    sentences = [text % {"well": number(well), "count": number(len(judged))}]
    behind = [goal for goal in judged if goal.status == BEHIND]
    lost = [goal for goal in judged if goal.status in (OUT_OF_REACH, MISSED)]
    if behind:
        text = ngettext("%(count)s can still be reached.", "%(count)s can still be reached.", len(behind))
        sentences.append(text % {"count": number(len(behind))})
    if lost:
        text = ngettext("%(count)s is out of reach.", "%(count)s are out of reach.", len(lost))
        sentences.append(text % {"count": number(len(lost))})
    return sentences


def list_query(goal: Goal, through: date | None) -> str:
    """Return the query string of the mentions that a goal counts, "" if it counts none."""
    if not METRICS[goal.metric].has_list or through is None or through < goal.starts_on:
        return ""
    return filter_of(goal, start_of_day(through + timedelta(days=1), goal.zone)).to_query()


def goal_chart(goal: Goal, notes: Sequence[Annotation]) -> GoalChart:
    """Return the chart of a goal with the notes on its days."""
    found = stored(goal)
    points = _thinned(goal, found)
    if not points:
        return GoalChart(None, [])
    plan = plan_of(goal)
    future = _future_days(points, goal.ends_on)
    days = [*(day for day, _value in points), *future]
    expected = [plan.expected(day) for day in days]
    remarks = _remarks(days, notes)
    buckets = [TimeBucket(short_day(day), _title(goal, day), "") for day in days]
    config = time_charts.goal(
        buckets,
        name=words.metric_label(goal),
        values=[_drawn(goal, value) for _day, value in points] + [None] * len(future),
        expected=[_drawn(goal, value) for value in expected],
        expected_name=_("planned"),
        band=_band(goal, found, len(points), len(future)),
        marks=remarks,
        limit=_drawn(goal, goal.target) or 0,
        limit_name=_("target %(value)s") % {"value": value_words(goal, goal.target)},
        pattern=_pattern(goal),
        is_signed=METRICS[goal.metric].unit == POINTS,
    )
    texts = {remark.at: remark.text for remark in remarks}
    rows = [
        FigureRow(_title(goal, day), value_words(goal, value), value_words(goal, expected[at]), texts.get(at, ""))
        for at, (day, value) in enumerate(points)
    ]
    known = sum(value is not None for _day, value in points)
    return GoalChart(config if known >= 2 else None, rows[::-1])


def _scale(goal: Goal, found: Stored) -> tuple[float, float]:
    unit = METRICS[goal.metric].unit
    if unit == PERCENT:
        return 0, 100
    if unit == POINTS:
        return -100, 100
    values = [goal.target, found.value or 0, goal.baseline or 0]
    return min(0, *values), (max(*values, 0) * ROOM) or 1


def _place(value: float, scale: tuple[float, float]) -> float:
    low, high = scale
    return round(min(max(100 * (value - low) / (high - low), 0), 100), 1)


def _thinned(goal: Goal, found: Stored) -> list[tuple[date, float | None]]:
    """Return the points of the chart: of a sum over more than ten weeks, one per week, ending with the last."""
    points = list(found.points)
    if plan_of(goal).is_sum and len(points) > 10 * WEEK:
        return points[::-1][::WEEK][::-1]
    return points


def _future_days(points: Sequence[tuple[date, float | None]], ends_on: date) -> list[date]:
    """Return the days after the points until the end, in their rhythm, as long as a chart can show them."""
    last = points[-1][0]
    step = max((last - points[-2][0]).days if len(points) > 1 else WEEK, 1)
    step = max(step, -(-(ends_on - last).days // 60))
    days = [last + timedelta(days=number) for number in range(step, (ends_on - last).days + 1, step)]
    return days if not days or days[-1] == ends_on else [*days, ends_on]


def _band(goal: Goal, found: Stored, known: int, future: int) -> list[tuple[float, float] | None]:
    """Return the forecast: from the value to its lowest and highest end."""
    if found.low is None or found.high is None or found.value is None or not future:
        return [None] * (known + future)
    band: list[tuple[float, float] | None] = [None] * (known - 1)
    for step in range(future + 1):
        share = step / future
        low = found.value + (found.low - found.value) * share
        high = found.value + (found.high - found.value) * share
        band.append((_drawn(goal, low) or 0, _drawn(goal, high) or 0))
    return band


def _drawn(goal: Goal, value: float | None) -> float | None:
    if value is None:
        return None
    return round(value / HOUR if METRICS[goal.metric].unit == DURATION else value, 2)


def _pattern(goal: Goal) -> str:
    unit = METRICS[goal.metric].unit
    if unit == PERCENT:
        return percent_pattern() % {"number": "{}"}
    return _("{} h") if unit == DURATION else "{}"


def _title(goal: Goal, day: date) -> str:
    if plan_of(goal).is_sum or goal.metric == "manual":
        return short_day(day)
    return date_range(day - timedelta(days=WEEK - 1), day)


def _remarks(days: Sequence[date], notes: Sequence[Annotation]) -> list[Remark]:
    """Return the notes at the first of the days that they are about."""
    found: dict[int, list[str]] = {}
    for note in notes:
        at = next((place for place, day in enumerate(days) if day >= note.starts_on), None)
        if at is not None and (at or note.ends_on >= days[0]):
            found.setdefault(at, []).append(note.text)
    return [Remark(at, ", ".join(texts)) for at, texts in sorted(found.items())]
