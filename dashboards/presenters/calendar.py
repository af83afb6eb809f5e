"""The editorial calendar: a month or a week as days with tiles, and the sentences above it.

In: a project, a person, the day and the view. Out: what templates/calendar/ shows, from a fixed number of queries.
Called by dashboards/views/calendar.py.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst

from accounts.formats import date_range, long_date, short_day
from accounts.models import Project, User
from dashboards.presenters.calendar_notes import AHEAD, BEHIND, Rhythm, rhythm
from dashboards.presenters.posts import SIGNS, Tile, tile_of
from workplace import post_reads
from workplace.calendar.rhythm import Gap
from workplace.calendar.statuses import CANCELED
from workplace.calendar.wall_clock import day_bounds, monday, month_days, next_month, previous_month
from workplace.models import Post

MONTH, WEEK, LIST = "month", "week", "list"
VIEWS = (MONTH, WEEK, LIST)
SHOWN_PER_DAY = 4
SHOWN_UNDATED = 10
YEARS = range(2000, 2100)


@dataclass(frozen=True)
class Day:
    """A day of the calendar. `more` posts are only in the week."""

    day: date
    name: str
    label: str
    heading: str
    tiles: list[Tile]
    more: int
    is_today: bool
    is_past: bool
    is_gap: bool
    is_outside: bool


@dataclass(frozen=True)
class Grid:
    """A month or a week. `before` and `after` are days of the neighbors."""

    view: str
    title: str
    weekdays: list[str]
    days: list[Day]
    before: date
    after: date


@dataclass(frozen=True)
class KindRow:
    """A type of posts in view, with its share of them."""

    label: str
    posts: int
    share: int


@dataclass(frozen=True)
class CalendarPage:
    """The page of a month or a week."""

    grid: Grid
    rhythm: Rhythm
    undated: list[Tile]
    has_more_undated: bool
    kinds: list[KindRow]
    is_empty: bool
    legend: list[tuple[str, str]]


def shown_day(text: str, today: date) -> date:
    """Return the day that a query string asks for, today for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if day.year in YEARS else today


def calendar_page(project: Project, user: User, view: str, day: date, now: datetime) -> CalendarPage:
    """Return a month or a week with what is around it."""
    zone = user.zone
    days = month_days(day) if view == MONTH else [monday(day) + timedelta(days=number) for number in range(7)]
    posts = [
        one for one in post_reads.between(project, *day_bounds(days[0], days[-1], zone)) if one.status != CANCELED
    ]
    around = post_reads.between(project, now - BEHIND, now + AHEAD)
    found = rhythm(around, post_reads.late(project, now).count(), now, zone)
    undated = post_reads.undated(project, SHOWN_UNDATED + 1)
    return CalendarPage(
        grid=_grid(view, day, days, posts, found.gaps, now, zone),
        rhythm=found,
        undated=[tile_of(one, now) for one in undated[:SHOWN_UNDATED]],
        has_more_undated=len(undated) > SHOWN_UNDATED,
        kinds=_kinds(posts),
        is_empty=not posts and not around and not undated and not project.posts.exists(),
        legend=[(SIGNS[status], str(status.label)) for status in Post.Status if status != CANCELED],
    )


def _grid(
    view: str,
    day: date,
    days: Sequence[date],
    posts: Sequence[Post],
    gaps: Sequence[Gap],
    now: datetime,
    zone: ZoneInfo,
) -> Grid:
    tiles: dict[date, list[Tile]] = defaultdict(list)
    for post in posts:
        tile = tile_of(post, now)
        if tile.at:
            tiles[tile.at.date()].append(tile)
    today = timezone.localtime(now, zone).date()
    limit = SHOWN_PER_DAY if view == MONTH else len(posts)
    is_month = view == MONTH
    return Grid(
        view=view,
        title=capfirst(date_format(day, "YEAR_MONTH_FORMAT")) if is_month else date_range(days[0], days[-1]),
        weekdays=[date_format(one, "D") for one in days[:7]],
        days=[
            Day(
                day=one,
                name=_day_name(one),
                heading=f"{capfirst(date_format(one, 'D'))} {short_day(one)}",
                label=_number_label(one, is_first=one == days[0]),
                tiles=tiles[one][:limit],
                more=max(len(tiles[one]) - limit, 0),
                is_today=one == today,
                is_past=one < today,
                is_gap=any(gap.first <= one <= gap.last for gap in gaps),
                is_outside=is_month and one.month != day.month,
            )
            for one in days
        ],
        before=previous_month(day) if is_month else days[0] - timedelta(days=7),
        after=next_month(day) if is_month else days[0] + timedelta(days=7),
    )


def _day_name(day: date) -> str:
    return f"{capfirst(date_format(day, 'l'))}, {long_date(day)}"


def _number_label(day: date, *, is_first: bool) -> str:
    """Return the number of a day, with its month where one begins."""
    return short_day(day) if is_first or day.day == 1 else str(day.day)


def _kinds(posts: Sequence[Post]) -> list[KindRow]:
    counts = Counter(post.kind for post in posts)
    return [
        KindRow(str(Post.Kind(kind).label), number, round(100 * number / len(posts)))
        for kind, number in counts.most_common()
    ]
