"""The columns of saved views with their rows, those that have changed since a browser read them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice

from django.utils import timezone

from accounts.models import Project, User
from dashboards.presenters.mention_rows import ShownMention, shown_with_work
from monitoring.insights.columns import read_columns, rows_of_columns
from monitoring.insights.filter_lists import read_filters
from workplace.models import Column, SavedView


@dataclass(frozen=True)
class ShownColumn:
    """A column with its rows; `query` is that of its list, `is_urgent` says that it lists the most urgent first.

    A column that `is_paused` is read when the page is opened, and not again.
    """

    view: SavedView
    query: str
    mark: str
    rows: list[ShownMention]
    is_urgent: bool
    is_paused: bool


def changed_columns(
    project: Project, user: User, stored: Sequence[Column], known: Collection[str]
) -> list[ShownColumn]:
    """Return the columns whose mark the browser doesn't have."""
    if not stored:
        return []
    queries = [one.view.query for one in stored]
    filters = read_filters(project, queries, timezone.now(), user.zone, user.pk)
    pairs = zip(stored, read_columns(filters), strict=True)
    changed = [(one, column) for one, column in pairs if f"{one.view_id}.{column.mark}" not in known]
    if not changed:
        return []
    rows = rows_of_columns(column for _one, column in changed)
    shown = iter(shown_with_work((row for found in rows for row in found), timezone.now()))
    return [
        ShownColumn(
            view=one.view,
            query=column.filter.to_query(),
            mark=column.mark,
            rows=list(islice(shown, len(found))),
            is_urgent=bool(column.filter.order),
            is_paused=one.is_paused,
        )
        for (one, column), found in zip(changed, rows, strict=True)
    ]
