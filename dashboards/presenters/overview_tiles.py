"""The tiles of the overview: a number with its change and sparkline, and the list that it links to.

In: counts of monitoring/insights. Out: frozen tiles for templates/overview/_tiles.html. Called by
dashboards/views/overview.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import duration, long_date, number, percent
from dashboards.presenters.response_rows import median_words
from dashboards.presenters.sentiment_chart import MIN_MENTIONS_TO_COMPARE
from dashboards.presenters.time_chart import ShareChart
from dashboards.time_charts import spark_path
from monitoring.insights.breakdown import Breakdown
from monitoring.insights.net_sentiment import net_points
from monitoring.insights.profile import Reach
from monitoring.insights.sentiment_words import signed
from monitoring.insights.urgency import Queue
from monitoring.insights.volume import PeriodChange
from workplace.response_times import ResponseTimes

UP, DOWN = "up", "down"


@dataclass(frozen=True)
class Tile:
    """`tone` is "neg" where the number is bad, `arrow` UP, DOWN or ""; `url` "" for a number without a list."""

    id: str
    name: str
    value: str
    url: str
    note: str = ""
    arrow: str = ""
    tone: str = ""
    spark: str = ""
    help: str = ""


def mentions_tile(found: Breakdown, url: str, history_start: datetime | None) -> Tile:
    total, before = found.total.documents, found.before.documents
    note, arrow = change_words(PeriodChange(total, before), history_start)
    spark = spark_path([tally.documents for tally in found.tallies])
    return Tile("tile-mentions", _("Mentions"), number(total), url, note, arrow, spark=spark)


def net_tile(found: Breakdown, url: str, history_start: datetime | None) -> Tile:
    now, before = found.total.split, found.before.split
    net = now.net
    note, arrow, tone = "", "", ""
    if net is None:
        note = _("fewer than 10 analyzed mentions")
    elif history_start is None and before.net is not None:
        if min(now.labeled, before.labeled) < MIN_MENTIONS_TO_COMPARE:
            note = _("not enough analyzed mentions to compare")
        else:
            change = net - before.net
            text = ngettext("%(count)s point · %(before)s before", "%(count)s points · %(before)s before", abs(change))
            note = text % {"count": number(abs(change)), "before": signed(before.net)}
            arrow = UP if change > 0 else DOWN if change < 0 else ""
            tone = "neg" if change < 0 and net < 0 else ""
    points = net_points([tally.split for tally in found.tallies])
    spark = spark_path([point.net if point else None for point in points])
    help = _(
        "Positive minus negative mentions, divided by all positive, neutral, and negative mentions. Ranges from −100 "
        "to +100. Uncertain mentions are excluded."
    )
    value = "–" if net is None else signed(net)
    return Tile("tile-sentiment", _("Net sentiment"), value, url, note, arrow, tone, spark, help)


def reply_tile(queue: Queue, url: str, starts: Sequence[datetime]) -> Tile:
    """`starts` are the buckets of the period: the sparkline shows when what waits was published."""
    note, tone = _("all caught up"), ""
    if queue.overdue:
        text = ngettext("%(count)s overdue", "%(count)s overdue", queue.overdue)
        note, tone = text % {"count": number(queue.overdue)}, "neg"
    elif queue.total:
        note = _("waiting for a reply")
    ends = [*starts[1:], None]
    counts = [
        sum(start <= one.published and (end is None or one.published < end) for one in queue.waiting)
        for start, end in zip(starts, ends, strict=True)
    ]
    spark = spark_path(counts) if queue.total else ""
    return Tile("tile-needs-reply", _("Needs reply"), number(queue.total), url, note, tone=tone, spark=spark)


def response_tile(now: ResponseTimes, before: ResponseTimes, url: str, history_start: datetime | None) -> Tile | None:
    """Return the median time to first response; None where nothing was replied to."""
    if now.median_s is None:
        return None
    note, arrow, tone = "", "", ""
    if history_start is None and before.median_s is not None:
        note = _("%(before)s before") % {"before": duration(before.median_s)}
        if median_words(now) != median_words(before):
            arrow = UP if now.median_s > before.median_s else DOWN
            tone = "neg" if arrow == UP else ""
    return Tile("tile-response", _("Time to first response"), median_words(now), url, note, arrow, tone)


def share_tile(chart: ShareChart, url: str) -> Tile:
    row = chart.rows[0]
    note, arrow = "", ""
    if row.before is not None:
        change = row.share - row.before
        text = ngettext("%(count)s point · %(before)s before", "%(count)s points · %(before)s before", abs(change))
        note = text % {"count": number(abs(change)), "before": percent(row.before)}
        arrow = UP if change > 0 else DOWN if change < 0 else ""
    spark = spark_path(chart.config["lines"][0]["data"])  # type: ignore[index]  # the configuration is JSON
    return Tile("tile-voice", _("Share of voice"), percent(row.share), url, note, arrow, spark=spark)


def reach_tile(reach: Reach, url: str) -> Tile | None:
    """Return the followers of the authors; None where no platform gives any."""
    if not reach.known:
        return None
    share = percent(round(100 * reach.known / reach.sampled))
    note = _("followers known for %(percent)s of mentions") % {"percent": share}
    if not reach.is_complete:
        text = _("newest %(count)s mentions; followers known for %(percent)s")
        note = text % {"count": number(reach.sampled), "percent": share}
    return Tile("tile-reach", _("Known reach"), _compact(reach.followers), url, note)


def _compact(value: int) -> str:
    """Return a number in at most three digits: 812, 48 k, 2.1 M."""
    if value >= 1_000_000:
        return _("%(number)s M") % {"number": number(value / 1_000_000, 1 if value < 10_000_000 else 0)}
    if value >= 10_000:
        return _("%(number)s k") % {"number": number(round(value / 1000))}
    return number(value)


def change_words(change: PeriodChange, history_start: datetime | None) -> tuple[str, str]:
    """Return the change in words and its arrow; nothing is said about a time that Vigie did not see."""
    if history_start:
        return _("no history before %(day)s") % {"day": long_date(history_start)}, ""
    if change.percent is None:
        return (_("none in the previous period") if change.now else _("none in the previous period either")), ""
    if not change.percent:
        return _("same as previous period"), ""
    text = _("%(percent)s · %(before)s before")
    words = text % {"percent": percent(abs(change.percent)), "before": number(change.before)}
    return words, UP if change.percent > 0 else DOWN
