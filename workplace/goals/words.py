"""A goal in words: its values with their unit, its status, and the sentence about its pace.

In: a goal with its stored reading. Out: texts in the active language. Called by the pages, reports and rules.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from accounts.formats import duration, long_date, number, percent, short_day
from monitoring.insights.sentiment_words import signed
from workplace.goals.metrics.base import COUNT, DURATION, PERCENT, POINTS
from workplace.goals.metrics.registry import METRICS
from workplace.goals.pace import (
    AHEAD,
    BEHIND,
    MISSED,
    ON_PACE,
    OUT_OF_REACH,
    REACHED,
    UNKNOWN,
    UPCOMING,
)
from workplace.models import Goal

STATUS_LABELS: dict[str, str | Promise] = {
    UPCOMING: pgettext_lazy("goal", "Not started"),
    UNKNOWN: pgettext_lazy("goal", "Too early to say"),
    AHEAD: pgettext_lazy("goal", "Ahead"),
    ON_PACE: pgettext_lazy("goal", "On pace"),
    BEHIND: pgettext_lazy("goal", "Behind"),
    OUT_OF_REACH: pgettext_lazy("goal", "Out of reach"),
    REACHED: pgettext_lazy("goal", "Reached"),
    MISSED: pgettext_lazy("goal", "Missed"),
}
PROBLEMS = {"filter": gettext_lazy("Its filter can’t be used any more. Edit the goal.")}


@dataclass(frozen=True)
class Stored:
    """A stored reading as workplace/goals/pace.py has it; all None before the first one."""

    through: date | None = None
    value: float | None = None
    expected: float | None = None
    middle: float | None = None
    low: float | None = None
    high: float | None = None
    reached_on: date | None = None
    needed: float | None = None
    points: tuple[tuple[date, float | None], ...] = ()
    problem: str = ""


def stored(goal: Goal) -> Stored:
    """Return the reading of a goal."""
    found: dict[str, Any] = goal.reading
    if not found:
        return Stored()
    reached_on = found["reached_on"]
    return Stored(
        through=date.fromisoformat(found["through"]),
        **{name: found[name] for name in ("value", "expected", "needed", "problem")},
        **(found["forecast"] or {}),
        reached_on=reached_on and date.fromisoformat(reached_on),
        points=tuple((date.fromisoformat(day), value) for day, value in found["points"]),
    )


def value_words(goal: Goal, value: float | None) -> str:
    """Return a value of the goal with its unit; a dash for None."""
    if value is None:
        return "–"
    unit = METRICS[goal.metric].unit
    if unit == PERCENT:
        return percent(round(value))
    if unit == POINTS:
        return signed(round(value))
    if unit == DURATION:
        return duration(value)
    if unit == COUNT:
        return number(round(value))
    text = number(value, 0 if abs(value) >= 100 or value == round(value) else 1)
    return f"{text}\u00a0{goal.unit}" if goal.unit else text


def status_label(goal: Goal) -> str:
    return str(STATUS_LABELS[goal.status or UNKNOWN])


def metric_label(goal: Goal) -> str:
    return str(METRICS[goal.metric].label)


def target_words(goal: Goal) -> str:
    """Return the target as a limit: "at least 90%"."""
    text = _("at most %(value)s") if goal.is_lower_better else _("at least %(value)s")
    return text % {"value": value_words(goal, goal.target)}


def pace_words(goal: Goal) -> str:
    """Return what the pace of a goal means, in up to three sentences."""
    found = stored(goal)
    if found.problem:
        return str(PROBLEMS[found.problem])
    if goal.status == UPCOMING:
        return _("Starts on %(day)s.") % {"day": long_date(goal.starts_on)}
    if found.value is None:
        if found.through and found.through < goal.starts_on:
            return _("It has started. The first figure follows tomorrow.")
        return _("Not enough figures yet.")
    if goal.status in (REACHED, MISSED):
        return _ended_words(goal, found)
    sentences = [_forecast_words(goal, found)]
    if found.needed and goal.status in (BEHIND, OUT_OF_REACH):
        sentences.append(_needed_words(goal, found))
    elif late := _lateness(goal, found):
        sentences.append(late)
    return " ".join(sentence for sentence in sentences if sentence)


def _ended_words(goal: Goal, found: Stored) -> str:
    assert found.value is not None and found.through is not None
    words = {"value": value_words(goal, found.value), "day": long_date(goal.ends_on)}
    if goal.status == REACHED:
        if found.through < goal.ends_on:
            return _("Reached before %(day)s: %(value)s.") % words
        return _("Reached: %(value)s on %(day)s.") % words
    words["expected"] = value_words(goal, goal.target)
    return _("Ended on %(day)s with %(value)s instead of %(expected)s.") % words


def _forecast_words(goal: Goal, found: Stored) -> str:
    if found.middle is None:
        if goal.status == OUT_OF_REACH:
            return _("The limit has been exceeded.")
        return _("Too few days for a forecast.")
    words = {"day": short_day(goal.ends_on)}
    words |= {name: value_words(goal, getattr(found, name)) for name in ("middle", "low", "high")}
    return _("On %(day)s at this pace: %(middle)s (%(low)s to %(high)s).") % words


def _needed_words(goal: Goal, found: Stored) -> str:
    """Return how much more a sum needs per day than it has."""
    assert found.value is not None and found.needed is not None and found.through is not None
    left = (goal.ends_on - found.through).days
    rate = ((found.middle if found.middle is not None else found.value) - found.value) / left
    words = {"needed": _rate(found.needed), "rate": _rate(rate)}
    text = _("It needs %(needed)s per day instead of %(rate)s.") % words
    return " ".join(part for part in (text, _lateness(goal, found)) if part)


def _rate(value: float) -> str:
    return number(value, 0 if value >= 20 else 1)


def _lateness(goal: Goal, found: Stored) -> str:
    """Return by how much the target is missed at this pace; "" if it is not."""
    if goal.status not in (BEHIND, OUT_OF_REACH) or (goal.is_lower_better and METRICS[goal.metric].is_sum):
        return ""
    if found.reached_on is None:
        return _("It is not reached at this pace.") if found.middle is not None else ""
    days = (found.reached_on - goal.ends_on).days
    if days <= 0:
        return ""
    if days < 14:
        late = ngettext("%(count)s day", "%(count)s days", days) % {"count": number(days)}
    else:
        weeks = round(days / 7)
        late = ngettext("%(count)s week", "%(count)s weeks", weeks) % {"count": number(weeks)}
    return _("Missed by %(time)s at this pace.") % {"time": late}
