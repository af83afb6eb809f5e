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
from django.utils.translation import ngettext

from accounts.formats import number
from dashboards.presenters.posts import Tile, tile_of
from monitoring.insights.week_hours import A_MONDAY, hour_key, hour_name
from workplace.calendar.hours import Hour, WeekHours
from workplace.models import Post
from workplace.post_hours import GoodHours

STEP = 2  # hours per cell


@dataclass(frozen=True)
class HeatCell:
    """Two hours: `value` in percent of the busiest ones, `is_best` if a best hour is among them."""

    value: int
    is_best: bool


@dataclass(frozen=True)
class HeatMap:
    """The hours of responses or of mentions; `about` says on how many they rest."""

    title: str
    about: str
    best: str
    rows: list[tuple[str, list[HeatCell]]]


@dataclass(frozen=True)
class HoursPart:
    """The hours in the calendar; `lacking` is what is too few for a map."""

    maps: list[HeatMap]
    lacking: list[str]
    basis: str
    quiet: list[Tile]


def hours_part(hours: GoodHours, posts: Sequence[Post], now: datetime) -> HoursPart:
    """Return the heat maps, and which of the posts are planned at a quiet hour."""
    parts = ((hours.responses, _("When people respond to you")), (hours.mentions, _("When people mention you")))
    maps = [_map(one, title) for one, title in parts if one.is_enough]
    return HoursPart(
        maps=maps,
        lacking=[_lacking_words(one, one is hours.responses) for one, _title in parts if not one.is_enough],
        basis=_basis_words(hours) if maps else "",
        quiet=[
            tile_of(post, now)
            for post in posts
            if post.due_at and hours.used.is_quiet(hour_of(timezone.localtime(post.due_at)))
        ],
    )


def _map(hours: WeekHours, title: str) -> HeatMap:
    best = hours.best()
    return HeatMap(
        title=title,
        about=_response_words(hours) if hours.posts else _mention_words(hours),
        best=best_words(best),
        rows=[(_weekday(weekday), _cells(hours, weekday, best)) for weekday in range(7)],
    )


def _mention_words(hours: WeekHours) -> str:
    text = ngettext(
        "From when people published %(number)s mention of your brand, in your time zone.",
        "From when people published %(number)s mentions of your brand, in your time zone.",
        hours.count,
    )
    return text % {"number": number(hours.count)}


def _response_words(hours: WeekHours) -> str:
    text = _(
        "From %(responses)s replies, likes and shares of %(posts)s posts and replies of yours, in your time zone."
        " Likes and shares count by their logarithm per post and hour."
    )
    return text % {"responses": number(hours.count), "posts": number(hours.posts)}


def _lacking_words(hours: WeekHours, is_responses: bool) -> str:
    if is_responses:
        text = ngettext(
            "Vigie knows the hour of %(number)s response to your posts. Hours of responses appear from 50 responses"
            " to 10 posts on.",
            "Vigie knows the hours of %(number)s responses to your posts. Hours of responses appear from 50 responses"
            " to 10 posts on.",
            hours.count,
        )
    else:
        text = ngettext(
            "%(number)s mention of your brand in 90 days is too little to know good hours. They appear from 50"
            " mentions on.",
            "%(number)s mentions of your brand in 90 days are too few to know good hours. They appear from 50"
            " mentions on.",
            hours.count,
        )
    return text % {"number": number(hours.count)}


def _basis_words(hours: GoodHours) -> str:
    if hours.used is hours.responses:
        return _("Posts are compared with the hours at which people respond to you.")
    return _("Posts are compared with the hours at which people mention you.")


def best_words(best: Sequence[Hour]) -> str:
    """Return the best hours in words, in the order of the week."""
    ordered = sorted(best, key=lambda one: one.weekday)
    return get_text_list([hour_name(hour_key(one.weekday * 24 + one.hour)) for one in ordered], _("and"))


def hour_hint(hours: GoodHours, day: date, at: time) -> str:
    """Return what is known about the hour of a post that is being planned, "" if nothing."""
    if not hours.used.is_quiet(hour_of(datetime.combine(day, at))):
        return ""
    text = _("Few people publish about your brand at this hour. Better hours: %(hours)s")
    if hours.used is hours.responses:
        text = _("Few people respond to you at this hour. Better hours: %(hours)s")
    return text % {"hours": best_words(hours.used.best())}


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
