"""Every change that a person makes to goals, their figures, and annotations, with its activity log entry.

Raises ValidationError by field. A changed goal is read again before it is shown. Called by the pages and the API.
"""

from collections.abc import Mapping
from datetime import date, datetime
from math import isfinite
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.activity_log import record
from accounts.formats import number
from accounts.models import Membership, Project, User
from monitoring.content.scrub import is_storable
from monitoring.insights.filters import MentionFilter
from monitoring.models import Keyword
from workplace.goals.metrics.base import DURATION, PERCENT, POINTS
from workplace.goals.metrics.registry import METRICS
from workplace.goals.read import read_baseline, store_reading
from workplace.models import Annotation, Goal, GoalFigure
from workplace.models.goals import MAX_NAME, MAX_NOTE, MAX_QUERY, MAX_UNIT

MAX_GOALS, MAX_FIGURES, MAX_ANNOTATIONS = 50, 800, 500
MAX_DAYS = 731
MAX_VALUE = 1e12
FIELDS = (
    *("name", "metric", "keyword", "account", "query", "target", "baseline", "is_lower_better", "unit", "is_sum"),
    *("starts_on", "ends_on", "owner"),
)


def create_goal(project: Project, user: User, now: datetime, *, growth: float | None = None, **values: Any) -> Goal:
    """Create a goal in the time zone of the person.

    A baseline that is not among `values` is measured. With `growth`, the target is the baseline changed by so many
    percent.
    """
    goal = Goal(project=project, time_zone=user.zone.key, target=0)
    _assign(goal, values, now, growth, measures="baseline" not in values)
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)  # one at a time: their number is limited
        if project.goals.count() >= MAX_GOALS:
            text = ngettext(
                "A project can have %(count)s goal.", "A project can have up to %(count)s goals.", MAX_GOALS
            )
            raise ValidationError({"name": [text % {"count": MAX_GOALS}]}, code="too_many")
        goal.save()
        record(project, user, "goal.created", goal.name, goal=goal.pk)
    store_reading(goal, now)
    return goal


def change_goal(goal: Goal, user: User, now: datetime, *, growth: float | None = None, **values: Any) -> Goal:
    """Change a goal. A baseline that is not among `values` stays, unless what is measured, or from when, changes."""
    with transaction.atomic():
        goal = Goal.objects.select_for_update(of=("self",)).select_related("project").get(pk=goal.pk)
        before = {name: getattr(goal, name) for name in FIELDS}
        about = ("metric", "keyword", "account", "query", "starts_on")
        moves = any(name in values and values[name] != before[name] for name in about)
        _assign(goal, values, now, growth, measures=moves and "baseline" not in values)
        changed = sorted(name for name in FIELDS if getattr(goal, name) != before[name])
        if not changed:
            return goal
        goal.save()
        record(goal.project, user, "goal.changed", goal.name, goal=goal.pk, fields=changed)
    store_reading(goal, now)
    return goal


def delete_goal(goal: Goal, user: User) -> None:
    """Delete a goal with the figures that people entered for it."""
    with transaction.atomic():
        record(goal.project, user, "goal.deleted", goal.name, goal=goal.pk)
        goal.delete()


def enter_figures(goal: Goal, user: User, figures: Mapping[date, float | None], now: datetime) -> None:
    """Enter figures by day, replacing those of the same day; None deletes one."""
    if goal.metric != "manual":
        raise ValidationError({"figures": [_("This goal is measured by Vigie.")]}, code="measured")
    _check_figures(figures)
    with transaction.atomic():
        goal = Goal.objects.select_for_update(of=("self",)).select_related("project").get(pk=goal.pk)
        goal.figures.filter(day__in=[day for day, value in figures.items() if value is None]).delete()
        rows = [
            GoalFigure(goal=goal, day=day, value=value, entered_by=user, entered_at=now)
            for day, value in figures.items()
            if value is not None
        ]
        fields = ["value", "entered_by", "entered_at"]
        GoalFigure.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["goal", "day"], update_fields=fields
        )
        if goal.figures.count() > MAX_FIGURES:
            text = _("A goal can have up to %(count)s figures.") % {"count": number(MAX_FIGURES)}
            raise ValidationError({"figures": [text]}, code="too_many")
        record(goal.project, user, "goal.figures_entered", goal.name, goal=goal.pk, days=len(figures))
    store_reading(goal, now)


def annotate(project: Project, user: User, text: str, starts_on: date, ends_on: date | None) -> Annotation:
    """Annotate days of the project's charts."""
    note = Annotation(project=project, created_by=user, text=" ".join(text.split()), starts_on=starts_on)
    note.ends_on = ends_on or starts_on
    if not note.text:
        raise ValidationError({"text": [_("Enter a text.")]})
    if len(note.text) > MAX_NOTE or not is_storable(note.text):
        raise ValidationError({"text": [_("This value is too long or contains an invalid character.")]})
    if not (0 <= (note.ends_on - note.starts_on).days < MAX_DAYS and 1990 <= note.starts_on.year <= 2100):
        raise ValidationError({"ends_on": [_("The last day is before the first one, or more than two years later.")]})
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        if project.annotations.count() >= MAX_ANNOTATIONS:
            raise ValidationError({"text": [_("There are too many annotations. Delete some first.")]}, code="too_many")
        note.save()
        record(project, user, "annotation.created", note.text, annotation=note.pk)
    return note


def delete_annotation(note: Annotation, user: User) -> None:
    with transaction.atomic():
        record(note.project, user, "annotation.deleted", note.text, annotation=note.pk)
        note.delete()


def _assign(goal: Goal, values: Mapping[str, Any], now: datetime, growth: float | None, *, measures: bool) -> None:
    """Set the fields of a goal and check them together, then measure its baseline."""
    for name, value in values.items():
        setattr(goal, name, value)
    errors: dict[str, list[str]] = {}
    checks = (
        *(("name", _name_problem), ("metric", _metric_problem), ("keyword", _keyword_problem)),
        ("account", _account_problem),
        *(("query", _query_problem), ("unit", _unit_problem), ("ends_on", _period_problem)),
        *(("owner", _owner_problem),),
    )
    for name, check in checks:
        if problem := check(goal, now):
            errors.setdefault(name, []).append(problem)
    if errors:
        raise ValidationError(errors)
    if measures:
        goal.baseline = read_baseline(goal, now)
    if growth is not None:
        if goal.baseline is None:
            text = _("The value before the first day isn’t known. Enter it, or enter the target as a number.")
            raise ValidationError({"target": [text]}, code="unknown")
        goal.target = goal.baseline * (1 + growth / 100)
    for name in ("target", "baseline"):
        if problem := _value_problem(goal, getattr(goal, name)):
            raise ValidationError({name: [problem]})


def _name_problem(goal: Goal, now: datetime) -> str:
    goal.name = " ".join(goal.name.split())
    if not goal.name:
        return _("Enter a name.")
    if len(goal.name) > MAX_NAME:
        return _("This value is too long.")
    return "" if is_storable(goal.name) else _("This contains an invalid character.")


def _metric_problem(goal: Goal, now: datetime) -> str:
    return "" if goal.metric in METRICS else _("Select a metric.")


def _keyword_problem(goal: Goal, now: datetime) -> str:
    metric = METRICS.get(goal.metric)
    if goal.keyword and goal.keyword.project_id != goal.project_id:
        return _("Select a keyword of this project.")
    if metric is None or (goal.keyword is None and not metric.needs_keyword):
        return ""
    if not metric.has_filter:
        goal.keyword = None
    elif goal.keyword is None:
        return _("Select a keyword.")
    elif metric.needs_keyword and goal.keyword.type == Keyword.Type.TOPIC:
        return _("Only brands and competitors have a share of voice.")
    return ""


def _account_problem(goal: Goal, now: datetime) -> str:
    metric = METRICS.get(goal.metric)
    if metric is None or not metric.needs_account:
        goal.account = None
    elif goal.account is None or goal.account.project_id != goal.project_id:
        return _("Select an account of this project.")
    return ""


def _query_problem(goal: Goal, now: datetime) -> str:
    """Return what of the query can't be used; its period, keywords and order don't matter, so they are left out."""
    if len(goal.query) > MAX_QUERY:
        return _("This value is too long.")
    if not is_storable(goal.query):
        return _("This contains an invalid character.")
    params = QueryDict(goal.query, mutable=True)
    ignored = ("period", "from", "to", "by", "order", *(["keyword"] if goal.keyword else []))
    for name in ignored:
        params.pop(name, None)
    metric = METRICS.get(goal.metric)
    goal.query = params.urlencode() if metric and metric.has_filter else ""
    f = MentionFilter.from_query(goal.project, params, now, goal.zone)
    return f.problems[0].message if f.problems else ""


def _unit_problem(goal: Goal, now: datetime) -> str:
    goal.unit = " ".join(goal.unit.split()) if goal.metric == "manual" else ""
    goal.is_sum = goal.is_sum and goal.metric == "manual"
    if len(goal.unit) > MAX_UNIT or not is_storable(goal.unit):
        return _("This value is too long or contains an invalid character.")
    return ""


def _period_problem(goal: Goal, now: datetime) -> str:
    if goal.ends_on < goal.starts_on:
        return _("The last day is before the first one.")
    if (goal.ends_on - goal.starts_on).days >= MAX_DAYS or not 1990 <= goal.starts_on.year <= 2100:
        return _("A goal lasts two years at most. Choose a shorter period.")
    return ""


def _owner_problem(goal: Goal, now: datetime) -> str:
    if goal.owner and not Membership.objects.filter(project=goal.project_id, user=goal.owner).exists():
        return _("Select a member of this project.")
    return ""


def _value_problem(goal: Goal, value: float | None) -> str:
    if value is None:
        return ""
    unit = METRICS[goal.metric].unit
    if unit == PERCENT and not 0 <= value <= 100:
        return _("Enter a percentage from 0 to 100.")
    if unit == POINTS and not -100 <= value <= 100:
        return _("Enter a number from −100 to 100.")
    lowest = -MAX_VALUE if goal.metric == "manual" else 0
    if unit == POINTS or (isfinite(value) and lowest <= value <= MAX_VALUE and (unit != DURATION or value > 0)):
        return ""
    return _("Enter a number that this metric can have.")


def _check_figures(figures: Mapping[date, float | None]) -> None:
    if not figures:
        raise ValidationError({"figures": [_("Enter at least one figure.")]}, code="required")
    for day, value in figures.items():
        if value is not None and not (isfinite(value) and abs(value) <= MAX_VALUE):
            raise ValidationError({"figures": [_("The figure of %(day)s is too large.") % {"day": day.isoformat()}]})
