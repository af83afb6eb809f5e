"""A preview of a query as people see it: rounded numbers, a line a day, marked texts.

In: a Preview of monitoring. Out: frozen values for templates/keywords/_query_check.html. Called by the keyword
form.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from urllib.parse import urlsplit

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dashboards import charts
from dashboards.presenters.dates import short_day
from dashboards.presenters.highlight import excerpt
from monitoring.query_tools.cooccurring_terms import DistinctiveTerm
from monitoring.query_tools.preview import History, Preview
from monitoring.query_tools.sampled_search import Hit, SampledResult

TITLE_CHARS, TEXT_CHARS = 120, 160
CHART_DAYS, FEWEST_DAYS = 90, 14
NEWEST_CHANGES = 3  # of what an edit adds, and of what it removes
# A count of n things met has an error of about its square root: more digits than that would be made up.
MET_FOR_THREE_DIGITS = 1000


@dataclass(frozen=True)
class ShownHit:
    title: SafeString
    text: SafeString
    url: str
    place: str
    published: datetime


@dataclass(frozen=True)
class ShownFound:
    """`count` is rounded where it is an estimate."""

    count: int
    is_exact: bool
    looked_at: int
    of: int
    hits: list[ShownHit]
    is_newest: bool


@dataclass(frozen=True)
class Days:
    """The line of matches a day. `earlier` were published before it begins."""

    points: str
    first: str
    last: str
    most: int
    most_on: str
    earlier: int


@dataclass(frozen=True)
class ShownPreview:
    history: History
    found: ShownFound
    days: Days | None
    distinctive_terms: tuple[DistinctiveTerm, ...]
    added: ShownFound | None
    removed: ShownFound | None

    @property
    def is_change(self) -> bool:
        return self.added is not None


def shown_preview(preview: Preview, now: datetime, zone: tzinfo) -> ShownPreview:
    found, added, removed = preview.found, preview.added, preview.removed
    return ShownPreview(
        history=preview.history,
        found=_shown(found),
        days=_days(preview, now.astimezone(zone).date(), zone) if found.count else None,
        distinctive_terms=preview.distinctive_terms,
        added=_shown(added, NEWEST_CHANGES) if added else None,
        removed=_shown(removed, NEWEST_CHANGES) if removed else None,
    )


def rounded(found: SampledResult) -> int:
    """The count, of an estimate as many digits as it can have."""
    if found.is_exact or not found.count:
        return found.count
    digits = 3 if found.count * found.checked / found.to_check >= MET_FOR_THREE_DIGITS else 2
    return round(found.count, digits - len(str(found.count)))


def _shown(found: SampledResult, most: int | None = None) -> ShownFound:
    hits = [_hit(hit) for hit in found.newest[:most]]
    return ShownFound(rounded(found), found.is_exact, found.checked, found.to_check, hits, found.is_newest)


def _hit(hit: Hit) -> ShownHit:
    title = excerpt(hit.doc.title, hit.spans_in("title"), TITLE_CHARS)
    text = excerpt(hit.doc.text, hit.spans_in("text"), TEXT_CHARS)
    return ShownHit(
        title or text or _("(no text)"), text if title else "", hit.doc.url, _host(hit.doc.url), hit.published
    )


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:  # feeds give any address, "http://[x" too
        return ""


def _days(preview: Preview, today: date, zone: tzinfo) -> Days:
    counts = dict(preview.found.days)
    since = preview.history.since
    begins = min([*counts, since.astimezone(zone).date() if since else today])
    first = min(max(begins, today - timedelta(CHART_DAYS - 1)), today - timedelta(FEWEST_DAYS - 1))
    days = [first + timedelta(number) for number in range((today - first).days + 1)]
    values = [counts.get(day, 0) for day in days]
    most_on = days[values.index(max(values))]
    earlier = sum(count for day, count in counts.items() if day < first)
    return Days(
        charts.spark_points(values), short_day(first), short_day(today), max(values), short_day(most_on), earlier
    )
