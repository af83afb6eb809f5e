"""The rows of the Sources page: sources and the time in, frozen rows with status and rate out, in one query.

Called by dashboards/views/sources.py; templates/sources/ shows them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.utils.translation import gettext as _

from monitoring.messages.source_errors import ErrorText, error_text
from monitoring.models import DocumentSource, Source

RATE_DAYS = 30
# Without a new item for so long, a source is quiet. That is no error: many blogs publish monthly.
QUIET_AFTER = timedelta(days=30)


@dataclass(frozen=True)
class SourceRow:
    """A source with its status: `status` is failing, paused, pending, quiet or active, `label` is its translation.

    `error` explains why it fails, `warning` what is wrong with a feed that can be read, "" for nothing.
    `items_per_day` is None until the first successful check.
    """

    source: Source
    status: str
    label: str
    tone: str
    error: ErrorText | None
    warning: str
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
        "active": (_("Active"), "good"),
    }[status]
    error = error_text(source.error_code) if status == "failing" else None
    return SourceRow(source, status, label, tone, error, _warning(source), rate if source.last_success_at else None)


def _warning(source: Source) -> str:
    if source.is_truncated:
        return _("The feed was cut off at the last check, so items may be missing. Vigie will read it again.")
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
