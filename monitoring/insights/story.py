"""One story: how far and how fast it spread, and its items, oldest first.

In: a story's id and project. Out: frozen rows. All numbers are of the items under `filter_of`, which has every status:
lists, links and counts agree. Called by the page of a story and the API.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.db import connection
from django.db.models import (
    Aggregate,
    Count,
    DateTimeField,
    Exists,
    F,
    Func,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, NullIf

from monitoring.insights.cursors import read_cursor, write_cursor
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import MentionRow, first_keys_statement, rows_of_documents
from monitoring.insights.periods import start_of_day
from monitoring.models import Document, Kind, Mention
from monitoring.stories.words import StoryText

PAGE_SIZE = 50
MAX_COMPARED = 100  # items whose texts are compared with the first one: 0.5 ms each
MAX_PLACES = 6  # sites that are named


@dataclass(frozen=True)
class StoryFacts:
    """How a story spread. `half` and `most` (UTC) are when 50% and 90% of its items were published.

    `sites` are the hosts with most items out of `site_count`, `platforms` all of them, each with its number of items.
    `followers` is the sum of the authors' known followers, each author once; `unknown_followers` are the items
    without that number. `undated` are items whose date is that of their collection.
    """

    items: int
    first_published: datetime
    last_published: datetime
    half: datetime
    most: datetime
    authors: int
    followers: int
    unknown_followers: int
    undated: int
    sites: tuple[tuple[str, int], ...]
    site_count: int
    platforms: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class SameTexts:
    """The documents with the text of the first item, and those with another one, of those that were compared."""

    same: frozenset[int]
    adapted: frozenset[int]
    is_complete: bool


class _Percentile(Aggregate):
    """The first value that a share of the rows doesn't exceed."""

    template = "percentile_disc(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DateTimeField()


def filter_of(project_id: int, story_id: int, zone: tzinfo) -> MentionFilter | None:
    """Return the filter of all mentions of a story, in whole days; None if it has none in the project."""
    rows = Mention.objects.filter(story_id=story_id, keyword__project=project_id)
    found = rows.aggregate(
        first=Min("published"), last=Max("published"), ignored=Count("pk", filter=Q(status=Mention.Status.IGNORED))
    )
    if found["first"] is None:
        return None
    return MentionFilter(
        project_id=project_id,
        since=start_of_day(found["first"].astimezone(zone).date(), zone),
        until=start_of_day(found["last"].astimezone(zone).date() + timedelta(days=1), zone),
        zone=zone,
        story_ids=(story_id,),
        statuses=tuple(Mention.Status.values) if found["ignored"] else (),
    )


def facts_of(f: MentionFilter) -> StoryFacts:
    """Return the facts of the story that a filter of `filter_of` selects, in four queries."""
    documents = _documents(f)
    # Items of earlier versions have the name of their author alone.
    who = Coalesce(Cast("written_by_id", TextField()), NullIf(F("author"), Value("")), output_field=TextField())
    found = documents.annotate(who=who).aggregate(
        items=Count("pk"),
        first_published=Min("published"),
        last_published=Max("published"),
        half=_Percentile("published", share=0.5),
        most=_Percentile("published", share=0.9),
        authors=Count("who", distinct=True),
        unknown_followers=Count("pk", filter=Q(followers=None)),
        undated=Count("pk", filter=Q(published_is_known=False)),
    )
    by_author = documents.filter(followers__isnull=False).annotate(who=Coalesce(who, Cast("pk", TextField())))
    known = by_author.order_by().values("who").annotate(most=Max("followers")).aggregate(sum=Sum("most"))
    sites = _sites(documents)
    platforms = documents.order_by().values_list("platform").annotate(items=Count("pk")).order_by("-items", "platform")
    return StoryFacts(
        **found,
        followers=known["sum"] or 0,
        sites=tuple(sites[:MAX_PLACES]),
        site_count=len(sites),
        platforms=tuple(platforms),
    )


def items_of(
    f: MentionFilter, cursor: str | None = None, size: int = PAGE_SIZE
) -> tuple[tuple[MentionRow, ...], str | None]:
    """Return the next items, oldest first, and the cursor of those after them, None at the end."""
    position, _backwards = read_cursor(cursor)
    if not f.scope:
        return (), None
    with connection.cursor() as statement:
        statement.execute(*first_keys_statement(f, position, True, size + 1))
        keys = [(published, document_id) for published, document_id, _ids in statement.fetchall()]
    rows = rows_of_documents(f, [document_id for _published, document_id in keys[:size]])
    return rows, write_cursor(keys[size - 1]) if len(keys) > size else None


def first_of(f: MentionFilter) -> MentionRow:
    """Return the first item of the story."""
    [row] = items_of(f, size=1)[0]
    return row


def same_texts(f: MentionFilter) -> SameTexts:
    """Compare the words of the first items with those of the very first, without boilerplate and bylines."""
    fields = ("pk", "title", "text", "kind")
    rows = list(_documents(f).order_by("published", "pk").values_list(*fields)[: MAX_COMPARED + 1])
    texts = {pk: StoryText(title, text, kind == Kind.REVIEW).words for pk, title, text, kind in rows[:MAX_COMPARED]}
    first, *others = texts
    same = frozenset(pk for pk in others if texts[pk] == texts[first])
    return SameTexts(same, frozenset(others) - same, len(rows) <= MAX_COMPARED)


def others_of(project_id: int, story_id: int, document_id: int, limit: int) -> tuple[int, list[MentionRow]]:
    """Return the number of other items of a story, and the first of them, oldest first."""
    mentions = Mention.objects.filter(story_id=story_id, keyword__project=project_id).exclude(document_id=document_id)
    number = mentions.aggregate(items=Count("document_id", distinct=True))["items"]
    order = ("published", "document_id", "keyword_id")
    rows = (
        mentions.order_by(*order).distinct("published", "document_id").select_related("keyword", "source", "document")
    )
    return number, [MentionRow(one.document, (one,)) for one in rows[:limit]]


def sizes_of(project_id: int, story_ids: Sequence[int]) -> dict[int | None, int]:
    """Return the numbers of items of stories."""
    rows = Document.objects.filter(project=project_id, story_id__in=story_ids).order_by()
    return dict(rows.values_list("story_id").annotate(items=Count("pk")))


def _documents(f: MentionFilter) -> QuerySet[Document]:
    mentions = f.mentions().filter(document_id=OuterRef("pk"))
    return Document.objects.filter(Exists(mentions), project=f.project_id, story_id__in=f.story_ids)


def _sites(documents: QuerySet[Document]) -> list[tuple[str, int]]:
    """Return the hosts of items with their numbers, those with most items first. Items without a URL have none."""
    host = Func(
        F("url"), Value(r"^https?://(?:[^/@]*@)?(?:www\.)?([^/:?#]+)"), function="substring", output_field=TextField()
    )
    rows = documents.annotate(host=host).filter(host__isnull=False).order_by()
    return list(rows.values_list("host").annotate(items=Count("pk")).order_by("-items", "host"))
