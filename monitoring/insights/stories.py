"""Stories under a MentionFilter: which items are the first of theirs, and how many others follow.

In: a MentionFilter. Out: conditions and counts, called by mentions.py. The first item of a story is its earliest one
under the filter.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from monitoring.insights.filters import MentionFilter
from monitoring.models import Mention


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
    counted = f.mentions().filter(story_id__in=ids).values_list("story_id")
    rows = counted.annotate(items=Count("document_id", distinct=True)).order_by()
    return {story_id: items - 1 for story_id, items in rows}


def with_stories(f: MentionFilter, mention_ids: Collection[int]) -> list[int]:
    """Return these mentions and those of all other items of their stories under the filter."""
    stories = Mention.objects.filter(pk__in=mention_ids, keyword__project=f.project_id, story_id__isnull=False)
    others = f.mentions().filter(story_id__in=list(stories.values_list("story_id", flat=True)))
    return sorted({*mention_ids, *others.values_list("pk", flat=True)})


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
