"""The pages of authors: rows of lists, the page of one author with its chart and numbers, the card on a mention.

In: rows of monitoring/insights/authors.py and MentionFilters. Out: frozen rows for templates/authors/ and
templates/mentions/_author_card.html.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import pgettext_lazy

from accounts.formats import number
from dashboards import charts
from dashboards.presenters.sentiment_chart import BANDS, SentimentRow
from dashboards.presenters.volume_chart import chart_buckets
from monitoring.insights import authors, mentions, sentiment
from monitoring.insights.facets import facet_rows
from monitoring.insights.filters import MentionFilter
from monitoring.insights.sentiment import Split
from monitoring.messages.labels import platform_name
from monitoring.models import Author, Document, Mention

LABEL_NAMES = {
    "regular": pgettext_lazy("author label", "Regular"),
    "detractor": pgettext_lazy("author label", "Detractor"),
    "ambassador": pgettext_lazy("author label", "Ambassador"),
}
LABEL_TONES = {"detractor": "neg", "ambassador": "pos"}


@dataclass(frozen=True)
class ShownLabel:
    name: str
    tone: str


@dataclass(frozen=True)
class ShownAuthor:
    """An author as lists, pages and cards show it. `place` is the platform, or the site of a name."""

    id: int
    name: str
    initial: str
    handle: str
    place: str
    profile: str
    labels: tuple[ShownLabel, ...]
    tags: tuple[str, ...]
    followers: int | None
    mentions: int
    first_at: datetime | None
    last_at: datetime | None
    is_erased: bool


@dataclass(frozen=True)
class AuthorChart:
    """Mentions over time by sentiment: the chart's configuration, the table, newest first, and the sum."""

    config: dict[str, object]
    rows: list[SentimentRow]
    split: Split


@dataclass(frozen=True)
class AuthorFacts:
    """The numbers of an author, each with the query of the list behind it ("" where there is none)."""

    count: int
    split: Split
    query: str
    replied: int
    replied_query: str
    waiting: int
    waiting_query: str
    engagement: str
    keywords: list[tuple[str, int, str]]


def shown_author(author: Author) -> ShownAuthor:
    name = str(author)
    labels = tuple(
        ShownLabel(str(LABEL_NAMES[key]), LABEL_TONES.get(key, ""))
        for key, column in authors.LABELS.items()
        if getattr(author, column)
    )
    return ShownAuthor(
        id=author.pk,
        name=name,
        initial=name[:1].upper(),
        handle=author.handle if author.handle != name else "",
        place=author.site or platform_name(author.platform),
        profile=author.url,
        labels=labels,
        tags=tuple(sorted(one.tag for one in author.tags.all())),
        followers=author.followers,
        mentions=author.mention_count,
        first_at=author.first_at,
        last_at=author.last_at,
        is_erased=author.erased_at is not None,
    )


def shown_authors(rows: Iterable[Author]) -> list[ShownAuthor]:
    return [shown_author(row) for row in rows]


def author_chart(f: MentionFilter, url: str) -> AuthorChart:
    """Return the chart; each part of a bar links to its mentions on the page at `url`."""
    trend = sentiment.trend(f)
    buckets = chart_buckets(f, trend.starts, trend.bucket, url)
    bands = [
        charts.Dataset(str(name), color, tuple(getattr(one, label) for one in trend.splits), label)
        for label, color, name in BANDS
    ]
    rows = [SentimentRow(bucket.title, bucket.url, one) for bucket, one in zip(buckets, trend.splits, strict=True)]
    return AuthorChart(charts.volume(buckets, bands, "sentiment"), rows[::-1], trend.total)


def author_facts(f: MentionFilter, split: Split) -> AuthorFacts:
    """Return the numbers of the author that the filter selects."""
    replied = f.replace(statuses=(Mention.Status.REPLIED,))
    waiting = f.replace(statuses=(Mention.Status.NEEDS_REPLY,))
    found = authors.engagement_of(f)
    keywords = [
        (str(row.label), row.count, f.replace(keywords=(int(row.key),)).to_query())
        for row in facet_rows(f, "keywords")
    ]
    return AuthorFacts(
        count=mentions.count(f).value,
        split=split,
        query=f.to_query(),
        replied=mentions.count(replied).value,
        replied_query=replied.to_query(),
        waiting=mentions.count(waiting).value,
        waiting_query=waiting.to_query(),
        engagement=number(round(found.mean)) if found else "",
        keywords=keywords,
    )


def author_of(document: Document) -> ShownAuthor | None:
    """Return the author of an item for its card, None if nobody is known."""
    if document.written_by_id is None:
        return None
    author = Author.objects.filter(pk=document.written_by_id).prefetch_related("tags").first()
    return shown_author(author) if author and author.erased_at is None else None
