"""The page of one author: mentions over time by sentiment, numbers with their lists, reach, and the best items.

In: the MentionFilter of an author. Out: frozen values for templates/authors/author.html. Counts are of documents.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.formats import number
from dashboards import charts
from dashboards.presenters.mention_rows import shown_mention
from dashboards.presenters.post_facts import post_facts
from dashboards.presenters.sentiment_chart import BANDS, SentimentRow
from dashboards.presenters.volume_chart import chart_buckets
from monitoring.insights import author_profile, sentiment
from monitoring.insights.author_profile import AuthorCounts
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import MentionRow
from monitoring.insights.sentiment import Split
from monitoring.models import Mention

KNOWN = "0"  # the minimum of a count that every item with a known count reaches


@dataclass(frozen=True)
class FollowersRow:
    """The followers in a bucket of the chart, and the link to its mentions."""

    title: str
    url: str
    followers: int


@dataclass(frozen=True)
class AuthorChart:
    """Mentions over time by sentiment: the chart's configuration, the table, newest first, and the sum.

    `followers` has a row per bucket in which they are known, newest first; `spark` are the points of its sparkline.
    """

    config: dict[str, object]
    rows: list[SentimentRow]
    split: Split
    followers: list[FollowersRow]
    spark: str


@dataclass(frozen=True)
class Fact:
    """A number with its name and the query of the list behind it."""

    name: str
    count: int
    query: str


@dataclass(frozen=True)
class ShownReach:
    """The known followers of the author, added up over `known` of the mentions, of which `query` is the list."""

    sum: str
    known: int
    query: str


@dataclass(frozen=True)
class BestItem:
    """An item with its engagement, and its counts in words."""

    mention_id: int
    title: str
    published: datetime
    engagement: int
    counts: Sequence[str]


@dataclass(frozen=True)
class AuthorFacts:
    """The numbers of an author. `engagement` is the mean, "" if unknown; `first` and `last` are mentions."""

    all: Fact
    split: Split
    replied: Fact
    waiting: Fact
    engagement: str
    engagement_query: str
    keywords: list[Fact]
    sources: list[Fact]
    sentiments: list[Fact]
    reach: ShownReach
    best: list[BestItem]
    first: Mention | None
    last: Mention | None


def author_chart(f: MentionFilter, url: str) -> AuthorChart:
    """Return the chart; each part of a bar links to its mentions on the page at `url`."""
    trend = sentiment.trend(f)
    buckets = chart_buckets(f, trend.starts, trend.bucket, url)
    bands = [
        charts.Dataset(str(name), color, tuple(getattr(one, label) for one in trend.splits), label)
        for label, color, name in BANDS
    ]
    rows = [SentimentRow(bucket.title, bucket.url, one) for bucket, one in zip(buckets, trend.splits, strict=True)]
    counts = author_profile.followers_by_bucket(f, trend.starts)
    followers = [FollowersRow(buckets[at].title, buckets[at].url, counts[at]) for at in sorted(counts)]
    return AuthorChart(
        charts.volume(buckets, bands, "sentiment"),
        rows[::-1],
        trend.total,
        followers[::-1],
        charts.sparkline_points([row.followers for row in followers]),
    )


def author_facts(f: MentionFilter, split: Split, latest: Sequence[MentionRow]) -> AuthorFacts:
    """Return the numbers of the author that the filter selects; `latest` are the first rows of the list."""
    counts, engagement, reach = (
        author_profile.counts_of(f),
        author_profile.engagement_of(f),
        author_profile.reach_of(f),
    )
    return AuthorFacts(
        all=Fact("", counts.total, f.to_query()),
        split=split,
        replied=_of_status(f, counts, Mention.Status.REPLIED),
        waiting=_of_status(f, counts, Mention.Status.NEEDS_REPLY),
        engagement=number(round(engagement.mean)) if engagement else "",
        engagement_query=f.replace(min_engagement=KNOWN).to_query(),
        keywords=_facets(f, counts, "keywords"),
        sources=_facets(f, counts, "sources"),
        sentiments=_facets(f, counts, "sentiments"),
        reach=ShownReach(number(reach.followers), reach.known, f.replace(min_followers=KNOWN).to_query()),
        best=[_best(row) for row in engagement.best] if engagement else [],
        first=author_profile.first_mention(f),
        last=latest[0].mention if latest else None,
    )


def _of_status(f: MentionFilter, counts: AuthorCounts, status: str) -> Fact:
    return Fact("", counts.of_status(status), f.replace(statuses=(status,)).to_query())


def _facets(f: MentionFilter, counts: AuthorCounts, name: str) -> list[Fact]:
    rows = counts.facets[name]
    return [Fact(row.label, row.count, f.replace(**{name: (row.key,)}).to_query()) for row in rows if row.count]


def _best(row: MentionRow) -> BestItem:
    return BestItem(
        mention_id=row.mention.pk,
        title=shown_mention(row).title,
        published=row.document.published,
        engagement=row.document.engagement or 0,
        counts=post_facts(row.document).counts,
    )
