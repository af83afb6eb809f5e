"""Sentiment over time: the chart with its table, and the change of net sentiment.

In: a MentionFilter. Out: frozen values for templates/components/_sentiment_chart.html and _net_change.html. Called by
the keyword page.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.formats import percent_pattern
from dashboards import charts
from dashboards.presenters.time_chart import too_few_words
from dashboards.presenters.volume_chart import chart_buckets
from monitoring.insights import sentiment
from monitoring.insights.filters import MentionFilter
from monitoring.insights.sentiment import Split

# From the bottom up: negative mentions, which may need a reply, have the baseline, where heights compare best.
BANDS = (
    ("negative", "--neg-fill", gettext_lazy("Negative")),
    ("neutral", "--neu-fill", gettext_lazy("Neutral")),
    ("positive", "--pos-fill", gettext_lazy("Positive")),
    ("uncertain", "--neu-fill", gettext_lazy("Uncertain")),
)
# With fewer mentions, net sentiment changes by twenty points by chance alone.
MIN_MENTIONS_TO_COMPARE = 20


@dataclass(frozen=True)
class SentimentRow:
    """A bucket in the table behind the chart."""

    title: str
    url: str
    split: Split


@dataclass(frozen=True)
class SentimentChart:
    """The chart's configuration, its legend and its table, and the split of the period and of the previous one."""

    config: dict[str, object]
    bands: tuple[charts.Dataset, ...]
    rows: list[SentimentRow]
    split: Split
    previous: Split

    @property
    def has_chart(self) -> bool:
        return bool(self.split.labeled or self.split.uncertain)

    @property
    def net_change(self) -> int | None:
        """Return the change of net sentiment in points; None with too few mentions to compare."""
        net, previous = self.split.net, self.previous.net
        if net is None or previous is None:
            return None
        if min(self.split.labeled, self.previous.labeled) < MIN_MENTIONS_TO_COMPARE:
            return None
        return net - previous

    @property
    def no_change_reason(self) -> str:
        """Return why there is no change to show; "" if there is one."""
        if self.split.labeled and self.split.net is None:
            return too_few_words()
        if self.split.net is None:
            is_uncertain = self.split.uncertain and not self.split.pending
            return _("all uncertain") if is_uncertain else _("not analyzed yet") if self.split.total else ""
        if self.net_change is None:
            return _("not enough analyzed mentions to compare")
        return "" if self.net_change else _("same as previous period")


def sentiment_chart(f: MentionFilter, url: str) -> SentimentChart:
    """Return the chart; `url` is the Mentions page, and each band of a bar links to its part of it."""
    trend = sentiment.trend(f)
    buckets = chart_buckets(f, trend.starts, trend.bucket, url)
    bands = tuple(
        charts.Dataset(str(name), color, tuple(getattr(split, label) for split in trend.splits), label)
        for label, color, name in BANDS
    )
    rows = [SentimentRow(bucket.title, bucket.url, split) for bucket, split in zip(buckets, trend.splits, strict=True)]
    return SentimentChart(
        config=charts.sentiment(buckets, bands, percent_pattern() % {"number": "{}"}),
        bands=bands,
        rows=rows[::-1],
        split=trend.total,
        previous=sentiment.split(f.previous()),
    )
