"""The preview of a query: rounded numbers, the matches per day, highlighted examples, the effect of an edit.

In: a Preview of monitoring/query_tools/preview.py. Out: frozen values for templates/keywords/_query_preview.html.
Called by dashboards/views/keyword_edit.py and presenters/near_misses.py.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from django.utils.translation import gettext as _

from accounts.formats import short_day
from dashboards import charts
from dashboards.presenters.highlight import excerpt
from dashboards.presenters.mention_rows import source_name
from dashboards.presenters.reading_cost import ReadingCost, reading_cost
from monitoring.models import Document
from monitoring.query_tools.cooccurring_terms import DistinctiveTerm
from monitoring.query_tools.preview import History, Preview
from monitoring.query_tools.sampled_search import Hit, SampledResult

TITLE_CHARS, TEXT_CHARS = 120, 160
MAX_DAYS, MIN_DAYS = 90, 14  # of the sparkline
NEWEST_CHANGES = 3  # examples of what an edit adds, and of what it removes
# A sampled count of n has a standard error of about the square root of n, so more digits would be invented.
MATCHES_FOR_THREE_DIGITS = 1000


@dataclass(frozen=True)
class ShownMatch:
    """An example of the items that the query matches; `published` is None if it is unknown."""

    title: str
    text: str
    url: str
    source_name: str
    published: datetime | None


@dataclass(frozen=True)
class ShownResult:
    """The matches of a query: `count` is rounded if it is an estimate from `checked` of `to_check` items."""

    count: int
    is_exact: bool
    checked: int
    to_check: int
    matches: list[ShownMatch]
    is_newest: bool


@dataclass(frozen=True)
class DailyMatches:
    """The sparkline of matches per day from `first` to `last`; `earlier` matches are older."""

    points: str
    first: str
    last: str
    peak: int
    peak_day: str
    earlier: int


@dataclass(frozen=True)
class ShownPreview:
    """The whole preview; `added` and `removed` compare it with the saved query."""

    history: History
    result: ShownResult
    days: DailyMatches | None
    distinctive_terms: tuple[DistinctiveTerm, ...]
    added: ShownResult | None
    removed: ShownResult | None
    cost: ReadingCost | None

    @property
    def is_change(self) -> bool:
        return self.added is not None


def shown_preview(preview: Preview, now: datetime, zone: tzinfo) -> ShownPreview:
    """Return the preview as the form shows it, with days in the time zone `zone`."""
    found, added, removed = preview.found, preview.added, preview.removed
    return ShownPreview(
        history=preview.history,
        result=shown_result(found),
        days=_days(preview, now.astimezone(zone).date(), zone) if found.count else None,
        distinctive_terms=preview.distinctive_terms,
        added=shown_result(added, NEWEST_CHANGES) if added else None,
        removed=shown_result(removed, NEWEST_CHANGES) if removed else None,
        cost=reading_cost(preview, now, zone),
    )


def rounded(found: SampledResult) -> int:
    """Return the count, rounded to the digits that an estimate can have."""
    if found.is_exact or not found.count:
        return found.count
    digits = 3 if found.count * found.checked / found.to_check >= MATCHES_FOR_THREE_DIGITS else 2
    return round(found.count, digits - len(str(found.count)))


def shown_result(found: SampledResult, limit: int | None = None) -> ShownResult:
    """Return the count and the newest matches, at most `limit`, in one query."""
    hits = found.newest[:limit]
    documents = Document.objects.select_related("source").only("url", "source__title", "source__url")
    names = {pk: source_name(one.source, one) for pk, one in documents.in_bulk([hit.id for hit in hits]).items()}
    matches = [_match(hit, names.get(hit.id, "")) for hit in hits]
    return ShownResult(rounded(found), found.is_exact, found.checked, found.to_check, matches, found.is_newest)


def _match(hit: Hit, name: str) -> ShownMatch:
    title = excerpt(hit.doc.title, hit.spans_in("title"), TITLE_CHARS)
    text = excerpt(hit.doc.text, hit.spans_in("text"), TEXT_CHARS)
    published = hit.published if hit.published_is_known else None
    return ShownMatch(title or text or _("(no text)"), text if title else "", hit.doc.url, name, published)


def _days(preview: Preview, today: date, zone: tzinfo) -> DailyMatches:
    counts = dict(preview.found.days)
    since = preview.history.since
    oldest = min([*counts, since.astimezone(zone).date() if since else today])
    first = min(max(oldest, today - timedelta(MAX_DAYS - 1)), today - timedelta(MIN_DAYS - 1))
    days = [first + timedelta(number) for number in range((today - first).days + 1)]
    values = [counts.get(day, 0) for day in days]
    peak_day = days[values.index(max(values))]
    earlier = sum(count for day, count in counts.items() if day < first)
    points = charts.sparkline_points(values)
    return DailyMatches(points, short_day(first), short_day(today), max(values), short_day(peak_day), earlier)
