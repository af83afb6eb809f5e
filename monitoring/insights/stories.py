"""Stories under a MentionFilter: which items are the first of theirs, and how many others follow.

In: a MentionFilter. Out: conditions and counts, called by mentions.py. The first item of a story is its earliest one
under the filter.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, QuerySet

from monitoring.insights.filters import MentionFilter
from monitoring.insights.periods import FIRST_YEAR, LAST_YEAR
from monitoring.models import Document, Kind, Mention
from monitoring.stories.sameness import similarity
from monitoring.stories.words import StoryText

MAX_COMPARED = 100  # texts of stories that people joined: a few milliseconds each


def first_only(f: MentionFilter, rows: QuerySet[Mention, Any]) -> tuple[str, tuple[Any, ...]]:
    """Return the SQL of ordered rows of mentions without the later items of stories, and its parameters.

    `rows` have the columns published, document_id, id and story_id. Both queries name the table of mentions, so each
    is a subquery of its own; the index of stories answers the inner one with one probe per row of a story.
    """
    outer, outer_params = rows.query.sql_with_params()
    earlier = f.mentions().values("story_id", "published", "document_id").order_by()
    inner, inner_params = earlier.query.sql_with_params()
    sql = (
        f"SELECT * FROM ({outer}) AS item WHERE item.story_id IS NULL OR NOT EXISTS (SELECT FROM ({inner}) AS earlier"
        " WHERE earlier.story_id = item.story_id"
        " AND (earlier.published, earlier.document_id) < (item.published, item.document_id))"
    )
    return sql, (*outer_params, *inner_params)


def later_matches(f: MentionFilter, rows: QuerySet[Mention]) -> set[int]:
    """Return the documents in these mentions that are not the first of their story that the search matches."""
    ids = set(rows.filter(story_id__isnull=False).values_list("story_id", flat=True))
    firsts = {story_id: min(items)[1] for story_id, items in _matches(f, ids).items()}
    in_stories = rows.filter(story_id__in=ids).values_list("story_id", "document_id")
    return {document_id for story_id, document_id in in_stories if firsts.get(story_id) != document_id}


def count_others(f: MentionFilter, mentions: Iterable[Mention]) -> dict[int | None, int]:
    """Return by story the number of its items under the filter less one, for the stories of these mentions."""
    ids = {mention.story_id for mention in mentions if mention.story_id is not None}
    if not ids:
        return {}
    if f.search:
        return {story_id: len(items) - 1 for story_id, items in _matches(f, ids).items()}
    return {story_id: items - 1 for story_id, items in items_by_story(f, ids)}


def items_by_story(f: MentionFilter, story_ids: Collection[int | None]) -> QuerySet[Mention, tuple[int | None, int]]:
    """Return the query of (story id, number of its items under the filter), for a filter without a search."""
    rows = f.mentions().filter(story_id__in=story_ids).values_list("story_id")
    return rows.annotate(items=Count("document_id", distinct=True)).order_by()


def first_documents(f: MentionFilter, story_ids: Collection[int]) -> dict[int | None, int]:
    """Return the first document of each of these stories under the filter."""
    rows = f.mentions().filter(story_id__in=story_ids).order_by("story_id", "published", "document_id")
    return dict(rows.distinct("story_id").values_list("story_id", "document_id"))


def every_mention(project_id: int) -> MentionFilter:
    """Return the filter of all mentions of a project, of any status and time."""
    since, until = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(LAST_YEAR, 12, 31, tzinfo=UTC)
    return MentionFilter(
        project_id=project_id, since=since, until=until, zone=UTC, statuses=tuple(Mention.Status.values)
    )


def with_stories(f: MentionFilter, mention_ids: Collection[int]) -> list[int]:
    """Return these mentions and those of all other items of their stories under the filter."""
    stories = Mention.objects.filter(pk__in=mention_ids, keyword__project=f.project_id, story_id__isnull=False)
    others = f.mentions().filter(story_id__in=list(stories.values_list("story_id", flat=True)))
    return sorted({*mention_ids, *others.values_list("pk", flat=True)})


def with_alike(f: MentionFilter, mention_ids: Collection[int]) -> list[int]:
    """Return these mentions, and those of the same keyword in the other items of the same story under the filter.

    An item that a person joined to a story is among them if its text is near-identical to one of these mentions.
    """
    own = Mention.objects.filter(pk__in=mention_ids, keyword__project=f.project_id)
    given = list(own.values_list("pk", "document_id", "story_id", "keyword_id"))
    chosen, pairs = {row[1] for row in given}, {row[2:] for row in given}
    listed = Mention.objects.filter(pk__in=with_stories(f, mention_ids), document__deleted_at=None)
    others = set(listed.values_list("document_id", flat=True)) - chosen
    alike = others - _different(others, chosen)
    rows = Mention.objects.filter(document_id__in=alike).values_list("pk", "story_id", "keyword_id")
    return sorted({*(row[0] for row in given), *(pk for pk, *pair in rows if tuple(pair) in pairs)})


def _different(others: Collection[int], chosen: Collection[int]) -> set[int]:
    """Return those of these items of stories that people joined whose text is not near-identical to a chosen one."""
    fixed = Document.objects.filter(story__is_fixed=True).order_by("published", "pk")
    ids = list(fixed.filter(pk__in=others).values_list("pk", flat=True))
    if not ids:
        return set()
    compared, models = _texts(fixed, ids[:MAX_COMPARED]), _texts(fixed, chosen)
    alike = {
        pk
        for pk, (story_id, text) in compared.items()
        if any(story_id == own and similarity(text, model) for own, model in models.values())
    }
    return set(ids) - alike


def _texts(rows: QuerySet[Document], ids: Collection[int]) -> dict[int, tuple[int | None, StoryText]]:
    """Return the story and the words of these documents."""
    found = rows.filter(pk__in=ids).values_list("pk", "story_id", "title", "text", "kind")
    return {pk: (story_id, StoryText(title, text, kind == Kind.REVIEW)) for pk, story_id, title, text, kind in found}


def _matches(f: MentionFilter, ids: set[int]) -> dict[int, set[tuple[datetime, int]]]:
    """Return by story the positions of all its items under the filter, which has a search."""
    items: dict[int, set[tuple[datetime, int]]] = defaultdict(set)
    if not ids or not f.search:
        return items
    rows = list(
        f.mentions(skip="q").filter(story_id__in=ids).values_list("story_id", "published", "document_id").distinct()
    )
    matching = f.search.matching({document_id for _, _, document_id in rows})
    for story_id, published, document_id in rows:
        if story_id is not None and document_id in matching:
            items[story_id].add((published, document_id))
    return items
