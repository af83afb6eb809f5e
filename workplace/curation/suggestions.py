"""Suggestions for a draft: the most repeated stories since the previous issue that it doesn't have yet."""

from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict

from monitoring.insights.filters import MentionFilter
from monitoring.insights.top_stories import TopStory, top_stories
from monitoring.models import Document
from workplace.curation.issues import period_of
from workplace.models import CollectionIssue

SHOWN = 8
READ = 16  # some are in the draft already


@dataclass(frozen=True)
class Suggestions:
    """The stories, and the period that they are from (UTC)."""

    start: datetime
    stories: tuple[TopStory, ...]


def suggestions(issue: CollectionIssue, now: datetime) -> Suggestions:
    """Return the suggestions for a draft, by the number of items in its period."""
    collection, period = issue.collection, period_of(issue, now)
    f = MentionFilter.from_query(collection.project, QueryDict(), now, collection.zone)
    f = f.replace(since=period.start, until=now)
    picked = [pk for pk in issue.items.values_list("document_id", flat=True) if pk is not None]
    taken = set(Document.objects.filter(pk__in=picked, story_id__isnull=False).values_list("story_id", flat=True))
    found = [one for one in top_stories(f, READ).stories if one.story_id not in taken and not one.first.deleted_at]
    return Suggestions(period.start, tuple(found[:SHOWN]))
