"""Figures of the monitoring as items of an issue: read for a draft, and stored when it is published.

In: items with a metric of workplace/goals/metrics/. Out: a `Figure` of the full days before now, in the time zone of
the collection. Called by workplace/curation/items.py, issues.py and paper.py.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.formats import date_range
from monitoring.insights.filters import MentionFilter
from monitoring.insights.periods import start_of_day
from monitoring.models import Keyword
from workplace.goals.metrics.registry import METRICS
from workplace.goals.words import value_words
from workplace.models import Collection, CollectionIssue, CollectionItem, Goal

CHOICES = ("mentions", "stories", "share_of_voice", "net_sentiment", "new_authors")
DAYS = (7, 30, 90)
MAX_FIGURES = 8  # each is read when a draft is shown


@dataclass(frozen=True)
class Figure:
    """A value from the first to the last day; None if too little is known."""

    value: float | None
    first: date
    last: date


def check_figure(collection: Collection, metric: str, keyword: int | None, days: int) -> str:
    """Return the title of a figure in the language of the collection that is active. Raises ValidationError."""
    if metric not in CHOICES:
        raise ValidationError({"metric": ValidationError(_("Choose a value from the list."), code="invalid")})
    if days not in DAYS:
        raise ValidationError({"days": ValidationError(_("Choose a value from the list."), code="invalid")})
    label = str(METRICS[metric].label)
    if METRICS[metric].needs_keyword and keyword is None:
        raise ValidationError({"keyword": ValidationError(_("Select a keyword."), code="required")})
    if keyword is None or not METRICS[metric].has_filter:
        return label
    found = Keyword.objects.filter(project=collection.project_id, pk=keyword).first()
    if found is None:
        raise ValidationError({"keyword": ValidationError(_("Select a keyword."), code="unknown")})
    return f"{label} · {found.name}"


def figure_of(item: CollectionItem, collection: Collection, now: datetime) -> Figure:
    """Return the figure of an item: as it was stored, or of the days before now."""
    if item.figure:
        stored = item.figure
        return Figure(stored["value"], date.fromisoformat(stored["first"]), date.fromisoformat(stored["last"]))
    end = now.astimezone(collection.zone).date()
    first = end - timedelta(days=item.days)
    return Figure(_value(item, collection, first, end, now), first, end - timedelta(days=1))


def freeze(issue: CollectionIssue, now: datetime) -> None:
    """Store the figures of an issue that is published now."""
    for item in _figures_of(issue):
        found = figure_of(item, issue.collection, now)
        item.figure = {"value": found.value, "first": found.first.isoformat(), "last": found.last.isoformat()}
        item.save(update_fields=["figure"])


def thaw(issue: CollectionIssue) -> None:
    """Forget the stored figures of an issue that is a draft again."""
    _figures_of(issue).update(figure={})


def figure_words(item: CollectionItem, figure: Figure) -> tuple[str, str]:
    """Return the value and the days of a figure, in the active language; "" for a value that isn't known."""
    value = "" if figure.value is None else value_words(Goal(metric=item.metric), figure.value)
    return value, date_range(figure.first, figure.last)


def _figures_of(issue: CollectionIssue) -> QuerySet[CollectionItem]:
    return CollectionItem.objects.filter(issue=issue).exclude(metric="").order_by("pk")


def _value(item: CollectionItem, collection: Collection, first: date, end: date, now: datetime) -> float | None:
    metric, zone = METRICS[item.metric], collection.zone
    if (
        item.about_keyword
        and not Keyword.objects.filter(project=collection.project_id, pk=item.about_keyword).exists()
    ):
        return None
    f = MentionFilter.from_query(collection.project, QueryDict(), now, zone)
    keywords = (item.about_keyword,) if item.about_keyword else ()
    f = f.replace(since=start_of_day(first, zone), until=start_of_day(end, zone), keywords=keywords)
    days = [start_of_day(first + timedelta(days=at), zone) for at in range((end - first).days)]
    values = metric.figures(f, days if metric.is_sum else days[:1], now)
    known = [value for value in values if value is not None]
    return sum(known) if known else None
