"""The rows of several changed mentions as they are now, for the list that they were changed in.

Called by dashboards/views/bulk.py; templates/mentions/_changed_rows.html shows them.
"""

from collections.abc import Sequence
from dataclasses import replace

from django.utils import timezone

from dashboards.presenters.mention_rows import ShownMention, shown_with_work, with_mentions
from monitoring.insights import mentions as mention_lists
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import MentionRow
from monitoring.insights.stories import count_others, first_documents


def changed_rows(project_id: int, f: MentionFilter | None, ids: Sequence[int]) -> list[tuple[ShownMention, bool]]:
    """Return the rows of these mentions, each with whether the list of a filter still has it; without one, all are."""
    rows = mention_lists.rows_of(project_id, ids)
    listed = mention_lists.still_listed(f, rows) if f else {row.document.pk for row in rows}
    if f and f.is_folded:
        rows, listed = _folded(f, rows, listed)
    shown = shown_with_work([with_mentions(row, ids) for row in rows], timezone.now())
    return [(row, row.document.pk in listed) for row in shown]


def _folded(f: MentionFilter, rows: list[MentionRow], listed: set[int]) -> tuple[list[MentionRow], set[int]]:
    """Return rows with the number of other items of their stories, and those that are the first of theirs."""
    others = count_others(f, [row.mention for row in rows])
    firsts = first_documents(f, [row.story_id for row in rows if row.story_id])
    later = {row.document.pk for row in rows if firsts.get(row.story_id, row.document.pk) != row.document.pk}
    return [replace(row, others=others.get(row.story_id, 0)) for row in rows], listed - later
