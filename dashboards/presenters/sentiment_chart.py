"""Sentiment over time and by keyword as people see it: the tile, the chart with the table behind it, the split bars.

In: a MentionFilter. Out: frozen views for templates/components/_sentiment_chart.html. Called by the overview and the
keyword page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards import charts
from dashboards.presenters.volume_chart import buckets_of
from monitoring.insights import sentiment
from monitoring.insights.filters import MentionFilter
from monitoring.insights.sentiment import Split
from monitoring.insights.sentiment_words import split_words
from monitoring.models import Keyword

# From the floor up: what may ask for an answer stands on the line where its height is read best.
BANDS = (
    ("negative", "--negative", gettext_lazy("Negative")),
    ("neutral", "--neutral", gettext_lazy("Neutral")),
    ("positive", "--positive", gettext_lazy("Positive")),
    ("uncertain", "--neutral", gettext_lazy("Uncertain")),
)
# Below this net sentiment moves by twenty points by chance alone: no change is told.
COMPARED_FROM = 20


@dataclass(frozen=True)
class Piece:
    label: str
    percent: int


@dataclass(frozen=True)
class Row:
    """A bucket in the table behind the chart."""

    title: str
    url: str
    split: Split


@dataclass(frozen=True)
class SentimentTrend:
    """`split` is the whole period, `before` the equal one before it."""

    config: dict[str, object]
    bands: tuple[charts.Line, ...]
    rows: list[Row]
    split: Split
    before: Split

    @property
    def has_chart(self) -> bool:
        return bool(self.split.labeled or self.split.uncertain)

    @property
    def points(self) -> int | None:
        """How far net sentiment has moved; None where there is too little to compare."""
        if min(self.split.labeled, self.before.labeled) < COMPARED_FROM:
            return None
        return self.split.net - self.before.net

    @property
    def no_points(self) -> str:
        """Why there is no change to tell; "" where there is one."""
        if self.split.net is None:
            is_doubt = self.split.uncertain and not self.split.pending
            return _("all uncertain") if is_doubt else _("not analyzed yet") if self.split.total else ""
        if self.points is None:
            return _("not enough analyzed mentions to compare")
        return "" if self.points else _("same as previous period")

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return pieces(self.split)

    @property
    def words(self) -> str:
        return split_words(self.split)


@dataclass(frozen=True)
class KeywordSplit:
    """One keyword: its net sentiment, and its split as a bar that `words` tell, too."""

    keyword: Keyword
    split: Split
    pieces: tuple[Piece, ...]
    words: str
    query: str


def sentiment_trend(f: MentionFilter, url: str) -> SentimentTrend:
    """`url` is the mentions page; each bucket leads to its part of it, each band of a bar to the label's."""
    trend = sentiment.trend(f)
    buckets = buckets_of(f, trend.starts, trend.bucket, url)
    bands = tuple(
        charts.Line(str(name), color, tuple(getattr(split, label) for split in trend.splits), label)
        for label, color, name in BANDS
    )
    rows = [Row(bucket.title, bucket.url, split) for bucket, split in zip(buckets, trend.splits, strict=True)]
    return SentimentTrend(
        config=charts.sentiment(buckets, bands),
        bands=bands,
        rows=rows[::-1],
        split=trend.total,
        before=sentiment.split(f.previous()),
    )


def keyword_splits(f: MentionFilter, keywords: Sequence[Keyword]) -> list[KeywordSplit]:
    """In the order of `keywords`; those without a mention are left out."""
    splits = sentiment.split_by_keyword(f)
    return [
        KeywordSplit(keyword, split, pieces(split), split_words(split), f.replace(keywords=(keyword.pk,)).to_query())
        for keyword in keywords
        if (split := splits[keyword.pk]).total
    ]


def pieces(split: Split) -> tuple[Piece, ...]:
    """The parts of a bar of what is judged or uncertain, in the order of the chart's bands."""
    labels = [label for label, _color, _name in BANDS]
    percents = charts.shares([getattr(split, label) for label in labels])
    return tuple(Piece(label, percent) for label, percent in zip(labels, percents, strict=True) if percent)
