"""The rows of the Sources page: sources and the time in, frozen rows with status and rate out, in one query.

Called by dashboards/views/sources.py; templates/sources/ shows them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import long_date, moment, number
from monitoring.messages.error_text import ErrorText
from monitoring.messages.source_errors import error_text
from monitoring.models import DocumentSource, Source
from monitoring.platforms.registry import streamed_platforms
from monitoring.polling.moves import TIME_BEFORE_MOVE

RATE_DAYS = 30
# Without a new item for so long, a source is quiet. That is no error: many blogs publish monthly.
QUIET_AFTER = timedelta(days=30)
# The process that reads a stream saves its state twice a minute, failures included.
STOPPED_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class SourceRow:
    """A source with its status: `status` is failing, paused, pending, quiet or active, `label` is its translation.

    `error` explains why it fails, `warning` what is missing of a source that can be read, "" for nothing.
    `move` says where its URL comes from or redirects to. `items_per_day` is None until the first successful check.
    """

    source: Source
    status: str
    label: str
    tone: str
    error: ErrorText | None
    warning: str
    move: str
    items_per_day: float | None


def source_rows(sources: Iterable[Source], now: datetime) -> list[SourceRow]:
    """Return the rows in the order of `sources`."""
    sources = list(sources)
    rates = _rates(sources, now)
    return [_row(source, rates.get(source.pk, 0.0), now) for source in sources]


def _row(source: Source, rate: float, now: datetime) -> SourceRow:
    status = status_of(source, now)
    label, tone = {
        "failing": (_("Stopped") if source.state == Source.State.STOPPED else _("Failing"), "warn"),
        "paused": (_("Paused"), ""),
        "pending": (_("Pending"), ""),
        "quiet": (_("Quiet"), ""),
        "active": (_("Active"), ""),
    }[status]
    error = error_text(source.error_code) if status == "failing" else None
    rate_if_known = rate if source.last_success_at else None
    return SourceRow(source, status, label, tone, error, _warning(source, now), _move(source), rate_if_known)


def _move(source: Source) -> str:
    """Return in one sentence where a source is redirected, or from where it has moved."""
    if source.moved_to and source.moved_count:
        text = _("Permanently redirected to %(url)s. Vigie will use it after reading the feed there for %(days)s.")
        days = ngettext("%(number)s day", "%(number)s days", TIME_BEFORE_MOVE.days)
        return text % {"url": source.moved_to, "days": days % {"number": number(TIME_BEFORE_MOVE.days)}}
    if source.moved_to:
        text = _("Permanently redirected to %(url)s, which seems to be another feed, so Vigie keeps this URL.")
        return text % {"url": source.moved_to}
    if source.previous_url and source.moved_at:
        text = _("Moved to this URL on %(date)s. Previous URL: %(url)s")
        return text % {"date": long_date(source.moved_at), "url": source.previous_url}
    return ""


def _warning(source: Source, now: datetime) -> str:
    if source.is_truncated:
        return _("The feed was cut off at the last check, so items may be missing. Vigie will read it again.")
    is_streamed = source.platform in streamed_platforms()
    if is_streamed and source.state == Source.State.ACTIVE and now - source.next_poll_at > STOPPED_AFTER:
        return _("Vigie isn’t reading this stream now. Ask your server admin whether the process read_jetstream runs.")
    if missed := source.report.get("missed"):
        since, until = (moment(datetime.fromisoformat(text)) for text in missed)
        text = _(
            "Posts are missing from %(since)s to %(until)s: Vigie wasn’t reading, and the stream no longer has them."
        )
        return text % {"since": since, "until": until}
    return ""


def status_of(source: Source, now: datetime) -> str:
    """Return the code of a source's status."""
    if source.state == Source.State.PAUSED:
        return "paused"
    if source.is_failing:
        return "failing"
    if source.last_success_at is None:
        return "pending"
    return "quiet" if now - (source.last_new_at or source.created_at) > QUIET_AFTER else "active"


def _rates(sources: list[Source], now: datetime) -> dict[int, float]:
    """Return items per day by source, over the last month, or over the shorter time that Vigie knows: since the source
    was added, or since the oldest item of its first check.
    """
    since = now - timedelta(days=RATE_DAYS)
    added = {source.pk: source.created_at for source in sources}
    items = DocumentSource.objects.filter(source__in=added, published__gte=since, published__lte=now)
    rows = items.values_list("source").annotate(count=Count("*"), oldest=Min("published")).order_by()
    rates = {}
    for source_id, count, oldest in rows:
        known_since = max(min(added[source_id], oldest), since)
        rates[source_id] = count / max((now - known_since) / timedelta(days=1), 1)
    return rates
