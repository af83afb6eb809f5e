"""The hour of the week as a filter dimension: the list behind a cell of the overview's heat map."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay
from django.db.models.lookups import In
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.formats import hour_words
from accounts.models import Project
from monitoring.content.values import read_id
from monitoring.insights.dimension import Condition, Dimension, Key, Selection
from monitoring.insights.filter_parser import QueryReader

if TYPE_CHECKING:
    from monitoring.insights.filters import MentionFilter

HOURS, WEEKDAYS = 24, 7
A_MONDAY = date(2024, 1, 1)


def hour_of_week(f: "MentionFilter") -> CombinedExpression:
    """Return the expression for the hour of the week of publication, from 0 on Monday, in the filter's time zone."""
    day = ExtractIsoWeekDay(F("published"), tzinfo=f.zone) - 1
    return day * HOURS + ExtractHour(F("published"), tzinfo=f.zone)


def hour_key(hour: int) -> str:
    """Return an hour of the week as the parameter has it: "2-14" for Tuesday from 14:00 to 15:00."""
    return f"{hour // HOURS + 1}-{hour % HOURS}"


def hour_name(key: str) -> str:
    """Return an hour of the week in words: "Tuesday, 2 p.m."."""
    weekday, _dash, hour = key.partition("-")
    day = date_format(A_MONDAY + timedelta(days=int(weekday) - 1), "l")
    return _("%(weekday)s, %(time)s") % {"weekday": day, "time": hour_words(int(hour))}


class WeekHourDimension(Dimension):
    """The hour of the week of publication, in the person's time zone."""

    name, parameter, label = "hours", "hour", gettext_lazy("Hour of the week")
    description = 'weekday and hour in your time zone: "2-14" is Tuesday from 14:00 to 15:00'

    def read(self, reader: QueryReader, project: Project) -> Selection:
        return reader.many(self.parameter, self._known)

    def _known(self, values: list[str]) -> dict[str, str]:
        known = {}
        for value in values:
            first, _dash, last = value.partition("-")
            weekday, hour = read_id(first), read_id(last)
            if weekday and weekday <= WEEKDAYS and hour is not None and hour < HOURS:
                known[value] = f"{weekday}-{hour}"
        return known

    def condition(self, f: "MentionFilter") -> Condition | None:
        if not f.hours:
            return None
        pairs = (map(int, key.split("-")) for key in f.hours)
        chosen = [(weekday - 1) * HOURS + hour for weekday, hour in pairs]
        return Q(In(hour_of_week(f), chosen))

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        return {key: hour_name(str(key)) for key in keys}
