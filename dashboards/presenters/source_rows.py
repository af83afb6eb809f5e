"""How each source is doing, in words: the rows of the Sources page, two queries for all of them.

In: a project and the time. Out: frozen rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.utils.translation import gettext as _

from monitoring.messages.source_errors import ErrorText, error_text
from monitoring.models import DocumentSource, Source

RATE_DAYS = 30
# Silent for so long is worth a word, though nothing is wrong: many blogs publish monthly.
QUIET_AFTER = timedelta(days=30)


@dataclass(frozen=True)
class SourceRow:
    """`state` is a code for filters and colors: failing, paused, waiting, quiet or fine; `label` is its word."""

    source: Source
    state: str
    label: str
    tone: str
    trouble: ErrorText | None
    items_a_day: float | None


def source_rows(sources: Iterable[Source], now: datetime) -> list[SourceRow]:
    sources = list(sources)
    rates = _rates(sources, now)
    return [_row(source, rates.get(source.pk, 0.0), now) for source in sources]


def _row(source: Source, rate: float, now: datetime) -> SourceRow:
    state = state_of(source, now)
    label, tone = {
        "failing": (_("Stopped") if source.state == Source.State.STOPPED else _("Failing"), "warn"),
        "paused": (_("Paused"), ""),
        "waiting": (_("Pending"), ""),
        "quiet": (_("Quiet"), ""),
        "fine": (_("Active"), "good"),
    }[state]
    trouble = error_text(source.error_code) if state == "failing" else None
    return SourceRow(source, state, label, tone, trouble, rate if source.last_success_at else None)


def state_of(source: Source, now: datetime) -> str:
    if source.state == Source.State.PAUSED:
        return "paused"
    if source.is_failing:
        return "failing"
    if source.last_success_at is None:
        return "waiting"
    return "quiet" if now - (source.last_new_at or source.created_at) > QUIET_AFTER else "fine"


def _rates(sources: list[Source], now: datetime) -> dict[int, float]:
    """Items a day in the last month, or in the shorter time that Vigie knows of: since the source was added, or since
    the oldest item that its first poll brought.
    """
    begin = now - timedelta(days=RATE_DAYS)
    added = {source.pk: source.created_at for source in sources}
    seen = DocumentSource.objects.filter(source__in=added, published__gte=begin, published__lte=now)
    rows = seen.values_list("source").annotate(count=Count("*"), oldest=Min("published")).order_by()
    rates = {}
    for source_id, count, oldest in rows:
        known_since = max(min(added[source_id], oldest), begin)
        rates[source_id] = count / max((now - known_since) / timedelta(days=1), 1)
    return rates
