"""The lower part of the overview: hours of the week, top sources and authors, distinctive terms, why a peak is there.

In: a Profile, Terms and an Explanation of monitoring/insights. Out: frozen rows with links to their lists. Called by
dashboards/views/overview_parts.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number, percent
from monitoring.insights.authors import authors_by_name
from monitoring.insights.filters import MentionFilter
from monitoring.insights.profile import Profile, TopRow
from monitoring.insights.terms import Term
from monitoring.insights.week_hours import A_MONDAY, HOURS, hour_key, hour_name
from monitoring.models import Source


@dataclass(frozen=True)
class HeatCell:
    """`level` is the share of the busiest hour in percent, `title` the count in words."""

    count: int
    level: int
    title: str
    query: str


@dataclass(frozen=True)
class HeatRow:
    day: str
    full_day: str
    cells: list[HeatCell]


@dataclass(frozen=True)
class RankRow:
    """A row of a top list: `part` is its bar in percent of the longest, `more` a second number in words.

    `author_id` is set where the row is the only author of that name.
    """

    label: str
    count: str
    query: str
    part: int
    more: str = ""
    is_failing: bool = False
    author_id: int | None = None


def heat_rows(f: MentionFilter, heat: Sequence[Sequence[int]]) -> list[HeatRow]:
    """Return one row per weekday; the hours are those of the person's time zone."""
    highest = max((max(hours) for hours in heat), default=0) or 1
    rows = []
    for weekday, hours in enumerate(heat):
        day = A_MONDAY + timedelta(days=weekday)
        cells = [
            HeatCell(
                count,
                round(100 * count / highest),
                _hour_words(hour_key(weekday * HOURS + hour), count),
                f.replace(hours=(hour_key(weekday * HOURS + hour),)).to_query() if count else "",
            )
            for hour, count in enumerate(hours)
        ]
        rows.append(HeatRow(date_format(day, "D"), date_format(day, "l"), cells))
    return rows


def busiest(rows: Iterable[HeatRow]) -> HeatCell | None:
    """Return the hour of the week with the most mentions, None without any."""
    cells = [cell for row in rows for cell in row.cells]
    best = max(cells, key=lambda cell: cell.count, default=None)
    return best if best and best.count else None


def source_rows(f: MentionFilter, found: Profile) -> list[RankRow]:
    """Return the sources with the most mentions, each with the share of negative ones."""
    sources = Source.objects.in_bulk([row.key for row in found.sources])
    return [
        _ranked(
            f.replace(sources=(row.key,)),
            row,
            found.sources,
            str(sources.get(row.key, row.key)),
            is_failing=bool(row.key in sources and sources[row.key].is_failing),
        )
        for row in found.sources
        if isinstance(row.key, int)
    ]


def author_rows(f: MentionFilter, found: Profile) -> list[RankRow]:
    """Return the authors with the most mentions, with the page of each whose name nobody else has."""
    ids = authors_by_name(f.project_id, [str(row.key) for row in found.authors])
    rows = [_ranked(f.replace(author=row.key), row, found.authors, str(row.key)) for row in found.authors]
    return [replace(row, author_id=ids.get(row.label)) for row in rows]


def term_rows(f: MentionFilter, terms: Sequence[Term], sampled: int, *, is_complete: bool) -> list[RankRow]:
    """Return terms. Of a sample the share is shown: a count would not be that of the list."""
    longest = max((term.documents for term in terms), default=1)
    return [
        RankRow(
            label=term.word,
            count=number(term.documents) if is_complete else percent(round(100 * term.documents / sampled)),
            query=f.replace(q=term.word).to_query(),
            part=round(100 * term.documents / longest),
            more=_("new") if term.ratio is None else _("× %(number)s") % {"number": number(round(term.ratio))},
        )
        for term in terms
    ]


def _ranked(f: MentionFilter, row: TopRow, rows: Sequence[TopRow], label: str, *, is_failing: bool = False) -> RankRow:
    split, longest = row.tally.split, rows[0].tally.documents
    negative = ""
    if split.labeled and split.negative:
        negative = _("%(percent)s neg.") % {"percent": percent(round(100 * split.negative / row.tally.documents))}
    part = round(100 * row.tally.documents / longest)
    return RankRow(label, number(row.tally.documents), f.to_query(), part, negative, is_failing)


def _hour_words(key: str, count: int) -> str:
    mentions = ngettext("%(count)s mention", "%(count)s mentions", count) % {"count": number(count)}
    return _("%(when)s: %(mentions)s") % {"when": hour_name(key), "mentions": mentions}
