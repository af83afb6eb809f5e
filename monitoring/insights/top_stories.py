"""The stories with the most items under a MentionFilter: the first item, the spread by source, the course by day.

In: a MentionFilter, whose folding makes no difference. Out: frozen rows. Called by the overview and the API.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.db.models import Count, F, Max, QuerySet

from monitoring.insights.filters import MentionFilter
from monitoring.insights.periods import bucket_starts
from monitoring.insights.volume import bucket_number
from monitoring.models import Document, Mention, Source

# Sources that a top story names.
MAX_SOURCES = 5


@dataclass(frozen=True)
class StorySource:
    """A source with its number of items of a story; `source` is None for the items of deleted sources."""

    source: Source | None
    items: int


@dataclass(frozen=True)
class TopStory:
    """A story with its items under the filter.

    `first` is the earliest of them, `items` their number, `sources` those with most of them out of `source_count`.
    `by_day` are the numbers of items by day of the period, the days beginning at `TopStories.days`.
    """

    story_id: int
    first: Document
    first_mention_id: int
    items: int
    last_published: datetime
    sources: tuple[StorySource, ...]
    source_count: int
    by_day: tuple[int, ...]


@dataclass(frozen=True)
class TopStories:
    """The stories with the most items under a filter. `days` are the beginnings of the days in the person's zone."""

    days: tuple[datetime, ...]
    stories: tuple[TopStory, ...]


def top_stories(f: MentionFilter, limit: int = 5, zone: tzinfo | None = None) -> TopStories:
    """Return the stories with the most items under the filter, and at least two, the most repeated first."""
    zone = zone or f.zone
    starts = bucket_starts(f.since, f.until, zone, "day")
    in_stories = f.mentions().filter(story_id__isnull=False)
    counted = in_stories.values("story_id").annotate(items=Count("document_id", distinct=True)).filter(items__gt=1)
    items = dict(counted.order_by("-items", "-story_id").values_list("story_id", "items")[:limit])
    mentions = in_stories.filter(story_id__in=items)
    firsts = _firsts(mentions)
    sources, days = _by_source(mentions), _by_day(f, mentions, starts)
    last = dict(mentions.values_list("story_id").annotate(last=Max("published")).order_by())
    return TopStories(
        days=tuple(start.astimezone(zone) for start in starts),
        stories=tuple(
            TopStory(
                story_id=story_id,
                first=firsts[story_id].document,
                first_mention_id=firsts[story_id].pk,
                items=number,
                last_published=last[story_id],
                sources=tuple(sources[story_id][:MAX_SOURCES]),
                source_count=len(sources[story_id]),
                by_day=tuple(days[story_id]),
            )
            for story_id, number in items.items()
            if story_id in firsts
        ),
    )


def _firsts(mentions: QuerySet[Mention]) -> dict[int | None, Mention]:
    """Return the earliest mention of each story, with its document."""
    rows = mentions.order_by("story_id", "published", "document_id", "keyword_id").distinct("story_id")
    documents = rows.select_related("document", "keyword").defer("document__html", "document__search")
    return {mention.story_id: mention for mention in documents}


def _by_source(mentions: QuerySet[Mention]) -> dict[int | None, list[StorySource]]:
    """Return the sources of each story, those with most items first."""
    counted = mentions.values_list("story_id", "source_id").annotate(items=Count("document_id", distinct=True))
    rows = list(counted.order_by("-items", F("source_id").asc(nulls_last=True)))
    sources = Source.objects.in_bulk({source_id for _, source_id, _ in rows if source_id is not None})
    found: dict[int | None, list[StorySource]] = defaultdict(list)
    for story_id, source_id, items in rows:
        found[story_id].append(StorySource(sources.get(source_id), items))
    return found


def _by_day(f: MentionFilter, mentions: QuerySet[Mention], starts: list[datetime]) -> dict[int | None, list[int]]:
    """Return the numbers of items of each story by day."""
    days: dict[int | None, list[int]] = defaultdict(lambda: [0] * len(starts))
    counted: Iterable[tuple[int, int, int]] = (
        mentions.annotate(number=bucket_number(f, starts))
        .values_list("story_id", "number")
        .annotate(items=Count("document_id", distinct=True))
        .order_by()
    )
    for story_id, number, items in counted:
        days[story_id][number - 1] = items
    return days
