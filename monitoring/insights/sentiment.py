"""Count mentions by sentiment label: in total, by keyword and over time.

In: a MentionFilter. Out: frozen counts for tiles, charts, digests and the API. Counts are of mentions, not documents:
a text can be positive for one keyword and negative for another. A folded story counts once per keyword and label.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.db.models import Count, Func, Min

from monitoring.insights.filters import MentionFilter
from monitoring.insights.periods import bucket_starts, fitting_bucket
from monitoring.insights.sql import count_combinations
from monitoring.insights.volume import bucket_number
from monitoring.models import Mention

# The net sentiment of fewer mentions with a certain label is chance: one more would change it by twenty points.
MIN_LABELED = 10


@dataclass(frozen=True, slots=True)
class Split:
    """Numbers of mentions by label; `pending` are not analyzed yet."""

    positive: int = 0
    neutral: int = 0
    negative: int = 0
    uncertain: int = 0
    pending: int = 0

    @property
    def total(self) -> int:
        return self.labeled + self.uncertain + self.pending

    @property
    def labeled(self) -> int:
        """Mentions with a certain label: the base of shares and of net sentiment."""
        return self.positive + self.neutral + self.negative

    @property
    def net(self) -> int | None:
        """Net sentiment from -100 (all negative) to 100 (all positive), None with fewer than MIN_LABELED mentions."""
        if self.labeled < MIN_LABELED:
            return None
        return round(100 * (self.positive - self.negative) / self.labeled)

    def percent(self, label: str) -> int | None:
        """Return the share of a label among mentions with a certain label, or of uncertain ones among all."""
        whole = self.total if label == Mention.Sentiment.UNCERTAIN else self.labeled
        return round(100 * getattr(self, label) / whole) if whole else None

    def __add__(self, other: "Split") -> "Split":
        return Split(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True)
class Trend:
    """Labels over time: one split per bucket; `starts` as in volume.Series."""

    bucket: str
    starts: tuple[datetime, ...]
    splits: tuple[Split, ...]

    @property
    def total(self) -> Split:
        return sum(self.splits, Split())


def split(f: MentionFilter) -> Split:
    """Return the numbers of mentions by label."""
    if f.is_folded:
        return sum(split_by_keyword(f).values(), Split())
    counts = f.mentions().values_list("sentiment").annotate(rows=Count("*")).order_by()
    return _split(dict(counts))


def split_by_keyword(f: MentionFilter) -> dict[int, Split]:
    """Return the numbers of mentions by label for every keyword in scope, by keyword id."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    rows = f.mentions().values_list("keyword_id", "sentiment").annotate(rows=_rows(f)).order_by()
    for keyword_id, label, number in rows:
        counts[keyword_id][label] = number
    return {keyword_id: _split(counts[keyword_id]) for keyword_id in f.scope}


def trend(f: MentionFilter, zone: tzinfo | None = None, bucket: str | None = None) -> Trend:
    """Return labels by bucket ("hour", "day", "week"; by the period's length if None), with zeros."""
    zone = zone or f.zone
    bucket = fitting_bucket(f.since, f.until, bucket)
    starts = bucket_starts(f.since, f.until, zone, bucket)
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for position, label, number in _labels_by_bucket(f, bucket_number(f, starts)):
        counts[position - 1][label] = number
    return Trend(
        bucket, tuple(start.astimezone(zone) for start in starts), tuple(_split(counts[n]) for n in range(len(starts)))
    )


def _rows(f: MentionFilter) -> Count:
    """Return the number of mentions of one keyword and label; a folded story counts once."""
    return Count(f.row_key, distinct=True) if f.is_folded else Count("*")


def _labels_by_bucket(f: MentionFilter, number: Func) -> Iterable[tuple[int, str, int]]:
    """Return (number of the bucket, label, mentions); a folded story counts once per keyword and label."""
    if f.is_folded:
        rows = f.mentions().annotate(row=f.row_key).values("keyword_id", "sentiment", "row")
        return count_combinations(rows.annotate(number=Min(number)).order_by(), ["number", "sentiment"])
    counted = f.mentions().annotate(number=number).values_list("number", "sentiment").annotate(rows=Count("*"))
    return counted.order_by()


def _split(counts: dict[str, int]) -> Split:
    return Split(**{label or "pending": number for label, number in counts.items()})
