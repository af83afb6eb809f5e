"""The limits of a replay, for the rule and the project that it is about: the page and the API name all of them.

In: a rule, its past, and the replayed time. Out: blind spots by code, with a number or a time. Their words are in
alerts/replay/words.py.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Min

from alerts.conditions.base import Settings
from alerts.replay.read import Past
from alerts.replay.series import labels_of
from alerts.scope import Scope
from monitoring.models import Mention, SourcePeriod

DAY = timedelta(days=1)


class Code(StrEnum):
    MEASURE = "measure"
    TOO_MANY_MENTIONS = "too_many_mentions"
    TIME_IS_UP = "time_is_up"
    KEYWORD_IS_NEW = "keyword_is_new"
    SOURCES_ARE_NEW = "sources_are_new"
    OUTAGES_NOT_RECORDED = "outages_not_recorded"
    IGNORED = "ignored"
    BACKLOG = "backlog"
    FIRST_POLLS = "first_polls"
    SENTIMENT = "sentiment"
    FILTER = "filter"
    QUERY = "query"
    DELETED = "deleted"
    PAUSES = "pauses"
    ALONE = "alone"


ALWAYS = (Code.QUERY, Code.DELETED, Code.PAUSES, Code.ALONE)


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """`number` counts mentions, `at` is when it ends or begins, `name` a measure; empty where the code needs none."""

    code: Code
    number: int = 0
    at: datetime | None = None
    name: str = ""


def blind_spots(
    settings: Settings, past: Past, since: datetime, until: datetime, *, is_complete: bool
) -> tuple[BlindSpot, ...]:
    """Return what the replay between two times could not see, what is particular to this rule first."""
    scope, began, found = past.scope, past.began, []
    if past.is_cut:
        found.append(BlindSpot(Code.TOO_MANY_MENTIONS, at=since))
    if not is_complete:
        found.append(BlindSpot(Code.TIME_IS_UP, at=until))
    if scope.began > since:
        found.append(BlindSpot(Code.KEYWORD_IS_NEW, at=scope.began))
    if began is None or began > since:
        found.append(BlindSpot(Code.SOURCES_ARE_NEW, at=began))
    recorded = _recorded_since(scope)
    if began is not None and recorded is not None and recorded > max(began + DAY, since):
        found.append(BlindSpot(Code.OUTAGES_NOT_RECORDED, at=recorded))
    found += _left_out(past, since, until)
    if any(labels_of(clause, settings) for clause in settings.clauses):
        found.append(BlindSpot(Code.SENTIMENT))
    if scope.f is not None:
        found.append(BlindSpot(Code.FILTER))
    return (*found, *map(BlindSpot, ALWAYS))


def _left_out(past: Past, since: datetime, until: datetime) -> list[BlindSpot]:
    """Return the numbers of mentions that don't count; a filter may select ignored ones, and knows no backlog."""
    scope, ignored, backlog = past.scope, 0, 0
    f = scope.filter(since, until)
    if not f.statuses:
        wide = f.replace(statuses=(Mention.Status.IGNORED.value,)).conditions()
        ignored = wide.filter(keyword_id__in=scope.keywords).count()
    if scope.is_shared:
        rows = Mention.objects.filter(keyword_id__in=scope.keywords, found_at__gte=since, found_at__lt=until)
        backlog = rows.filter(is_backlog=True).count()
    numbers = ((Code.IGNORED, ignored), (Code.BACKLOG, backlog), (Code.FIRST_POLLS, past.first_polls))
    return [BlindSpot(code, number) for code, number in numbers if number]


def _recorded_since(scope: Scope) -> datetime | None:
    """Return since when the outages of the sources are recorded: from their first check on."""
    periods = SourcePeriod.objects.filter(source__project_id=scope.project_id)
    first: datetime | None = periods.aggregate(first=Min("started_at"))["first"]
    return first
