"""Good and quiet hours as the calendar shows them: a heat map, the best hours, and posts planned at quiet ones.

In: the hours of the week of workplace/post_hours.py and posts. Out: frozen rows in the active language and time zone.
Called by dashboards/views/calendar_hours.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from dashboards.presenters.posts import Tile, tile_of
from monitoring.insights.week_hours import A_MONDAY, hour_key, hour_name
from workplace.calendar.hours import Hour, WeekHours
from workplace.models import Post

STEP = 2  # hours per cell


@dataclass(frozen=True)
class HeatCell:
    """Two hours: `value` in percent of the busiest ones, `is_best` if a best hour is among them."""

    value: int
    is_best: bool


@dataclass(frozen=True)
class HoursPart:
    """The hours in the calendar; without `best`, there are too few mentions."""

    best: str
    mentions: int
    rows: list[tuple[str, list[HeatCell]]]
    quiet: list[Tile]


def hours_part(hours: WeekHours, posts: Sequence[Post], now: datetime) -> HoursPart:
    """Return the heat map, and which of the posts are planned at a quiet hour."""
    best = hours.best()
    return HoursPart(
        best=best_words(best),
        mentions=hours.mentions,
        rows=[(_weekday(weekday), _cells(hours, weekday, best)) for weekday in range(7)] if best else [],
        quiet=[
            tile_of(post, now)
            for post in posts
            if post.due_at and hours.is_quiet(hour_of(timezone.localtime(post.due_at)))
        ],
    )


def best_words(best: Sequence[Hour]) -> str:
    """Return the best hours in words, in the order of the week."""
    ordered = sorted(best, key=lambda one: one.weekday)
    return get_text_list([hour_name(hour_key(one.weekday * 24 + one.hour)) for one in ordered], _("and"))


def hour_hint(hours: WeekHours, day: date, at: time) -> str:
    """Return what is known about the hour of a post that is being planned, "" if nothing."""
    if not hours.is_quiet(hour_of(datetime.combine(day, at))):
        return ""
    text = _("Few people publish about your brand at this hour. Better hours: %(hours)s")
    return text % {"hours": best_words(hours.best())}


def hour_of(local: datetime) -> Hour:
    """Return the hour of the week of a local time."""
    return Hour(local.weekday(), local.hour)


def _cells(hours: WeekHours, weekday: int, best: Sequence[Hour]) -> list[HeatCell]:
    marked = {(one.weekday, one.hour // STEP) for one in best}
    return [
        HeatCell(hours.share(weekday, hour, STEP), (weekday, hour // STEP) in marked) for hour in range(0, 24, STEP)
    ]


def _weekday(weekday: int) -> str:
    return date_format(A_MONDAY.replace(day=A_MONDAY.day + weekday), "D")
