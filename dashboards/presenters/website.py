"""The website page: totals of a period, visits from social sites next to mentions, and ranked breakdowns.

In: a website and the mentions of its project per day. Out: frozen rows and charts for templates/website/.
Days are those of the website's own time zone, for mentions too. Called by dashboards/views/website.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import date_range, number, percent_pattern
from accounts.models import Project
from dashboards import time_charts
from dashboards.presenters.dates import bucket_label, bucket_title
from dashboards.presenters.overview_tiles import DOWN, UP, Tile, change_words
from dashboards.presenters.time_chart import mark_remarks
from dashboards.presenters.website_words import connection_words, peak_words, status_words
from dashboards.time_charts import Remark, TimeBucket, spark_path
from monitoring.insights.breakdown import breakdown, project_subject
from monitoring.insights.filters import MentionFilter
from monitoring.insights.marks import ANNOTATION
from monitoring.insights.periods import start_of_day
from monitoring.insights.volume import PeriodChange
from monitoring.models import Source
from website import figures
from website.figures import SETTLING_DAYS, Top, Totals
from website.models import Website, WebsiteDay
from website.periods import Period
from website.readers.base import Dimension
from website.schedule import HISTORY_DAYS
from workplace.annotations import chart_marks
from workplace.post_texts import posts_of_values

COMPARED_DAYS = 90  # for the connection of mentions and visits, in any period


@dataclass(frozen=True)
class DayRow:
    """A day in the table behind the charts. `mentions` is None before Vigie collected."""

    title: str
    sessions: int | None
    social: int | None
    mentions: int | None
    query: str
    remark: str


@dataclass(frozen=True)
class RankRow:
    """A value of a breakdown; `part` is the width of its bar in percent, `url` the post that it is, "" for none."""

    label: str
    more: str
    count: str
    part: int
    url: str = ""


@dataclass(frozen=True)
class Ranking:
    """A breakdown; `rest` says in words what is not listed."""

    id: str
    title: str
    unit: str
    empty: str
    rows: list[RankRow]
    rest: str


@dataclass(frozen=True)
class MentionDays:
    """Mentions of the project per day, with the filter of each day; days before `start` are unknown."""

    counts: Mapping[date, int]
    filters: Mapping[date, MentionFilter]
    start: date | None


@dataclass(frozen=True)
class WebsitePage:
    period: Period
    dates: str
    status: str
    totals: Totals
    tiles: list[Tile]
    visits: dict[str, object]
    mentions: dict[str, object]
    rows: list[DayRow]
    connection: list[str]
    peaks: list[tuple[list[str], str]]
    rankings: list[Ranking]
    is_settling: bool


def website_page(website: Website, period: Period, today: date) -> WebsitePage:
    """Return what the page shows of a website."""
    oldest = period.last - timedelta(days=COMPARED_DAYS - 1)
    days = {day.day: day for day in figures.days_of(website, min(period.before, oldest), period.last)}
    mentions = _mentions(website, oldest, period.last)
    shown = [days.get(day) for day in _range(period.first, period.last)]
    now = [day for day in shown if day]
    before = [day for date_, day in days.items() if period.before <= date_ < period.first]
    total = figures.totals(website, now)
    total_before = figures.totals(website, before) if period.has_before else None
    buckets, marks = _buckets(period), _annotations(website, period)
    compared = [day for day in _range(oldest, period.last) if day in days and (mentions.start or day) <= day]
    return WebsitePage(
        period=period,
        dates=date_range(period.first, period.last),
        status=status_words(total, total_before),
        totals=total,
        tiles=_tiles(total, total_before, now),
        visits=time_charts.counts(
            buckets, _("Visits from social sites"), [day.social_sessions if day else None for day in shown], marks
        ),
        mentions=time_charts.counts(
            buckets, _("Mentions"), [_count(mentions, day) for day in _range(period.first, period.last)], marks
        ),
        rows=[
            _row(day, days.get(day), mentions, bucket, " · ".join(one.text for one in marks if one.at == at))
            for at, (day, bucket) in enumerate(zip(_range(period.first, period.last), buckets, strict=True))
        ][::-1],
        connection=connection_words(
            [mentions.counts.get(day, 0) for day in compared], [days[day].social_sessions for day in compared]
        ),
        peaks=peak_words(compared, period.first, days, mentions.counts, mentions.filters),
        rankings=_rankings(website, period),
        is_settling=(today - period.last).days <= SETTLING_DAYS,
    )


def progress_words(website: Website) -> str:
    """Return how far the first read has come, "" once it is done."""
    if website.read_until is None or website.read_from is None:
        return _("Vigie is reading this website for the first time. The first figures arrive in a few minutes.")
    read = (website.read_until - website.read_from).days + 1
    if read >= HISTORY_DAYS or website.error_code:
        return ""
    text = ngettext(
        "Vigie is reading the history: %(read)s of %(all)s day so far.",
        "Vigie is reading the history: %(read)s of %(all)s days so far.",
        HISTORY_DAYS,
    )
    return text % {"read": number(read), "all": number(HISTORY_DAYS)}


def _range(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def _buckets(period: Period) -> list[TimeBucket]:
    found = []
    for day in _range(period.first, period.last):
        start = datetime(day.year, day.month, day.day)
        found.append(TimeBucket(bucket_label(start, "day"), bucket_title(start, "day"), ""))
    return found


def _annotations(website: Website, period: Period) -> list[Remark]:
    """Return what people noted about days of the period, such as campaigns."""
    zone = website.zone
    starts = [start_of_day(day, zone) for day in _range(period.first, period.last)]
    until = start_of_day(period.last + timedelta(days=1), zone)
    found = chart_marks(website.project, starts[0], until, zone)
    return mark_remarks(starts, [mark for mark in found if mark.kind == ANNOTATION])


def _mentions(website: Website, first: date, last: date) -> MentionDays:
    """Return the mentions of the brands per day in the website's time zone."""
    project, zone = website.project, website.zone
    since, until = start_of_day(first, zone), start_of_day(last + timedelta(days=1), zone)
    f = project_subject(project, since, until).replace(zone=zone)
    series = breakdown(f, "day")
    ends = [*series.starts[1:], until]
    return MentionDays(
        counts={start.date(): one.documents for start, one in zip(series.starts, series.tallies, strict=True)},
        filters={
            start.date(): f.replace(since=start, until=end) for start, end in zip(series.starts, ends, strict=True)
        },
        start=_first_day(project, website),
    )


def _first_day(project: Project, website: Website) -> date | None:
    """Return the first whole day on which Vigie collected for the project."""
    first = Source.objects.filter(project=project).aggregate(first=Min("created_at"))["first"]
    return first.astimezone(website.zone).date() + timedelta(days=1) if first else None


def _count(mentions: MentionDays, day: date) -> int | None:
    found = mentions.counts.get(day, 0)
    return None if not found and mentions.start and day < mentions.start else found


def _row(day: date, figures_: WebsiteDay | None, mentions: MentionDays, bucket: TimeBucket, remark: str) -> DayRow:
    f = mentions.filters.get(day)
    return DayRow(
        title=bucket.title,
        sessions=figures_.sessions if figures_ else None,
        social=figures_.social_sessions if figures_ else None,
        mentions=_count(mentions, day),
        query=f.to_query() if f else "",
        remark=remark,
    )


def _tiles(now: Totals, before: Totals | None, days: Sequence[WebsiteDay]) -> list[Tile]:
    labels = figures.metrics()
    tiles = []
    for name in ("sessions", "users", "new_users", "social_sessions", "key_events"):
        value, earlier = getattr(now, name), getattr(before, name) if before else None
        if value is not None:
            spark = spark_path([getattr(day, name) for day in days])
            tiles.append(_tile(name, str(labels[name].label), round(value), earlier, spark))
    return [*tiles, _rate_tile(now.conversion_rate, before.conversion_rate if before else None)]


def _tile(name: str, label: str, now: int, before: float | None, spark: str) -> Tile:
    note, arrow = ("", "") if before is None else change_words(PeriodChange(now, round(before)), None)
    return Tile(f"tile-{name.replace('_', '-')}", label, number(now), "", note, arrow, spark=spark)


def _rate_tile(now: float | None, before: float | None) -> Tile:
    name, note, arrow = str(figures.metrics()["conversion_rate"].label), "", ""
    if now is not None and before is not None:
        note = _("%(before)s before") % {"before": _rate_words(before)}
        shown = round(now, 1), round(before, 1)
        arrow = UP if shown[0] > shown[1] else DOWN if shown[0] < shown[1] else ""
    return Tile("tile-rate", name, "–" if now is None else _rate_words(now), "", note, arrow)


def _rate_words(value: float) -> str:
    return percent_pattern() % {"number": number(value, 1)}


def _rankings(website: Website, period: Period) -> list[Ranking]:
    sessions, events = _("sessions"), _("events")
    kinds = (
        (Dimension.SOURCE, _("Sources and media"), sessions, _("No visits in this period.")),
        (Dimension.CAMPAIGN, _("Campaigns and posts"), sessions, _("No visit came by a campaign link.")),
        (Dimension.LANDING_PAGE, _("Landing pages"), sessions, _("No visits in this period.")),
        (Dimension.KEY_EVENT, _("Key events"), events, _("No key event in this period.")),
        (Dimension.SEARCH_TERM, _("Search terms"), sessions, _("The provider names no search terms.")),
    )
    found = []
    for dimension, title, unit, empty in kinds:
        top = figures.top(website, dimension, period.first, period.last)
        found.append(
            Ranking(str(dimension), title, unit, empty, _rank_rows(top, dimension, website.project), _rest_words(top))
        )
    return found


def _rank_rows(top: Top, dimension: Dimension, project: Project) -> list[RankRow]:
    names = [row.detail or row.value for row in top.rows] if dimension is Dimension.CAMPAIGN else []
    posts = posts_of_values(project, names) if names else {}
    most = top.rows[0].count if top.rows else 1
    rows = []
    for row in top.rows:
        label, more = row.value, row.detail
        if dimension is Dimension.CAMPAIGN and row.detail:
            label, more = row.detail, row.value
        if label == "(direct)":
            label, more = _("Direct visits"), ""
        url = ""
        if post := posts.get(label):
            label, more = post.title, "" if more == label else more
            url = reverse("post", args=[project.pk, post.pk])
        rows.append(RankRow(label, more, number(row.count), round(100 * row.count / most), url))
    return rows


def _rest_words(top: Top) -> str:
    return _("All others: %(number)s") % {"number": number(top.rest)} if top.rest else ""
