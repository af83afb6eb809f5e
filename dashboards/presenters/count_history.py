"""How the counts of a post changed, for its mention's page.

In: the points of its series. Out: a sentence and a table for templates/mentions/_count_history.html.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.formats import duration, number
from dashboards.presenters.dates import day_and_time
from monitoring.models import EngagementPoint

MAX_ROWS = 20
UNKNOWN = "–"
_NAMES = ("likes", "replies", "shares", "views")


@dataclass(frozen=True)
class CountRow:
    """The counts at a time, one per column."""

    at: datetime
    time: str
    counts: list[str]


@dataclass(frozen=True)
class CountHistory:
    """The change from the first point to the last as a sentence ("" without one), and the last points as a table."""

    sentence: str
    columns: list[str]
    rows: list[CountRow]
    omitted: str


def count_history(points: list[EngagementPoint], now: datetime) -> CountHistory | None:
    """Return how counts changed, None for fewer than two points or if only the engagement is known."""
    last = points[-MAX_ROWS:]
    names = [name for name in _NAMES if any(getattr(point, name) is not None for point in last)]
    if len(points) < 2 or not names:
        return None
    titles = {"likes": _("Likes"), "replies": _("Replies"), "shares": _("Shares"), "views": _("Views")}
    return CountHistory(
        sentence=_sentence(points[0], points[-1]),
        columns=[titles[name] for name in names],
        rows=[
            CountRow(point.at, day_and_time(point.at, now), [_shown(getattr(point, name)) for name in names])
            for point in last
        ],
        omitted=_("Last %(number)s changes") % {"number": number(MAX_ROWS)} if len(points) > MAX_ROWS else "",
    )


def _sentence(first: EngagementPoint, last: EngagementPoint) -> str:
    patterns = {
        "likes": _("likes %(before)s → %(after)s"),
        "replies": _("replies %(before)s → %(after)s"),
        "shares": _("shares %(before)s → %(after)s"),
        "views": _("views %(before)s → %(after)s"),
    }
    changes = []
    for name, pattern in patterns.items():
        before, after = getattr(first, name), getattr(last, name)
        # A count that was unknown at first has no time in which it changed.
        if before is not None and after is not None and before != after:
            changes.append(pattern % {"before": number(before), "after": number(after)})
    if not changes:
        return ""
    # Translators: such as “Likes 12 → 340, replies 2 → 9 in 6 hours”.
    return _("%(changes)s in %(duration)s") % {
        "changes": capfirst(", ".join(changes)),
        "duration": duration((last.at - first.at).total_seconds()),
    }


def _shown(count: int | None) -> str:
    return UNKNOWN if count is None else number(count)
